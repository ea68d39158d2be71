"""How true the sandbox is: what of it is copied, guessed and missing, by action."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from dmcli.api import catalogue
from dmcli.api.actions.others import LACKING
from dmcli.errors import InputError
from dmcli.sandbox.facts import SOURCES
from dmcli.sandbox.fidelity.statements import KINDS, find_statements
from dmcli.sandbox.fidelity.subjects import SUBJECTS
from dmcli.sandbox.web.request import Page, PageRequest
from dmcli.words import listed, marked, tr

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dmcli.sandbox.fidelity.statements import Statement

_GROUPS = marked(("Actions", "For all", "Not here"))


class Topic(NamedTuple):
    """An action or a subject, how many statements of each kind are made of it, and the statements."""

    name: str
    counts: dict[str, int]
    statements: list[Statement]


def show(request: PageRequest) -> Page:
    """All of it, or one action's or subject's, or one kind."""
    about, kind = request.query.get("about", ""), request.query.get("kind", "")
    if kind not in ("", *KINDS):
        raise InputError(tr("{kind!r} is no kind of difference; they are {kinds}", kind=kind, kinds=listed(KINDS)))
    actions = [action.name for action in catalogue.all_actions()]
    found = find_statements([about] if about else [], kind)
    topics = [Topic(name, _counts(some), some) for name, group in groupby(found, _about) if (some := list(group))]
    return Page(
        "differences.html",
        {
            "chosen": {"about": about, "kind": kind},
            "kinds": KINDS,
            "known": dict(zip(_GROUPS, (actions, SUBJECTS, LACKING), strict=True)),
            "total": _counts(found),
            "parts": {
                marked("Actions"): [topic for topic in topics if topic.name in actions],
                marked("For all actions"): [topic for topic in topics if topic.name in SUBJECTS],
            },
            "lacking": [topic.name for topic in topics if topic.name in LACKING],
            "sources": SOURCES,
        },
    )


def _about(statement: Statement) -> str:
    return statement.about


def _counts(statements: Iterable[Statement]) -> dict[str, int]:
    """How many there are of each kind of which there are any."""
    counted = Counter(one.kind for one in statements)
    return {kind: counted[kind] for kind in KINDS if counted[kind]}
