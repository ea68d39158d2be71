"""The sandbox as what stands below its door sees it: an account with a store and a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from dmcli.sandbox.store.store import Store


class Account(Protocol):
    """What functions of mail, control, call log and snapshots take. A Sandbox is one."""

    @property
    def store(self) -> Store:
        """Where all of it is kept."""

    @property
    def region(self) -> str:
        """The region that it is in."""

    def now(self) -> datetime:
        """The account's time."""
