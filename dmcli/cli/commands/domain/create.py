"""`dm domain create`, which says what comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.api import catalogue
from dmcli.cli.options import options_of
from dmcli.cli.tree import command

if TYPE_CHECKING:
    from dmcli.cli.session import Session

_CREATE = catalogue.get("CreateDomain")


def _create(current: Session, **typed: Any) -> None:
    from dmcli.cli.perform import perform

    perform(current, _CREATE, typed)
    if not typed["dry_run"]:
        say_next(current, typed["DomainName"])


def say_next(current: Session, domain: str) -> None:
    """Say how a domain that is not verified comes to be."""
    import shlex

    dm, name = current.resources.command, shlex.quote(domain)
    current.say(f"next, publish what it needs: {dm} domain records {name}; then: {dm} domain check {name} --wait")


COMMAND = command("create", options_of(_CREATE), _create, _CREATE.summary, _CREATE.commands[0].example)
