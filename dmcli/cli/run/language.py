"""Format and language of a run, found before anything is said: help, and complaints about options, come first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmcli import config
from dmcli.local.paths import config_path
from dmcli.record import Record
from dmcli.words import locale

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

VALUELESS = "hqy"  # letters of options that may stand in one word before another: -qojson


class Form(Record):
    """How a run tells what it has to tell: the format, empty where the terminal decides, and `en` or `zh`."""

    output: str
    language: str


def form_of(args: Sequence[str], environ: Mapping[str, str]) -> Form:
    """Format and language; English where the result is data for programs, which is the same in every language.

    In the order of the settings: what was typed, an explicit profile, the environment, the default profile, the locale.
    """
    output, lang, profile = (_typed(args, *names) for names in (("-o", "--output"), ("--lang",), ("-p", "--profile")))
    lang = lang if lang in config.LANG else ""
    if (not lang or not output) and _speaks(config_path(environ)):
        output, lang = _configured(profile, output, lang, environ)
    output, lang = output or environ.get("DM_OUTPUT", ""), lang or environ.get("DM_LANG", "")
    if output in config.DATA:
        return Form(output, "en")
    return Form(output, lang if lang in config.LANG else locale(environ)[0])


def _typed(args: Sequence[str], *names: str) -> str:
    """The value of an option that stands among the arguments, however it is joined to it; the last one counts."""
    found = ""
    for at, typed in enumerate(args):
        if typed == "--":
            break
        word = typed if typed.startswith("--") or typed[:1] != "-" else f"-{typed[1:].lstrip(VALUELESS)}"
        for name in names:
            if word == name:
                found = args[at + 1] if at + 1 < len(args) else ""
            elif word.startswith(f"{name}=" if name.startswith("--") else name) and word != name:
                found = word.removeprefix(name).removeprefix("=")
    return found


def _speaks(path: str) -> bool:
    """Whether a file of profiles says anything of language or output: most do not, and reading YAML takes its time."""
    try:
        with open(path, "rb") as file:
            text = file.read()
    except OSError:
        return False
    return b"lang" in text or b"output" in text


def _configured(profile: str, output: str, lang: str, environ: Mapping[str, str]) -> tuple[str, str]:
    """Output and language with what the profile says of them; a file that cannot be read is told by the command."""
    from dmcli.config.settings import Flags, resolve
    from dmcli.errors import DmError

    try:
        settings = resolve(Flags(profile=profile, output=output, lang=lang), environ)
    except DmError:
        return output, lang
    return settings.output, settings.lang
