"""The HTML of a mail as it is typed, and what is done to it once, before any mail is made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmcli.errors import InputError
from dmcli.words import tr

if TYPE_CHECKING:
    from dmcli.cli.session import Session


def prepared(current: Session, html: str | None, *, mjml: bool, css_inline: bool) -> str | None:
    """The HTML that mails are made of. Says doubts; raises InputError, and ConfigError where an extra is missing."""
    if not html:
        if mjml or css_inline:
            raise _without_html("--mjml" if mjml else "--css-inline")
        return html
    written = html
    if mjml or css_inline:
        from dmcli.workflows.merge.letters.template import Template

        Template("--html", html, html=True)  # what is wrong with it is told by the lines of what was typed
    if mjml:
        from dmcli.workflows.merge.letters.mjml import compile_mjml

        html = compile_mjml(html, current.say, css_inline=css_inline)
    if css_inline:
        from dmcli.workflows.merge.letters.styling import inline_css

        html = inline_css(html, written, current.say)
    return html


def inlined(current: Session, html: str | None) -> str:
    """HTML that is no template, its style rules in the elements. Says and raises as `prepared` does."""
    from dmcli.workflows.merge.letters.styling import inline_page

    if not html:
        raise _without_html("--css-inline")
    return inline_page(html, html, current.say)


def _without_html(flag: str) -> InputError:
    return InputError(tr("{option} is about the HTML: give --html @FILE too", option=flag))
