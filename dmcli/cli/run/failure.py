"""How an error looks on stderr: a sentence, what the service said, what it means, what to do; or one JSON object."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from dmcli.errors import local_error
from dmcli.folding import folded
from dmcli.untrusted import brief
from dmcli.words import language, listed, tr

if TYPE_CHECKING:
    from dmcli.cli.session import Session
    from dmcli.errors import DmError


def show_error(current: Session, error: DmError) -> None:
    """Write the error to stderr in the form the run asked for."""
    meaning, remedy = _explanation(error)
    hint = error.hint or " ".join(filter(None, (meaning if error.explained else "", remedy)))
    if (current.given.get("output") or current.form.output) == "json":
        _show_json(current, error, hint)
        return
    facts = [error.code, f"HTTP {error.http_status}" if error.http_status else "", _request(error)]
    known = [fact for fact in facts if fact]
    told = tr("{message} ({facts})", message=error.message, facts=listed(known)) if known else error.message
    _say(current, f"dm: {told}")
    for line in dict.fromkeys((*error.details, meaning, remedy, error.hint)):
        if line:
            _say(current, f"    {line}")


def _say(current: Session, line: str) -> None:
    click.echo(folded(brief(current.voice.hide(line)), sys.stderr), err=True)


def _explanation(error: DmError) -> tuple[str, str]:
    if error.explained:
        return error.explained[language()]
    if not error.code:
        return "", ""
    try:
        from dmcli.api import codes

        code = codes.find(error.code)
        return codes.explain(code, language()) if code else ("", "")
    except (ImportError, MemoryError, OSError) as lack:
        if local_error(lack):  # what the service said must be told all the same
            return "", ""
        raise


def _request(error: DmError) -> str:
    return tr("request {id}", id=error.request_id) if error.request_id else ""


def _show_json(current: Session, error: DmError, hint: str) -> None:
    document = {
        "code": error.code or error.word,
        "message": current.voice.hide("; ".join((error.message, *error.details))),
        "request_id": error.request_id,
        "http_status": error.http_status,
        "hint": hint,
        "exit": error.exit_code,
    }
    click.echo(_fitted({"error": document}), err=True)


def _fitted(document: object) -> str:
    """The document for stderr, as results are fitted to stdout."""
    try:
        from dmcli.render.encoding import fit_document, wants_ascii
    except (ImportError, MemoryError, OSError):  # where there is no room to find out
        return json.dumps(document)
    return fit_document(json.dumps(document, ensure_ascii=wants_ascii(sys.stderr)), sys.stderr)
