"""Texts for people, in the language of a run: English stands in the code, Chinese in a catalogue of GNU gettext.

The catalogue is `locale/zh_CN/LC_MESSAGES/dm.mo`, made from the .po files beside it by `scripts/texts.py`; it is read
where Chinese is asked for, and never otherwise.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from dmcli import packaged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from gettext import NullTranslations

Data = TypeVar("Data")

LANGUAGES = ("en", "zh")
_FOLDER = os.path.join(os.path.dirname(__file__), "locale")
_DOMAIN = "dm"
_CATALOGUE = f"locale/zh_CN/LC_MESSAGES/{_DOMAIN}.mo"
_COUNTED = "counted"  # the context of names of what is counted: the same word alone may be translated otherwise
_spoken = "en"  # by this process
_wanted = ""  # LANGUAGE as it was before Chinese was spoken; empty and not there are the same
_here: ContextVar[str] = ContextVar("language")  # by this task or thread, such as the answer to one request for a page


def speak(language: str) -> None:
    """Have this process speak `en` or `zh`, click's own messages too, which it takes from the standard library.

    That has no other way to be told than LANGUAGE, which is as it was once English is spoken again.
    """
    global _spoken, _wanted  # noqa: PLW0603  a process has one language
    if language != _spoken:
        import gettext

        chinese = language != "en"
        if chinese:
            gettext.bindtextdomain(_DOMAIN, _FOLDER)
            _wanted = os.environ.get("LANGUAGE", "")
            _catalogue()  # when a run must tell of its end, there may be no open file left for it
        gettext.textdomain(_DOMAIN if chinese else "messages")
        os.environ["LANGUAGE"] = "zh_CN" if chinese else _wanted
    _spoken = language


def environment() -> dict[str, str]:
    """The environment that this process was given: LANGUAGE is no news to settings, nor to programs that it starts."""
    given = dict(os.environ)
    if _spoken != "en":
        given.pop("LANGUAGE", None)
        given |= {"LANGUAGE": _wanted} if _wanted else {}
    return given


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Within the block, this task or thread speaks `en` or `zh`."""
    token = _here.set(language)
    try:
        yield
    finally:
        _here.reset(token)


def language() -> str:
    """`en` or `zh`."""
    return _here.get(_spoken)


def tr(text: str, /, **values: object) -> str:
    """A text in the language of the run, with values put in for its {names}.

    >>> tr("{name!r} has no dot", name="a")
    "'a' has no dot"
    >>> with speaking("zh"):
    ...     tr(", ")
    '、'
    """
    if language() != "en" and text:  # the empty text is the head of the catalogue
        if isinstance(text, _Composed):
            told = {name: one if isinstance(one, Typed) else tr(one) for name, one in text.values.items()}
            return _put("".join(map(tr, text.texts)), told)
        text = _catalogue().gettext(text)
    return text.format(**values) if values else text


def tr_in(context: str, text: str, /, **values: object) -> str:
    """As `tr`, of a text that is translated in one way here and in another elsewhere; `context` tells them apart."""
    if language() != "en":
        text = _catalogue().pgettext(context, text)
    return text.format(**values) if values else text


def marked(data: Data) -> Data:
    """The data themselves, in which texts stand that go through `tr` where they are shown.

    >>> marked("Show a tag."), marked({"new": ("just added", "not used yet")})["new"][0]
    ('Show a tag.', 'just added')
    """
    return data


class Typed(str):
    """A word that people type, which is the same in every language though a text may be called so too."""

    __slots__ = ()


class _Composed(str):
    """A text made of several, which `tr` translates each by itself."""

    __slots__ = ("texts", "values")
    texts: tuple[str, ...]
    values: dict[str, str]


def composed(*texts: str, **values: str) -> str:
    """Several texts in one, for data that go through `tr` where they are shown; empty ones are left out.

    Only the {names} of the values are replaced, by their own translations where they have one and are not `Typed`:
    other braces stay.

    >>> text = composed("Region.", "Default: {value}.", value="cn-hangzhou")
    >>> text, tr(text)
    ('Region. Default: cn-hangzhou.', 'Region. Default: cn-hangzhou.')
    """
    made = _Composed(_put(" ".join(filter(None, texts)), values))
    made.texts, made.values = tuple(filter(None, texts)), values
    return made


def _put(text: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number and what it counts, in the singular for 1; `plural` where it is more than an s.

    >>> counted(1, "mail"), counted(0, "mail"), counted(1200, "address", "addresses")
    ('1 mail', '0 mails', '1,200 addresses')
    >>> with speaking("zh"):
    ...     counted(1200, "mail")
    '1,200 封邮件'
    """
    plural = plural or f"{noun}s"
    if language() == "en":
        return f"{number:,} {noun if number == 1 else plural}"
    return f"{number:,} {_catalogue().npgettext(_COUNTED, noun, plural, number)}"


def listed(items: Iterable[str], last: str = ", ") -> str:
    """Several texts in one, with a comma between; `last` stands before the last, such as `marked(" or ")`.

    >>> listed(["a", "b", "c"]), listed(["a", "b", "c"], " or ")
    ('a, b, c', 'a, b or c')
    >>> with speaking("zh"):
    ...     listed(["a", "b", "c"]), listed(["a", "b", "c"], " or ")
    ('a、b、c', 'a、b 或 c')
    """
    *before, end = list(items) or [""]
    return tr(last).join([tr(", ").join(before), end]) if before else end


_SEPARATORS = marked((", ", " or ", " and "))


def locale(environ: Mapping[str, str]) -> tuple[str, str]:
    """The language that the environment asks for, and the variable that says so.

    As GNU gettext has it: LANGUAGE is a list of languages that goes before the locale, unless that is C. Chinese of
    every region is zh; every other language is en.

    >>> locale({"LANG": "zh_TW.UTF-8"}), locale({"LANG": "de_DE", "LANGUAGE": "fr:zh_CN:en"})
    (('zh', 'LANG'), ('zh', 'LANGUAGE'))
    >>> locale({"LC_ALL": "C", "LANGUAGE": "zh"}), locale({})
    (('en', 'LC_ALL'), ('en', 'built in'))
    """
    variable = next((name for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    if environ.get(variable) not in ("C", "POSIX"):
        for wanted in environ.get("LANGUAGE", "").split(":"):
            if wanted[:2] in LANGUAGES:
                return wanted[:2], "LANGUAGE"
    return ("zh" if environ.get(variable, "").startswith("zh") else "en"), variable or marked("built in")


@cache
def _catalogue() -> NullTranslations:
    """What there is in Chinese."""
    from gettext import GNUTranslations
    from io import BytesIO

    return GNUTranslations(BytesIO(packaged(_CATALOGUE)))  # in a zip file too, where click's own messages stay English
