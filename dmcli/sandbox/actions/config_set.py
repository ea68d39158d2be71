"""Configuration sets (SDK). A sender address is linked to one at most; its mail goes over the set's IP pool."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.sandbox.errors import ServiceError
from dmcli.sandbox.facts import NOBODY, SDK, Facts, said
from dmcli.sandbox.service.holding import FORBIDDEN_LISTS
from dmcli.sandbox.service.pools import chosen_pool
from dmcli.sandbox.store.sql import from_json, like, to_json, where

if TYPE_CHECKING:
    from dmcli.sandbox.service.context import Context, Handler, Row

MOST = 100  # sets (help pages)
_COLUMNS = "c.id, c.name, description, ip_pool, coalesce(p.name, ''), fall_back, validation"
_SETS = "config_set AS c LEFT JOIN ip_pool AS p ON p.id = c.ip_pool"
_NONE = (0, "", "", "", "", 0, "{}")  # what there is to say of a set that is not there


def create(context: Context) -> dict[str, Any]:
    """ConfigSetCreate."""
    name = context.params["Name"]
    _check_name(context, name, 0)
    if context.count("SELECT count(*) FROM config_set") >= MOST:
        raise ServiceError("InvalidConfigSetNumber.Malformed")
    made = context.add(
        "config_set",
        name=name,
        description=context.get("Description"),
        ip_pool=chosen_pool(context),
        fall_back=int(context.yes("IsPublicChannelBackoff")),
        validation=to_json(_validation(context.get("ValidationOption"))),
    )
    return {"Id": str(made)}


def query(context: Context) -> dict[str, Any]:
    """ConfigSetList: all of them on one page where All says so."""
    clause, values = where(like("c.name", context.get("Keyword")))
    total = context.count(f"SELECT count(*) FROM {_SETS}{clause}", *values)
    page, size = int(context.get("PageIndex")), context.page_size("PageSize", 10)
    if context.yes("All"):
        page, size = 1, max(total, 1)
    start = min((page - 1) * size, total)  # SQLite's numbers end where a page number may go on
    sql = f"SELECT {_COLUMNS} FROM {_SETS}{clause} ORDER BY c.id LIMIT ? OFFSET ?"
    return {
        "TotalCounts": total,
        "CurrentPage": page,
        "PageSize": size,
        "HasMore": start + size < total,
        "ConfigSets": [
            {**_row(row), "FromAddresses": _senders(context, row[0])} for row in context.all(sql, *values, size, start)
        ],
    }


def detail(context: Context) -> dict[str, Any]:
    """ConfigSetDetail: of a set that is not there it says nothing."""
    return {"Detail": _row(_find(context, context.params["Id"]) or _NONE)}


def update(context: Context) -> dict[str, Any]:
    """ConfigSetUpdate: of what is not given the validation alone stays."""
    number = _existing(context, context.params["Id"])[0]
    _check_name(context, context.params["Name"], number)
    option = context.get("ValidationOption")
    context.run(
        "UPDATE config_set SET name = ?, description = ?, ip_pool = ?, fall_back = ?, "
        "validation = coalesce(?, validation) WHERE id = ?",
        context.params["Name"],
        context.get("Description"),
        chosen_pool(context),
        int(context.yes("IsPublicChannelBackoff")),
        to_json(_validation(option)) if option else None,
        number,
    )
    return {"Id": str(number)}


def delete(context: Context) -> dict[str, Any]:
    """ConfigSetDelete: all of the sets or, where one cannot be deleted, none."""
    numbers = [_existing(context, text)[0] for text in context.params["Ids"].split(",")]
    if not context.yes("IsForce") and any(_senders(context, number) for number in numbers):
        raise ServiceError("InvalidConfigSetStatus.Malformed")
    for number in numbers:
        context.run("UPDATE address SET config_set = NULL WHERE config_set = ?", number)
        context.run("DELETE FROM config_set WHERE id = ?", number)
    return {}


def link(context: Context) -> dict[str, Any]:
    """ConfigSetRelationFromAddress: a link to another set gives way."""
    number, address = _linked(context)
    context.run("UPDATE address SET config_set = ? WHERE id = ?", number, address)
    return {"Result": True}


def unlink(context: Context) -> dict[str, Any]:
    """ConfigSetCancelRelationFromAddress: nothing changes where there is no link."""
    number, address = _linked(context)
    context.run("UPDATE address SET config_set = NULL WHERE id = ? AND config_set = ?", address, number)
    return {"Result": True}


def _linked(context: Context) -> tuple[int, int]:
    """The ids of the set and of the sender address. Raises ServiceError."""
    number = _existing(context, context.params["Id"])[0]
    address = context.one("SELECT id FROM address WHERE name = ?", context.params["FromAddress"].lower())
    if not address:
        raise ServiceError("InvalidMailAddress.NotFound")
    return number, int(address[0])


def _existing(context: Context, text: str) -> Row:
    """The set of an id. Raises ServiceError."""
    found = _find(context, text)
    if not found:
        raise ServiceError("InvalidConfigSet.NotFound")
    return found


def _find(context: Context, text: str) -> Row | None:
    return context.one(f"SELECT {_COLUMNS} FROM {_SETS} WHERE c.id = ?", text)


def _check_name(context: Context, name: str, but: int) -> None:
    """Refuse a name that another set has."""
    if context.one("SELECT 1 FROM config_set WHERE name = ? AND id <> ?", name, but):
        raise ServiceError("InvalidConfigSetName.Duplicate")


def _senders(context: Context, number: int) -> list[str]:
    """The sender addresses that are linked to a set."""
    return [name for (name,) in context.all("SELECT name FROM address WHERE config_set = ? ORDER BY id", number)]


def _validation(text: str) -> dict[str, Any]:
    """The settings of a validation in full. Raises ServiceError."""
    given = from_json(text, "InvalidValidationOption.Malformed") or {}
    lists = {name: given.get(name) or [] for name in FORBIDDEN_LISTS}
    enabled = given.get("Enabled") or False
    if not isinstance(enabled, bool) or not all(isinstance(value, list) for value in lists.values()):
        raise ServiceError("InvalidValidationOption.Malformed")
    return {"Enabled": enabled, **{name: [str(one) for one in value] for name, value in lists.items()}}


def _row(row: Row) -> dict[str, Any]:
    number, name, description, pool, pool_name, fall_back, validation = row
    return {
        "Id": str(number or ""),
        "Name": name,
        "Description": description,
        "IpPool": {"IpPoolId": pool, "IpPoolName": pool_name},
        "IsPublicChannelBackoff": bool(fall_back),
        "ValidationOption": from_json(validation, "InternalError"),
    }


HANDLERS: dict[str, Handler] = {
    "ConfigSetCreate": create,
    "ConfigSetList": query,
    "ConfigSetDetail": detail,
    "ConfigSetUpdate": update,
    "ConfigSetDelete": delete,
    "ConfigSetRelationFromAddress": link,
    "ConfigSetCancelRelationFromAddress": unlink,
}

FACTS: dict[str, Facts] = {
    "ConfigSetCreate": Facts(
        undeclared_codes={
            "InvalidConfigSetName.Duplicate": "a set has the name",
            "InvalidIpPool.NotFound": "the account has no such IP pool",
            "InvalidConfigSetNumber.Malformed": "there are as many sets as there may be",
        },
        copied={said("There are at most {most} sets.", most=MOST): "help pages"},
        guessed={
            "Mail to an address whose status is forbidden is taken and fails at once; the quota of validation stays.": (
                NOBODY
            ),
            "The check is that of ValidateEmail; DONOTMAIL and DO_NOT_MAIL are one status.": "Terraform",
        },
        missing={"No pool fails, so nothing falls back to the shared addresses.": SDK},
    ),
    "ConfigSetList": Facts(guessed={"Keyword is looked for in the names.": SDK}),
    "ConfigSetDetail": Facts(copied={"Of a set that is not there Detail has an empty Id.": "Terraform"}),
    "ConfigSetUpdate": Facts(
        undeclared_codes={
            "InvalidConfigSetName.Duplicate": "another set has the name",
            "InvalidIpPool.NotFound": "the account has no such IP pool",
        },
        copied={"What is not given is emptied, but for the validation.": "Terraform"},
        missing={"A change holds at once, and not minutes later.": "Terraform"},
    ),
    "ConfigSetDelete": Facts(
        undeclared_codes={
            "InvalidConfigSetStatus.Malformed": "sender addresses are linked to a set, and IsForce does not say yes"
        },
        guessed={"Of several sets all are deleted or none.": NOBODY},
    ),
    "ConfigSetRelationFromAddress": Facts(
        always={"Result": "true"},
        undeclared_codes={"InvalidMailAddress.NotFound": "the account has no such sender address"},
        guessed={
            "A sender address is linked to one set; a new link takes the place of the old one.": SDK,
            "Mail of a linked address has the set, and goes over its IP pool where the call names none.": NOBODY,
        },
    ),
    "ConfigSetCancelRelationFromAddress": Facts(
        always={"Result": "true"},
        undeclared_codes={"InvalidMailAddress.NotFound": "the account has no such sender address"},
        guessed={"Where there is no link, nothing changes.": NOBODY},
    ),
}
