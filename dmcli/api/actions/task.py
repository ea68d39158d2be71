"""Batch tasks (SDK; not in the 2019 reference)."""

from __future__ import annotations

from dmcli.api.actions.common import CREATED, CREATED_TEXT, PAGE_NO, PAGE_NO_PARAMS, TASK_STATUS, count, keyword
from dmcli.api.kinds.text import Integer
from dmcli.api.model import Action, Command, Effect, Field, Param

ACTIONS = (
    Action(
        "QueryTaskByParam",
        "task",
        "List batch sends.",
        Effect.READ,
        params=(
            keyword("Only tasks that have this text."),
            Param("Status", Integer(), "Only tasks in this state (a number)."),
            *PAGE_NO_PARAMS,
        ),
        fields=(
            Field("TaskId", "Task"),
            Field("ReceiversName", "List"),
            Field("TemplateName", "Template"),
            Field("TagName", "Tag", priority=1),
            count("RequestCount", "Mails"),
            Field("TaskStatus", "Status", TASK_STATUS),
            CREATED,
            Field("AddressType"),
            Field("ConfigSetId"),
            Field("ConfigSetName"),
            Field("IpPoolId"),
            Field("IpPoolName"),
            CREATED_TEXT,
        ),
        lists=("data.task", "data.data"),
        paging=PAGE_NO,
        commands=(Command("task list"),),
    ),
)
