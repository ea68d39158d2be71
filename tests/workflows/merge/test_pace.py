"""How fast mails go out, by a clock that tests turn; and two processes that share one account's rate."""

from __future__ import annotations

import itertools
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from dmcli.workflows.merge.bucket import RATE, Bucket
from dmcli.workflows.merge.pace import Pace, Wishes, opening

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC).timestamp()


class Now:
    """A clock in epoch seconds."""

    def __init__(self):
        self.at = NOON

    def __call__(self):
        return self.at


@pytest.fixture
def now():
    return Now()


@pytest.fixture
def bucket(tmp_path, now):
    made = Bucket(str(tmp_path / "pace.db"), "a", most=100.0, now=now)
    yield made
    made.close()


def moments(bucket, now, count):
    """When so many calls left, one after the other."""
    found = []
    for _ in range(count):
        now.at = max(*bucket.take(), now.at)
        found.append(now.at)
    return found


def test_no_second_has_more_than_the_rate(bucket, now):
    left = moments(bucket, now, 1000)
    assert left[-1] - left[0] == pytest.approx(999 / 100, abs=0.05)
    for index, at in enumerate(left):
        assert sum(at <= other < at + 1 for other in left[index : index + 200]) <= 103


def test_throttled_answers_make_it_slower_for_all_and_it_recovers(bucket, now, tmp_path):
    other = Bucket(str(tmp_path / "pace.db"), "a", most=100.0, now=now)
    other.slow_down()
    other.slow_down()  # the same second, the same sign
    assert bucket.rate == pytest.approx(70)
    now.at += 2
    bucket.slow_down()
    assert other.rate == pytest.approx(70.2 * 0.7)
    now.at += 3600
    assert bucket.rate == 100
    other.close()


def test_a_clock_that_was_set_back_stops_nobody(bucket, now):
    bucket.take()
    now.at -= 10 * 86400
    assert bucket.take()[0] <= now.at


def test_two_processes_share_the_rate(tmp_path):
    program = """
import sys, time
from dmcli.workflows.merge.bucket import Bucket
bucket = Bucket(sys.argv[1], "a", most=200.0)
sys.stdin.readline()
for _ in range(20):
    for at in bucket.take(3):
        print(at)
"""
    command = [sys.executable, "-c", program, str(tmp_path / "pace.db")]
    both = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    for process in both:
        process.stdin.write("\n")
        process.stdin.flush()
    found = sorted(float(line) for process in both for line in process.communicate()[0].splitlines())
    assert len(found) == 120
    gaps = [after - before for before, after in itertools.pairwise(found)]
    assert min(gaps) > 1 / 201


def test_an_own_rate_is_kept_too(bucket, now):
    pace = Pace(bucket, Wishes(rate=2.0), lambda _: 0, now=now)
    left = []
    for _ in range(5):
        at, why, _ = pace.next()
        assert not why
        now.at = max(at, now.at)
        left.append(now.at - NOON)
    assert left == pytest.approx([0, 0.5, 1, 1.5, 2], abs=0.05)


def test_a_slow_mail_does_not_leave_after_its_window(bucket, now):
    local = datetime.fromtimestamp(NOON).astimezone()
    minute = local.hour * 60 + local.minute
    pace = Pace(bucket, Wishes(rate=1 / 120, window=(minute, minute + 1)), lambda _: 0, now=now)
    assert not pace.next().why
    assert pace.next().why.startswith("the window opens at")


def test_a_day_of_the_service_has_no_more_than_was_asked(bucket, now):
    sent = []
    pace = Pace(bucket, Wishes(per_day=3), lambda since: sum(at >= since for at in sent), now=now)
    days = []
    while len(sent) < 7:
        at, why, _ = pace.next()
        now.at = max(now.at, at)
        if why:
            assert why.startswith("3 went out today; the service's next day begins at")
            continue
        sent.append(now.at)
        days.append(datetime.fromtimestamp(now.at + 8 * 3600, UTC).day)
    assert days == [28, 28, 28, 29, 29, 29, 30]
    # A later run of the same day knows what went out.
    assert Pace(bucket, Wishes(per_day=1), lambda _: 1, now=now).next()[1]


def test_a_ramp_counts_the_days_of_the_campaign(bucket, now):
    sent = []
    wishes = Wishes(ramp=(2, 50), per_day=4)

    def go_on(pace, most):
        days = []
        while len(days) < most:
            at, why, _ = pace.next()
            now.at = max(now.at, at)
            if not why:
                sent.append(now.at)
                days.append(datetime.fromtimestamp(now.at + 8 * 3600, UTC).day)
        return days

    def begun(since):
        return sum(at >= since for at in sent)

    assert go_on(Pace(bucket, wishes, begun, made=NOON, now=now), 6) == [28, 28, 29, 29, 29, 30]
    # A later run goes on with the allowance of the day, of which one mail has gone; the cap holds from the fourth on.
    later = Pace(bucket, wishes, begun, made=NOON, now=now)
    now.at += 1
    assert [datetime.fromtimestamp(now.at + 8 * 3600, UTC).day, *go_on(later, 8)] == [30, 30, 30, 30, *[1] * 4, 2]
    assert later.next()[1] == ""


def test_a_day_whose_quota_is_used_up_is_over(bucket, now):
    pace = Pace(bucket, Wishes(per_day=100), lambda _: 0, now=now)
    assert not pace.next()[1]
    pace.end_the_day()
    at, why, _ = pace.next()
    assert why.startswith("the day's quota is used up; the service's next day begins at")
    assert datetime.fromtimestamp(at, UTC) == datetime(2026, 11, 28, 16, tzinfo=UTC)
    now.at = at
    assert not pace.next()[1]


@pytest.mark.parametrize(
    ("window", "hour", "opens"),
    [
        ((540, 1080), 12, None),
        ((540, 1080), 18, 9),
        ((540, 1080), 3, 9),
        ((1320, 360), 23, None),
        ((1320, 360), 5, None),
        ((1320, 360), 12, 22),
        (None, 3, None),
    ],
)
def test_a_window_of_the_day(window, hour, opens):
    at = datetime(2026, 11, 28, hour).astimezone()
    found = opening(window, at.timestamp())
    assert bool(found) == (opens is not None)
    if opens is not None:
        assert datetime.fromtimestamp(found).astimezone().hour == opens
        assert 0 < found - at.timestamp() <= 86400


@pytest.mark.parametrize(
    ("wishes", "mails", "seconds"),
    [
        (Wishes(), 986, 10),
        (Wishes(rate=2), 100, 50),
        (Wishes(per_day=100), 250, 2 * 86400 + 50 / RATE),
        (Wishes(ramp=(200, 30)), 200, 200 / RATE),
        (Wishes(ramp=(200, 30)), 200 + 260 + 1, 2 * 86400 + 1 / RATE),
        (Wishes(ramp=(200, 30), per_day=250), 200 + 3 * 250 + 5, 4 * 86400 + 5 / RATE),
        (Wishes(rate=1, window=(540, 600)), 3601, 86400 + 1),
        (Wishes(), 0, 0),
    ],
)
def test_about_how_long_it_takes(wishes, mails, seconds):
    assert wishes.seconds(mails) == pytest.approx(seconds)
