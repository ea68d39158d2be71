"""What is known of the sandbox's truth: the vocabulary. Each area of actions has its FACTS beside its HANDLERS.

The catalogue and the code say most of it. Facts say what they do not: where the reference prints an action, which of
its parameters nothing reads, and what has to be put into a sentence. A sentence is about the sandbox, and has its
source: who says so where it is copied, who leaves it open where it is guessed, who has it where it is missing.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dmcli.record import Record
from dmcli.words import listed, marked, speaking, tr

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NOBODY = marked("no source")
SDK = "SDK 1.11"
SDK_2017 = "SDK 2017"
# What a source's name begins with, and what it is.
SOURCES = marked(
    {
        "reference": "the vendor's API reference of December 2019, with the section",
        SDK: "the vendor's SDK alibabacloud-dm20151123, its parameters and fields and the texts beside them",
        SDK_2017: "the vendor's SDK alibabacloud-dm20170622 1.2",
        "CLI": "the metadata of the vendor's command line, of April 2026",
        "Terraform": "the vendor's Terraform provider, by the answers that it expects",
        "publicsuffix.org": "the list of suffixes below which registries give out domains",
        "page": "a page of the vendor's help, by its subject",
        "help pages": "other pages of the vendor's help on DirectMail",
        "gateway pages": "pages of the vendor's help on calling any of its services",
        "RFC": "a standard",
        "other actions": "what the sources say of other actions",
        NOBODY: "undocumented; the sandbox does what is likeliest",
    }
)
_NAMED = marked(
    (
        "reference",
        "page",
        "no source",
        "help pages",
        "gateway pages",
        "other actions",
        "page attachments",
        "page error codes",
        "page free quota",
        "page invalid addresses",
        "page message notification",
        "page tracking by tag",
        "page return codes",
        "page SMTP endpoints",
        "page SMTP headers",
        "page ways of sending",
    )
)  # fmt: skip  sources whose names are words; others are names and numbers
_REFERENCE = "reference "


def source_shown(source: str) -> str:
    """A source by its name, in the language of the run."""
    section = source.removeprefix(_REFERENCE)
    return tr(source) if section == source else tr("reference {section}", section=section.replace(" and ", tr(" and ")))


class Facts(Record):
    """What is known of an action, or of a subject that has no action of its own.

    Of an action's declaration: `section` is where the reference prints it
    and `printed` are the parameters printed there; `sdk` says whether the SDK has it, and so all other parameters;
    `unread` are parameters that are checked and change nothing. Of its reply: `old` are fields that only the reference
    has, `own` those that nobody has; `same` always have the value that is printed, `always` one that they have here
    alone. Of its codes: `never` are answered by a fault alone, `likely` are declared though no source has them for this
    action (as are all codes of an action without a section), `undeclared_codes` are answered without being declared,
    each when something is so.

    `copied`, `guessed` and `missing` are sentences with their sources.
    """

    section: str = ""
    printed: tuple[str, ...] = ()
    sdk: bool = True
    old: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    same: Mapping[str, str] = {}
    always: Mapping[str, str] = {}
    unread: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    likely: tuple[str, ...] = ()
    undeclared_codes: Mapping[str, str] = {}
    copied: Mapping[str, str] = {}
    guessed: Mapping[str, str] = {}
    missing: Mapping[str, str] = {}


def named(subjects: dict[str, Facts]) -> dict[str, Facts]:
    """The subjects themselves, whose names go through `tr` where they are shown."""
    return subjects


class Said(str):
    """A sentence in English that is told in other languages too: `text` has {names}, for which `values` are put in."""

    __slots__ = ("text", "values")
    text: str
    values: dict[str, object]


def said(text: str, /, **values: object) -> str:
    """A sentence of facts with values; one that is callable is asked for in each language anew, such as `in_words`."""
    with speaking("en"):
        made = Said(_filled(text, values))
    made.text, made.values = text, values
    return made


def told(sentence: str) -> str:
    """A sentence of facts in the language of the run.

    >>> told(said("There are at most {most} tags.", most=500))
    'There are at most 500 tags.'
    """
    return _filled(sentence.text, sentence.values) if isinstance(sentence, Said) else tr(sentence)


def _filled(text: str, values: Mapping[str, object]) -> str:
    return tr(text, **{name: value() if callable(value) else value for name, value in values.items()})


def in_words(words: list[str]) -> Callable[[], str]:
    """Words as they stand in a sentence."""
    return partial(listed, words, " and ")
