"""Batch tasks (SDK). A task is finished as soon as it is made: its status is always 1, sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.sandbox.calendar import time_text
from dmcli.sandbox.facts import SDK, Facts
from dmcli.sandbox.service.context import Context, Row, list_page
from dmcli.sandbox.store.sql import like

if TYPE_CHECKING:
    from dmcli.sandbox.service.context import Handler


def query(context: Context) -> dict[str, Any]:
    """QueryTaskByParam: KeyWord looks into the names of list, template and tag."""
    columns = "id, receivers, template, tag, count, status, address_type, ip_pool, created"
    words = "receivers || ' ' || template || ' ' || tag"
    conditions = {**like(f"({words})", context.get("KeyWord")), "status = ?": context.get("Status") or None}
    page = list_page(context, columns, "task", conditions, "id")
    return {**page.head, "data": {"task": [_row(row) for row in page.rows]}}


def _row(row: Row) -> dict[str, Any]:
    task, receivers, template, tag, count, status, address_type, ip_pool, created = row
    return {
        "TaskId": str(task),
        "ReceiversName": receivers,
        "TemplateName": template,
        "TagName": tag,
        "RequestCount": str(count),
        "TaskStatus": str(status),
        "AddressType": address_type,
        "ConfigSetId": "",
        "ConfigSetName": "",
        "IpPoolId": ip_pool,
        "IpPoolName": ip_pool,
        "CreateTime": time_text(created),
        "UtcCreateTime": created,
    }


HANDLERS: dict[str, Handler] = {"QueryTaskByParam": query}

_CONFIG_SET = {"ConfigSetId": "", "ConfigSetName": ""}
FACTS: dict[str, Facts] = {
    "QueryTaskByParam": Facts(
        always={**_CONFIG_SET, "TaskStatus": "1"},
        guessed={"KeyWord is looked for in the names of list, template and tag.": SDK},
        missing={"A task is done when it is made.": SDK},
    ),
}
