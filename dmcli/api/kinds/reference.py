"""The kind of a thing that people name and the wire knows by id."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dmcli.api.kinds import headers
from dmcli.api.kinds.base import Kind, utc_now
from dmcli.words import tr

if TYPE_CHECKING:
    from datetime import datetime


class Ref(Kind):
    """A thing people call by its name and the wire by its id (or the other way round).

    `listing` is the action that lists such things, `name` and `id` the row fields, `takes` says which of them goes on
    the wire. What matches the pattern `ids` is an id; `name:TEXT` forces a name. `names` is the kind of the names. A
    name on the wire has at most `most` characters (0: any number). Where `several`, the wire takes ids with commas.
    Not `unique` are names that several things may have: one that does not say which thing is meant is refused.
    """

    def __init__(  # `id` is the field's role, not Python's function
        self,
        noun: str,
        listing: str,
        name: str,
        id: str,  # noqa: A002
        *,
        takes: str = "id",
        metavar: str = "",
        ids: str = "[0-9]+",
        names: Kind | None = None,
        most: int = 0,
        several: bool = False,
        unique: bool = True,
    ) -> None:
        super().__init__((listing, name))
        self.noun, self.listing, self.name, self.id, self.takes = noun, listing, name, id, takes
        self.metavar = metavar or noun.upper()
        self.ids, self.names, self.most, self.several, self.unique = ids, names, most, several, unique

    @property
    def _limit(self) -> str:
        if self.takes == "id":
            return tr("ids with commas") if self.several or self.many else tr("its id")
        return tr("; ").join(
            [tr("its name"), *([tr("at most {most} characters", most=self.most)] if self.most else [])]
        )

    def listed(self, name: str) -> str:
        """A name as its listing has it: an international domain in ASCII. What is none of its kind stays as it is."""
        try:
            return self.names.to_wire(name, utc_now()) if self.names else name
        except ValueError:
            return name

    def thing_in(self, text: str) -> str:
        """What names the thing in a typed text: here all of it."""
        return text

    def put(self, text: str, thing: str) -> str:  # noqa: ARG002  what holds more than the thing keeps the rest
        """The typed text with another name or id of the thing in it."""
        return thing

    def is_id(self, text: str) -> bool:
        """Whether a typed text is an id rather than a name."""
        return re.fullmatch(self.ids, text) is not None

    @property
    def _kind_sent(self) -> Kind | None:
        """The kind of the names, where they are what goes on the wire."""
        return self.names if self.takes == "name" else None

    def accepts(self, wire: str) -> bool:
        if self._kind_sent:
            return self._kind_sent.accepts(wire)
        return all(super(Ref, self).accepts(one) for one in (wire.split(",") if self.several else [wire]))

    def domains(self, wire: str) -> list[str]:
        return self._kind_sent.domains(wire) if self._kind_sent else []

    def stricter(self, wire: str) -> str:
        return self._kind_sent.stricter(wire) if self._kind_sent else ""

    def warning(self, wire: str) -> str:
        return self._kind_sent.warning(wire) if self._kind_sent else ""

    def conversion_note(self, typed: str, wire: str) -> str:
        return self._kind_sent.conversion_note(typed, wire) if self._kind_sent else ""

    def to_wire(self, text: str, now: datetime) -> str:
        if self._kind_sent:
            return self._kind_sent.to_wire(text, now)
        if self.takes == "id" and not self.is_id(text):
            raise ValueError(tr("{text!r} is not the id of a {noun}", text=text, noun=tr(self.noun)))
        if not text or re.search(headers.BREAK, text):
            raise ValueError(tr("{text!r} is not the name of a {noun}", text=text, noun=tr(self.noun)))
        if self.most and len(text) > self.most:
            raise ValueError(
                tr(
                    "{text!r} has {count} characters; the name of a {noun} has at most {most}",
                    text=text,
                    count=len(text),
                    noun=tr(self.noun),
                    most=self.most,
                )
            )
        return text


class Refs(Ref):
    """Several things, with commas between them, as the wire takes them."""

    many = True

    def parts(self, text: str) -> list[str]:
        """The things that a text names."""
        return [part.strip() for part in text.split(",") if part.strip()]

    def is_id(self, text: str) -> bool:
        return all(super(Refs, self).is_id(part) for part in self.parts(text))
