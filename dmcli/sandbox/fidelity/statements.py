"""How true the sandbox is: statements of what it copies, guesses and lacks, made from the catalogue and the facts."""

from __future__ import annotations

from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from dmcli.api import catalogue, codes
from dmcli.api.actions.others import LACKING
from dmcli.sandbox.actions import facts_of
from dmcli.sandbox.facts import NOBODY, SDK, SDK_2017, said, source_shown, told
from dmcli.sandbox.fidelity.subjects import SUBJECTS
from dmcli.sandbox.gateway.params import known_action
from dmcli.words import listed, marked, tr

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dmcli.api.model import Action
    from dmcli.sandbox.facts import Facts

COPIED, GUESSED, MISSING = "copied", "guessed", "missing"
# What they mean of a statement and its source.
KINDS = marked(
    {
        COPIED: "The source says so.",
        GUESSED: "The source leaves it open.",
        MISSING: "The source has it, the sandbox has not.",
    }
)
_WORDS = marked(("copied", "guessed", "missing"))
_OTHERS = marked("other actions")


class Statement(NamedTuple):
    """What is so in the sandbox: of an action or a subject, of one of KINDS, with the source as `facts` names it."""

    about: str
    kind: str
    text: str
    source: str

    def shown(self) -> dict[str, str]:
        """The statement as it is told to a person, in the language of the run."""
        about = self.about if catalogue.find(self.about) else tr(self.about)
        return {"about": about, "kind": tr(self.kind), "text": told(self.text), "source": source_shown(self.source)}


def all_statements() -> list[Statement]:
    """All statements: of the actions that there are, of subjects beside them, of the actions that there are not."""
    actions = (_of_action(action, facts_of(action)) for action in catalogue.all_actions())
    subjects = (_said(name, facts) for name, facts in SUBJECTS.items())
    return [*chain(*map(_by_kind, actions)), *chain(*map(_by_kind, subjects)), *map(_lacking, LACKING)]


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
    return Statement(name, MISSING, marked("The whole action: it is answered with SandboxNotImplemented."), SDK_2017)


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
        yield COPIED, naming("Parameters: {names}.", printed), f"reference {facts.section}"
    if newer:
        yield COPIED, naming("More parameters: {names}." if printed else "Parameters: {names}.", newer), SDK
    if facts.unread:
        yield MISSING, naming("Checked and otherwise without effect: {names}.", facts.unread), SDK


def _answered(facts: Facts) -> Iterator[tuple[str, str, str]]:
    """Its reply."""
    reference = f"reference {facts.section}"
    if facts.sdk:
        yield COPIED, marked("The reply has all fields of the SDK, each of the type that it has there."), SDK
    else:
        yield COPIED, marked("The reply's fields."), reference
    if facts.old:
        yield COPIED, naming("More in the reply: {names}.", facts.old), reference
    if facts.own:
        yield GUESSED, naming("More in the reply: {names}.", facts.own), NOBODY
    if facts.same:
        yield COPIED, said("Always as printed: {fields}.", fields=partial(_values, facts.same)), reference
    if facts.always:
        yield (
            MISSING,
            said("Always the same here: {fields}.", fields=partial(_values, facts.always)),
            SDK if facts.sdk else reference,
        )


def _coded(action: Action, facts: Facts) -> Iterator[tuple[str, str, str]]:
    """Its codes."""
    never = facts.never
    likely = facts.likely if facts.section else [code for code in action.errors if code not in never]
    copied = [code for code in action.errors if code not in (*never, *likely)]
    if copied:
        yield COPIED, naming("Refused with: {names}.", copied), f"reference {facts.section}"
    if likely:
        yield GUESSED, naming("Refused with: {names}.", likely), _OTHERS
    for code, when in facts.undeclared_codes.items():
        yield (
            GUESSED,
            said("{code}: {when}.", code=code, when=partial(tr, when)),
            NOBODY if code in codes.INFERRED else _OTHERS,
        )
    if never:
        source = f"reference {facts.section}" if facts.section else _OTHERS
        yield MISSING, naming("Refused by a fault alone with: {names}.", never), source


def _said(about: str, facts: Facts) -> Iterator[Statement]:
    """The sentences that stand in the facts."""
    for kind, sentences in ((COPIED, facts.copied), (GUESSED, facts.guessed), (MISSING, facts.missing)):
        for text, source in sentences.items():
            yield Statement(about, kind, text, source)


def _values(fields: Mapping[str, str]) -> str:
    return listed([f"{name} {value or tr('(empty)')}" for name, value in fields.items()])


def naming(text: str, names: Iterable[str]) -> str:
    """A sentence with names that are listed in it."""
    return said(text, names=partial(listed, tuple(names)))
