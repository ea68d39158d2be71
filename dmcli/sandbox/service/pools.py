"""Pools of dedicated IPs: which one a call names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmcli.sandbox.errors import ServiceError

if TYPE_CHECKING:
    from dmcli.sandbox.service.context import Context


def existing_pool(context: Context, text: str) -> int:
    """The id of the pool that a text names. Raises ServiceError."""
    row = context.one("SELECT id FROM ip_pool WHERE id = ?", text)
    if not row:
        raise ServiceError("InvalidIpPool.NotFound")
    return int(row[0])


def chosen_pool(context: Context) -> str:
    """The id of the pool that IpPoolId names, "" where it is not given. Raises ServiceError."""
    text = context.get("IpPoolId")
    return str(existing_pool(context, text)) if text else ""
