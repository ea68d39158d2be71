"""Values for completion: names from a short-lived cache, fetched within a second or not at all."""

from __future__ import annotations

import os
import time
from contextlib import redirect_stderr, suppress
from typing import TYPE_CHECKING, NamedTuple

from dmcli.errors import DmError
from dmcli.untrusted import read_json, safe

if TYPE_CHECKING:
    from collections.abc import Callable

    import click

    from dmcli.cli.session import Session
    from dmcli.sandbox.emulator import Sandbox

_FRESH = 60.0  # seconds a cached answer serves
_PAUSE = 10.0  # seconds after a failure in which the next TAB does not try again
_BUDGET = 1.0  # seconds: a prompt must not hang
_MOST = 200
_MARK = 16  # hex digits of a hash, enough to tell the accounts of one person apart
_ACTING = frozenset("$`;&|<>()!'\"\\")  # by these a shell runs, redirects or quotes


class _Cache(NamedTuple):
    """What the cache holds: when it was fetched, when a fetch last failed (epoch seconds), and the values."""

    at: float = 0.0
    failed: float = 0.0
    values: tuple[str, ...] = ()


def profiles() -> list[str]:
    """The names of the profiles there are; none if the file cannot be read."""
    from dmcli.config.file import load_file
    from dmcli.local.paths import config_path

    try:
        return ["sandbox", *load_file(config_path(os.environ)).profiles]
    except DmError:
        return ["sandbox"]


def files(beginning: str) -> list[str]:
    """The paths that begin so, folders with a slash; those with a dot before their name when it is typed."""
    folder, name = os.path.split(beginning)
    try:
        with os.scandir(os.path.expanduser(folder) or ".") as found:
            there = sorted(f"{one.name}/" if one.is_dir() else one.name for one in found)
    except OSError:
        return []
    meant = (one for one in there if one.startswith(name) and one.startswith(".") <= name.startswith("."))
    return [path for path in (os.path.join(folder, one) for one in meant) if _is_harmless(path) and " " not in path]


def action_names(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """The actions that begin so."""
    from dmcli.api import catalogue

    return [action.name for action in catalogue.all_actions() if action.name.startswith(incomplete)]


def called_names(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """The actions that begin so, those among them that the sandbox has not."""
    from dmcli.api.actions.others import LACKING

    return [*action_names(ctx, param, incomplete), *(name for name in LACKING if name.startswith(incomplete))]


def action_areas(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """The areas of actions that begin so."""
    from dmcli.cli.commands.api.about import AREAS

    return [name for name in AREAS if name.startswith(incomplete)]


def in_sandbox(look: Callable[[Sandbox], list[str]]) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    """Completion by names that stand in the sandbox of this machine."""

    def complete(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
        with ctx.scope(cleanup=False):
            current = _silent_session()
        found = _within_budget(lambda: _look(current, look)) or []
        return [name for name in filter(_is_harmless, found) if name.startswith(incomplete)]

    return complete


def _look(current: Session, look: Callable[[Sandbox], list[str]]) -> list[str]:
    try:
        return look(current.sandbox)
    finally:
        current.close()


def values(listing: str, field: str) -> list[str]:
    """The names in a listing; what the cache last knew when the service does not answer at once. Says nothing.

    Names that would do something on the command line they are put into, or to the terminal, are left out.
    """
    try:
        current = _silent_session()
        path = _place(current, listing)
    except (DmError, OSError, ValueError):
        return []
    known, now = _read(path), time.time()
    if 0 <= now - known.at < _FRESH or 0 <= now - known.failed < _PAUSE:
        return list(filter(_is_harmless, known.values))
    found = _within_budget(lambda: _fetch(current, listing, field))
    known = known._replace(failed=time.time()) if found is None else _Cache(now, 0.0, tuple(found))
    _keep(path, known)
    return list(filter(_is_harmless, known.values))


def _is_harmless(name: str) -> bool:
    """Whether a shell, which may put the name on the command line without quotes, takes it for nothing but a word."""
    return safe(name) == name and _ACTING.isdisjoint(name)


def _silent_session() -> Session:
    """A session of our own with the options typed: the thread that uses it opens and closes what it needs."""
    from dmcli.cli.session import Session, session

    return Session({**session().given, "quiet": True, "debug": False})


def _place(current: Session, listing: str) -> str:
    """The cache file of a listing; a hash in its name tells whose answer it is, by endpoint, region and key."""
    from dmcli.api.signing import sha256_hex
    from dmcli.local.paths import cache_folder

    place = current.settings.endpoint or current.resources.sandbox_place
    scope = f"{place} {current.resources.target.region} {current.resources.keys.owner}"
    return f"{cache_folder(os.environ)}/complete-{listing}-{sha256_hex(scope.encode())[:_MARK]}.json"


def _read(path: str) -> _Cache:
    """What the cache knows; nothing where the file is not one of ours."""
    from dmcli.local.files import read_text

    try:
        known = read_json(read_text(path)[0])
        return _Cache(float(known["at"]), float(known["failed"]), tuple(map(str, known["values"])))
    except (DmError, ValueError, TypeError, KeyError):
        return _Cache()


def _keep(path: str, known: _Cache) -> None:
    """Write the cache, if it can be written."""
    import json

    from dmcli.local.files import write_private

    with suppress(DmError, OSError):
        write_private(path, json.dumps(known._asdict()))


def _within_budget(fetch: Callable[[], list[str]]) -> list[str] | None:
    """What the fetch gives; None when it fails or takes longer than the budget.

    It runs in a thread, since neither a name look-up nor a locked file can be interrupted; the process ends without it.
    """
    import io
    import threading

    found: list[list[str]] = []

    def run() -> None:
        with suppress(Exception):  # a traceback would be written into the prompt
            found.append(fetch())

    thread = threading.Thread(target=run, daemon=True)
    with redirect_stderr(io.StringIO()):  # the sandbox writes its failures there
        thread.start()
        thread.join(_BUDGET)
    return found[0] if found else None


def _fetch(current: Session, listing: str, field: str) -> list[str]:
    """The first rows of the listing: one call, one page."""
    from dmcli.api import catalogue
    from dmcli.api.paging import value_of

    try:
        page = next(current.client.pages(catalogue.get(listing), {}, _MOST), None)
    finally:
        current.close()
    return [str(value_of(row, field)) for row in page.rows if value_of(row, field)] if page else []
