"""What is to be mailed: the message that a call has or a template makes, filled in for each recipient."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from dmcli.api.kinds.addresses import MAX_ATTACHMENTS
from dmcli.api.kinds.common import BODY, SUBJECT
from dmcli.api.kinds.headers import LISTED
from dmcli.api.kinds.text import HeaderText
from dmcli.sandbox.errors import ServiceError
from dmcli.sandbox.service import uploads
from dmcli.sandbox.service.delivery import MAX_MAIL, MAX_SUBJECT, MAX_VARIABLES, Blanks, Message, Recipient, render
from dmcli.sandbox.store.sql import from_json, to_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dmcli.sandbox.service.context import Context

_APPROVED = 2
BUILT_IN = ("UserName", "NickName", "Gender", "Birthday", "Mobile")
MAX_HEADERS = 10  # the rest is dropped (SDK)
_LINE = HeaderText()


class Template(NamedTuple):
    """A stored template."""

    name: str
    subject: str
    html: str
    nickname: str
    status: int


def single_message(context: Context) -> Message:
    """The body, or the template in its place. Raises ServiceError."""
    subject = context.params["Subject"]
    chosen = from_json(context.get("Template"), "InvalidTemplate.Malformed")
    files = _attachments(context.params)
    attachments = to_json(files)
    size = uploads.size_of(context.connection, [one["AttachmentUrl"] for one in files]) if files else 0
    if not chosen:
        html, text = context.get("HtmlBody"), context.get("TextBody")
        message = Message(subject, html, text, context.get("FromAlias"), attachments=attachments)
        _check_size(size + message.size)
        return message
    template = find_template(context, "id", str(chosen.get("TemplateId", "")))
    data = variables_of(chosen.get("TemplateData"))
    _check_size(size + Blanks.of(template.html).filled(data))
    subject, html = _filled_subject(subject, data), render(template.html, data)
    alias = context.get("FromAlias") or template.nickname
    return Message(subject, html, alias=alias, attachments=attachments, template=template.name)


def batch_message(context: Context) -> Message:
    """The template, or the content in its place, its variables not yet filled in. Raises ServiceError."""
    if context.get("TemplateName"):
        template = find_template(context, "name", context.params["TemplateName"])
        return Message(template.subject, template.html, alias=template.nickname, template=template.name)
    content = from_json(context.get("TemplateContent"), "InvalidBody")
    subject, html, text, alias = (str(content.get(n) or "") for n in ("Subject", "HtmlBody", "TextBody", "Alias"))
    if not (html or text) or not (BODY.accepts(html) and BODY.accepts(text)):
        raise ServiceError("InvalidBody")
    if not SUBJECT.accepts(subject):
        raise ServiceError("InvalidSubject.Malformed")
    return Message(subject, html, text, alias)


def headers_of(context: Context) -> str:
    """The extra headers as JSON text, no more than the service takes. Raises ServiceError."""
    given = from_json(context.params["Headers"], "InvalidHeaders.Malformed")
    if not all(re.fullmatch(LISTED, name) for name in given):
        raise ServiceError("InvalidHeaders.Malformed")
    return to_json(dict(list(given.items())[:MAX_HEADERS]))


def _attachments(params: Mapping[str, str]) -> list[dict[str, str]]:
    """The numbered attachments, up to the first gap. Their URLs are kept and never fetched. Raises ServiceError."""
    found: list[dict[str, str]] = []
    while True:
        number = f"Attachments.{len(found) + 1}."
        name, url = params.get(f"{number}AttachmentName"), params.get(f"{number}AttachmentUrl")
        if not name and not url:
            return found
        one = {"AttachmentName": name or "", "AttachmentUrl": url or ""}
        if len(found) == MAX_ATTACHMENTS or not all(map(_LINE.accepts, one.values())):
            raise ServiceError("InvalidAttachments.Malformed")
        found.append(one)


def find_template(context: Context, column: str, value: str) -> Template:
    """The template of that id, or the newest of that name. Raises ServiceError."""
    fields = ", ".join(Template._fields)
    row = context.one(f"SELECT {fields} FROM template WHERE {column} = ? ORDER BY id DESC LIMIT 1", value)
    if row is None:
        raise ServiceError("InvalidTemplate.NotFound")
    template = Template(*row)
    if template.status != _APPROVED:
        raise ServiceError("InvalidTemplateStatus.Malformed")
    return template


def variables_of(data: object) -> dict[str, str]:
    """Template variables as names and texts, whatever JSON they came as; some callers send the object as a text."""
    if isinstance(data, str):
        data = from_json(data, "InvalidTemplateData.Malformed")
    if not isinstance(data, dict):
        return {}
    return {str(name): "" if value is None else str(value) for name, value in data.items()}


def personal(message: Message, people: list[tuple[str, dict[str, str]]]) -> list[Recipient]:
    """The recipients with the subject and variables that are theirs. Raises ServiceError."""
    blanks, left, recipients = Blanks.of(message.html, message.text), MAX_MAIL, []
    for address, variables in people:
        known = {**dict.fromkeys(BUILT_IN, ""), **variables, "EAddr": address}
        kept = to_json(known)
        left -= len(kept)
        if len(kept) > MAX_VARIABLES or left < 0:
            raise ServiceError("InvalidTemplateData.Malformed", "The variables are too large.")
        _check_size(blanks.filled(known))
        subject = _filled_subject(message.subject, known)
        recipients.append(Recipient(address, subject=subject if subject != message.subject else None, variables=kept))
    return recipients


def _filled_subject(subject: str, variables: Mapping[str, str]) -> str:
    """A subject with its variables filled in, the line breaks that they brought left out. Raises ServiceError."""
    if Blanks.of(subject).filled(variables) <= MAX_SUBJECT * 4:  # bytes of a character at most
        filled = re.sub("[\r\n]", " ", render(subject, variables))
        if len(filled) <= MAX_SUBJECT:
            return filled
    raise ServiceError("InvalidSubject.Malformed")


def _check_size(size: int) -> None:
    """Refuse a mail of more bytes than one may have."""
    if size > MAX_MAIL:
        raise ServiceError("InvalidBody", f"The mail would have more than {MAX_MAIL:,} bytes.")
