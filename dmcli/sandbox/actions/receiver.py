"""Recipient lists and their members (reference section 8; listing and adding from the SDK)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from dmcli.api.actions.receiver import MAX_MEMBERS, MAX_SAVED, MEMBER_FIELDS
from dmcli.sandbox.calendar import time_text
from dmcli.sandbox.errors import ServiceError
from dmcli.sandbox.facts import NOBODY, SDK, Facts, said
from dmcli.sandbox.service.context import Context, list_page
from dmcli.sandbox.store.sql import from_json, like, to_json, where

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dmcli.sandbox.service.context import Handler

MAX_LISTS = 10
MAX_COLUMNS = 100  # names of variables that the members of a list have
COLUMNS = tuple(field.name for field in MEMBER_FIELDS)
_SHORT = {field.key: field.name for field in MEMBER_FIELDS}


def create(context: Context) -> dict[str, Any]:
    """CreateReceiver."""
    name = context.params["ReceiversName"]
    if context.one("SELECT 1 FROM receiver WHERE name = ?", name):
        raise ServiceError("InvalidReceiverName.Duplicate")
    if context.count("SELECT count(*) FROM receiver") >= MAX_LISTS:
        raise ServiceError("InvalidReceiverNumber.Malformed")
    made = os.urandom(16).hex()
    context.add(
        "receiver",
        id=made,
        name=name,
        alias=context.params["ReceiversAlias"],
        description=context.get("Desc"),
        columns=",".join(COLUMNS),
        created=context.now,
    )
    return {"ReceiverId": made}


def query(context: Context) -> dict[str, Any]:
    """QueryReceiverByParam. All lists are complete, so Status 0 finds none."""
    size = "(SELECT count(*) FROM member WHERE member.receiver = receiver.id)"
    conditions = {**like("name", context.get("KeyWord")), "? = '1'": context.get("Status") or None}
    page = list_page(context, f"id, name, alias, description, created, {size}", "receiver", conditions, "seq", 100)
    rows = [
        {
            "ReceiverId": receiver,
            "ReceiversName": name,
            "ReceiversAlias": alias,
            "Desc": description,
            "Count": str(count),
            "ReceiversStatus": "1",
            "CreateTime": time_text(created),
            "UtcCreateTime": created,
        }
        for receiver, name, alias, description, created, count in page.rows
    ]
    head = {name: page.head[name] for name in ("TotalCount", "PageSize")}  # no PageNumber (SDK)
    return {**head, "NextStart": "", "data": {"receiver": rows}}


def delete(context: Context) -> dict[str, Any]:
    """DeleteReceiver, its members too."""
    receiver = _existing(context)[0]
    context.run("DELETE FROM member WHERE receiver = ?", receiver)
    context.run("DELETE FROM receiver WHERE id = ?", receiver)
    return {}


def members(context: Context) -> dict[str, Any]:
    """QueryReceiverDetail: by address; the cursor is the last address of the page before."""
    receiver, columns = _existing(context)
    after, size = context.get("NextStart", "0"), context.page_size("PageSize", 10)
    chosen = {"receiver = ?": receiver, **like("email", context.get("KeyWord"))}
    clause, values = where(chosen)
    total = context.count(f"SELECT count(*) FROM member{clause}", *values)
    clause, values = where({**chosen, "email > ?": None if after == "0" else after})
    sql = f"SELECT email, variables, created FROM member{clause} ORDER BY email LIMIT ?"
    rows = context.all(sql, *values, size + 1)
    return {
        "TotalCount": total,
        "NextStart": rows[size - 1][0] if len(rows) > size else "",
        "DataSchema": ",".join(columns),
        "data": {"detail": [_member(columns, *row) for row in rows[:size]]},
    }


def _member(columns: list[str], email: str, variables: str, created: int) -> dict[str, Any]:
    known = from_json(variables, "InternalError") or {}
    data = ",".join(str(known.get(column, "")) for column in columns)
    return {"Email": email, "Data": data, "CreateTime": time_text(created), "UtcCreateTime": created}


def save(context: Context) -> dict[str, Any]:
    """SaveReceiverDetail: what cannot be added, duplicates among it, is said row by row with HTTP 200."""
    receiver, known = _existing(context)
    columns = dict.fromkeys(known)
    there = {email.lower() for (email,) in context.all("SELECT email FROM member WHERE receiver = ?", receiver)}
    before = len(there)
    added, errors = [], []
    for email, variables in _records(context):
        problem = _problem(email, there)
        if problem:
            errors.append({"Email": email, "ErrMessage": problem})
            continue
        there.add(email.lower())
        added.append((receiver, email, to_json(variables), context.now))
        columns |= dict.fromkeys(variables)
    if len(columns) > MAX_COLUMNS:
        raise ServiceError("InvalidCustomDetail.Malformed")
    if before + len(added) > MAX_MEMBERS:
        raise ServiceError("InvalidReceiverDetailNumber.Malformed")
    insert = "INSERT INTO member (receiver, email, variables, created) VALUES (?, ?, ?, ?)"
    context.connection.executemany(insert, added)
    context.run("UPDATE receiver SET columns = ? WHERE id = ?", ",".join(columns), receiver)
    return {"SuccessCount": len(added), "ErrorCount": len(errors), "Data": {"Detail": errors}}


def _records(context: Context) -> Iterator[tuple[str, dict[str, str]]]:
    """Address and variables of each record; an address that is not there is empty. Raises ServiceError."""
    for record in from_json(context.get("Detail"), "InvalidDetail.Malformed") or []:
        fields = record if isinstance(record, dict) else {}
        yield str(fields.get("e", "")), {name: str(fields[key]) for key, name in _SHORT.items() if fields.get(key)}
    for record in from_json(context.get("CustomDetail"), "InvalidCustomDetail.Malformed") or []:
        fields = record if isinstance(record, dict) else {}
        data = fields.get("CustomData")
        variables = data if isinstance(data, dict) else {}
        yield str(fields.get("Email", "")), {str(name): str(value) for name, value in variables.items()}


def _problem(email: str, there: set[str]) -> str:
    """Why an address cannot be added, "" if it can."""
    from dmcli.api.kinds import addrspec
    from dmcli.api.kinds.addresses import EMAIL

    if email.lower() in there:
        return "The Email already exists in the receiver list."  # untranslated: on the wire
    if EMAIL.accepts(email):
        return ""
    from dmcli.api import codes

    return codes.CODES["EmailLengthError" if len(email) > addrspec.MOST else "EmailFormatError"].message


def remove(context: Context) -> dict[str, Any]:
    """DeleteReceiverDetail. Without an address nothing goes, lest a forgotten parameter empty a list."""
    receiver = _existing(context)[0]
    email = context.get("Email")
    if email and not context.one("SELECT 1 FROM member WHERE receiver = ? AND email = ?", receiver, email):
        raise ServiceError("InvalidReceiver.NotFound")
    context.run("DELETE FROM member WHERE receiver = ? AND email = ?", receiver, email)
    return {}


def _existing(context: Context) -> tuple[str, list[str]]:
    """The id and the columns of the list meant. Raises ServiceError."""
    row = context.one("SELECT id, columns FROM receiver WHERE id = ?", context.params["ReceiverId"].lower())
    if not row:
        raise ServiceError("InvalidReceiver.NotFound")
    return row[0], row[1].split(",")


HANDLERS: dict[str, Handler] = {
    "CreateReceiver": create,
    "QueryReceiverByParam": query,
    "DeleteReceiver": delete,
    "QueryReceiverDetail": members,
    "SaveReceiverDetail": save,
    "DeleteReceiverDetail": remove,
}

FACTS: dict[str, Facts] = {
    "CreateReceiver": Facts(
        section="8.1",
        printed=("ReceiversName", "ReceiversAlias", "Desc"),
        never=("InvalidReceiverStatus.Malformed",),
        undeclared_codes={
            "InvalidReceiverName.Duplicate": "a list has the name",
            "InvalidReceiverNumber.Malformed": "there are as many lists as there may be",
        },
        copied={said("There are at most {most} lists.", most=MAX_LISTS): "help pages"},
        guessed={"The alias may be any line, where the SDK wants a mail address.": SDK},
    ),
    "QueryReceiverByParam": Facts(
        copied={"A page has 100 lists, unless another number is asked for.": SDK},
        always={"NextStart": "", "ReceiversStatus": "1"},
        guessed={"The filter Status 0 finds nothing, since each list is complete at once.": SDK},
    ),
    "DeleteReceiver": Facts(
        section="8.2",
        printed=("ReceiverId",),
        never=("InvalidReceiverName.Malformed", "InvalidReceiverStatus.Malformed"),
    ),
    "QueryReceiverDetail": Facts(
        guessed={
            "Members are sorted by address, and the cursor is the last address of a page.": SDK,
            "Data are the values by the columns of DataSchema, with commas between and none escaped.": SDK,
        }
    ),
    "SaveReceiverDetail": Facts(
        undeclared_codes={
            "EmailFormatError": "an address is none; it is a message of its row, with HTTP 200",
            "EmailLengthError": "an address is too long; it is a message of its row, with HTTP 200",
            "InvalidReceiverDetailNumber.Malformed": "there are more members than there may be",
        },
        copied={
            said("At most {most} members are added at once.", most=MAX_SAVED): SDK,
            said("A list has at most {most:,} members.", most=MAX_MEMBERS): "help pages",
            "What cannot be added counts in ErrorCount, duplicates too, and the rest is added.": SDK,
        },
        guessed={"The words for a duplicate are the sandbox's own.": SDK},
        missing={"Names and other values of a member may be of any length.": "help pages"},
    ),
    "DeleteReceiverDetail": Facts(
        section="8.3",
        printed=("ReceiverId", "Email"),
        never=("InvalidReceiverName.Malformed", "InvalidReceiverStatus.Malformed"),
        guessed={
            "Without Email nothing is deleted, and that is a success.": "reference 8.3",
            "An address that is no member is refused with InvalidReceiver.NotFound.": NOBODY,
        },
    ),
}
