"""`dm explain CODE`: what an error code or the reply of a mail server means, and what to do.

Codes are the service's, and the words of `dm` itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dmcli.api.model import Field
from dmcli.cli.tree import command
from dmcli.errors import (
    CheckFailedError,
    ConfigError,
    DmError,
    InputError,
    LocalIOError,
    LockedError,
    NotFoundError,
    NotReadyError,
    PartlyRejectedError,
    QuotaError,
    RefusedError,
    TimedOutError,
    UnknownOutcomeError,
    UnreachableError,
)
from dmcli.untrusted import brief
from dmcli.words import language, listed, marked, tr

if TYPE_CHECKING:
    from dmcli.cli.session import Session

_FIELDS = (
    Field("code", "Code"),
    Field("http_status", "HTTP"),
    Field("message", "Message"),
    Field("meaning", "Meaning"),
    Field("remedy", "Remedy"),
    Field("exit", "Exit code"),
)
# What stands for a code where the service gave none, by the classes of errors: meaning and remedy.
_WORDS: dict[type[DmError], tuple[str, str]] = marked(
    {
        RefusedError: (
            "What was asked for cannot be done.",
            "Read the message, which says why.",
        ),
        InputError: (
            "Something in the command line or the input is wrong, and nothing was sent.",
            "Correct what the message names; the command's --help says what it may be.",
        ),
        ConfigError: (
            "Settings, keys, permission, the clock or the trust in a certificate are not in order.",
            "Run `dm doctor`, which says what is wrong.",
        ),
        UnreachableError: (
            "The service could not be reached or did not answer, and nothing is in doubt.",
            "Run it again; `dm doctor` says what is in the way.",
        ),
        CheckFailedError: (
            "A check came out negative.",
            "Set the DNS records that `dm domain show DOMAIN` lists, and check again.",
        ),
        TimedOutError: (
            "What was waited for did not come in time.",
            "Wait longer, or find out why it does not come.",
        ),
        NotReadyError: (
            "What was asked for is not there yet: the service is still at it.",
            "Run it again later; the message has the command that tells how far it is.",
        ),
        QuotaError: (
            "Less is left of the quota of the day or the month than is needed.",
            "Send to fewer, or wait for the next day or month of the service (UTC+8).",
        ),
        UnknownOutcomeError: (
            "Nobody can tell whether a send or a create was done.",
            "Look first, as the message says, and do not simply run it again.",
        ),
        PartlyRejectedError: (
            "The run finished, and some items were rejected.",
            "Correct those, and run it again for them.",
        ),
        LocalIOError: (
            "This machine could not read or write something, or has no memory, threads or open files left.",
            "Mend what the message names.",
        ),
        LockedError: (
            "Another run holds what this one needs.",
            "Wait until that has ended, and run it again.",
        ),
        NotFoundError: (
            "What was named does not exist.",
            "Compare with the group's list command, and check profile and region.",
        ),
    }
)


# Of the reply of a mail server; words for what data have as one word.
_CLASSES = marked(
    {
        "success": "success",
        "temporary": "temporary failure",
        "permanent": "permanent failure",
        "unknown": "not said",
    }
)
_SURE = marked({"True": "yes", "False": "a likely reading"})


def _reply_fields() -> tuple[Field, ...]:
    """How a reply's reading is shown."""
    from dmcli.api.replies import MOVES

    moves = {move: texts[int(language() == "zh")] for move, texts in MOVES.items()}
    return (
        Field("code", "Code"),
        Field("status", "Enhanced status"),
        Field("class", "Class", _CLASSES),
        Field("says", "Says"),
        Field("provider", "Written by"),
        Field("meaning", "Meaning"),
        Field("move", "Whose move", moves),
        Field("remedy", "Remedy"),
        Field("source", "Read by"),
        Field("sure", "Sure", _SURE),
    )


def _show_reply(current: Session, text: str) -> bool:
    """Show what the reply of a mail server says; false where the text is none."""
    from dmcli.api.replies import read
    from dmcli.render import show_document

    reading = read(text)
    if reading is None:
        return False
    output = current.output()
    document = reading.document(language())
    if output.for_people:
        document = {name: value for name, value in document.items() if value != ""}
    show_document(document, _reply_fields(), output)
    return True


def _codes(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    from dmcli.api.codes import CODES

    words = (kind.word for kind in _WORDS)
    return [code for code in (*CODES, *words) if code.lower().startswith(incomplete.lower())]


def _explain(current: Session, words: tuple[str, ...]) -> None:
    from dmcli.api import codes
    from dmcli.render import show_document

    code = " ".join(words)
    # The service's codes have no blanks and begin with a letter.
    if (" " in code or not code[:1].isalpha()) and _show_reply(current, code):
        return
    ours = next((kind for kind in _WORDS if kind.word.lower() == code.lower()), None)
    if ours:
        meaning, remedy = map(tr, _WORDS[ours])
        document = {"code": ours.word, "meaning": meaning, "remedy": remedy, "exit": ours.exit_code}
        show_document(document, _FIELDS, current.output())
        return
    known = codes.find(code)
    if known is None and _show_reply(current, code):
        return
    if known is None:
        code = brief(code)
        if near := listed(codes.nearest(code), " or "):
            raise NotFoundError(tr("no error code {code!r} is known; did you mean {near}?", code=code, near=near))
        text = marked("no error code {code!r} is known, and it is no reply of a mail server, such as 550 5.1.1")
        raise NotFoundError(tr(text, code=code))
    meaning, remedy = codes.explain(known, language())
    document = {"code": known.code, "http_status": known.status, "message": known.message, "meaning": meaning}
    show_document(document | {"remedy": remedy, "exit": known.exit}, _FIELDS, current.output())


COMMAND = command(
    "explain",
    [
        click.Argument(
            ["words"],
            nargs=-1,
            required=True,
            metavar="CODE",
            help="Error code, e.g. InvalidSendMail.Spam, or a mail server's reply, e.g. '550 5.1.1 User unknown'.",
            shell_complete=_codes,
        )
    ],
    _explain,
    "Explain an error code, or the reply of a mail server.",
    "InvalidSendMail.Spam",
)
