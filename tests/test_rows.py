"""A test of many rows tries all of them, and names those that do not hold."""

from __future__ import annotations

import pytest
from rows import each


def test_all_rows_are_tried_and_those_that_fail_are_named(tmp_path):
    tried = []

    @each(("one", "other"), [(1, 1), (1, 2), (2, 2), (3, 4)])
    @each("letter", "ab", named=str.upper)
    def test(tmp_path, one, other, letter):
        tried.append((one, letter))
        assert one == other or letter == "a"
        if one == 3:
            pytest.fail("three")

    with pytest.raises(BaseExceptionGroup, match=r"^of 4: \(1, 2\), \(3, 4\)$") as failed:
        test(tmp_path=tmp_path)
    assert tried == [(one, letter) for one in (1, 1, 2, 3) for letter in "ab"]
    assert [group.message for group in failed.value.exceptions] == ["of 2: B", "of 2: A, B"]
    assert failed.value.exceptions[0].exceptions[0].__notes__ == ["That was B."]


def test_no_rows_are_no_test():
    with pytest.raises(AssertionError, match="cannot fail"):
        each("one", [])
