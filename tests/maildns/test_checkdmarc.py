"""SPF over the wire as checkdmarc counts it on the same zones, and where the two part."""

from __future__ import annotations

import asyncio
import warnings

import dns.resolver
import pytest
from zones import Authority, serving

from dmcli.maildns import dmarc, spf
from dmcli.maildns.wire import Asker, Server

ZONE = "\n".join(
    [f"h{n} A 192.0.2.{n + 1}" for n in range(12)]
    + [f'n{n} TXT "v=spf1 ip4:192.0.2.0/24 -all"' for n in range(12)]
    + [f'd{n} TXT "v=spf1 include:d{n + 1}.x.test -all"' for n in range(6)]
    + ['d6 TXT "v=spf1 ip4:192.0.2.1 -all"', 'two TXT "v=spf1 a:gone1.x.test a:gone2.x.test -all"', "mx MX 10 h1"]
)
SAME = [
    "v=spf1 -all",
    "v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 ~all",
    "v=spf1 a:h1.x.test -all",
    "v=spf1 mx:mx.x.test -all",
    "v=spf1 include:n1.x.test include:n2.x.test -all",
    "v=spf1 include:d0.x.test -all",
    "v=spf1 include:d0.x.test a:h1.x.test a:h2.x.test a:h3.x.test -all",
    "v=spf1 redirect=n1.x.test",
    "v=spf1 a:gone.x.test -all",
    "v=spf1 include:two.x.test -all",
    *(f"v=spf1 {' '.join(f'a:h{at}.x.test' for at in range(number))} -all" for number in range(2, 11)),
    *(f"v=spf1 {' '.join(f'include:n{at}.x.test' for at in range(number))} -all" for number in range(3, 11)),
]


@pytest.fixture(scope="module")
def checkdmarc():
    """What takes longer to load than all of these tests, in the workers that run them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import checkdmarc.dmarc
        import checkdmarc.spf
    return checkdmarc


@pytest.fixture(scope="module")
def served():
    authority = Authority()
    authority.add("x.test", ZONE)
    for number, record in enumerate(SAME):
        authority.add(f"s{number}.test", f'@ TXT "{record}"')
    authority.add("twice.test", '@ TXT "v=spf1 include:two.x.test include:two.x.test -all"')
    authority.add("capital.test", '@ TXT "V=SPF1 -ALL"')
    authority.add("policy.test", '_dmarc TXT "v=DMARC1; p=reject; sp=none; pct=20; ri=3600; rf=afrf"')
    with serving(authority):
        yield authority


@pytest.fixture
def theirs(served):
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], served.port
    return resolver


def looked_up(served, name, look):
    async def run():
        ask = Asker((Server("127.0.0.1", served.port),), asyncio.get_running_loop().time() + 20)
        return await look(name, ask)

    return asyncio.run(run())


async def ours(name, ask):
    return await spf.walk(name, spf.records((await ask(name, "TXT")).values)[0], ask)


@pytest.mark.parametrize("number", range(len(SAME)))
def test_the_counts_are_the_same(checkdmarc, served, theirs, number):
    found = looked_up(served, f"s{number}.test", ours)
    said = checkdmarc.spf.check_spf(f"s{number}.test", resolver=theirs)
    assert (found.lookups, found.void) == (said["dns_lookups"], said["void_dns_lookups"])
    assert said["valid"] is (not found.problems)


def test_an_include_that_stands_twice_counts_twice_for_both(checkdmarc, served, theirs):
    found = looked_up(served, "twice.test", ours)
    said = checkdmarc.spf.check_spf("twice.test", resolver=theirs)
    assert (found.lookups, found.void) == (said["dns_lookups"], said["void_dns_lookups"]) == (6, 4)


def test_a_record_in_capitals_is_one_for_us_as_for_the_rfc(checkdmarc, served, theirs):
    assert looked_up(served, "capital.test", ours).problems == ()
    assert checkdmarc.spf.check_spf("capital.test", resolver=theirs)["valid"] is False


def test_tags_that_are_gone_are_gone_for_both(checkdmarc, served, theirs):
    found = looked_up(served, "mail.policy.test", dmarc.discover)
    said = checkdmarc.dmarc.check_dmarc("policy.test", resolver=theirs)
    assert (found.at, found.policy, len(found.notes)) == ("policy.test", "none", 3)
    assert not {"pct", "rf", "ri"} & set(said["tags"])
