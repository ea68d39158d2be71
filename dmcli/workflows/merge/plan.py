"""The plan of a merge: every row is read, checked and filled in before the first mail, and put into the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dmcli.api.kinds.base import utc_now
from dmcli.errors import InputError
from dmcli.words import counted, language, marked, speaking, tr
from dmcli.workflows.merge.letters.letter import Mail
from dmcli.workflows.merge.standing import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dmcli.local.tables import BadRow, Table
    from dmcli.workflows.merge.journal import Journal
    from dmcli.workflows.merge.letters.letter import Letter

_KEPT = 10_000  # problems that a plan remembers one by one
_TOLD = 20
_EVERY = 1000  # rows between two looks at how far it is
_SAME_ADDRESS = marked("has the address of row {row}")


class Problem(NamedTuple):
    """What is wrong with a row."""

    row: int
    address: str
    problem: str


class Plan(NamedTuple):
    """What a file comes to: rows read, mails to send, rows that get none, and why (the first 10,000 of them).

    `sample` is the first mail; `largest` the size of the largest text, in bytes.
    """

    rows: int
    mails: int
    bad: int
    problems: list[Problem]
    sample: Mail
    largest: int

    def check(self, *, skip_bad: bool) -> None:
        """Raise InputError where rows are bad and not to be skipped, or none is left."""
        if not self.rows:
            raise InputError(tr("the file has no rows, so there is nobody to send to"))
        if self.bad and (not skip_bad or not self.mails):
            remedy = tr("correct them, or give --skip-bad") if self.mails else tr("correct them")
            said = marked(
                "{bad:,} of {rows} is bad; nothing was sent: {remedy}"
                if self.bad == 1
                else "{bad:,} of {rows} are bad; nothing was sent: {remedy}"
            )
            raise InputError(
                tr(said, bad=self.bad, rows=counted(self.rows, "row"), remedy=remedy),
                details=self.told,
            )

    @property
    def told(self) -> list[str]:
        """The first bad rows, a line each."""
        told = [tr("row {row}: {problem}", row=one.row, problem=one.problem) for one in self.problems[:_TOLD]]
        if self.bad <= _TOLD:
            return told
        return [*told, tr("and {count:,} more: --dry-run -o json has them", count=self.bad - _TOLD)]


def make_plan(
    letter: Letter,
    table: Table,
    barred: Mapping[str, str],
    journal: Journal,
    read: Callable[[int], None] = lambda _: None,
) -> Plan:
    """Read all rows into a new journal. `barred` are folded addresses, and domains, that get none, with the reason.

    The journal keeps English, whatever the run speaks. `read` is told now and then how many rows were read. Raises
    InputError for a file that cannot be read on.
    """
    now = utc_now()
    problems: list[Problem] = []
    total = bad = largest = 0
    sample = Mail({})

    def refuse(number: int, address: str, values: Mapping[str, str], said: str, kept: str) -> None:
        nonlocal bad
        bad += 1
        journal.put(number, address, None, values, kept)
        if len(problems) < _KEPT:
            problems.append(Problem(number, address, said))

    def on_bad(row: BadRow) -> None:
        nonlocal total
        total += 1
        refuse(row.number, "", {}, row.reason, row.reason)

    for row in table.rows(letter.wanted(table.columns), on_bad):
        total += 1
        if total % _EVERY == 0:
            read(total)
        values = letter.values(row.values)
        mail = letter.mail(row.number, values, now=now)
        address = mail.wire.get("ToAddress", "")
        why = barred.get(fold(address), "") or barred.get(fold(address).rpartition("@")[2], "")
        earlier = 0 if mail.problems or why else journal.put(row.number, address, fold(address), values)
        if mail.problems or why or earlier:
            said = kept = _problem(mail.problems, why, earlier)
            if language() != "en":
                with speaking("en"):
                    kept = _problem(letter.mail(row.number, values, now=now).problems, why, earlier)
            refuse(row.number, address or values.get(letter.address_column, ""), values, said, kept)
            continue
        sample = sample if sample.wire else mail
        largest = max(largest, *(len(mail.wire.get(name, "").encode()) for name in ("HtmlBody", "TextBody")))
    return Plan(total, total - bad, bad, problems, sample, largest)


def _problem(problems: Sequence[str], why: str, earlier: int) -> str:
    """What is wrong with a row: its mail, its address for a reason, or that it has that of an earlier row."""
    if problems:
        return tr("; ").join(problems)
    return tr(why) if why else tr(_SAME_ADDRESS, row=earlier)


def reason_shown(kept: str) -> str:
    """Why a row was left out, as the journal keeps it, in the language of the run where it has no values of the row.

    >>> reason_shown("has the address of row 2")
    'has the address of row 2'
    """
    said, _, _ = _SAME_ADDRESS.partition("{")
    row = kept.removeprefix(said)
    return tr(_SAME_ADDRESS, row=row) if kept.startswith(said) and row.isdecimal() else tr(kept)
