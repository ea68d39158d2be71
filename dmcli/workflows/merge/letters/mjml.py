"""MJML, a language for mails, as the HTML that mail programs understand."""

from __future__ import annotations

from html.parser import HTMLParser
from importlib import import_module

from dmcli.errors import ConfigError, InputError
from dmcli.words import tr
from dmcli.workflows.merge.letters.marks import Marks, words

# The elements that mjml-python knows, and which of them have HTML in them; what it does not know it lets through.
_WITH_HTML = words(
    "mj-text mj-button mj-table mj-raw mj-navbar-link mj-accordion-title mj-accordion-text "
    "mj-social-element"  # untranslated: names
)
_KNOWN = _WITH_HTML | words(
    "mjml mj-head mj-body mj-all mj-attributes mj-breakpoint mj-class mj-font mj-preview mj-style mj-title "
    "mj-accordion mj-accordion-element mj-carousel mj-carousel-image mj-column mj-divider mj-group mj-hero "
    "mj-image mj-navbar mj-section mj-social mj-spacer mj-wrapper"  # untranslated: names
)


def compile_mjml(source: str) -> str:
    """The HTML template that an MJML template stands for.

    Raises ConfigError without the extra, InputError for what is no MJML, or has an element that is not in it.
    """
    try:
        library = import_module("mjml")
    except ImportError:
        raise ConfigError(tr("--mjml needs the extra of that name: pip install 'dmcli[mjml]'")) from None
    marks = Marks("--html", source)
    _Lint(marks).check()
    try:
        made: str = library.mjml2html(marks.text)
    except ValueError as error:
        raise InputError(tr("--html is no MJML: {why}", why=error)) from None
    return marks.restore(made, "--mjml")


class _Lint(HTMLParser):
    """Looks at the name of each element outside HTML."""

    def __init__(self, marks: Marks) -> None:
        super().__init__(convert_charrefs=True)
        self._marks = marks
        self._html = ""  # the element whose HTML is being read
        self._depth = 0

    def check(self) -> None:
        """Raise InputError for the first element that is not known."""
        self.feed(self._marks.blanked())
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002  as the base has it
        self._look(tag)
        if not self._html and tag in _WITH_HTML:
            self._html, self._depth = tag, 0
        self._depth += tag == self._html

    def handle_startendtag(self, tag: str, attrs: object) -> None:  # noqa: ARG002  as the base has it
        self._look(tag)

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag == self._html
        if self._html and self._depth <= 0:
            self._html = ""

    def _look(self, tag: str) -> None:
        if tag in _KNOWN or (self._html and not tag.startswith("mj-")):
            return
        from difflib import get_close_matches

        where = tr("{what}, line {line}", what=self._marks.what, line=self.getpos()[0])
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
