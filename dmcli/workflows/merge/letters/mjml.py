"""MJML, a language for mails, as the HTML that mail programs understand."""

from __future__ import annotations

from html.parser import HTMLParser
from importlib import import_module
from typing import TYPE_CHECKING

from dmcli.errors import ConfigError, InputError
from dmcli.markup import readable
from dmcli.words import tr
from dmcli.workflows.merge.letters.marks import Marks, words

if TYPE_CHECKING:
    from collections.abc import Callable

# The elements that mjml-python 1.4 knows, and which of them have HTML in them; what it does not know it lets through.
_WITH_HTML = words(
    "mj-text mj-button mj-table mj-raw mj-navbar-link mj-accordion-title mj-accordion-text "
    "mj-social-element"  # untranslated: names
)
_KNOWN = _WITH_HTML | words(
    "mjml mj-head mj-body mj-all mj-attributes mj-breakpoint mj-class mj-font mj-preview mj-style mj-title "
    "mj-accordion mj-accordion-element mj-carousel mj-carousel-image mj-column mj-divider mj-group mj-hero "
    "mj-image mj-navbar mj-section mj-social mj-spacer mj-wrapper"  # untranslated: names
)
# MJML has these as well; mjml-python refuses them, and any element within <mj-class>, by a position without a line.
_LACKING = words("mj-html-attributes mj-selector mj-html-attribute")  # untranslated: names


def compile_mjml(source: str, say: Callable[[str], None], *, css_inline: bool = False) -> str:
    """The HTML template that an MJML template stands for.

    Says where mjml-python makes another mail of it than MJML does. `css_inline`: the rules of all styles go into the
    elements afterwards. Raises ConfigError without the extra, InputError for what is no MJML, or has an element that is
    not in it, or that mjml-python does not know.
    """
    try:
        library = import_module("mjml")
    except ImportError:
        raise ConfigError(tr("--mjml needs the extra of that name: pip install 'dmcli[mjml]'")) from None
    marks = Marks("--html", source)
    lint = _Lint(marks, css_inline=css_inline)
    lint.check()
    for doubt in lint.doubts:
        say(doubt)
    try:
        made: str = library.mjml2html(marks.text)
    except ValueError as error:
        raise InputError(tr("--html is no MJML: {why}", why=error)) from None
    return marks.restore(made, "--mjml")


class _Lint(HTMLParser):
    """Looks at each element outside HTML: its name, and what mjml-python makes another thing of."""

    def __init__(self, marks: Marks, *, css_inline: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.doubts: list[str] = []
        self._marks = marks
        self._css_inline = css_inline
        self._in_class = False
        self._html = ""  # the element whose HTML is being read
        self._depth = 0

    def check(self) -> None:
        """Raise InputError for the first element that is not known."""
        self.feed(readable(self._marks.blanked()))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._look(tag)
        self._doubt(tag, dict(attrs))
        self._in_class = self._in_class or tag == "mj-class"
        if not self._html and tag in _WITH_HTML:
            self._html, self._depth = tag, 0
        self._depth += tag == self._html

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._look(tag)
        self._doubt(tag, dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        self._in_class = self._in_class and tag != "mj-class"
        self._depth -= tag == self._html
        if self._html and self._depth <= 0:
            self._html = ""

    @property
    def _where(self) -> str:
        return tr("{what}, line {line}", what=self._marks.what, line=self.getpos()[0])

    def _doubt(self, tag: str, attrs: dict[str, str | None]) -> None:
        """Note what compiles to another thing than in MJML (seen with mjml-python 1.4.2 beside mjml 5.4.1)."""
        if tag == "mj-style" and attrs.get("inline") == "inline" and not self._css_inline:
            text = tr(
                "warning: {where}: the rules of <mj-style inline> are inlined by --css-inline alone: give it too",
                where=self._where,
            )
            self.doubts.append(text)
        classes = (attrs.get("mj-class") or "").split()
        if tag in _KNOWN and len(classes) > 1:
            text = tr(
                'warning: {where}: of what several of mj-class="{classes}" set, the first counts here, '
                "in MJML the last: make one <mj-class> of them",
                where=self._where,
                classes=" ".join(classes),
            )
            self.doubts.append(text)

    def _look(self, tag: str) -> None:
        where = self._where
        if self._in_class or tag in _LACKING:
            inside = f"mj-class><{tag}" if self._in_class else tag
            raise InputError(
                tr("{where}: <{tag}> is MJML, but mjml-python cannot compile it: leave it out", where=where, tag=inside)
            )
        if tag in _KNOWN or (self._html and not tag.startswith("mj-")):
            return
        from difflib import get_close_matches

        if tag == "mj-include":
            raise InputError(
                tr("{where}: <mj-include> is not possible: put what it includes into the template", where=where)
            )
        if not tag.startswith("mj"):
            raise InputError(
                tr("{where}: <{tag}> is HTML, which stands in <mj-text>, <mj-table> or <mj-raw>", where=where, tag=tag)
            )
        near = get_close_matches(tag, sorted(_KNOWN), n=1, cutoff=0)
        raise InputError(
            tr("{where}: there is no <{tag}> in MJML; did you mean <{near}>?", where=where, tag=tag, near=near[0])
        )
