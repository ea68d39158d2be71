"""Kinds of value that are JSON, and what in them goes into a mail."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from dmcli.api.kinds import headers
from dmcli.api.kinds.base import Kind, read_each
from dmcli.api.kinds.reference import Ref
from dmcli.api.kinds.text import Body, Flag, HeaderText
from dmcli.words import listed, marked, tr

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

_LINE = HeaderText()
_NO_LIST = object()  # stands for the recipients of a group that has none


class Json(Kind):
    """A JSON object or array as text, sent as it was typed; at most `most` elements.

    `parts` are the kinds of some values of an object, by their names there.
    """

    metavar = "JSON"
    files = Body.most  # a form's body takes no more, and bodies may be in it

    def __init__(
        self, of: type[dict[str, Any] | list[Any]], most: int = 0, parts: Mapping[str, Kind] | None = None
    ) -> None:
        super().__init__()
        self.of, self.most, self.parts = of, most, parts or {}

    @property
    def _limit(self) -> str:
        what = tr("a JSON object") if self.of is dict else tr("a JSON array")
        return what + (tr("; ") + tr("at most {most} elements", most=self.most) if self.most else "")

    def to_wire(self, text: str, now: datetime) -> str:
        self.check(self.read(text), now)
        return text.strip()

    def accepts(self, wire: str) -> bool:
        try:
            self.read(wire)
        except ValueError:
            return False
        return True

    def warning(self, wire: str) -> str:
        value = self.read(wire)
        warnings = {name: kind.warning(value[name]) for name, kind in self.parts.items() if value.get(name)}
        return tr("; ").join(
            tr("its {name} {problem}", name=name, problem=warning) for name, warning in warnings.items() if warning
        )

    def read(self, text: str) -> Any:
        """The value, an object or array of no more elements than may be. Raises ValueError."""
        from dmcli.untrusted import MOST_MARKS, read_json

        what = tr("a JSON object") if self.of is dict else tr("a JSON array")
        try:
            text.encode()
            value = read_json(text, MOST_MARKS)
        except ValueError as error:
            raise ValueError(tr("is not {what}: {error}", what=what, error=error)) from None
        if not isinstance(value, self.of):
            raise ValueError(tr("is not {what} but JSON of another type", what=what))  # noqa: TRY004  a refusal for people
        if self.most and len(value) > self.most:
            raise ValueError(
                tr("has {count} elements; the service takes at most {most}", count=len(value), most=self.most)
            )
        return value

    def check(self, value: Any, now: datetime) -> None:
        """Raise ValueError for what may not stand in the value; here its parts are judged."""
        for name, kind in self.parts.items():
            if value.get(name) is not None:
                _check_part(tr("its {name}", name=name), value[name], kind, now)


_OBJECT = Json(dict)


class Switch(Flag):
    """The one switch in a JSON object: people say yes or no, the wire has {"NAME": true}."""

    def __init__(self, name: str) -> None:
        super().__init__(f'{{"{name}":true}}', f'{{"{name}":false}}')
        self.name = name

    def to_wire(self, text: str, now: datetime) -> str:
        if not _is_object(text):
            return super().to_wire(text, now)
        value = _OBJECT.read(text).get(self.name)
        if not isinstance(value, bool):
            raise ValueError(tr('has no "{name}" that is true or false', name=self.name))  # noqa: TRY004  a refusal for people
        return self.yes if value else self.no


class ValidationRule(Json):
    """What of a validation holds mail back: names that are not these, and the same in small letters, mean nothing."""

    lists = ("ForbiddenStatusList", "ForbiddenSubStatusList")

    def __init__(self, statuses: Iterable[str]) -> None:
        super().__init__(dict)
        self.statuses = tuple(statuses)

    def check(self, value: Any, now: datetime) -> None:  # noqa: ARG002  names and types need no clock
        names = ("Enabled", *self.lists)
        if strange := [name for name in value if name not in names]:
            raise ValueError(tr("has {name!r}; what may be in it: {names}", name=strange[0], names=listed(names)))
        if not isinstance(value.get("Enabled", True), bool):
            raise ValueError(tr('has no "{name}" that is true or false', name="Enabled"))  # noqa: TRY004  a refusal for people
        for name in self.lists:
            found = value.get(name, [])
            if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
                raise ValueError(tr("its {name} is not an array of texts", name=name))

    def warning(self, wire: str) -> str:
        odd = [one for one in self.read(wire).get(self.lists[0], []) if one not in self.statuses]
        return listed(odd) and tr("{names}: the known results are {all}", names=listed(odd), all=listed(self.statuses))


class StoredTemplate(Ref):
    """A template, and the values of its variables: a JSON object on the wire, {"TemplateId": ..., "TemplateData": ...}.

    People may give a name for the id, and the name or id alone where there are no variables.
    """

    files = Body.most

    def thing_in(self, text: str) -> str:
        if not _is_object(text):
            return text
        thing = _OBJECT.read(text).get("TemplateId")
        if not isinstance(thing, (str, int)) or thing == "":
            raise ValueError(tr('has no "TemplateId"; give the name or id of a template there'))
        return str(thing)

    def put(self, text: str, thing: str) -> str:
        import json

        known = _OBJECT.read(text) if _is_object(text) else {}
        if known and self.thing_in(text) == thing:
            return text
        return json.dumps(known | {"TemplateId": thing}, ensure_ascii=False, separators=(",", ":"))

    def to_wire(self, text: str, now: datetime) -> str:
        return self.put(text.strip(), super().to_wire(self.thing_in(text), now))

    def accepts(self, wire: str) -> bool:
        return _OBJECT.accepts(wire)


def _is_object(text: str) -> bool:
    return text.lstrip()[:1] == "{"


class Headers(Json):
    """Extra headers of a mail; the service drops all but the first ten. What it does not list it may refuse (SDK)."""

    def __init__(self) -> None:
        super().__init__(dict)

    def accepts(self, wire: str) -> bool:
        return super().accepts(wire) and all(
            _LINE.accepts(name) and _LINE.accepts(str(value)) for name, value in self.read(wire).items()
        )

    def warning(self, wire: str) -> str:
        odd = listed(name for name in self.read(wire) if not re.fullmatch(headers.LISTED, name))
        return odd and tr(
            "{names}: the service lists only Message-ID, List-Unsubscribe, List-Unsubscribe-Post and X-User-...",
            names=odd,
        )

    def check(self, value: Any, now: datetime) -> None:
        if len(value) > 10:  # noqa: PLR2004
            raise ValueError(tr("has {count} headers; the service drops all but the first 10", count=len(value)))
        if len({name.lower() for name in value}) < len(value):
            raise ValueError(tr("has a header twice; their names are the same in capitals and small letters"))
        for name, text in value.items():
            if not re.fullmatch(headers.NAME, name):
                raise ValueError(
                    tr("has {name!r}, which is no name of a header; give one such as X-User-Id", name=name)
                )
            _check_part(tr("the name {name!r}", name=name), name, _LINE, now)
            _check_part(name, text, _LINE, now)


class Recipients(Json):
    """Groups of recipients with their variables; every address is one of the kind `address`, written as it is sent."""

    def __init__(self, address: Kind, most: int) -> None:
        super().__init__(list, most)
        self.address = address

    def check(self, value: Any, now: datetime) -> None:
        parts: list[tuple[int, Any]] = []
        for number, group in enumerate(value, 1):
            addresses = recipients_in(group)
            parts += [(number, address) for address in ([_NO_LIST] if addresses is None else addresses)]
        read_each(parts, partial(self._check_part, now=now), marked("{wrong} of {all} recipients are wrong"))

    def _check_part(self, part: tuple[int, Any], now: datetime) -> None:
        number, address = part
        if address is _NO_LIST:
            raise ValueError(tr('element {number} has no recipients; give it "To": ["a@example.com"]', number=number))
        wire = _check_part(tr("a recipient of element {number}", number=number), address, self.address, now)
        if wire != address:
            raise ValueError(
                tr(
                    "element {number} has {address!r}; write it in ASCII, as {wire}",
                    number=number,
                    address=address,
                    wire=wire,
                )
            )

    def addresses(self, wire: str) -> list[str]:
        try:
            groups = Json(list).read(wire)
        except ValueError:
            return []
        return [str(one) for group in groups for one in recipients_in(group) or ()]


def recipients_in(group: object) -> list[Any] | None:
    """What stands under `To` in a group of recipients, a text being a list of one; None where it is neither."""
    to = group.get("To") if isinstance(group, dict) else None
    return [to] if isinstance(to, str) else to if isinstance(to, list) else None


def _check_part(what: str, value: Any, kind: Kind, now: datetime) -> str:
    """The value as its kind sends it. Raises ValueError."""
    if not isinstance(value, str):
        raise ValueError(tr("{what} is not a text; put it in quotes", what=what))  # noqa: TRY004  a refusal for people
    try:
        return kind.to_wire(value, now)
    except ValueError as error:
        raise ValueError(f"{what} {error}") from None
