"""Domains that no mail reaches, as their names tell, and the list of top-level domains."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import idna
import pytest

from dmcli.api.kinds import reach


@pytest.mark.parametrize(
    ("domain", "told"),
    [
        ("example.com", ""),
        ("mail.EXAMPLE.Museum", ""),
        (idna.encode("例え.みんな").decode(), ""),
        ("b", "b has no dot: it is no domain that mail reaches"),
        ("localhost", "localhost has no dot"),
        ("foo.invalid", "foo.invalid is below .invalid, a name that is reserved"),
        ("foo.LocalHost", "below .localhost"),
        ("printer.local", "below .local"),
        ("gmail.con", "gmail.con: there is no top-level domain .con (list of the IANA, version 20"),
        ("a.123", "there is no top-level domain .123"),
    ],
)
def test_what_no_mail_reaches(domain, told):
    said = reach.unreachable(domain)
    assert told in said
    assert bool(said) == bool(told)


def test_the_list_is_that_of_the_iana_with_its_date():
    lines = (Path(reach.__file__).parent / "tlds-alpha-by-domain.txt").read_text("ascii").splitlines()
    assert re.fullmatch(r"# Version 20\d{8}, Last Updated .* 20\d\d UTC", lines[0])
    assert lines[1:] == sorted(set(lines[1:]))
    assert {"COM", "CN", "ARPA", "XN--FIQS8S"} <= set(lines)
    assert all(re.fullmatch("[A-Z]{2,63}|XN--[A-Z0-9-]+", line) for line in lines[1:])
    assert not reach.RESERVED & {line.lower() for line in lines}


def test_the_list_is_read_where_it_decides_only():
    program = """
from dmcli.api.kinds import addresses, reach
reach.unreachable("b"), reach.unreachable("b.test")
assert reach._top_level_domains.cache_info().currsize == 0
reach.unreachable("b.com")
assert reach._top_level_domains.cache_info().currsize == 1
"""
    subprocess.run([sys.executable, "-c", program], check=True)
