"""A Record is what a NamedTuple is, an Enumeration what an Enum is: whatever one does, the other does."""

from __future__ import annotations

import copy
import gc
import pickle
import re
import sys
from enum import Enum
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmcli import folding
from dmcli.record import Enumeration, Record


class Ours(Record):
    """One of ours."""

    line: int
    column: int = 1
    words: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """Both numbers."""
        return f"{self.line}:{self.column}"


class Theirs(NamedTuple):
    """The same as it would be."""

    line: int
    column: int = 1
    words: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """Both numbers."""
        return f"{self.line}:{self.column}"


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ((7,), {}),
        ((7, 3), {}),
        ((7, 3, ("a",)), {}),
        ((), {"line": 7, "words": ("a",)}),
        ((7,), {"column": 2}),
        ((), {}),
        ((1, 2, (), 4), {}),
        ((7,), {"line": 7}),
        ((7,), {"row": 7}),
    ],
)
def test_a_record_is_made_and_behaves_as_a_named_tuple(values, named):
    try:
        theirs = Theirs(*values, **named)
    except TypeError:
        with pytest.raises(TypeError):
            Ours(*values, **named)
        return
    ours = Ours(*values, **named)
    assert ours == theirs
    assert hash(ours) == hash(theirs)
    assert repr(ours) == repr(theirs).replace("Theirs", "Ours")
    assert (ours._fields, ours._asdict(), ours.place) == (theirs._fields, theirs._asdict(), theirs.place)
    assert ours._replace(column=9) == theirs._replace(column=9)
    line, *rest = ours
    assert (line, rest) == (ours.line, [ours.column, ours.words])
    for twin in (copy.copy(ours), pickle.loads(pickle.dumps(ours))):  # noqa: S301  our own
        assert (twin, type(twin)) == (ours, Ours)


def test_a_record_does_not_change():
    with pytest.raises(AttributeError):
        Ours(7).line = 8
    with pytest.raises(TypeError, match="row"):
        Ours(7)._replace(row=8)


class Side(Enumeration):
    """One of ours."""

    LEFT = "left"
    RIGHT = "right"

    @property
    def initial(self) -> str:
        """Its first letter."""
        return self.name[0]


class TheirSide(Enum):
    """The same as it would be."""

    LEFT = "left"
    RIGHT = "right"


def test_an_enumeration_behaves_as_an_enum():
    assert [(side.name, side.value) for side in Side] == [(side.name, side.value) for side in TheirSide]
    assert [repr(side) for side in Side] == [repr(side).replace("Their", "") for side in TheirSide]
    assert [str(side) for side in Side] == [str(side).replace("Their", "") for side in TheirSide]
    assert {side: side.initial for side in Side} == {Side.LEFT: "L", Side.RIGHT: "R"}
    assert isinstance(Side.LEFT, Side)
    assert Side.LEFT != Side.RIGHT
    for copied in (copy.copy, copy.deepcopy, lambda side: pickle.loads(pickle.dumps(side))):  # noqa: S301  our own
        assert copied(Side.LEFT) is Side.LEFT


@given(st.text("ab `,;-dm", max_size=30))
def test_ascii_is_cut_into_the_same_pieces_by_the_patterns_for_it(text):
    for quick, whole in ((folding._ASCII_PIECE, folding._PIECE), (folding._ASCII_WORD, folding._WORD)):
        assert re.findall(quick, text) == re.findall(whole, text)


def test_what_is_replaced_leaves_no_memory_taken():
    """Python keeps tuples of a length that it did not know, up to 2,000 of each: a list of 1,000 pages made them."""
    place = Ours(1)
    gc.collect()
    before = sys.getallocatedblocks()
    for number in range(1000):
        place = place._replace(line=number)
    assert sys.getallocatedblocks() - before < 500
