"""What every journal does, in a file and in PostgreSQL; and what several workers on one see of each other."""

from __future__ import annotations

import threading
from contextlib import suppress

import pytest
from patience import eventually
from postgres import running

from dmcli.errors import InputError, LockedError, UnreachableError
from dmcli.workflows.merge.journal import PENDING, REJECTED, SENT, SKIPPED, UNDER_WAY, UNKNOWN, Change
from dmcli.workflows.merge.journals.local import LocalCampaigns
from dmcli.workflows.merge.journals.shared import SharedCampaigns
from dmcli.workflows.merge.pace import Wishes

PLAN = {"path": "/people.csv", "fingerprint": "f", "letter": {"wire": {}}}


@pytest.fixture(scope="module")
def database():
    with running() as server:
        yield server


@pytest.fixture(params=["file", "postgres"])
def place(request, tmp_path, database):
    """Opens the campaigns of a place, as another process would."""
    opened = []

    def connect():
        if request.param == "file":
            made = LocalCampaigns({"HOME": str(tmp_path)})
        else:
            made = SharedCampaigns(database.url, typed=True, learn=lambda _: None)
        opened.append(made)
        return made

    yield connect
    for one in opened:
        one.close()
    if request.param == "postgres":
        with_all = SharedCampaigns(database.url, typed=True, learn=lambda _: None)
        for name in with_all.names():
            with_all.open(name).delete()
        with_all.close()


@pytest.fixture
def worker(database):
    """A connection of its own; "postgres" alone has several."""
    opened = []

    def connect(name="c"):
        opened.append(SharedCampaigns(database.url, typed=True, learn=lambda _: None))
        return opened[-1], opened[-1].work_on(name)

    yield connect
    for one in opened:
        one.close()
    last = SharedCampaigns(database.url, typed=True, learn=lambda _: None)
    for name in last.names():
        last.open(name).delete()
    last.close()


def plan(known, rows=5, wanted="c"):
    name, journal = known.new(wanted)
    with journal.planning(name, PLAN):
        for number in range(2, rows + 2):
            assert journal.put(number, f"p{number}@b.test", f"p{number}@b.test", {"name": "Ada\0", "z": "李"}) == 0
    return name, journal


def states(journal):
    return {row.number: row.state for row in journal.rows()}


def test_what_was_planned_is_found_again(place):
    known = place()
    name, journal = known.new("c d")
    with journal.planning(name, PLAN):
        assert journal.put(2, "a@b.test", "a@b.test", {"name": "李"}) == 0
        assert journal.put(3, "A@b.test", "a@b.test", {}) == 2
        assert journal.put(4, "bad\0", None, {}, "is no address") == 0
    assert name == "c-d"
    found = place().look("c-d")
    assert found.about()[0] == "c-d"
    assert found.about()[2] == PLAN
    assert [(row.number, row.state, row.reason) for row in found.rows()] == [
        (2, PENDING, ""),
        (4, SKIPPED, "is no address"),
    ]
    assert next(found.rows()).values == {"name": "李"}
    assert place().find("f") == place().find_file("/people.csv") == "c-d"


def test_a_plan_that_raises_leaves_nothing(place):
    known = place()
    name, journal = known.new("c")
    with suppress(InputError), journal.planning(name, PLAN):
        journal.put(2, "a@b.test", "a@b.test", {})
        raise InputError("no")
    journal.delete()
    assert list(place().all_plans()) == []


def test_a_row_goes_from_state_to_state(place):
    _, journal = plan(place())
    assert journal.begun_since(0) == 0
    rows = journal.claim(0, 4)
    assert [row.number for row in rows] == [2, 3, 4, 5]
    assert journal.counts()[PENDING] == 5
    for number in (2, 3, 4, 5):
        journal.write(Change(number, UNDER_WAY))
    assert journal.begun_since(0) == 4
    journal.write(Change(2, SENT, "E", "R"))
    journal.write(Change(3, REJECTED, "", "R", "InvalidToAddress", "no"))
    journal.write(Change(4, UNKNOWN, "", "", "", "lost"))
    journal.write(Change(5, PENDING))
    assert states(journal) == {2: SENT, 3: REJECTED, 4: UNKNOWN, 5: PENDING, 6: PENDING}
    assert journal.begun_since(0) == 2
    sent = next(journal.rows([SENT]))
    assert (sent.env_id, sent.request_id, sent.at > 0) == ("E", "R", True)
    assert [row.number for row in journal.claim(3, 1)] == [5]
    assert [row.number for row in journal.claim(5, 9)] == [6]
    assert [row.number for row in journal.claim(0, 9)] == [5, 6]  # begun anew
    with pytest.raises(InputError, match="row 2 is not unknown; nothing was changed"):
        journal.decide([4, 2], PENDING, "by hand")
    assert states(journal)[4] == UNKNOWN
    assert journal.decide([4], PENDING, "by hand") == 1
    assert journal.decide(None, PENDING, "again", of=REJECTED) == 1
    assert [row.number for row in journal.claim(0, 9)] == [3, 4, 5, 6]
    journal.pause(True)
    assert place().look("c").paused
    journal.pause(False)
    assert not journal.paused


def test_the_rows_of_a_call_are_written_in_one_commit(place):
    _, journal = plan(place())
    numbers = [row.number for row in journal.claim(0, 3)]
    journal.write(*(Change(number, UNDER_WAY) for number in numbers))
    journal.write(*(Change(number, SENT, "E") for number in numbers))
    assert states(journal) == dict.fromkeys(numbers, SENT) | {5: PENDING, 6: PENDING}


def test_many_threads_write_at_once(place):
    _, journal = plan(place(), 60)
    numbers = [row.number for row in journal.claim(0, 100)]

    def send(number):
        journal.write(Change(number, UNDER_WAY))
        journal.write(Change(number, SENT, f"E{number}"))

    threads = [threading.Thread(target=send, args=(number,)) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {row.env_id for row in journal.rows([SENT])} == {f"E{number}" for number in range(2, 62)}


def test_a_row_is_of_one_worker_alone_until_that_is_gone(worker, database):
    known = SharedCampaigns(database.url, typed=True, learn=lambda _: None)
    plan(known)
    known.close()
    (first, one), (second, two) = worker(), worker()
    assert [row.number for row in one.claim(0, 2)] == [2, 3]
    assert [row.number for row in two.claim(0, 9)] == [4, 5, 6]
    one.write(Change(2, UNDER_WAY))
    with pytest.raises(LockedError, match="row 3 is no longer this run's"):
        two.write(Change(3, UNDER_WAY))
    with pytest.raises(LockedError):
        two.write(Change(2, SENT))
    assert two.recover() == 0
    assert two.waits() == "other workers have the rest"
    with pytest.raises(LockedError, match="another dm is working on this campaign"):
        second.claim("c")
    first._server.db.close()  # as when the process dies
    eventually(lambda: two.recover() == 1)
    assert states(two) == {2: UNKNOWN, 3: PENDING, 4: PENDING, 5: PENDING, 6: PENDING}
    assert [row.number for row in two.claim(0, 9)] == [3, 4, 5, 6]
    with pytest.raises(UnreachableError, match="was lost"):
        one.write(Change(2, SENT))


def test_a_late_outcome_of_a_worker_that_was_taken_for_dead_still_counts(worker, database):
    known = SharedCampaigns(database.url, typed=True, learn=lambda _: None)
    plan(known)
    known.close()
    (first, one), (_, two) = worker(), worker()
    one.claim(0, 3)
    for number in (2, 3, 4):
        one.write(Change(number, UNDER_WAY))
    first._server.execute_here("SELECT pg_advisory_unlock_all()")  # as by a pooler, or a server that was restarted
    assert two.recover() == 3
    one.write(Change(2, SENT, "E"))
    two.decide([3], PENDING, "by hand")
    with pytest.raises(LockedError, match="row 3 is no longer"):
        one.write(Change(3, SENT), Change(2, SENT, "E"))
    with pytest.raises(LockedError):
        one.write(Change(4, UNDER_WAY))
    assert states(two) == {2: SENT, 3: PENDING, 4: UNKNOWN, 5: PENDING, 6: PENDING}


def test_workers_share_moments_by_the_databases_clock(worker, database, monkeypatch):
    known = SharedCampaigns(database.url, typed=True, learn=lambda _: None)
    plan(known, 60)
    known.close()
    (first, one), (second, two) = worker(), worker()
    paces = [first.pace(one, "account", Wishes(rate=10)), second.pace(two, "account", Wishes(rate=10))]
    rows, moments, began = [], [], first._server.now()
    for _ in range(3):
        for journal, pace in ((one, paces[0]), (two, paces[1])):
            got = journal.claim(rows[-1] if rows else 0, 500)
            assert len(got) == 2  # of a fifth of a second
            rows += [row.number for row in got]
            moments += [pace.next()[0] for _ in got]
    assert sorted(rows) == list(range(2, 14))
    assert moments == sorted(moments)
    ((following,),) = first._server.execute_here("SELECT next FROM dm.bucket WHERE scope = ?", (one.schema,)).fetchall()
    assert following >= began + 12 / 10 - 0.1  # of both together, a tenth of a second apart
    first.pace(one, "account", Wishes()).slow_down()
    monkeypatch.setattr("time.time", lambda: 1e9)  # another clock changes nothing of the rate
    later = [paces[1].next()[0] for _ in range(3)]
    assert later == sorted(later)
