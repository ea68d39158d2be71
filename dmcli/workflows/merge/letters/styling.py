"""Rules of style sheets put into the elements that they are for, since many mail programs read no style sheet."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from importlib import import_module
from typing import TYPE_CHECKING

from dmcli.errors import ConfigError, InputError
from dmcli.markup import readable
from dmcli.words import tr
from dmcli.workflows.merge.letters.marks import Marks, words

if TYPE_CHECKING:
    from collections.abc import Callable

# Elements whose end HTML lets one leave out, so that an added one changes nothing.
_OPTIONAL = words(
    "html head body p li dt dd option optgroup thead tbody tfoot tr td th colgroup caption rp rt"  # untranslated: names
)


def inline_css(html: str, written: str, say: Callable[[str], None]) -> str:
    """The HTML template with its rules in `style` attributes, as `inline_page` does it with what was `written`.

    Raises InputError also where a tag of the template would not keep its place.
    """
    marks = Marks("--html", html)
    return marks.restore(inline_page(marks.text, written, say), "--css-inline")


def inline_page(html: str, written: str, say: Callable[[str], None]) -> str:
    """The HTML with its rules in `style` attributes; @media and other at-rules stay in a style sheet.

    Nothing is fetched; `say` is told of style sheets elsewhere in what was `written`, and of elements that had to be
    closed. Raises ConfigError without the extra, InputError for styles that cannot be read.
    """
    try:
        library = import_module("css_inline")
    except ImportError:
        raise ConfigError(tr("--css-inline needs the extra of that name: pip install 'dmcli[css-inline]'")) from None
    try:
        made = str(library.inline(html, keep_at_rules=True, keep_link_tags=True, load_remote_stylesheets=False))
    except library.InlineError as error:
        raise InputError(
            tr(
                "--html: its styles cannot be inlined: {why}; look for a declaration that "
                "is not complete, such as a style attribute that begins with {{{{ }}}}",
                why=str(error).rstrip("."),
            )
        ) from None
    for sheet in _sheets(written):
        say(
            tr(
                "warning: --html: {sheet} is not loaded and its rules are not inlined: put them into a <style>",
                sheet=sheet,
            )
        )
    added = _ends(made) - _ends(html)
    for name in sorted(set(added) - _OPTIONAL):
        say(tr("warning: --html leaves <{name}> open, and --css-inline closed it: look at --preview", name=name))
    return made


def _ends(html: str) -> Counter[str]:
    return Counter(name.lower() for name in re.findall(r"</([A-Za-z][A-Za-z0-9]*)", html))


def _sheets(html: str) -> list[str]:
    """The style sheets that are elsewhere, as they are written."""
    reader = _Sheets()
    reader.feed(readable(html))
    reader.close()
    return reader.found


class _Sheets(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "link" and "stylesheet" in given.get("rel", "").lower().split():
            self.found.append(f"<link href={given.get('href', '')!r}>")  # untranslated: HTML

    def handle_data(self, data: str) -> None:
        if self.lasttag == "style":
            self.found += re.findall(r"@import\b[^;]*", data)
