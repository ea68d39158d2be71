"""How true the sandbox is: statements of what it copies, guesses and lacks, made from the catalogue and the facts."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from dmcli.api import catalogue, codes
from dmcli.api.actions.undeclared import undeclared
from dmcli.sandbox.actions import facts_of
from dmcli.sandbox.facts import NOBODY, SDK
from dmcli.sandbox.fidelity.subjects import SUBJECTS
from dmcli.sandbox.gateway.params import known_action

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dmcli.api.model import Action
    from dmcli.sandbox.facts import Facts

COPIED, GUESSED, MISSING = "copied", "guessed", "missing"
# What they mean of a statement and its source.
KINDS = {
    COPIED: "The source says so.",
    GUESSED: "The source leaves it open.",
    MISSING: "The source has it, the sandbox has not.",
}
_OTHERS = "other actions"


class Statement(NamedTuple):
    """What is so in the sandbox: of an action or a subject, of one of KINDS, with the source as `facts` names it."""

    about: str
    kind: str
    text: str
    source: str


def all_statements() -> list[Statement]:
    """All statements: of the actions that there are, of subjects beside them, of the actions that there are not."""
    actions = (_of_action(action, facts_of(action)) for action in catalogue.all_actions())
    subjects = (_said(name, facts) for name, facts in SUBJECTS.items())
    return [*chain(*map(_by_kind, actions)), *chain(*map(_by_kind, subjects)), *map(_lacking, sorted(undeclared()))]


def find_statements(names: Iterable[str] = (), kind: str = "") -> list[Statement]:
    """The statements about actions and subjects of these names, all where there is none, of that kind.

    Raises InputError for a name that is neither.
    """
    wanted = {_known(name) for name in names}
    return [one for one in all_statements() if (not wanted or one.about in wanted) and kind in ("", one.kind)]


def _known(name: str) -> str:
    """The name as statements have it. Raises InputError."""
    action = catalogue.find(known_action(name, SUBJECTS))
    return action.name if action else name


def _by_kind(statements: Iterable[Statement]) -> list[Statement]:
    return sorted(statements, key=lambda one: list(KINDS).index(one.kind))


def _lacking(name: str) -> Statement:
    return Statement(name, MISSING, "The whole action: it is answered with SandboxNotImplemented.", SDK)


def _of_action(action: Action, facts: Facts) -> Iterator[Statement]:
    """What follows from an action's declaration and facts, and the sentences about it."""
    for made in (_declared(action, facts), _answered(facts), _coded(action, facts)):
        for kind, text, source in made:
            yield Statement(action.name, kind, text, source)
    yield from _said(action.name, facts)


def _declared(action: Action, facts: Facts) -> Iterator[tuple[str, str, str]]:
    """Its parameters."""
    printed = facts.printed
    newer = [param.name for param in action.params if param.name not in printed]
    if printed:
        yield COPIED, f"Parameters: {', '.join(printed)}.", f"reference {facts.section}"
    if newer:
        yield COPIED, f"{'More parameters' if printed else 'Parameters'}: {', '.join(newer)}.", SDK
    if facts.unread:
        yield MISSING, f"Checked and otherwise without effect: {', '.join(facts.unread)}.", SDK


def _answered(facts: Facts) -> Iterator[tuple[str, str, str]]:
    """Its reply."""
    reference = f"reference {facts.section}"
    if facts.sdk:
        yield COPIED, "The reply has all fields of the SDK, each of the type that it has there.", SDK
    else:
        yield COPIED, "The reply's fields.", reference
    if facts.old:
        yield COPIED, f"More in the reply: {', '.join(facts.old)}.", reference
    if facts.own:
        yield GUESSED, f"More in the reply: {', '.join(facts.own)}.", NOBODY
    if facts.same:
        yield COPIED, f"Always as printed: {_values(facts.same)}.", reference
    if facts.always:
        yield MISSING, f"Always the same here: {_values(facts.always)}.", SDK if facts.sdk else reference


def _coded(action: Action, facts: Facts) -> Iterator[tuple[str, str, str]]:
    """Its codes."""
    never, likely = facts.never, facts.likely
    copied = [code for code in action.errors if code not in (*never, *likely)]
    if copied:
        yield COPIED, f"Refused with: {', '.join(copied)}.", f"reference {facts.section}"
    if likely:
        yield GUESSED, f"Refused with: {', '.join(likely)}.", _OTHERS
    for code, when in facts.undeclared_codes.items():
        yield GUESSED, f"{code}: {when}.", NOBODY if code in codes.INFERRED else _OTHERS
    if never:
        source = f"reference {facts.section}" if facts.section else _OTHERS
        yield MISSING, f"Refused by a fault alone with: {', '.join(never)}.", source


def _said(about: str, facts: Facts) -> Iterator[Statement]:
    """The sentences that stand in the facts."""
    for kind, said in ((COPIED, facts.copied), (GUESSED, facts.guessed), (MISSING, facts.missing)):
        for text, source in said.items():
            yield Statement(about, kind, text, source)


def _values(fields: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {value or '(empty)'}" for name, value in fields.items())
