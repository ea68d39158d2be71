"""The zones of the sandbox's DNS authority as a tester sets them: records, and what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmcli.errors import InputError, NotFoundError
from dmcli.sandbox.dns.authority import HOWS, TYPES, ZoneRecord, rdata_of, read_zones
from dmcli.words import listed, tr

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from dmcli.sandbox.store.account import Account

_MOST_TTL = 2**31 - 1
_LONGEST_STRING = 255  # octets
_MOST_OCTETS = 60_000  # of a record, that an answer has room for
_SERVED = "INSERT OR REPLACE INTO setting (name, value) VALUES ('dns', ?)"
_TURN_ON = "INSERT OR IGNORE INTO setting (name, value) VALUES ('dns', 0)"
_SERIAL = (
    "INSERT INTO setting (name, value) VALUES ('dns.serial', 2) ON CONFLICT (name) DO UPDATE SET value = value + 1"
)
_ADD = (
    "INSERT INTO record (name, type, value, priority, ttl, split) VALUES (?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (name, type, value) DO UPDATE SET priority = excluded.priority, ttl = excluded.ttl, "
    "split = excluded.split"
)


def list_records(sandbox: Account, name: str = "") -> list[ZoneRecord]:
    """The records that are set, at that name or all, and what is wrong with each."""
    name = host_name(name) if name else ""
    with sandbox.store.reading() as connection:
        zones = read_zones(connection)
        found = connection.execute(
            "SELECT name, type, value, priority, ttl, split FROM record WHERE ? IN (name, '') ORDER BY name, id",
            (name,),
        )
        rows = [ZoneRecord(*row) for row in found]
    there = {(row.name, row.type) for row in rows} | {(row.name, "") for row in rows}
    empty = [
        ZoneRecord(*at, "", ttl=0)
        for at, how in zones.broken.items()
        if how and at not in there and name in ("", at[0])
    ]
    return [row._replace(how=zones.how(row.name, row.type)) for row in (*rows, *empty)]


def set_record(sandbox: Account, record: ZoneRecord, *, add: bool = False) -> ZoneRecord:
    """Set a record in place of those of its type at its name, or with `add` beside them; the record as it is kept.

    Raises InputError for what can be no record, NotFoundError where the name is in no domain of the sandbox.
    """
    return set_records(sandbox, [record], add=add)[0]


def set_records(sandbox: Account, records: Sequence[ZoneRecord], *, add: bool = False) -> list[ZoneRecord]:
    """Set several records, all or none; see `set_record`."""
    kept = [_checked(record) for record in records]
    with sandbox.store.change() as connection:
        if not add:
            for name, kind in {(record.name, record.type) for record in kept}:
                connection.execute("DELETE FROM record WHERE name = ? AND type = ?", (name, kind))
        for record in kept:
            _in_zone(connection, record.name)
            _alone(connection, record)
            connection.execute(_ADD, record[:6])
        connection.execute(_TURN_ON)
        connection.execute(_SERIAL)
    return kept


def remove_records(sandbox: Account, name: str, kind: str = "", value: str | None = None) -> int:
    """Remove the records at a name, of one type or value only; how many there were."""
    clause, values = "name = ? AND ? IN (type, '')", [host_name(name), kind.upper()]
    if value is not None:
        clause, values = f"{clause} AND value = ?", [*values, value]
    with sandbox.store.change() as connection:
        gone = connection.execute(f"DELETE FROM record WHERE {clause}", values).rowcount
        connection.execute(_TURN_ON)
        connection.execute(_SERIAL)
    return gone


def break_records(sandbox: Account, name: str, kind: str, how: str) -> None:
    """Let the records of a type at a name, or of all with "", go wrong; with `how` "none" no more.

    Raises InputError for what cannot go wrong, NotFoundError where the name is in no domain of the sandbox.
    """
    if how not in HOWS and how != "none":
        raise InputError(
            tr("a record cannot be {how!r}; it can be {ways}, or none for as it is set", how=how, ways=listed(HOWS))
        )
    name = host_name(name)
    with sandbox.store.change() as connection:
        _in_zone(connection, name)
        connection.execute("DELETE FROM broken WHERE name = ? AND ? IN (type, '')", (name, kind))
        whole = connection.execute("SELECT 1 FROM broken WHERE name = ? AND type = ''", (name,)).fetchone()
        if how != "none" or whole:  # a type that is as it is set, where the others go wrong, is noted too
            how = "" if how == "none" else how
            connection.execute("INSERT INTO broken (name, type, how) VALUES (?, ?, ?)", (name, kind, how))
        connection.execute(_TURN_ON)
        connection.execute(_SERIAL)


def set_served(sandbox: Account, port: int) -> None:
    """Note that the authority is served at that port, 0 for nowhere: domains verify against its zones from then on."""
    with sandbox.store.change() as connection:
        connection.execute(_SERVED, (port,))


def served_at(sandbox: Account) -> int:
    """The port at which the authority was said to be served, 0 for none."""
    with sandbox.store.reading() as connection:
        row = connection.execute("SELECT value FROM setting WHERE name = 'dns'").fetchone()
    return int(row[0]) if row else 0


def is_on(sandbox: Account) -> bool:
    """Whether domains verify against the zones, and not as if their records were there."""
    with sandbox.store.reading() as connection:
        return connection.execute("SELECT 1 FROM setting WHERE name = 'dns'").fetchone() is not None


def turn_off(sandbox: Account) -> None:
    """Let domains verify without DNS again; the records stay."""
    with sandbox.store.change() as connection:
        connection.execute("DELETE FROM setting WHERE name = 'dns'")


def host_name(text: str) -> str:
    """A host name in lower case without a dot at its end. Raises InputError."""
    import dns.exception
    import dns.name

    name = text.strip().lower().removesuffix(".")
    try:
        labels = dns.name.from_text(name).labels
    except (dns.exception.DNSException, ValueError):
        labels = ()
    if not name or not labels or "*" in name or not name.isascii() or set(name) & set(" \\\"'();@"):
        raise InputError(
            tr("{given!r} is no host name that the sandbox serves; give one as mail.example.com, in ASCII", given=text)
        )
    return name


def _checked(record: ZoneRecord) -> ZoneRecord:
    """A record as it is kept. Raises InputError."""
    import dns.exception

    kind = record.type.upper()
    if kind not in TYPES:
        raise InputError(
            tr("the sandbox serves no {type!r} records; give {types}", type=record.type, types=listed(TYPES))
        )
    if not 0 <= record.ttl <= _MOST_TTL:
        raise InputError(tr("{ttl} is no TTL; give seconds from 0 to {most}", ttl=record.ttl, most=_MOST_TTL))
    if not 1 <= record.split <= _LONGEST_STRING:
        raise InputError(tr("a string of a TXT has 1 to 255 octets, not {octets}", octets=record.split))
    if (record.priority is not None) != (kind == "MX"):
        raise InputError(tr("an MX record has a priority, and no other record has one: --priority 10"))
    value = host_name(record.value) if kind in ("CNAME", "MX") else record.value
    kept = record._replace(name=host_name(record.name), type=kind, value=value, how="")
    try:
        size = len(rdata_of(kept).to_wire() or b"")
    except (dns.exception.DNSException, ValueError, OverflowError) as error:
        raise InputError(
            tr("{value!r} is no value of a record of type {type}: {error}", value=record.value, type=kind, error=error)
        ) from None
    if size > _MOST_OCTETS:
        raise InputError(tr("a record of {size} octets fits in no answer", size=size))
    return kept


def _in_zone(connection: sqlite3.Connection, name: str) -> None:
    from dmcli.sandbox.dns.zones import main_domain

    mains = {main_domain(str(domain)) for (domain,) in connection.execute("SELECT name FROM domain")}
    if not any(name == main or name.endswith(f".{main}") for main in mains):
        zones = ", ".join(sorted(mains)) or "none"
        raise NotFoundError(
            tr(
                "{name} is in no zone of the sandbox, which serves those of its domains: {zones}; see dm domain create",
                name=name,
                zones=zones,
            )
        )


def _alone(connection: sqlite3.Connection, record: ZoneRecord) -> None:
    """Raises InputError for a CNAME beside other records (RFC 1034 section 3.6.2)."""
    from dmcli.sandbox.dns.zones import main_domain

    if record.type == "CNAME" and record.name == main_domain(record.name):
        raise InputError(tr("{name} is a zone's own name, where no CNAME can be", name=record.name))
    others = connection.execute(
        "SELECT type FROM record WHERE name = ? AND NOT (type = ? AND (type != 'CNAME' OR value = ?))",
        (record.name, record.type, record.value),
    ).fetchall()
    if others and (record.type == "CNAME" or ("CNAME",) in others):
        there = ", ".join(sorted({str(kind) for (kind,) in others}))
        raise InputError(
            tr(
                "a CNAME stands alone, and {name} has {there}; remove that: dm sandbox dns remove {name}",
                name=record.name,
                there=there,
            )
        )
