"""Who may send by the address that a call comes from: those in the list, once they are protected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmcli.api.kinds.network import contains
from dmcli.sandbox.errors import ServiceError

if TYPE_CHECKING:
    from dmcli.sandbox.service.context import Context

PROTECTION = "ip_protection"  # the setting: more than 0 for on
PROTECTED = f"EXISTS (SELECT 1 FROM setting WHERE name = '{PROTECTION}' AND value > 0)"  # in SQL


def is_protected(context: Context) -> bool:
    """Whether only listed addresses may send."""
    return bool(context.count(f"SELECT {PROTECTED}"))


def check_caller(context: Context) -> None:
    """Refuse a caller that may not send. Raises ServiceError."""
    if is_protected(context) and not any(
        contains(text, context.peer) for (text,) in context.all("SELECT address FROM ipfilter")
    ):
        raise ServiceError("InvalidIP.NotFound")
