"""SPF and DMARC of many zones, served by Knot DNS, NSD and our own server, as we, checkdmarc and pyspf judge them.

Needs Debian's packages knot and nsd.
"""

from __future__ import annotations

import asyncio
import warnings

import dns.resolver
import pytest
import spf as pyspf
from nameservers import knot, nsd
from spf_cases import FAULTS, SOUND, zone_of
from zones import Authority, serving

from dmcli.maildns import dmarc, spf
from dmcli.maildns.waiting import wait_for
from dmcli.maildns.wire import Asker, Server

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import checkdmarc.dmarc
    import checkdmarc.spf

RECORDS = {f"c{number}.test": record for number, record in enumerate([*SOUND, *FAULTS])}
KNOT, NSD = "127.0.0.2", "127.0.0.3"
# Where another program has another count than RFC 7208: (accepted, look-ups, void ones), and why that is so.
NOT_VOID = "checkdmarc looks up hosts of MX and exists: not at all, so that they are never void"
CHECKDMARC = {
    "V=SPF1 -ALL": ((False, None, None), "checkdmarc wants the version in small letters; section 12 takes any"),
    "v=spf1 mx:dead.test -all": ((True, 1, 0), NOT_VOID),
    "v=spf1 exists:gone.test -all": ((True, 1, 0), NOT_VOID),
    "v=spf1 mx:deader.test -all": ((True, 1, 0), NOT_VOID),
    "v=spf1 a:gone1.test mx:dead.test -all": ((True, 2, 1), NOT_VOID),
    "v=spf1 a:six.test exists:gone1.test mx:gone.test -all": ((True, 3, 2), NOT_VOID),
    "v=spf1 mx:null.test -all": ((True, 1, 1), "checkdmarc takes a null MX, which is an answer, for a void look-up"),
    "v=spf1 a:nodot -all": ((True, 1, 0), "checkdmarc takes a name of one label, which section 7.1 has no room for"),
}
PYSPF = {
    "v=spf1 redirect=n1.test -all": ((True, 1, 0), "pyspf counts a redirect= that an all keeps from being followed"),
    "v=spf1 exists:%{i}.sbl.test -all": ((True, 1, 1), "pyspf has a sender to put into the macro"),
}
DMARC = {"two.t18.test": "checkdmarc ends at two records; section 4.10 discards them and walks on"}
# By name: DMARC records by the name that has them, which of these holds (RFC 9989, 4.10), and what it asks for.
# A | stands between two records at one name.
TREES = {
    "own.t1.test": ({"own.t1.test": "p=none", "t1.test": "p=reject"}, "own.t1.test", "none"),
    "none.t2.test": ({}, "", ""),
    "one.t3.test": ({"t3.test": "p=reject; sp=quarantine"}, "t3.test", "quarantine"),
    "a.two.t4.test": ({"t4.test": "p=reject"}, "t4.test", "reject"),
    "a.both.t5.test": ({"both.t5.test": "p=none", "t5.test": "p=reject"}, "t5.test", "reject"),
    "a.n.t6.test": ({"n.t6.test": "p=none; psd=n", "t6.test": "p=reject"}, "n.t6.test", "none"),
    "below.t7.test": ({"t7.test": "p=reject; psd=y"}, "t7.test", "reject"),
    "a.below.t8.test": ({"below.t8.test": "p=none", "t8.test": "p=reject; psd=y"}, "below.t8.test", "none"),
    "a.deep.t9.test": ({"t9.test": "p=reject; psd=y"}, "t9.test", "reject"),
    "u.t10.test": ({"t10.test": "p=quarantine; psd=u"}, "t10.test", "quarantine"),
    "wrong.t11.test": ({"wrong.t11.test": "p=maybe", "t11.test": "p=reject"}, "", ""),
    "two.t18.test": ({"two.t18.test": "p=none|p=quarantine", "t18.test": "p=reject"}, "t18.test", "reject"),
    "rua.t12.test": ({"rua.t12.test": "rua=mailto:d@t12.test"}, "rua.t12.test", "none"),
    "np.t13.test": ({"t13.test": "p=none; np=reject"}, "t13.test", "none"),
    "t.t14.test": ({"t.t14.test": "p=reject; t=y; pct=5; rf=afrf; ri=60"}, "t.t14.test", "reject"),
    "t15.test": ({"t15.test": "p=none; psd=y"}, "t15.test", "none"),
    "a.b.c.d.e.f.g.t16.test": ({"b.c.d.e.f.g.t16.test": "p=none", "t16.test": "p=reject"}, "t16.test", "reject"),
    "a.b.c.d.e.f.g.t17.test": ({"c.d.e.f.g.t17.test": "p=none; psd=n"}, "c.d.e.f.g.t17.test", "none"),
}


def _zones():
    """All records in one zone file."""
    there = {}
    for name, record in RECORDS.items():
        there |= zone_of(record, name)
    lines = []
    for (name, kind), values in there.items():
        for value in values or ():
            shown = f'"{value}"' if kind == "TXT" else value if kind in ("A", "AAAA") else f"{value.rstrip('.')}."
            lines.append(f"{name}. 300 {kind} {shown}")
    for name, (records, _, _) in TREES.items():
        lines.append(f"{name}. 300 A 192.0.2.1")
        told = [(at, text) for at, texts in records.items() for text in texts.split("|")]
        lines += [f'_dmarc.{at}. 300 TXT "v=DMARC1; {text}"' for at, text in told]
    return {"test": "\n".join(lines) + "\n"}


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    """The three servers, by name."""
    folder, zones = tmp_path_factory.mktemp("oracles"), _zones()
    with knot(folder / "knot", KNOT, zones, others=(NSD,)) as port, nsd(folder / "nsd", NSD, port, zones):
        own = Authority()
        for name, text in zones.items():
            own.add(name, text)
        with serving(own):
            yield {"knot": Server(KNOT, port), "nsd": Server(NSD, port), "own": Server("127.0.0.1", own.port)}


def looked_up(server, name, look):
    async def run():
        return await look(name, Asker((server,), asyncio.get_running_loop().time() + 20))

    return wait_for(run)


def ours(server, name, record):
    return looked_up(server, name, lambda _, ask: spf.walk(name, record.replace("x.test", name), ask))


def resolver(server):
    found = dns.resolver.Resolver(configure=False)
    found.nameservers, found.port = [server.address], server.port
    return found


def judged(found):
    return (not found.problems, found.lookups, found.void)


def differing(servers, look):
    """By record what `look` says, where that is not what we say; counts of what both refuse are left out."""
    found = {}
    for name, record in RECORDS.items():
        mine, theirs = judged(ours(servers["own"], name, record)), look(name)
        if mine != theirs and (mine[0] or theirs[0]):
            found[record] = theirs
    return found


def test_the_servers_make_no_difference(servers):
    assert len(RECORDS) + len(TREES) >= 80
    for name, record in RECORDS.items():
        assert len({ours(server, name, record) for server in servers.values()}) == 1, record


@pytest.mark.parametrize("server", ["knot", "nsd"])
def test_spf_as_checkdmarc_counts_it(servers, server):
    def look(name):
        said = checkdmarc.spf.check_spf(name, resolver=resolver(servers[server]))
        return (said["valid"], said.get("dns_lookups"), said.get("void_dns_lookups"))

    assert differing(servers, look) == {record: counts for record, (counts, _) in CHECKDMARC.items()}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_spf_as_pyspf_counts_it(servers, monkeypatch):
    monkeypatch.setattr(dns.resolver, "default_resolver", resolver(servers["nsd"]))

    def look(name):
        query = pyspf.query(i="203.0.113.9", s=f"ada@{name}", h="mail.x.test")
        return (query.check()[0] != "permerror", query.lookups, query.void_lookups)

    assert differing(servers, look) == {record: counts for record, (counts, _) in PYSPF.items()}


@pytest.mark.parametrize("name", TREES)
def test_dmarc_is_found_where_checkdmarc_finds_it(servers, name):
    _, at, policy = TREES[name]
    found = looked_up(servers["own"], name, dmarc.discover)
    assert (found.at, found.policy) == (at, policy)
    said = checkdmarc.dmarc.check_dmarc(name, resolver=resolver(servers["nsd"]))
    if said["valid"]:
        assert (said["location"], said["tags"]["p" if at == name else "sp"]["value"]) == (at, policy)
    else:
        assert not at or name in DMARC
