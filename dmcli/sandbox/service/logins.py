"""Who may log in over SMTP, and send as whom: a sender address with its password or its domain's, or a domain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmcli.sandbox.service.passwords import matches

if TYPE_CHECKING:
    from dmcli.sandbox.store.account import Account

_OF_DOMAIN = "SELECT password FROM domain WHERE name = :user"
_OF_ADDRESS = (
    "SELECT a.password FROM address AS a WHERE a.name = :user UNION "
    "SELECT d.password FROM domain AS d JOIN address AS a ON a.domain = d.name WHERE a.name = :user"
)


def is_user(sandbox: Account, user: str) -> bool:
    """Whether there is a sender address or a domain of this name."""
    table = "address" if "@" in user else "domain"
    with sandbox.store.reading() as connection:
        return connection.execute(f"SELECT 1 FROM {table} WHERE name = ?", (user.lower(),)).fetchone() is not None


def may_log_in(sandbox: Account, user: str, password: str) -> bool:
    """Whether this is the SMTP password of a sender address or of its domain, or of a domain for that itself."""
    with sandbox.store.reading() as connection:
        rows = connection.execute(_OF_ADDRESS if "@" in user else _OF_DOMAIN, {"user": user.lower()}).fetchall()
    return any(matches(password, kept) for (kept,) in rows)


def may_send_as(user: str, sender: str) -> bool:
    """Whether one who logged in as `user` may send from an address: its own, or any of the domain that it is."""
    user, sender = user.lower(), sender.lower()
    return sender == user or ("@" not in user and sender.endswith(f"@{user}"))
