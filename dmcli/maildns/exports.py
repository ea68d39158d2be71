"""Wanted records as other tools take them: ready to paste, whatever characters are in them."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from dmcli.maildns.wanted import Record

_STRING = 255  # octets that a string of a TXT record has at most (RFC 1035, 3.3)
_PLAIN = re.compile(r"[A-Za-z0-9_*.-]")
_DELETE = 0x7F
_OCTODNS = (
    "# For octoDNS's YamlProvider with escaped_semicolons: true, the default before octoDNS 2.0.\n"  # untranslated
)


def zone(records: Iterable[Record]) -> str:
    """A fragment of a zone file with full names, which every reader of RFC 1035 takes, a line a record."""
    return "\n".join(_line(f"{_name(record.name)}.", record) for record in records)


def bind(records: Iterable[Record]) -> str:
    """A zone file's lines as people keep them: names relative to an $ORIGIN."""
    origin, lines = "", []
    for record in records:
        if record.zone != origin:
            origin = record.zone
            lines.append(f"$ORIGIN {_name(origin)}.")
        lines.append(_line(_name(record.host), record))
    return "\n".join(lines)


def octodns(records: Iterable[Record]) -> str:
    """The YAML of octoDNS's YamlProvider for the zone.

    A semicolon in a TXT has a backslash, which octoDNS wants unless it is told otherwise; from 2.0 on it wants to be
    told.
    """
    import yaml

    grouped: dict[tuple[str, str], dict[str, Any]] = {}
    for record in records:
        key = ("" if record.host == "@" else record.host, record.type)
        kept = grouped.setdefault(key, {"ttl": record.ttl, "type": record.type, "values": []})
        kept["values"].append(_octodns_value(record))
    hosts: dict[str, list[dict[str, Any]]] = {}
    for (host, _), kept in sorted(grouped.items()):
        if kept["type"] == "CNAME":
            kept["value"] = kept.pop("values")[0]
        hosts.setdefault(host, []).append(kept)
    document = {host: kept[0] if len(kept) == 1 else kept for host, kept in hosts.items()}
    return _OCTODNS + yaml.safe_dump(document, allow_unicode=True, width=2**20).rstrip("\n")


def terraform(records: Iterable[Record]) -> str:
    """Resources of the provider aliyun/alicloud, for a zone that Alibaba Cloud DNS serves."""
    blocks = []
    for record in records:
        label = re.sub(r"[^A-Za-z0-9]+", "_", f"dm {record.name} {record.check}")
        arguments: dict[str, str | int] = {
            "domain_name": record.zone,
            "rr": record.host,
            "type": record.type,
            "value": record.value,
            "ttl": record.ttl,
        }
        if record.priority is not None:
            arguments["priority"] = record.priority
        width = max(map(len, arguments))
        lines = [f"  {name:<{width}} = {_hcl(value)}" for name, value in arguments.items()]
        blocks.append("\n".join([f'resource "alicloud_alidns_record" "{label}" {{', *lines, "}"]))
    return "\n\n".join(blocks)


def aliyun_cli(records: Iterable[Record]) -> str:
    """A call of the vendor's command line for each record, as a shell takes it, for Alibaba Cloud DNS."""
    lines = []
    for record in records:
        words = ["aliyun", "alidns", "AddDomainRecord", "--DomainName", record.zone, "--RR", record.host]
        words += ["--Type", record.type, "--Value", record.value, "--TTL", str(record.ttl)]
        lines.append(shlex.join(words if record.priority is None else [*words, "--Priority", str(record.priority)]))
    return "\n".join(lines)


EXPORTS: Mapping[str, Callable[[Iterable[Record]], str]] = {
    "zone": zone,
    "octodns": octodns,
    "terraform": terraform,
    "aliyun-cli": aliyun_cli,
    "bind": bind,
}


def strings(value: str) -> list[bytes]:
    """A TXT value as the strings that a record is made of, none longer than 255 octets.

    >>> [len(string) for string in strings("p" * 300)]
    [255, 45]
    """
    octets = value.encode()
    return [octets[at : at + _STRING] for at in range(0, len(octets), _STRING)] or [b""]


def _line(name: str, record: Record) -> str:
    if record.type == "TXT":
        data = " ".join(f'"{_escaped(string)}"' for string in strings(record.value))
    else:
        data = f"{_name(record.value)}."
    priority = "" if record.priority is None else f"{record.priority} "
    return f"{name} {record.ttl} IN {record.type} {priority}{data}"


def _escaped(string: bytes) -> str:
    """A string as it stands between quotes in a zone file."""
    return "".join(
        f"\\{chr(octet)}" if octet in b'"\\' else chr(octet) if ord(" ") <= octet < _DELETE else f"\\{octet:03}"
        for octet in string
    )


def _name(name: str) -> str:
    """A host name in a zone file, where other characters than a name has might end the line or begin a comment."""
    if name == "@":
        return name
    return "".join(
        character if _PLAIN.match(character) else "".join(f"\\{octet:03}" for octet in character.encode())
        for character in name
    )


def _octodns_value(record: Record) -> Any:
    if record.type == "TXT":
        return record.value.replace(";", "\\;")
    host = f"{record.value}."
    return {"exchange": host, "preference": record.priority} if record.type == "MX" else host


def _hcl(value: str | int) -> str:
    """A value in Terraform's language, in which ${ and %{ begin a template."""
    if isinstance(value, int):
        return str(value)
    quoted = json.dumps(value, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")
    return quoted.replace("\\b", "\\u0008").replace("\\f", "\\u000c") if re.search("[\b\f]", value) else quoted
