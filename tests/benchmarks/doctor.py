"""How long `domain doctor` takes where every DNS answer takes 50 ms, beside checkdmarc on the same zone.

Needs checkdmarc: pip install checkdmarc; python tests/benchmarks/doctor.py
"""

from __future__ import annotations

import resource
import sys
import time
from concurrent.futures import Future
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from zones import Authority, serving

from dmcli.maildns.survey import Wants, common_records, survey
from dmcli.maildns.wire import Server

ANSWER = 0.05  # seconds
HOSTS = "\n".join(f"h{number} A 192.0.2.{number + 1}" for number in range(9))
ZONE = f"""
@ TXT "v=spf1 include:spf1.dm.aliyun.com {" ".join(f"a:h{number}.example.com" for number in range(9))} -all"
@ MX 10 mx01.dm.aliyun.com.
_dmarc TXT "v=DMARC1; p=none"
{HOSTS}
"""


def seconds(work):
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def doctor(authority, *domains):
    wants = {name: Future() for name in domains}
    for name, future in wants.items():
        future.set_result(Wants(name, tuple(common_records(name))))
    found = survey(wants, (Server("127.0.0.1", authority.port),), 6)
    assert {finding.verdict.verdict for finding in found} == {"ok"}


def main():
    authority = Authority()
    many = [f"d{number}.test" for number in range(100)]
    authority.add("dm.aliyun.com", 'spf1 TXT "v=spf1 ip4:192.0.2.0/24 -all"\nmx01 A 192.0.2.1\n')
    for name in ("example.com", *many):
        authority.add(name, ZONE)
    with serving(authority):
        doctor(authority, "example.com")  # loads dnspython
        authority.delay = ANSWER
        authority.asked.clear()
        one = min(seconds(lambda: doctor(authority, "example.com")) for _ in range(3))
        print(f"one domain: {one * 1000:.0f} ms, {one / ANSWER:.1f} round trips, {len(authority.asked) // 3} look-ups")
        print(f"100 domains: {seconds(lambda: doctor(authority, *many)):.2f} s")
        print(f"memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB, the server's too")
        checkdmarc_of(authority)  # loads it
        theirs = min(seconds(lambda: checkdmarc_of(authority)) for _ in range(3))
        print(f"checkdmarc: {theirs * 1000:.0f} ms; ours is {one / theirs:.2f} of it")


def checkdmarc_of(authority):
    import checkdmarc.dmarc
    import checkdmarc.spf
    import dns.resolver

    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], authority.port
    checkdmarc.spf.check_spf("example.com", resolver=resolver)
    checkdmarc.dmarc.check_dmarc("example.com", resolver=resolver)


if __name__ == "__main__":
    main()
