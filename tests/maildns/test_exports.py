"""Wanted records in the forms of other tools, each read back by the tool it is for, or by what reads its language."""

from __future__ import annotations

import io
import json
import re
import shlex
from typing import TYPE_CHECKING

import dns.zone
import pytest

from dmcli.maildns.exports import EXPORTS
from dmcli.maildns.wanted import Record, wanted

if TYPE_CHECKING:
    from pathlib import Path

    from cloud import Cloud

LONG = f"v=DKIM1; k=rsa; p={'A' * 400}"
ODD = "a\"b\\c $d ${e} %{f} `g` 'h' ;i"


@pytest.fixture(params=["mail.example.com", "example.com", "news.corp.example.com.cn"])
def records(request: pytest.FixtureRequest, cloud: Cloud) -> list[Record]:
    """The records of a domain of the sandbox, with a key that one string cannot hold."""
    made = cloud.ok("CreateDomain", DomainName=request.param)["DomainId"]
    return wanted(cloud.ok("DescDomain", DomainId=made) | {"DkimPublicKey": LONG})


def odd(value: str) -> list[Record]:
    return [Record("ownership", "aliyundm.example.com", "TXT", value, "example.com")]


def expected(records: list[Record]) -> set[tuple[object, ...]]:
    return {(record.name, record.type, record.value, record.priority, record.ttl) for record in records}


def from_zone(text: str, zone: str) -> set[tuple[object, ...]]:
    """The records as dnspython reads them."""
    read = dns.zone.from_text(text, origin=f"{zone}.", relativize=False, check_origin=False)
    return {
        (
            str(name).removesuffix("."),
            (kind := data.rdtype.name),
            b"".join(data.strings).decode()
            if kind == "TXT"
            else str(data.exchange if kind == "MX" else data.target).removesuffix("."),
            data.preference if kind == "MX" else None,
            ttl,
        )
        for name, ttl, data in read.iterate_rdatas()
    }


def from_octodns(text: str, zone: str, folder: Path) -> set[tuple[object, ...]]:
    """The records as octoDNS reads and checks them."""
    from octodns.provider.yaml import YamlProvider
    from octodns.zone import Zone

    (folder / f"{zone}.yaml").write_text(text + "\n", encoding="utf-8")
    read = Zone(f"{zone}.", [])
    YamlProvider("config", str(folder), escaped_semicolons=True).populate(read)
    found: set[tuple[object, ...]] = set()
    for record in read.records:
        for value in [record.value] if record._type == "CNAME" else record.values:
            plain = str(getattr(value, "exchange", value)).removesuffix(".").replace("\\;", ";")
            name = record.fqdn.removesuffix(".")
            found.add((name, record._type, plain, getattr(value, "preference", None), record.ttl))
    return found


def from_terraform(text: str) -> set[tuple[object, ...]]:
    """The records as the HCL parser reads them; its strings keep their quotes."""
    import hcl2

    found = set()
    for block in hcl2.load(io.StringIO(text + "\n"))["resource"]:
        ((_, labelled),) = block.items()
        ((_, body),) = labelled.items()
        plain = {
            name: json.loads(value) if isinstance(value, str) else value
            for name, value in body.items()
            if not name.startswith("__")
        }
        value = plain["value"].replace("$${", "${").replace("%%{", "%{")
        name = plain["domain_name"] if plain["rr"] == "@" else f"{plain['rr']}.{plain['domain_name']}"
        found.add((name, plain["type"], value, plain.get("priority"), plain["ttl"]))
    return found


def from_aliyun_cli(text: str) -> set[tuple[object, ...]]:
    """The records as a shell hands them to the vendor's command line."""
    found = set()
    for line in text.splitlines():
        words = shlex.split(line)
        assert words[:3] == ["aliyun", "alidns", "AddDomainRecord"]
        given = dict(zip(words[3::2], words[4::2], strict=True))
        zone, host = given["--DomainName"], given["--RR"]
        priority = given.get("--Priority")
        found.add(
            (
                zone if host == "@" else f"{host}.{zone}",
                given["--Type"],
                given["--Value"],
                int(priority) if priority else None,
                int(given["--TTL"]),
            )
        )
    return found


def read_back(name: str, records: list[Record], folder: Path) -> set[tuple[object, ...]]:
    text, zone = EXPORTS[name](records), records[0].zone
    if name in ("zone", "bind"):
        return from_zone(text, zone)
    if name == "octodns":
        return from_octodns(text, zone, folder)
    return from_terraform(text) if name == "terraform" else from_aliyun_cli(text)


@pytest.mark.parametrize("name", EXPORTS)
def test_a_tool_reads_what_was_written_for_it(name, records, tmp_path):
    assert len(records) == 6
    assert read_back(name, records, tmp_path) == expected(records)


@pytest.mark.parametrize("name", [name for name in EXPORTS if name != "octodns"])
def test_odd_characters_stay_in_their_value(name, tmp_path):
    assert read_back(name, odd(ODD), tmp_path) == expected(odd(ODD))


@pytest.mark.parametrize("name", ["zone", "bind"])
def test_an_odd_name_or_line_break_begins_no_record(name):
    records = [Record("mx", "example.com", "MX", "a\nb IN TXT c ;(", "example.com", priority=10), *odd("x\ny TXT z")]
    lines = [line for line in EXPORTS[name](records).splitlines() if not line.startswith("$")]
    assert len(lines) == 2
    (read,) = [row[2] for row in from_zone("\n".join(lines[1:]), "example.com")]
    assert read == "x\ny TXT z"


def test_one_name_with_two_txt_records_is_one_in_octodns(tmp_path):
    records = [Record(check, "example.com", "TXT", check, "example.com") for check in ("ownership", "spf")]
    assert read_back("octodns", records, tmp_path) == expected(records)


def test_every_resource_of_terraform_has_a_label_of_its_own(records):
    labels = re.findall(r'^resource "\w+" "(\w+)"', EXPORTS["terraform"](records), re.MULTILINE)
    assert len(set(labels)) == len(records)
