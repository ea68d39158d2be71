"""Addresses as people give them, among the arguments or in a file: what is wrong or odd about each."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dmcli.api.kinds.addresses import EMAIL
from dmcli.api.kinds.addrspec import oddity
from dmcli.api.kinds.base import read_each
from dmcli.errors import InputError
from dmcli.record import Record
from dmcli.words import marked, tr

if TYPE_CHECKING:
    from dmcli.cli.session import Session

_SAID = 10  # warnings about addresses that are said one by one


class Typed(Record):
    """An address to add, and where it stands: in a line of a file, or among the arguments."""

    text: str
    place: str


def typed(given: tuple[str, ...]) -> list[Typed]:
    """The addresses in the arguments, of which a file has one a line; empty lines are none."""
    found = []
    for number, text in enumerate(given, 1):
        lines = text.split("\n")
        for line, address in enumerate(lines, 1):
            place = tr("line {number}", number=line) if lines[1:] else tr("address {number}", number=number)
            found.append(Typed(address.strip(" \t\r"), place))
    return [one for one in found if one.text]


def check_addresses(current: Session, found: list[Typed], nothing: str) -> list[str]:
    """The addresses as they are sent. Says doubts; raises InputError for any that is none.

    `nothing` says that nothing was done, after {why}.
    """
    try:
        wires = read_each(
            (one.text for one in found),
            partial(EMAIL.to_wire, now=current.now),
            marked("{wrong} of {all} addresses are wrong"),
            lambda number: found[number - 1].place,
        )
    except ValueError as error:
        raise InputError(tr(nothing, why=error), details=getattr(error, "reasons", ())) from None
    say_doubts(current, [(one.text, wire) for one, wire in zip(found, wires, strict=True)])
    return wires


def first_of(calls: int, records: int) -> str:
    """What a dry run says that shows the first of several calls to add records."""
    from dmcli.api.actions.receiver import MAX_SAVED

    text = marked("this is the first of {calls} calls: {records} records, at most {most} in a call")
    return tr(text, calls=calls, records=records, most=MAX_SAVED)


def say_doubts(current: Session, pairs: list[tuple[str, str]]) -> None:
    """Say what is odd about the first few addresses, each as typed and as sent."""
    from dmcli.cli.values import unreachable

    warnings: list[str] = []
    for text, wire in pairs:
        if text == wire and "xn--" not in wire:  # lists are long
            continue
        warnings += filter(None, (EMAIL.conversion_note(text, wire), oddity(wire.partition("@")[2])))
    warnings += unreachable(current, dict.fromkeys(wire.partition("@")[2] for _, wire in pairs))
    current.say(*(tr("warning: {warning}", warning=warning) for warning in warnings[:_SAID]))
    if len(warnings) > _SAID:
        current.say(tr("warning: and {number} more like these", number=len(warnings) - _SAID))
