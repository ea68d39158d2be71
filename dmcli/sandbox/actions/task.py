"""Batch tasks (SDK). A task is finished as soon as it is made: its status is always 1, sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.sandbox.calendar import time_text
from dmcli.sandbox.facts import NOBODY, SDK, Facts
from dmcli.sandbox.service.context import Context, Row, list_page
from dmcli.sandbox.store.sql import like

if TYPE_CHECKING:
    from dmcli.sandbox.service.context import Handler


_SOURCE = "task AS t LEFT JOIN config_set AS c ON c.id = t.config_set LEFT JOIN ip_pool AS p ON p.id = t.ip_pool"


def query(context: Context) -> dict[str, Any]:
    """QueryTaskByParam: KeyWord looks into the names of list, template and tag."""
    columns = (
        "t.id, receivers, template, tag, count, status, address_type, t.config_set, coalesce(c.name, ''), t.ip_pool, "
        "coalesce(p.name, ''), t.created"
    )
    words = "receivers || ' ' || template || ' ' || tag"
    conditions = {**like(f"({words})", context.get("KeyWord")), "status = ?": context.get("Status") or None}
    page = list_page(context, columns, _SOURCE, conditions, "t.id")
    return {**page.head, "data": {"task": [_row(row) for row in page.rows]}}


def _row(row: Row) -> dict[str, Any]:
    task, receivers, template, tag, count, status, address_type, config_set, config_name, pool, pool_name, created = row
    return {
        "TaskId": str(task),
        "ReceiversName": receivers,
        "TemplateName": template,
        "TagName": tag,
        "RequestCount": str(count),
        "TaskStatus": str(status),
        "AddressType": address_type,
        "ConfigSetId": config_set,
        "ConfigSetName": config_name,
        "IpPoolId": pool,
        "IpPoolName": pool_name,
        "CreateTime": time_text(created),
        "UtcCreateTime": created,
    }


HANDLERS: dict[str, Handler] = {"QueryTaskByParam": query}

FACTS: dict[str, Facts] = {
    "QueryTaskByParam": Facts(
        always={"TaskStatus": "1"},
        guessed={
            "KeyWord is looked for in the names of list, template and tag.": SDK,
            "A task has the configuration set and the pool of when it was sent; names are today's.": NOBODY,
        },
        missing={"A task is done when it is made.": SDK},
    ),
}
