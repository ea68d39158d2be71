"""Campaigns that last for days, and quotas that others use up: what is waited for, what ends a run, what is kept."""

from __future__ import annotations

import re
import signal
import subprocess
import threading

import pytest
from faulty import Fault
from patience import PATIENT
from shell import argv

from dmcli.sandbox.control.quota import set_quota
from dmcli.sandbox.server.http1 import wire

MERGE = "send merge people.csv --from news@sandbox.test --subject 'Hi {{ name }}' --text t --yes"


@pytest.fixture
def said(faulty):
    """Begins a line and goes on when it has said something, a part of which is given; then it is stopped."""

    def until(line, part):
        command = argv(f"-p sandbox --endpoint {{}} {line}", faulty.url)
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
            told = [next(line for line in process.stderr if part in line)]
            process.send_signal(signal.SIGINT)
            told += process.stderr.readlines()
        assert process.returncode == 130
        return "".join(told)

    return until


def states(run):
    shown = run("campaign show people -o json").json
    return {state: shown[state] for state in ("sent", "pending", "unknown", "rejected", "under_way") if shown[state]}


def test_a_ramp_is_kept_and_what_is_given_at_a_resume_counts_instead(said, run, people, mailed):
    people(7)
    told = said(f"{MERGE} --ramp 2:+50%/day", "2 went out today")
    assert "2 of 7 sent; 0 rejected, 0 unknown, 0 under way; 2 went out today; the service's next day begins at" in told
    assert "campaign resume people" in told
    assert len(mailed()) == 2
    assert states(run) == {"sent": 2, "pending": 5}
    said("campaign resume people", "2 went out today")
    said("campaign resume people --ramp 3:+1%/day", "3 went out today")
    said("campaign resume people --ramp 50:+1%/day --per-day 4", "4 went out today")
    assert len(mailed()) == 4
    run("campaign resume people --ramp 50:+1%/day")
    assert set(mailed().values()) == {1}
    assert states(run) == {"sent": 7}


def test_a_plan_heeds_a_ramp(run, box, people):
    people(7)
    box("sandbox quota --daily 3")
    plan = run(f"{MERGE} --ramp 2:+50%/day --dry-run -o json").json
    assert (plan["mails"], plan["day_left"]) == (7, 3)
    assert plan["takes"] == "2 d 0 h"  # 2, 3, and 2 of 4
    stopped = run(f"{MERGE} --ramp 4:+50%/day", code=5)
    assert "the quota has no room for 4 mails: 3 left today; give a smaller --per-day or --ramp" in stopped.err


def test_where_nothing_is_left_today_no_pace_is_advised(run, box, people, mailed):
    people(2)
    box("sandbox quota --daily 0")
    for pace in ("", " --per-day 1"):
        stopped = run(f"{MERGE}{pace}", code=5)
        assert "0 left today; wait for the next day of the service (UTC+8)" in stopped.err
    assert not mailed()


def test_a_quota_that_others_use_up_ends_the_run_or_is_waited_for(said, run, people, mailed, faulty):
    def lower(connection, reply):
        set_quota(faulty.sandbox, daily=3)
        connection.sendall(wire(reply, connection="close"))

    people(6)
    faulty.inject(Fault("lowered", lower, executed=True), "SingleSendMail", 1)
    stopped = run(f"{MERGE} --rate 5/s", code=5)
    assert "the day's quota is used up, with 3 mails left to send" in stopped.err
    assert "campaign resume people" in stopped.err
    assert states(run) == {"sent": 3, "pending": 3}
    # Known before the first mail is begun, or from a refusal; a run that may last for days waits.
    assert "the day's quota is used up" in run("campaign resume people", code=5).err
    told = said("campaign resume people --per-day 5", "the day's quota is used up; the service's next day begins at")
    assert re.search(r"begins at \d{4}-\d\d-\d\d \d\d:00 [+-]\d\d:00", told), "a time has its offset"
    assert "campaign resume people" in told
    set_quota(faulty.sandbox, daily=2000, monthly=3)
    assert "the month's quota is used up, with 3 mails" in run("campaign resume people --per-day 5", code=5).err
    set_quota(faulty.sandbox, monthly=60000)
    run("campaign resume people")
    assert set(mailed().values()) == {1}
    assert states(run) == {"sent": 6}


def test_no_mail_waits_for_the_figures(said, run, people, mailed, faulty):
    people(6)
    said(f"{MERGE} --per-day 2", "2 went out today")
    free = threading.Event()
    faulty.inject(Fault("hold", lambda *_: free.wait(PATIENT)), "DescAccountSummary", 1)
    run("campaign resume people --per-day 100")
    free.set()
    assert states(run) == {"sent": 6}
    assert set(mailed().values()) == {1}
