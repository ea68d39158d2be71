"""--attach: files of this machine that go with a mail, checked before any call and uploaded before its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmcli.api.kinds.addresses import MAX_ATTACHMENTS
from dmcli.errors import InputError
from dmcli.record import Record
from dmcli.words import tr

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dmcli.cli.session import Session
    from dmcli.workflows.upload.files import LocalFile

_MOST_ENCODED = 15 << 20  # bytes of a whole mail, in which files are base64 (help page sdk-attachment)
_MOST = _MOST_ENCODED // 4 * 3  # bytes of a file of which the base64 is as large
_ADVISED = 8 << 20  # bytes of the files, as that page has it
_NAMES = {"name": "name", "filename": "name", "type": "type"}
_BEFORE_QUOTES = ("", *(f"{name}=" for name in _NAMES))
_URL = "Attachments.{}.AttachmentUrl"


class Spec(Record):
    """A file as it was typed; "" for a name or type that was not."""

    path: str
    name: str = ""
    type: str = ""


def read_spec(text: str) -> Spec:
    """FILE;name=...;type=..., as curl's -F has it; in double quotes a part may have semicolons. Raises ValueError.

    >>> read_spec('a.pdf;name="q;1.pdf";type=application/pdf')
    Spec(path='a.pdf', name='q;1.pdf', type='application/pdf')
    """
    path, *rest = _split(text)
    found: dict[str, str] = {}
    for part in rest:
        key, equals, value = part.partition("=")
        name = _NAMES.get(key.strip().lower(), "")
        if not equals or not name:
            raise ValueError(
                tr(
                    "{text!r} has {part!r}, which is neither name= nor type=; a name with a semicolon stands in "
                    "double quotes",
                    text=text,
                    part=part,
                )
            )
        found[name] = value
    if not path:
        raise ValueError(tr("{text!r} names no file", text=text))
    return Spec(path, **found)


def _split(text: str) -> list[str]:
    """The parts between semicolons, without the double quotes around one in which a semicolon is none."""
    parts, quoted = [""], False
    for character in text:
        if character == '"' and (quoted or parts[-1] in _BEFORE_QUOTES):
            quoted = not quoted
        elif character == ";" and not quoted:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def look_at_files(current: Session, specs: Sequence[Spec], others: int) -> tuple[LocalFile, ...]:
    """The files, all of them fit to be sent beside so many other attachments. Says doubts; raises InputError."""
    if not specs:
        return ()
    from dmcli.workflows.upload.files import mb

    if len(specs) + others > MAX_ATTACHMENTS:
        raise InputError(
            tr(
                "--attach: {count} attachments are given; the service takes at most {most}",
                count=len(specs) + others,
                most=MAX_ATTACHMENTS,
            )
        )
    files = tuple(map(_look_at, specs))
    size, encoded = sum(file.size for file in files), sum((file.size + 2) // 3 * 4 for file in files)
    if encoded > _MOST_ENCODED:
        raise InputError(
            tr(
                "--attach: the files come to {size}, which are {encoded} as base64 in a mail, and it takes {most}: "
                "leave some out, or put them on the web and send links",
                size=mb(size),
                encoded=mb(encoded),
                most=mb(_MOST_ENCODED),
            )
        )
    if size > _ADVISED:
        current.say(
            tr(
                "warning: --attach: the files come to {size}; the service advises at most {advised}, and many "
                "mailboxes take less",
                size=mb(size),
                advised=mb(_ADVISED),
            )
        )
    return files


def _look_at(spec: Spec) -> LocalFile:
    import os
    import re
    from mimetypes import guess_type

    from dmcli.api.kinds import headers
    from dmcli.workflows.upload.files import look_at, mb

    name = spec.name or os.path.basename(spec.path)
    kind = spec.type
    if not kind:
        guessed, packed = guess_type(name if "." in name else spec.path)
        kind = "application/octet-stream" if packed or not guessed else guessed
    if not re.fullmatch(r"[\w.+-]+/[\w.+-]+( *;[ -~]*)?", kind, re.ASCII):
        raise InputError(tr("--attach: {type!r} is no media type such as application/pdf", type=kind))
    try:
        headers.check(name)
        because = tr(", which are {encoded} as base64 in a mail", encoded=mb(_MOST_ENCODED))
        return look_at(spec.path, name, kind, _MOST, because)
    except ValueError as error:
        raise InputError(tr("--attach: the name {name!r} {why}", name=name, why=error)) from None
    except InputError as error:
        raise InputError(tr("{label}: {why}", label="--attach", why=error.message)) from None


def with_files(wire: Mapping[str, str], files: Sequence[LocalFile]) -> dict[str, str]:
    """The parameters of a mail with these files too, after those attachments that it has; a file stands for its URL."""
    number, made = 1, dict(wire)
    while _URL.format(number) in made:
        number += 1
    for at, file in enumerate(files, number):
        made |= {f"Attachments.{at}.AttachmentName": file.name, _URL.format(at): file.stand_in}
    return made
