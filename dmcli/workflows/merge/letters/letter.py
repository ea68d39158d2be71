"""The mail that every row gets: one call's parameters, in which the texts are templates."""

from __future__ import annotations

import hashlib
import json
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.api import catalogue
from dmcli.api.kinds.addresses import EMAIL, ROW_EMAIL
from dmcli.api.kinds.base import utc_now
from dmcli.errors import InputError
from dmcli.words import listed, tr
from dmcli.workflows.merge.letters.inline import ACTION as BATCH_ACTION
from dmcli.workflows.merge.letters.inline import Inline
from dmcli.workflows.merge.letters.plaintext import plain_text
from dmcli.workflows.merge.letters.template import Template, identifier

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from dmcli.api.model import Action

ACTION = catalogue.get("SingleSendMail")
SINGLE, BATCH = "single", "batch"
TEXTS = {"Subject": "--subject", "HtmlBody": "--html", "TextBody": "--text"}
_ADDRESS_COLUMNS = (
    *("email", "e_mail", "mail", "email_address", "emailaddress", "mail_address", "to", "toaddress", "address"),
    *("recipient", "邮箱", "电子邮件", "邮件地址", "邮箱地址"),
)
_TOLD = 20  # columns


class Mail(NamedTuple):
    """What one row gets: the parameters of a call of its own, and what is wrong with them, a sentence each.

    `variables` are what a call that rows share has of it.
    """

    wire: dict[str, str]
    problems: tuple[str, ...] = ()
    variables: Mapping[str, str] = MappingProxyType({})


class Letter:
    """The mail of a merge. `wire` are the parameters that all rows share, with templates as texts.

    Raises InputError for a text that is no template. `seed` tells this merge from others: with the number of a row it
    makes the row's Message-ID, so that the mail has the same one at each try. `via` is a call a row, or of many rows:
    headers are then those of all, so that there is no Message-ID of ours.

    >>> wire = {"AccountName": "news@mail.example.com", "Subject": "Hello {{ name }}", "TextBody": "Hi"}
    >>> letter = Letter(wire, "email", "a seed")
    >>> letter.mail(7, {"email": "ada@example.com", "name": "Ada"}).wire["Subject"]
    'Hello Ada'
    """

    def __init__(self, wire: Mapping[str, str], address_column: str, seed: str, via: str = SINGLE) -> None:
        self.wire = dict(wire)
        self.address_column, self.seed, self.via = address_column, seed, via
        texts = {name: wire[name] for name in TEXTS if wire.get(name)}
        made_from = ""
        if "TextBody" not in texts and "HtmlBody" in texts:
            texts["TextBody"] = plain_text(texts["HtmlBody"])
            made_from = tr("--html (the text made from it; give --text)")
        self._templates = {
            name: Template(
                made_from if made_from and name == "TextBody" else TEXTS[name], text, html=name == "HtmlBody"
            )
            for name, text in texts.items()
            if text
        }
        self.columns = frozenset().union(*(one.columns for one in self._templates.values()))
        self.required = frozenset().union(*(one.required for one in self._templates.values()))
        self._used = self.columns | {address_column}
        self._names: dict[str, str] = {}
        more = json.loads(wire.get("Headers") or "{}")
        self._more_headers = "," * bool(more) + json.dumps(more)[1:]  # after that of each row
        if any(name.lower() == "message-id" for name in more):
            raise InputError(
                tr("--headers has a Message-ID, which would be that of every mail; a merge gives each its own")
            )
        self._inline = Inline(wire, self._templates) if via == BATCH else None
        self._kinds = {name: ACTION.param(name).kind for name in self._templates}

    def check_columns(self, columns: Iterable[str]) -> None:
        """Raise InputError where a template uses what is no column."""
        known = identifiers(columns)
        for template in self._templates.values():
            template.check_columns(known)

    def mail(self, number: int, values: Mapping[str, str], address: str = "", now: datetime | None = None) -> Mail:
        """The mail of a row, of which `values` are the cells by identifier; to another address where one is given."""
        now = now or utc_now()
        wire, problems = dict(self.wire), []
        try:
            cell = values.get(self.address_column, "").strip(" \t")
            wire["ToAddress"] = EMAIL.to_wire(address, now) if address else ROW_EMAIL.to_wire(cell, now)
        except ValueError as error:
            problems.append(str(error) if values.get(self.address_column) else tr("has no address"))
        problems += [tr("has no value for {name}", name=name) for name in sorted(self.required) if not values.get(name)]
        for name, template in self._templates.items():
            try:
                wire[name] = self._kinds[name].to_wire(template.render(values), now)
            except ValueError as error:
                problems.append(f"{TEXTS[name]} {str(error).removeprefix(TEXTS[name]).strip()}")
        if not self._inline:
            wire["Headers"] = f'{{"Message-ID":"{self.message_id(number)}"{self._more_headers}'
            return Mail(wire, tuple(problems))
        try:
            return Mail(wire, tuple(problems), {} if problems else self._inline.variables(values))
        except ValueError as error:
            return Mail(wire, (str(error),))

    def call(self, mails: Sequence[Mail]) -> tuple[Action, dict[str, str]]:
        """The call that sends mails without problems: several where it goes by batch, else one."""
        if self._inline:
            return BATCH_ACTION, self._inline.wire((mail.wire["ToAddress"], mail.variables) for mail in mails)
        return ACTION, mails[0].wire

    def message_id(self, number: int) -> str:
        """The Message-ID of a row; "" where the mails have none of ours."""
        if self._inline:
            return ""
        digest = hashlib.blake2b(f"{self.seed}|{number}".encode(), digest_size=16).hexdigest()
        return f"<{digest}.dm@{self.wire['AccountName'].rpartition('@')[2]}>"

    def wanted(self, columns: Iterable[str]) -> list[str]:
        """Those of the columns that the mail is made of."""
        return [column for column in columns if identifier(column) in self._used]

    def values(self, cells: Mapping[str, str]) -> dict[str, str]:
        """A row's cells by identifier, those that the mail is made of."""
        found = self._names
        if not found:
            found = self._names = {column: identifier(column) for column in self.wanted(cells)}
        return {name: cells[column] for column, name in found.items()}

    def as_data(self) -> dict[str, Any]:
        """What another process makes the same letter of."""
        return {"wire": self.wire, "address_column": self.address_column, "seed": self.seed, "via": self.via}


def identifiers(columns: Iterable[str]) -> list[str]:
    """The columns as templates name them. Raises InputError where two would have the same name."""
    found: dict[str, str] = {}
    for column in filter(None, columns):
        name = identifier(column)
        if name in found:
            raise InputError(
                tr(
                    "the columns {other!r} and {column!r} would both be {{{{ {name} }}}}: rename one",
                    other=found[name],
                    column=column,
                    name=name,
                )
            )
        found[name] = column
    return list(found)


def address_column(columns: Iterable[str], wanted: str | None) -> str:
    """The identifier of the column with the addresses: the one that is named, else one called email or the like."""
    known = identifiers(columns)
    if wanted:
        if identifier(wanted) in known:
            return identifier(wanted)
        raise InputError(
            tr(
                "--to-column: the file has no column {column!r}; it has {columns}",
                column=wanted,
                columns=listed(known[:_TOLD]),
            )
        )
    folded = {name.casefold().strip("_"): name for name in reversed(known)}
    found = next((folded[name] for name in _ADDRESS_COLUMNS if name in folded), "")
    if not found:
        raise InputError(
            tr(
                "no column of the file is called email; it has {columns}: name one with --to-column",
                columns=listed(known[:_TOLD]),
            )
        )
    return found
