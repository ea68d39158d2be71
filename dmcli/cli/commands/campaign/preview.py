"""One row's mail, to look at: as files, or sent to one address."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from dmcli.errors import InputError, NotFoundError
from dmcli.words import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dmcli.cli.session import Session
    from dmcli.local.tables import Table
    from dmcli.workflows.merge.letters.letter import Letter, Mail
    from dmcli.workflows.upload.files import LocalFile

# A mail program runs no script of a mail, and neither does this frame; links open beside it.
_FRAME = """<!doctype html>
<meta charset="utf-8">
<title>{title}</title>
<style>html, body, iframe {{ display: block; width: 100%; height: 100%; margin: 0; border: 0 }}</style>
<iframe sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc="{page}"></iframe>
"""  # untranslated: markup


def write_preview(current: Session, letter: Letter, table: Table, number: int, *, opens: bool) -> None:
    """Write the mail of a row as .eml, .html and .txt into this folder, and say where; show it in a browser."""
    from dmcli.local.files import write_private
    from dmcli.render import show_document
    from dmcli.workflows.merge.letters.eml import eml

    mail = _mail(letter, table, number)
    parts = {"eml": eml(mail.wire), "html": mail.wire.get("HtmlBody", ""), "txt": mail.wire.get("TextBody", "")}
    document = {}
    for ending, text in parts.items():
        if text:
            document[ending] = f"row-{number}.{ending}"
            write_private(document[ending], text)
    if mail.problems:
        raise InputError(tr("row {number} is bad: {why}", number=number, why=tr("; ").join(mail.problems)))
    show_document({"to": mail.wire["ToAddress"], "subject": mail.wire["Subject"], **document}, (), current.output())
    if opens:
        shown = document.get("txt", "")
        if page := parts["html"]:
            shown = f"row-{number}.open.html"
            write_private(shown, _FRAME.format(title=escape(mail.wire["Subject"]), page=escape(page)))
        _show(current, shown)


def _show(current: Session, path: str) -> None:
    """Show a file in a browser: that of BROWSER, or of the system."""
    import os
    import sys
    import webbrowser
    from pathlib import Path

    sys.stdout.flush()
    whole = os.path.abspath(path)
    if not webbrowser.open(Path(whole).as_uri()):
        current.say(tr("there is no browser on this machine: the mail is in {file}", file=whole))


def send_sample(
    current: Session, letter: Letter, table: Table, to: str, files: Sequence[LocalFile], *, dry_run: bool
) -> None:
    """Send the first row's mail to one address, with the files; for a dry run, show the call."""
    from dmcli.cli.perform import show_dry_run, show_reply
    from dmcli.cli.uploads import uploads_of
    from dmcli.cli.values import Call

    mail = _mail(letter, table, 0, to)
    if mail.problems:
        why = tr("; ").join(mail.problems)
        raise InputError(tr("the first row's mail cannot be sent to {to!r}: {why}", to=to, why=why))
    action, wire = letter.call([mail])
    call = Call(action, wire, {})
    if dry_run:
        show_dry_run(current, call, files=files)
        return
    show_reply(current, call, current.client.call(action, uploads_of(current, files).put_into(wire)))


def _mail(letter: Letter, table: Table, number: int, to: str = "") -> Mail:
    """The mail of a row, of the first for 0. Raises NotFoundError, and InputError for a row that cannot be read."""
    for row in table.rows(letter.wanted(table.columns)):
        if row.number >= number:
            if number and row.number != number:
                break
            return letter.mail(row.number, letter.values(row.values), to)
    if number:
        raise NotFoundError(tr("{file} has no row {number}", file=table.path, number=number))
    raise NotFoundError(tr("{file} has no rows", file=table.path))
