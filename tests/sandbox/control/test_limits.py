"""Rate limits: off unless asked for, then as many calls as were asked for and no more."""

from __future__ import annotations

import pytest
from cloud import NOON
from hypothesis import given
from hypothesis import strategies as st

from dmcli.api.regions import REGIONS
from dmcli.errors import InputError
from dmcli.sandbox.control import limits
from dmcli.sandbox.control.limits import DOCUMENTED, limit_of
from dmcli.sandbox.emulator import Sandbox


@pytest.fixture
def limit(cloud):
    """Sets a limit."""

    def put(action, rate):
        limits.set_limits(cloud.sandbox, [limit_of(action, rate)])

    return put


def sends(cloud, count):
    """Status and code of so many sends at once."""
    found = [cloud.reply("SingleSendMail", **cloud.mail) for _ in range(count)]
    return [reply.status for reply in found]


def test_without_a_limit_there_is_none(cloud):
    assert sends(cloud, 150) == [200] * 150


def test_calls_beyond_the_limit_are_throttled_until_time_has_passed(cloud, limit):
    limit("SingleSendMail", "5/s")
    assert sends(cloud, 7) == [200] * 5 + [400] * 2
    assert cloud.refused("SingleSendMail", **cloud.mail) == (400, "Throttling.User")
    cloud.pass_time(seconds=0.4)
    assert sends(cloud, 3) == [200, 200, 400]
    cloud.pass_time(seconds=100)
    assert sends(cloud, 7) == [200] * 5 + [400] * 2


def test_a_throttled_call_does_nothing(cloud, limit):
    limit("SingleSendMail", "1/min")
    sends(cloud, 3)
    assert len(cloud.mails()) == 1


def test_a_limit_is_an_actions_own(cloud, limit):
    limit("BatchSendMail", "1/s")
    assert sends(cloud, 3) == [200] * 3
    assert cloud.ok("QueryTagByParam")


def test_limits_are_listed_and_lifted(cloud):
    limits.set_documented(cloud.sandbox)
    assert {one.action: one.text for one in limits.list_limits(cloud.sandbox)} == DOCUMENTED
    assert limits.lift_limits(cloud.sandbox, "SingleSendMail") == 1
    assert limits.lift_limits(cloud.sandbox) == 1
    assert sends(cloud, 101) == [200] * 101


@pytest.mark.parametrize("region", [region for region in REGIONS if not region.startswith("cn-")])
def test_fewer_batches_are_documented_outside_the_mainland(region):
    sandbox = Sandbox(":memory:", region=region)
    limits.set_documented(sandbox)
    assert {one.action: one.text for one in limits.list_limits(sandbox)} == {
        "SingleSendMail": "100/s",
        "BatchSendMail": "10/min",
    }
    sandbox.close()


@pytest.mark.parametrize("text", ["10", "10/d", "0/s", "-1/s", "1.5/s", "x/s", "1000000000/s", ""])
def test_a_rate_is_calls_in_a_time(text):
    with pytest.raises(InputError, match=r"is no rate such as 10/s, 20/min or 100/h"):
        limit_of("SingleSendMail", text)


@given(st.integers(1, 999_999), st.sampled_from(["s", "min", "h"]))
def test_a_limit_reads_as_it_was_typed(calls, unit):
    assert limit_of("CreateTag", f"{calls}/{unit}").text == f"{calls}/{unit}"


@given(st.lists(st.floats(0, 3), max_size=40), st.integers(1, 20))
def test_no_window_has_more_than_the_limit_and_a_full_bucket(waits, rate):
    sandbox = Sandbox(":memory:", now=lambda: NOON)
    limits.set_limits(sandbox, [limit_of("CreateTag", f"{rate}/s")])
    now, taken = NOON.timestamp(), []
    with sandbox.store.transaction() as connection:
        for wait in waits:
            now += wait
            taken += [now] * sum(limits.take_call(connection, "CreateTag", now) for _ in range(3))
    sandbox.close()
    for start in taken:
        assert sum(start <= at < start + 1 for at in taken) <= 2 * rate + 1
