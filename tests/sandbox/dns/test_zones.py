"""The list of public suffixes: it has a date, and that is stated."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import publicsuffixlist

from dmcli.sandbox.dns.zones import list_date
from dmcli.sandbox.fidelity.statements import find_statements


def test_the_date_is_that_of_the_list():
    data = Path(publicsuffixlist.__file__).with_name("public_suffix_list.dat").read_text(encoding="utf-8")
    kept = re.search(r"^// VERSION: (\d{4}-\d\d-\d\d)_", data, re.MULTILINE)
    assert (
        0 <= (date.fromisoformat(list_date()) - date.fromisoformat(kept[1])).days <= 31
    )  # it is released with its list
    assert any(list_date() in one.text for one in find_statements(["public suffixes"]))
