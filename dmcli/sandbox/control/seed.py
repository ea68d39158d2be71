"""Giving the account a past: some months of mail in one go, as real sends would have left it."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.errors import InputError
from dmcli.sandbox.calendar import day_of, day_start, day_text, first_of_month
from dmcli.sandbox.control.past.story import LIST_SIZE, Sending, Story
from dmcli.sandbox.control.past.world import CAMPAIGNS, LETTERS
from dmcli.sandbox.service.delivery import INSERT_MAIL, INSERT_MESSAGE, INVALID
from dmcli.words import tr

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from dmcli.sandbox.store.account import Account

MOST_DAYS, MOST_MAILS, MOST_SEED = 3660, 5_000_000, 2**31
_BOUNDS = {"days": (1, MOST_DAYS), "mails": (1, MOST_MAILS), "seed": (0, MOST_SEED)}
_MOST_LISTS = 10  # of an account
_LEVELS = [step * 10**power for power in range(3, 9) for step in (1, 2, 5)]  # mails a day that a quota may have
_MONTH = 30  # days whose quota is a month's
_DOMAIN = "sandbox.test"
_SENDERS = {letter.sender: "trigger" for letter in LETTERS} | {letter.sender: "batch" for letter in CAMPAIGNS.values()}


class Seeded(NamedTuple):
    """What was added: the first and the last day, and how much; `daily` is the quota that the account then has."""

    since: str
    until: str
    mails: int
    recipients: int
    tasks: int
    invalid: int
    opens: int
    clicks: int
    daily: int


def numbers_of(given: Mapping[str, Any]) -> dict[str, int]:
    """The arguments of `add_past`: days, mails and seed, each a number within bounds. Raises InputError."""
    if set(given) - set(_BOUNDS) or not {"days", "mails"} <= set(given):
        raise InputError(tr('give days and mails, and a seed: {"days": 90, "mails": 100000, "seed": 7}'))
    for name, value in given.items():
        least, most = _BOUNDS[name]
        if type(value) is not int or not least <= value <= most:
            raise InputError(
                tr(
                    "{name} {value!r} is not possible; give a number from {least:,} to {most:,}",
                    name=name,
                    value=value,
                    least=least,
                    most=most,
                )
            )
    return {"seed": 0, **given}


def add_past(sandbox: Account, days: int, mails: int, seed: int = 0) -> Seeded:
    """Add the mail of so many days of the service, the last of which is yesterday, to what is there.

    The same numbers, in an account that knows the same invalid addresses, add the same on the same day. Opens end with
    yesterday too. A quota that is smaller than what a day or a month then has is raised. Raises InputError.
    """
    numbers_of({"days": days, "mails": mails, "seed": seed})
    now = int(sandbox.now().timestamp())
    today = day_of(now)
    with sandbox.store.change() as connection:
        known = [address for (address,) in connection.execute("SELECT address FROM invalid")]
        story = Story(days, mails, seed, today, known)
        _furnish(connection, story, day_start(today - days))
        keeper = _Keeper(connection)
        for sendings in story.tell():
            keeper.keep(sendings)
        invalid = keeper.finish()
        daily = _raise_quota(connection, now)
    kinds = [event[1] for event in keeper.events]
    return Seeded(
        day_text(today - days),
        day_text(today - 1),
        mails,
        len(keeper.recipients),
        keeper.tasks,
        invalid,
        kinds.count("open"),
        kinds.count("click"),
        daily,
    )


def _furnish(connection: sqlite3.Connection, story: Story, since: int) -> None:
    """See that the account has what the story needs: a domain, senders, tags, templates, and lists with members."""
    many, letters = connection.executemany, [one.message for one in CAMPAIGNS.values()]
    many(
        "INSERT OR IGNORE INTO domain (name, status, selector, created) VALUES (?, 0, 'aliyun-cn-hangzhou', ?)",
        [(_DOMAIN, since)],
    )
    many(
        "INSERT OR IGNORE INTO address (name, domain, sendtype, created, updated) VALUES (?, ?, ?, ?, ?)",
        [(name, _DOMAIN, kind, since, since) for name, kind in _SENDERS.items()],
    )
    many("INSERT OR IGNORE INTO tag (name) VALUES (?)", [(one.tag,) for one in (*LETTERS, *CAMPAIGNS.values())])
    many(
        "INSERT INTO template (name, subject, html, created) SELECT ?, ?, ?, ? "
        "WHERE NOT EXISTS (SELECT 1 FROM template WHERE name = ?)",
        [(one.template, one.subject, one.html, since, one.template) for one in letters],
    )
    for number, members in enumerate(story.lists, 1):
        name = list_name(number)
        connection.execute(
            "INSERT OR IGNORE INTO receiver (id, name, alias, description, columns, created) "
            "SELECT ?, ?, ?, 'Those who get news and offers', 'UserName', ? "
            "WHERE (SELECT count(*) FROM receiver) < ?",
            (story.identity(), name, f"{name}@list", since, _MOST_LISTS),
        )
        row = connection.execute("SELECT id FROM receiver WHERE name = ?", (name,)).fetchone()
        if row:
            (there,) = connection.execute("SELECT count(*) FROM member WHERE receiver = ?", row).fetchone()
            many(
                "INSERT OR IGNORE INTO member (receiver, email, variables, created) VALUES (?, ?, ?, ?)",
                [(*row, one.address, one.variables, since) for one in members[: LIST_SIZE - there]],
            )


def list_name(number: int) -> str:
    """The name of a list of the past: subscribers, subscribers-2."""
    return "subscribers" if number == 1 else f"subscribers-{number}"


class _Keeper:
    """Keeps what is told, a day at a time; numbers go on from those that are there."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._message, self._mail = (
            connection.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0]
            for table in ("message", "mail")
        )
        self.events: list[tuple[int, str, int, str]] = []
        self.recipients: set[str] = set()
        self.found: dict[str, int] = {}
        self.tasks = 0

    def keep(self, sendings: list[Sending]) -> None:
        """Keep what was sent on a day."""
        messages: list[tuple[Any, ...]] = []
        mails: list[tuple[Any, ...]] = []
        tasks: list[tuple[Any, ...]] = []
        for sending in sendings:
            at, letter = sending.at, sending.letter
            self._message += 1
            messages.append((*letter.message, sending.request_id, letter.message.size, self._message))
            for person, outcome, reactions in sending.fates:
                self._mail += 1
                variables = person.variables if sending.to_list else None
                who = (self._message, "mail", letter.sender, person.address, 0, letter.tag)
                mails.append((*who, *outcome[:3], None, variables, at, at + outcome.delay, self._mail))
                self.events.extend((self._mail, *reaction) for reaction in reactions)
                self.recipients.add(person.address)
                if outcome.status == INVALID:
                    self.found.setdefault(person.address, at)
            if sending.to_list:
                tasks.append((list_name(sending.to_list), letter.message.template, letter.tag, len(sending.fates), at))
        self.tasks += len(tasks)
        many = self._connection.executemany
        many(_numbered(INSERT_MESSAGE), messages)
        many(_numbered(INSERT_MAIL), mails)
        many(
            "INSERT INTO task (receivers, template, tag, count, address_type, ip_pool, created) "
            "VALUES (?, ?, ?, ?, '1', '', ?)",
            tasks,
        )

    def finish(self) -> int:
        """Keep the events and the invalid addresses, each of them in order of time; how many addresses are new."""
        self.events.sort(key=itemgetter(2))
        many, run = self._connection.executemany, self._connection.execute
        many("INSERT INTO event (mail, kind, at, url) VALUES (?, ?, ?, ?)", self.events)
        (before,) = run("SELECT count(*) FROM invalid").fetchone()
        found: dict[str, int] = self.found | dict(run("SELECT address, at FROM invalid").fetchall())
        run("DELETE FROM invalid")  # their numbers say who was found before whom
        many("INSERT INTO invalid (address, at) VALUES (?, ?)", sorted(found.items(), key=itemgetter(1)))
        return len(found) - int(before)


def _numbered(insert: str) -> str:
    """The statement with the row's number as its last value."""
    return insert.replace(") VALUES (", ", id) VALUES (?, ")


def _raise_quota(connection: sqlite3.Connection, now: int) -> int:
    """Have the quota hold the busiest day and this month; the mails a day that it then has."""
    (day,) = connection.execute("SELECT max(mails) FROM used").fetchone()
    (month,) = connection.execute(
        "SELECT coalesce(sum(mails), 0) FROM used WHERE day >= ?", (first_of_month(day_of(now)),)
    ).fetchone()
    daily = next(level for level in _LEVELS if level >= max(day, -(-month // _MONTH)))
    for name, wanted in (("daily", daily), ("monthly", _MONTH * daily)):
        connection.execute("UPDATE setting SET value = max(value, ?) WHERE name = ?", (wanted, name))
    return int(connection.execute("SELECT value FROM setting WHERE name = 'daily'").fetchone()[0])
