"""Looking before a template is sent to many: how many people, which variables they lack, and how it looks to one."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.api import catalogue
from dmcli.api.actions.receiver import MEMBER_FIELDS
from dmcli.api.kinds.common import LIST_NAME, TEMPLATE_NAME
from dmcli.api.kinds.json import recipients_in
from dmcli.api.paging import value_of
from dmcli.untrusted import read_json
from dmcli.workflows.lists.members import members
from dmcli.workflows.lookup import find_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dmcli.client.client import Client

_VARIABLE = re.compile(r"\{(\w+)\}")
_BLANK = {field.name for field in MEMBER_FIELDS}  # where a person lacks one of these the service leaves it blank


class Template(NamedTuple):
    """What is sent; `alias` is the sender's display name."""

    subject: str
    html: str
    text: str = ""
    alias: str = ""


class Look(NamedTuple):
    """What is sent to how many `people`, and what they lack.

    `lacking` counts by variable those who have no value, `unfilled` of these the variables that stay in the mail as
    they are; `sample` is the first of the people, `values` are that one's.
    """

    subject: str
    html: str
    text: str
    alias: str
    people: int
    lacking: Mapping[str, int]
    unfilled: Mapping[str, int]
    sample: str
    values: Mapping[str, str]

    def filled(self, text: str) -> str:
        """A text as the sample has it."""
        return _VARIABLE.sub(lambda match: self.values.get(match[1], match[0]), text)


def variables_of(*texts: str) -> list[str]:
    """The variables of some texts, each once: `{name}`, as the service writes them."""
    return list(dict.fromkeys(name for text in texts for name in _VARIABLE.findall(text)))


def template(client: Client, template_id: str) -> Template:
    """A stored template. Raises NotFoundError."""
    found = client.call(catalogue.get("DescTemplate"), {"TemplateId": template_id})
    return Template(
        str(value_of(found, "TemplateSubject") or ""),
        str(value_of(found, "TemplateText") or ""),
        alias=str(value_of(found, "TemplateNickName") or ""),
    )


def look(client: Client, wire: Mapping[str, str]) -> Look:
    """What a BatchSendMail of these parameters would send. Raises NotFoundError."""
    sent = _sent(client, wire)
    names = variables_of(sent.subject, sent.html, sent.text)
    lacking: Counter[str] = Counter()
    people, sample, values = 0, "", dict[str, str]()
    for email, known in _people(client, wire):
        people += 1
        if known is None:  # what they have cannot be told
            continue
        lacking.update(name for name in names if name != "EAddr" and not known.get(name))
        if not sample:
            given = {name: text for name, text in known.items() if text}
            sample, values = email, dict.fromkeys(_BLANK, "") | given | {"EAddr": email}
    counts = {name: lacking[name] for name in names if lacking[name]}
    unfilled = {name: number for name, number in counts.items() if name not in _BLANK}
    return Look(*sent, people, counts, unfilled, sample, values)


def _sent(client: Client, wire: Mapping[str, str]) -> Template:
    """The stored template, or the content in its place."""
    if name := wire.get("TemplateName"):
        return template(client, str(value_of(find_row(client, TEMPLATE_NAME, name, by_name=True), TEMPLATE_NAME.id)))
    content = read_json(wire["TemplateContent"])
    return Template(*(str(content.get(part) or "") for part in ("Subject", "HtmlBody", "TextBody", "Alias")))


def _people(client: Client, wire: Mapping[str, str]) -> Iterator[tuple[str, Mapping[str, str] | None]]:
    """Address and values of each who gets the mail."""
    if name := wire.get("ReceiversName"):
        list_id = str(value_of(find_row(client, LIST_NAME, name, by_name=True), LIST_NAME.id))
        yield from ((one.email, one.values) for one in members(client, list_id))
        return
    groups: Iterable[dict[str, Any]] = read_json(wire["Receivers"])
    for group in groups:
        data = group.get("TemplateData")
        data = read_json(data) if isinstance(data, str) else data or {}
        yield from ((email, {key: str(text) for key, text in data.items()}) for email in recipients_in(group) or ())
