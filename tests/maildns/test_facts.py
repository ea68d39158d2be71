"""What other software does with mail's DNS records that one would not guess, and that our exports heed."""

from __future__ import annotations

import dns.exception
import dns.zone
import pytest

from dmcli.maildns import exports
from dmcli.maildns.wanted import Record as Wanted

LONG = "v=DKIM1; k=rsa; p=" + "A" * 282


def test_one_string_of_300_characters_is_no_zone_file():
    assert len(LONG) == 300
    with pytest.raises(dns.exception.SyntaxError):
        dns.zone.from_text(f'@ 300 TXT "{LONG}"', origin="x.test", check_origin=False)
    ours = exports.zone([Wanted("dkim", "k.x.test", "TXT", LONG, "x.test")])
    read = dns.zone.from_text(ours, origin="x.test", check_origin=False)
    (found,) = [rdata for _, _, rdata in read.iterate_rdatas("TXT")]
    assert [len(text) for text in found.strings] == [255, 45]


@pytest.mark.parametrize("escaped", [True, False])
def test_octodns_wants_each_semicolon_escaped(escaped):
    from octodns.record import Record
    from octodns.record.exception import ValidationError
    from octodns.zone import Zone

    value = LONG.replace(";", "\\;") if escaped else LONG
    zone, data = Zone("x.test.", []), {"type": "TXT", "ttl": 300, "values": [value]}
    if escaped:
        assert Record.new(zone, "k", data)
    else:
        with pytest.raises(ValidationError, match="unescaped ;"):
            Record.new(zone, "k", data)
