"""Snapshots of the sandbox's whole state: taken and restored by name, as files beside its own."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing, suppress
from typing import TYPE_CHECKING

from dmcli.errors import InputError, LocalIOError
from dmcli.local.database import open_database
from dmcli.local.files import make_private
from dmcli.sandbox.store.schema import MIGRATIONS
from dmcli.words import tr

if TYPE_CHECKING:
    from dmcli.sandbox.store.account import Account
    from dmcli.sandbox.store.store import Store

NAME = "[A-Za-z0-9_-]{1,64}"


def list_names(sandbox: Account) -> list[str]:
    """The names of the snapshots there are."""
    store = sandbox.store
    if not store.path:
        return store.kept()
    folder, start = os.path.split(_path(store, ""))
    start = start.removesuffix(".db")
    found = os.listdir(folder) if os.path.isdir(folder) else []
    return sorted(name[len(start) : -3] for name in found if name.startswith(start) and name.endswith(".db"))


def take(sandbox: Account, name: str) -> None:
    """Keep the state as it is now; one of that name is replaced. Raises InputError or LocalIOError."""
    _check(name)
    store = sandbox.store
    if not store.path:
        copy = sqlite3.connect(":memory:", check_same_thread=False)
        store.copy_to(copy)
        store.keep(name, copy)
        return
    path = _path(store, name)
    growing = f"{path}.{os.getpid()}.{os.urandom(4).hex()}"
    try:
        make_private(growing)
        with closing(sqlite3.connect(growing)) as copy:
            store.copy_to(copy)
        os.replace(growing, path)
    except (OSError, sqlite3.Error) as error:
        raise LocalIOError(
            tr("cannot write {path}: {why}", path=path, why=getattr(error, "strerror", None) or error)
        ) from None
    finally:
        for companion in ("", "-journal", "-wal", "-shm"):
            with suppress(OSError):
                os.unlink(growing + companion)


def restore(sandbox: Account, name: str) -> bool:
    """Go back to a snapshot; false where there is none of that name. Raises InputError."""
    _check(name)
    store = sandbox.store
    if not store.path:
        return store.go_back(name)
    path = _path(store, name)
    if not os.path.exists(path):
        return False
    with closing(open_database(path, MIGRATIONS)) as kept:  # an older dm may have taken it
        store.copy_from(kept)
    return True


def drop(sandbox: Account, name: str) -> bool:
    """Forget a snapshot; false where there is none of that name. Raises InputError."""
    _check(name)
    store = sandbox.store
    if not store.path:
        return store.keep(name, None)
    path = _path(store, name)
    if not os.path.exists(path):
        return False
    os.unlink(path)
    return True


def _check(name: str) -> None:
    """Raises InputError for what cannot be a part of a file's name."""
    if not re.fullmatch(NAME, name):
        raise InputError(tr("{name!r} is no name of a snapshot; give 1 to 64 letters, digits, - and _", name=name))


def _path(store: Store, name: str) -> str:
    return f"{os.path.abspath(store.path)}-snapshot-{name}.db"
