"""Merges by inline batches: a call of many rows, each with values of its own; nobody mailed twice here either."""

from __future__ import annotations

import json
import sqlite3
import time
from collections import Counter
from contextlib import closing, suppress

import pytest
from faulty import Fault, reset

from dmcli.api.wire import Reply
from dmcli.sandbox.server.http1 import wire
from dmcli.workflows.merge import pace
from dmcli.workflows.merge.pace import Pace, Wishes, way_of

MERGE = (
    "send merge people.csv --via batch --from news@sandbox.test --subject 'Hello {{ name }}' --text 'Dear {{ name }}'"
)
THREE = {"p2@b.test": 1, "p3@b.test": 1, "p4@b.test": 1}
DROPPED = Fault("drop", lambda connection, _: reset(connection), executed=True)


def half(connection, reply):
    whole = wire(reply, connection="close")
    connection.sendall(whole[: len(whole) - 20])


def refused(code, status=400):
    reply = Reply(status, {}, json.dumps({"Code": code, "Message": "no", "RequestId": "R"}).encode())
    return Fault(code, lambda connection, _: connection.sendall(wire(reply, connection="close")))


@pytest.fixture
def now(tmp_path):
    """Lets the next call leave at once, though one left just before."""

    def forget():
        with suppress(FileNotFoundError):
            (tmp_path / ".local/state/dm/pace.db").unlink()

    return forget


def states(run):
    return {row["row"]: row["state"] for row in run("campaign report people -o json").json["rows"]}


def test_each_row_of_a_batch_has_its_own_mail(run, people, mailed, faulty, box):
    people(["a@b.test,A & Li", "b@b.test,", "c@b.test,Carl"])
    text = "{% if name %}Dear {{ name|upper }}{% else %}Hello{% endif %},\nbye\n"
    page = "<style>p { color: red }</style><p>{{ name|default('friend') }}{{ email }}</p>"
    line = "send merge people.csv --via batch --from news@sandbox.test --subject 'For {{ name|default(email) }}'"
    done = run(line + " --text {} --html {} --alias News --yes -o json", text, page)
    assert done.json["sent"] == 3
    assert faulty.arrived("BatchSendMail") == 1
    assert not faulty.arrived("SingleSendMail")
    assert mailed() == {"a@b.test": 1, "b@b.test": 1, "c@b.test": 1}
    a, b, c = (box(f"sandbox mail show --to {who}@b.test -o json").json for who in "abc")
    assert [mail["subject"] for mail in (a, b, c)] == ["For A & Li", "For b@b.test", "For Carl"]
    assert (a["text"], b["text"]) == ("Dear A & LI,\nbye\n", "Hello,\nbye\n")
    assert "<p>A &amp; Lia@b.test</p>" in a["html"]
    assert "<p>friendb@b.test</p>" in b["html"]
    assert (a["alias"], a["headers"]) == ("News", {})
    rows = run("campaign report people -o json").json["rows"]
    assert len({row["env_id"] for row in rows}) == 1
    assert {row["message_id"] for row in rows} == {""}  # headers are those of all


def test_what_will_be_done_is_shown_and_a_sample_goes_the_same_way(run, people, mailed, faulty):
    people(250)
    shown = run(f"{MERGE} --dry-run -o json").json
    assert (shown["via"], shown["mails"]) == ("batch", 250)
    assert shown["seconds"] == pytest.approx(250 / 100 * 60 / 20, rel=0.05)
    assert run("send merge people.csv --from news@sandbox.test --subject s --text t --dry-run -o json").json[
        "seconds"
    ] == pytest.approx(2.5, abs=0.1)
    run(f"{MERGE} --test-to me@b.test")
    assert mailed() == {"me@b.test": 1}
    assert faulty.arrived("BatchSendMail") == 1


def test_a_hundred_rows_are_a_call_and_calls_keep_their_distance(run, people, mailed, faulty):
    people(201)
    began = time.monotonic()
    run(f"{MERGE} --yes")
    assert faulty.arrived("BatchSendMail") == 3
    assert time.monotonic() - began > 2 * 3.0
    assert set(mailed().values()) == {1}
    assert len(mailed()) == 201


@pytest.mark.parametrize("fault", [DROPPED, Fault("half", half, executed=True)])
def test_without_a_whole_answer_all_of_a_call_are_unknown_and_none_is_sent_again(run, mailed, faulty, now, fault):
    faulty.inject(fault, "BatchSendMail", 1)
    assert run(f"{MERGE} --yes -o json", code=6).json["unknown"] == 3
    now()
    run("campaign resume people", code=6)
    assert mailed() == THREE
    assert faulty.arrived("BatchSendMail") == 1
    assert "3 of 3 unknown mails found at the service" in run("campaign settle people").err
    assert set(states(run).values()) == {"sent"}


@pytest.fixture
def at_once(monkeypatch):
    """Calls may follow each other at once, so that many are quick."""
    monkeypatch.setattr(pace, "USED", 60)


@pytest.mark.parametrize("code", ["InvalidReceiverName.Malformed", "InvalidTemplateData.Malformed"])
def test_a_recipient_that_is_refused_costs_no_other_of_its_call(run, people, mailed, faulty, box, at_once, code):
    people(150)
    box("sandbox fault add error {} --action BatchSendMail --to 'p77@*' --rate 1", code)
    ended = run(f"{MERGE} --yes -o json", code=7)
    assert (ended.json["sent"], ended.json["rejected"], ended.json["pending"]) == (149, 1, 0)
    (row,) = run("campaign report people --only rejected -o json").json["rows"]
    assert (row["address"], row["code"]) == ("p77@b.test", code)
    assert row["reason"]
    assert len(mailed()) == 149
    assert set(mailed().values()) == {1}
    assert faulty.arrived("BatchSendMail") == 1 + 2 * 6 + 1  # halves of 100 until one is alone, and the other 50


def test_each_call_of_halves_keeps_its_distance_and_rows_in_halves_are_of_this_run(run, mailed, faulty, box):
    box("sandbox fault add error InvalidReceiverName.Malformed --action BatchSendMail --to 'p2@*' --rate 1")
    began = time.monotonic()
    assert "1 of 3 mails was rejected" in run(f"{MERGE} --yes", code=7).err
    assert time.monotonic() - began > 2 * 3.0  # of three calls: all, the one, the others
    assert faulty.arrived("BatchSendMail") == 3
    assert mailed() == {"p3@b.test": 1, "p4@b.test": 1}
    box("sandbox fault remove --all")
    run("campaign retry-rejected people")
    run("campaign resume people")
    assert mailed() == THREE


def test_where_every_recipient_is_refused_the_run_stops_after_ten(run, people, mailed, faulty, at_once):
    people(60)
    faulty.inject(refused("InvalidReceiverName.Malformed"), "BatchSendMail")
    assert "the last 10 mails all failed, so the run stopped" in run(f"{MERGE} --yes", code=1).err
    left = Counter(states(run).values())
    assert left.keys() == {"pending", "rejected"}
    faulty.times = 0
    run("campaign resume people", code=7)
    assert len(mailed()) == left["pending"]


def test_a_call_without_an_answer_or_refused_stops_what_is_larger(run, people, mailed, faulty, now):
    people(150)
    faulty.inject(DROPPED, "BatchSendMail", 1)
    assert "100 of the last 100 mails got no answer" in run(f"{MERGE} --yes", code=6).err
    assert len(mailed()) == 100
    faulty.inject(refused("NeverHeardOf"), "BatchSendMail", 1)
    now()
    ended = run("campaign resume people", code=6).err
    assert "and what became of 100 mails is not known" in ended
    assert sorted(states(run).values()) == ["rejected"] * 50 + ["unknown"] * 100


def test_a_quota_that_has_no_room_for_a_call_is_used_up(run, people, box, mailed):
    people(150)
    run(f"{MERGE} --plan-only")
    box("sandbox quota --daily 120 --monthly 3600")
    assert "the day's quota is used up, with 50 mails left to send" in run("campaign resume people", code=5).err
    assert len(mailed()) == 100


def test_what_is_wrong_for_all_leaves_them_pending_and_a_resume_goes_the_same_way(run, mailed, faulty, now):
    faulty.inject(refused("InvalidMailAddress.NotFound", 404), "BatchSendMail")
    run(f"{MERGE} --yes", code=10)
    assert set(states(run).values()) == {"pending"}
    other = MERGE.replace(" --via batch", "")
    assert "planned with another --via;" in run(f"{other} --yes --resume", code=2).err
    assert "'people' is of the same file, texts and sender" in run(f"{other} --yes", code=2).err
    faulty.times = 0
    now()
    run("campaign resume people")
    assert mailed() == THREE
    assert not faulty.arrived("SingleSendMail")


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("--text '{{ name }} {x1}'", 2, "--text has {x1}, which the service would take for a variable"),
        ("--text t --use-reply-to", 2, "--via batch has no --use-reply-to"),
        ("--text t --attachment a.txt=https://files.example.com/a.txt", 2, "--via batch takes no attachments"),
        ("--text t --from noreply@sandbox.test", 5, "noreply@sandbox.test is of the trigger type"),
        ("--text {}", 2, "too large for --via batch"),
    ],
)
def test_what_a_batch_cannot_have_is_told_before_anything_is_sent(run, mailed, line, code, said):
    values = ["x" * 1_600_000] if "{}" in line else []
    sender = "" if "--from" in line else "--from news@sandbox.test"
    assert said in run(f"send merge people.csv --via batch {sender} --subject s --yes {line}", *values, code=code).err
    assert not mailed()


@pytest.mark.parametrize(
    ("name", "said"), [("{html1}", "has {html1} in a value"), ("x" * 61_000, "differs from other rows by 61")]
)
def test_rows_that_a_batch_cannot_have_are_bad(run, people, mailed, name, said):
    people([f"a@b.test,{name}", "c@b.test,C"])
    line = MERGE.replace("'Hello {{ name }}'", "Hello")
    assert said in run(f"{line} --yes", code=2).err
    run(f"{line} --yes --skip-bad")
    assert mailed() == {"c@b.test": 1}


def test_the_days_mails_bound_a_call_and_the_region_its_rate():
    class Free:
        def take(self, count=1):
            return [0.0] * count

    home, abroad = way_of("batch", "cn-hangzhou"), way_of("batch", "ap-southeast-1")
    assert 59 < 20 / home.rate < 61
    assert home.rate == 2 * abroad.rate
    one = Pace(Free(), Wishes(per_day=130), lambda _: 0, home)
    assert [one.next(100).mails, one.next(100).mails] == [100, 30]
    assert "130 went out today" in one.next(100).why
    one.give_back(30)
    assert one.next(100).mails == 30
    assert Wishes(rate=10.0).seconds(1000, home) == 100


def test_a_plan_of_before_there_were_batches_goes_on_by_single_sends(run, mailed, faulty, tmp_path):
    line = "send merge people.csv --from news@sandbox.test --subject 'Hello {{ name }}' --text 'Dear {{ name }}'"
    run(f"{line} --plan-only")
    with closing(sqlite3.connect(tmp_path / ".local/state/dm/campaigns/people.db")) as db, db:
        db.execute("UPDATE campaign SET plan = json_remove(plan, '$.inputs.via', '$.letter.via')")
    assert "planned with another --via" in run(f"{line} --via batch --resume", code=2).err
    run(f"{line} --resume")
    assert mailed() == THREE
    assert not faulty.arrived("BatchSendMail")
