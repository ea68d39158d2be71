"""Merges that end at every point at which they can, and where the disk is full: no mail twice, none lost."""

from __future__ import annotations

import itertools
import sqlite3
from contextlib import closing

import pytest
from failpoints import KILLED, POINTS
from shell import words

from dmcli.sandbox.control.faults import add_fault, fault_of
from dmcli.sandbox.mail.attachments import read_attachments
from dmcli.sandbox.mail.mailbox import list_mail
from dmcli.workflows.merge.sending import THREADS

MERGE = "send merge people.csv --from news@sandbox.test --subject 'Hello {{ name }}' --text 'Dear {{ name }}' --yes"


class Campaign:
    """One campaign of people of its own: run to a point, gone on with, and looked at."""

    def __init__(self, forks, faulty, folder, people, counts, name, size, via="single", options=()):
        self.forks, self.name, (self.mailed, self.identified) = forks, name, counts
        self.via, self.more = via, options
        self.options = ["-p", "sandbox", "--endpoint", faulty.url]
        self.path = folder / ".local/state/dm/campaigns" / f"{name}.db"
        self.people = [f"p{number}.{name}@b.test" for number in range(size)]
        people([f"{address},{name} {number}" for number, address in enumerate(self.people)])

    def merge(self, *point):
        return self.forks(
            [*self.options, *words(MERGE), "--via", self.via, "--campaign", self.name, *self.more], *point
        )

    def resume(self, *point):
        return self.forks([*self.options, "campaign", "resume", self.name], *point)

    def states(self):
        """The state of each person's row; nothing where the plan was not kept."""
        if not self.path.exists():
            return {}
        with closing(sqlite3.connect(self.path)) as db:
            return (
                dict(db.execute("SELECT address, state FROM row"))
                if db.execute("PRAGMA user_version").fetchone()[0]
                else {}
            )

    def finish(self):
        """Go on until nothing is pending; the codes of the runs."""
        return self.resume() if self.states() else self.merge()

    def check(self):
        """Nobody has two mails; who counts as sent has one; who counts as unknown was under way."""
        mails, states = self.mailed(), self.states()
        if self.via == "single":  # an inline batch has no Message-ID of its rows
            ids = self.identified()
            assert set(ids.values()) <= {1}
            assert None not in ids
            assert len(ids) == sum(mails.values())
        assert set(states) == set(self.people)
        assert set(states.values()) <= {"sent", "unknown"}
        for person, state in states.items():
            assert mails[person] <= 1, f"{person} was mailed twice"
            assert mails[person] == 1 or state == "unknown", f"{person} counts as {state} and has no mail"
        return sum(state == "unknown" for state in states.values())


@pytest.fixture
def campaign(forks, faulty, tmp_path, people, mailed, identified):
    counts = mailed, identified
    return lambda name, size=2, **how: Campaign(forks, faulty, tmp_path, people, counts, name, size, **how)


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize(("via", "size"), [("single", 1), ("batch", 3)])  # one call, so that the points come in order
def test_killed_at_every_point_nobody_is_mailed_twice_and_nobody_is_left_out(campaign, forks, via, size, point):
    for number in itertools.count(1):
        one = campaign(f"k{number}", size, via=via)
        code = one.merge(point, number)
        if code == 0:
            break
        assert code == KILLED, forks.output
        assert len(set(one.states().values())) <= 1  # the rows of a call go together
        assert one.finish() in (0, 6), forks.output
        assert one.check() in (0, size)
    assert number > 1


@pytest.mark.parametrize("point", [POINTS[2], POINTS[4]])
def test_killed_between_halves_nobody_is_mailed_twice_and_nobody_is_left_out(campaign, forks, sandbox, point):
    refuses = {"effect": "error", "value": "InvalidReceiverName.Malformed", "recipient": "p1*", "rate": 1.0}
    add_fault(sandbox, fault_of(refuses))
    for number in itertools.count(1):
        one = campaign(f"h{number}", 2, via="batch")
        code = one.merge(point, number)
        assert code == (KILLED if code < 0 else 7), forks.output
        assert one.finish() in (6, 7), forks.output
        mails, states, (other, refused) = one.mailed(), one.states(), one.people
        assert states.keys() == {other, refused}
        assert states[refused] in ("rejected", "unknown")
        assert not mails[refused]
        assert (mails[other], states[other]) in ((1, "sent"), (1, "unknown"), (0, "unknown"))
        if code != KILLED:
            break
    assert number > 3


@pytest.mark.parametrize("number", range(1, 8))
def test_on_a_full_disk_it_stops_and_says_so(campaign, forks, number):
    one = campaign(f"f{number}")
    code = one.merge(POINTS[1], number, "full")
    said = forks.output
    assert "Traceback" not in said
    assert code in (6, 8) if number < 5 else code in (0, 6, 8), said
    if code:
        assert "database or disk is full" in said
    mails, states = one.mailed(), one.states()
    for person in one.people:  # what was sent is in the journal, as sent or as possibly sent
        assert not mails[person] or states[person] in ("sent", "under way"), said
    assert one.finish() in (0, 6), forks.output
    one.check()


def test_a_resumed_run_that_is_killed_too_is_resumed(campaign):
    one = campaign("again")
    assert one.merge(POINTS[4], 1) == KILLED
    assert one.resume(POINTS[2], 2) == KILLED
    assert one.finish() in (0, 6)
    one.check()


def test_killed_with_a_file_in_its_mails_it_sends_the_same_bytes_or_nothing(campaign, forks, sandbox, tmp_path):
    file = tmp_path / "terms.txt"
    for number in (1, 3):
        file.write_bytes(b"the terms")
        one = campaign(f"a{number}", THREADS + 2, options=("--attach", str(file)))  # so not all are under way at once
        assert one.merge(POINTS[4], number) == KILLED
        before = sum(one.mailed().values())
        file.write_bytes(b"the TERMS")
        assert one.resume() == 2, forks.output
        assert "put it back as it was" in " ".join(forks.output.split())
        assert sum(one.mailed().values()) == before
        file.write_bytes(b"the terms")
        assert one.finish() in (0, 6), forks.output
        one.check()
    mails = list_mail(sandbox, whole=True)
    assert {read_attachments(sandbox, mail)[0].data for mail in mails} == {b"the terms"}
