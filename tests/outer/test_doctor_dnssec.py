"""`domain doctor` through Unbound, a resolver that validates, on zones that Knot DNS signs and NSD serves broken.

Needs Debian's packages knot, nsd and unbound.
"""

from __future__ import annotations

import json
import subprocess
import sys

import dns.dnssec
import dns.message
import dns.name
import dns.query
import dns.rdatatype
import dns.zone
import pytest
from nameservers import knot, nsd, unbound

SPF = "v=spf1 include:spf1.dm.aliyun.com -all"
GOOD = f'@ TXT "{SPF}"\n@ MX 10 mx01.dm.aliyun.com.\n_dmarc TXT "v=DMARC1; p=none"\n'
KNOT, NSD, UNBOUND = "127.0.0.2", "127.0.0.3", "127.0.0.1"
SIGNED = ("signed.test", "wrong-ds.test", "changed.test", "lacking.test")
ZONES = dict.fromkeys((*SIGNED, "unsigned.test"), GOOD) | {
    "dm.aliyun.com": 'spf1 TXT "v=spf1 ip4:192.0.2.0/24 -all"\n',
    "lacking.test": "",
}
BROKEN = "): repair the zone's signatures, or its DS record at the registrar"
# By domain: the verdicts on SPF and DMARC, and what the reason for the first has in it.
VERDICTS = {
    "signed.test": ("ok", "ok", "1 of 10 look-ups"),
    "unsigned.test": ("ok", "ok", "1 of 10 look-ups"),
    "wrong-ds.test": ("fix", "fix", BROKEN),
    "changed.test": ("fix", "ok", BROKEN),  # one record that is not the one that was signed
    "lacking.test": ("fix", "fix", "no TXT record is there"),  # proven to be absent
}


@pytest.fixture(scope="module")
def resolver(tmp_path_factory):
    """The port of an Unbound that trusts the keys of the signed zones, but of one another key than it has."""
    folder = tmp_path_factory.mktemp("dnssec")
    with knot(folder / "knot", KNOT, ZONES, signed=SIGNED, others=(NSD, UNBOUND)) as port:
        anchors = [f"{name}. DS {_ds(name, port, other=name == 'wrong-ds.test')}" for name in SIGNED]
        changed = _copy("changed.test", port)
        assert SPF in changed
        changed = changed.replace(SPF, f"{SPF[:-4]}~all")
        homes = dict.fromkeys(ZONES, KNOT) | {"changed.test": NSD}
        with (
            nsd(folder / "nsd", NSD, port, {"changed.test": changed}),
            unbound(folder / "unbound", UNBOUND, port, homes, anchors),
        ):
            yield port


def _ds(name, port, *, other):
    """The DS record of a zone's key as a parent has it; of another key, as after a change that nobody told."""
    reply = dns.query.tcp(dns.message.make_query(name, "DNSKEY"), KNOT, 5, port)
    key = next(rdata for rdata in reply.answer[0] if rdata.flags & 1)
    text = dns.dnssec.make_ds(dns.name.from_text(name), key, "SHA256").to_text()
    return f"{text[:-4]}{'0000' if text[-4:] != '0000' else '1111'}" if other else text


def _copy(name, port):
    """A signed zone as a file."""
    zone = dns.zone.from_xfr(dns.query.xfr(KNOT, name, port=port, relativize=False), relativize=False)
    return zone.to_text(relativize=False)


@pytest.mark.parametrize("domain", VERDICTS)
def test_dnssec_that_fails_is_told_from_what_is_absent(resolver, domain):
    line = ["domain", "doctor", domain, "--no-account", "--resolver", f"{UNBOUND}:{resolver}", "-o", "json"]
    run = subprocess.run([sys.executable, "-m", "dmcli", *line], capture_output=True, text=True, check=False)
    rows = {row["record"]: row for row in json.loads(run.stdout)}
    spf, dmarc, why = VERDICTS[domain]
    assert (rows["spf"]["verdict"], rows["dmarc"]["verdict"]) == (spf, dmarc), run.stdout
    assert why in "; ".join(rows["spf"]["why"])
    assert run.returncode == (5 if "fix" in (spf, dmarc) else 0)
