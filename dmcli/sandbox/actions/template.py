"""Mail templates (SDK). The sandbox approves each at once, unless `states` says otherwise; names may repeat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.sandbox.calendar import time_text
from dmcli.sandbox.errors import ServiceError
from dmcli.sandbox.facts import NOBODY, SDK, Facts, said
from dmcli.sandbox.service.context import Context, Row, list_page
from dmcli.sandbox.service.states import first_review, review
from dmcli.sandbox.store.sql import like

if TYPE_CHECKING:
    from dmcli.sandbox.service.context import Handler

MAX_TEMPLATES = 100
# Request parameter and column of what a template holds.
_CONTENT = {
    "TemplateName": "name",
    "TemplateSubject": "subject",
    "TemplateText": "html",
    "TemplateNickName": "nickname",
    "Remark": "remark",
    "SmsContent": "sms_content",
    "SmsType": "sms_type",
    "TemplateType": "type",
}
_DEFAULTS = {"SmsType": "0", "TemplateType": "0"}


def create(context: Context) -> dict[str, Any]:
    """CreateTemplate."""
    if context.count("SELECT count(*) FROM template") >= MAX_TEMPLATES:
        raise ServiceError("InvalidTemplateNumber.Malformed")
    values = {column: context.get(name, _DEFAULTS.get(name, "")) for name, column in _CONTENT.items()}
    made = context.add("template", **values, status=first_review(context), created=context.now, submitted=context.now)
    return {"TemplateId": made}


def query(context: Context) -> dict[str, Any]:
    """QueryTemplateByParam."""
    if int(context.get("PageNo") or 1) == 1:  # further pages are of the same look
        review(context)
    conditions = {**like("name", context.get("KeyWord")), "status = ?": context.get("Status") or None}
    page = list_page(context, "id, name, status, type, created", "template", conditions, "id", 20)
    return {**page.head, "data": {"template": [_row(row) for row in page.rows]}}


def _row(row: Row) -> dict[str, Any]:
    template, name, status, kind, created = row
    return {
        "TemplateId": str(template),
        "TemplateName": name,
        "TemplateStatus": str(status),
        "TemplateComment": "",
        "TemplateType": kind,
        "SmsStatus": 0,
        "SmsTemplateCode": 0,
        "Smsrejectinfo": 0,
        "CreateTime": time_text(created),
        "UtcCreatetime": created,  # sic
    }


def describe(context: Context) -> dict[str, Any]:
    """DescTemplate."""
    template = _existing(context)
    review(context, template)
    found = context.one(f"SELECT status, created, {', '.join(_CONTENT.values())} FROM template WHERE id = ?", template)
    status, created, *content = found or ()
    return {
        **{name: str(value) for name, value in zip(_CONTENT, content, strict=True)},
        "TemplateStatus": str(status),
        "CreateTime": time_text(created),
    }


def modify(context: Context) -> dict[str, Any]:
    """ModifyTemplate: what is not given stays, and the template is reviewed again."""
    template = _existing(context)
    given = {column: context.params[name] for name, column in _CONTENT.items() if name in context.params}
    changes = ", ".join(f"{column} = ?" for column in given)
    changes = f"{changes}, status = ?, submitted = ?, checks = 0"
    context.run(
        f"UPDATE template SET {changes} WHERE id = ?", *given.values(), first_review(context), context.now, template
    )
    return {}


def delete(context: Context) -> dict[str, Any]:
    """DeleteTemplate."""
    context.run("DELETE FROM template WHERE id = ?", _existing(context))
    return {}


def _existing(context: Context) -> int:
    """The id of the template meant. Raises ServiceError."""
    found = context.one("SELECT id FROM template WHERE id = ?", context.params["TemplateId"])
    if not found:
        raise ServiceError("InvalidTemplate.NotFound")
    return int(found[0])


HANDLERS: dict[str, Handler] = {
    "CreateTemplate": create,
    "QueryTemplateByParam": query,
    "DescTemplate": describe,
    "ModifyTemplate": modify,
    "DeleteTemplate": delete,
}

FACTS: dict[str, Facts] = {
    "QueryTemplateByParam": Facts(
        always={"TemplateComment": "", "SmsStatus": "0", "SmsTemplateCode": "0", "Smsrejectinfo": "0"},
        unread=("FromType",),
        copied={"A page has 20 templates, unless another number is asked for.": SDK},
    ),
    "DescTemplate": Facts(unread=("FromType",)),
    "CreateTemplate": Facts(
        unread=("FromType",),
        undeclared_codes={"InvalidTemplateNumber.Malformed": "there are as many templates as there may be"},
        copied={said("There are at most {most} templates.", most=MAX_TEMPLATES): "help pages"},
        guessed={"Several templates may have one name.": SDK},
    ),
    "ModifyTemplate": Facts(
        unread=("FromType",),
        guessed={
            "What is not given stays.": NOBODY,
            "A template that is changed is reviewed again.": NOBODY,
        },
    ),
    "DeleteTemplate": Facts(unread=("FromType",)),
}
