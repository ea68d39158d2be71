"""A journal does what a model of it does, whatever happens: who may have a mail is never pending again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from dmcli.errors import InputError
from dmcli.workflows.merge.journal import PENDING, REJECTED, SENT, SKIPPED, UNDER_WAY, UNKNOWN, Change

if TYPE_CHECKING:
    from collections.abc import Callable

PEOPLE = st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=8)


class Place(Protocol):
    """Where the journals of one run of the machine are: what it needs of a kind of journal."""

    def open(self) -> Any:
        """The journal, opened again where it has been there."""

    def check(self, journal: Any) -> None:
        """What is looked at once a journal is opened again."""

    def crash(self, journal: Any) -> None:
        """End a journal's use as the end of the process would, in the middle of anything."""

    def end(self) -> None:
        """Delete everything."""


class Machine(RuleBasedStateMachine):
    """Runs of one campaign; `states` is what the journal must say, `mailed` who may have a mail that nobody denied."""

    kind: Callable[[], Place]

    def __init__(self) -> None:
        super().__init__()
        self.place = type(self).kind()
        self.journal = self.place.open()
        self.states: dict[int, str] = {}
        self.mailed: set[int] = set()

    def teardown(self) -> None:
        self.journal.close()
        self.place.end()

    @initialize(people=PEOPLE)
    def plan(self, people: list[tuple[int, bool]]) -> None:
        first: dict[str, int] = {}
        with self.journal.planning("c", {"fingerprint": "f"}):
            for number, (person, skipped) in enumerate(people, 2):
                key = f"p{person}@b.test"
                earlier = self.journal.put(number, key, key, {"name": str(person)}, "suppressed" if skipped else "")
                if skipped:
                    assert earlier == 0
                    self.states[number] = SKIPPED
                elif key in first:
                    assert earlier == first[key]
                else:
                    assert earlier == 0
                    first[key], self.states[number] = number, PENDING

    def within(self, *states: str) -> list[int]:
        return [number for number, state in self.states.items() if state in states]

    @rule(most=st.integers(1, 3))
    def begin(self, most: int) -> None:
        found = self.journal.claim(0, most)
        assert [row.number for row in found] == self.within(PENDING)[:most]
        for row in found:
            self.journal.write(Change(row.number, UNDER_WAY, "e"))
            self.states[row.number] = UNDER_WAY
            self.mailed.add(row.number)

    @precondition(lambda self: self.within(UNDER_WAY))
    @rule(state=st.sampled_from((SENT, REJECTED, UNKNOWN, PENDING)), data=st.data())
    def outcome(self, state: str, data: st.DataObject) -> None:
        """The answer; pending where not one byte left."""
        number = data.draw(st.sampled_from(self.within(UNDER_WAY)))
        self.journal.write(Change(number, state, "e", "r"))
        self.states[number] = state
        if state in (REJECTED, PENDING):
            self.mailed.discard(number)

    @rule(crashed=st.booleans())
    def end_and_recover(self, crashed: bool) -> None:
        if crashed:
            self.place.crash(self.journal)
        else:
            self.journal.close()
        self.journal = self.place.open()
        self.place.check(self.journal)
        held = self.within(UNDER_WAY)
        assert self.journal.recover() == len(held)
        self.states |= dict.fromkeys(held, UNKNOWN)

    @precondition(lambda self: self.within(UNKNOWN))
    @rule(sent=st.booleans(), data=st.data())
    def settle(self, sent: bool, data: st.DataObject) -> None:
        numbers = data.draw(st.lists(st.sampled_from(self.within(UNKNOWN)), min_size=1, unique=True))
        assert self.journal.decide(numbers, SENT if sent else PENDING, "by hand") == len(numbers)
        self.states |= dict.fromkeys(numbers, SENT if sent else PENDING)
        if not sent:
            self.mailed.difference_update(numbers)

    @rule(number=st.integers(1, 10))
    def settle_a_wrong_one(self, number: int) -> None:
        """One that is not unknown after some that are: nothing is changed."""
        if self.states.get(number) == UNKNOWN:
            return
        with pytest.raises(InputError, match="nothing was changed"):
            self.journal.decide([*self.within(UNKNOWN), number], PENDING, "by hand")

    @rule()
    def retry_rejected(self) -> None:
        again = self.within(REJECTED)
        assert self.journal.decide(None, PENDING, "again", of=REJECTED) == len(again)
        self.states |= dict.fromkeys(again, PENDING)

    @rule()
    def plan_that_fails(self) -> None:
        with pytest.raises(ZeroDivisionError), self.journal.planning("d", {}):  # noqa: PT012
            self.journal.put(99, "x@b.test", "x@b.test", {})
            raise ZeroDivisionError

    @invariant()
    def it_is_as_the_model_says(self) -> None:
        assert {row.number: row.state for row in self.journal.rows()} == self.states
        assert {s: n for s, n in self.journal.counts().items() if n} == {
            state: len(self.within(state)) for state in set(self.states.values())
        }
        assert self.journal.begun_since(0) == len(self.within(SENT, UNKNOWN, UNDER_WAY))
        assert not self.mailed & {row.number for row in self.journal.rows([PENDING])}
