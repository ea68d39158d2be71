"""Snapshots of the sandbox's whole state: taken and restored by name, as files beside its own."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from dmcli.local import make_private

if TYPE_CHECKING:
    from dmcli.sandbox.store import Store


def names(store: Store) -> list[str]:
    """The snapshots there are."""
    if not store.path:
        return sorted(store.kept)
    folder, start = os.path.split(_path(store, ""))
    start = start.removesuffix(".db")
    found = os.listdir(folder) if os.path.isdir(folder) else []
    return sorted(name[len(start) : -3] for name in found if name.startswith(start) and name.endswith(".db"))


def take(store: Store, name: str) -> None:
    """Keep the state as it is now; one of that name is replaced. Raises LocalIOError."""
    if not store.path:
        store.kept[name] = kept = sqlite3.connect(":memory:", check_same_thread=False)
        store.copy_to(kept)
        return
    path = _path(store, name)
    if os.path.exists(path):
        os.unlink(path)
    make_private(path)
    with closing(sqlite3.connect(path)) as kept:
        store.copy_to(kept)


def restore(store: Store, name: str) -> bool:
    """Go back to a snapshot; false where there is none of that name."""
    if not store.path:
        if name not in store.kept:
            return False
        store.copy_from(store.kept[name])
        return True
    path = _path(store, name)
    if not os.path.exists(path):
        return False
    with closing(sqlite3.connect(path)) as kept:
        store.copy_from(kept)
    return True


def drop(store: Store, name: str) -> bool:
    """Forget a snapshot; false where there is none of that name."""
    if not store.path:
        return store.kept.pop(name, None) is not None
    path = _path(store, name)
    if not os.path.exists(path):
        return False
    os.unlink(path)
    return True


def _path(store: Store, name: str) -> str:
    return f"{os.path.abspath(store.path)}-snapshot-{name}.db"
