"""Tags (reference section 10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.sandbox.errors import ServiceError
from dmcli.sandbox.facts import NOBODY, SDK, Facts, said
from dmcli.sandbox.service.context import Context, list_page
from dmcli.sandbox.service.sources import TAGS
from dmcli.sandbox.store.sql import like

if TYPE_CHECKING:
    from dmcli.sandbox.service.context import Handler


def create(context: Context) -> dict[str, Any]:
    """CreateTag."""
    name = context.params["TagName"]
    if context.one("SELECT 1 FROM tag WHERE name = ?", name):
        raise ServiceError("InvalidTagName.Duplicate")
    if context.count("SELECT count(*) FROM tag") >= TAGS.under(context.settings):
        raise ServiceError("InvalidTagNumber.Malformed")
    return {"TagId": str(context.add("tag", name=name, description=context.get("TagDescription")))}


def query(context: Context) -> dict[str, Any]:
    """QueryTagByParam."""
    page = list_page(context, "id, name, description", "tag", like("name", context.get("KeyWord")), "id")
    return {**page.head, "data": {"tag": [_row(*row) for row in page.rows]}}


def _row(tag: int, name: str, description: str) -> dict[str, str]:
    return {"TagId": str(tag), "TagName": name, "TagDescription": description}


def modify(context: Context) -> dict[str, Any]:
    """ModifyTag: a description that is not given stays."""
    tag, name = _existing(context), context.params["TagName"]
    if context.one("SELECT 1 FROM tag WHERE name = ? AND id <> ?", name, tag):
        raise ServiceError("InvalidTagName.Duplicate")
    description = context.params.get("TagDescription")
    context.run("UPDATE tag SET name = ?, description = coalesce(?, description) WHERE id = ?", name, description, tag)
    return {}


def delete(context: Context) -> dict[str, Any]:
    """DeleteTag."""
    context.run("DELETE FROM tag WHERE id = ?", _existing(context))
    return {}


def _existing(context: Context) -> int:
    """The id of the tag meant. Raises ServiceError."""
    found = context.one("SELECT id FROM tag WHERE id = ?", context.params["TagId"])
    if not found:
        raise ServiceError("InvalidTag.NotFound")
    return int(found[0])


HANDLERS: dict[str, Handler] = {
    "CreateTag": create,
    "QueryTagByParam": query,
    "ModifyTag": modify,
    "DeleteTag": delete,
}

FACTS: dict[str, Facts] = {
    "CreateTag": Facts(
        section="10.1",
        printed=("TagName",),
        undeclared_codes={
            "InvalidTagName.Duplicate": "a tag has the name",
            "InvalidTagNumber.Malformed": "there are as many tags as there may be",
        },
        copied={said("There are at most {most} tags.", most=TAGS.looser): "help pages"},
        guessed={"A name is any line of 1 to 128 characters, where the SDK's text has letters, digits and _.": SDK},
    ),
    "QueryTagByParam": Facts(),
    "ModifyTag": Facts(
        section="10.3",
        printed=("TagId", "TagName"),
        undeclared_codes={"InvalidTagName.Duplicate": "another tag has the name"},
        guessed={
            "A description that is not given stays.": NOBODY,
            "Mail that was sent keeps the old name.": NOBODY,
        },
    ),
    "DeleteTag": Facts(section="10.2", printed=("TagId",), guessed={"Mail that was sent keeps the tag.": NOBODY}),
}
