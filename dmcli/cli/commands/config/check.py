"""`dm config check`: which source won for each setting, and whether the service takes the keys."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dmcli.api.model import Field
from dmcli.cli.commands.config.profiles import masked
from dmcli.cli.tree import command
from dmcli.errors import DmError
from dmcli.words import marked, tr, tr_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dmcli.cli.session import Session
    from dmcli.config.settings import Settings

_DEFAULT = marked("default")
_NAMES = ("profile", "region", "endpoint", "from", "output", "lang", "signature", "api_version", "ca_bundle")


def columns() -> tuple[Field, ...]:
    """How settings are shown."""
    return Field("name", "Setting"), Field("value", "Value"), Field("source", tr_in("a source", "From"))


def rows_of(settings: Settings, names: Iterable[str]) -> list[dict[str, Any]]:
    """A row for each of these settings: its name, value and source."""
    values = settings._asdict() | {"from": settings.sender, "endpoint": settings.endpoint or tr("in this process")}
    return [
        {"name": name, "value": values[name] or "-", "source": tr(settings.sources.get(name, _DEFAULT))}
        for name in names
    ]


def _check(current: Session) -> None:
    """Which source won for each value, that keys are there and that the service takes them; never what they are."""
    from dmcli.client.verdict import clock_text
    from dmcli.render import show_document
    from dmcli.workflows.doctor import access

    rows = rows_of(current.settings, _NAMES)
    try:
        keys = current.resources.keys()
    except DmError:
        show_document(rows, columns(), current.output())
        raise
    rows.append({"name": "keys", "value": masked(keys.access_key_id), "source": keys.source})
    token = tr("yes") if keys.security_token else tr("no")
    rows.append({"name": "security_token", "value": token, "source": keys.source})
    if keys.expires:
        end = datetime.fromtimestamp(keys.expires, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        rows.append({"name": "expires", "value": end, "source": keys.source})
    try:
        verdict = access(current.client)
    except DmError as error:
        rows.append({"name": "access", "value": error.code or tr("none"), "source": tr("a signed call")})
        show_document(rows, columns(), current.output())
        raise
    skew = verdict.skew
    rows.append({"name": "access", "value": "ok", "source": tr("a signed call")})
    rows.append({"name": "clock", "value": clock_text(skew) if skew is not None else "-", "source": tr("its reply")})
    show_document(rows, columns(), current.output())


COMMAND = command(
    "check", [], _check, "Show which source won for each setting, and whether the service takes the keys."
)
