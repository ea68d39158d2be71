"""The texts of an account's file and of those beside it: read whole, and JSON as a reader of YAML takes it."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from dmcli.errors import InputError
from dmcli.local.files import read_bytes, reason_of
from dmcli.words import tr

if TYPE_CHECKING:
    from dmcli.workflows.lists.members import Member

_MOST = 32 << 20  # bytes of a file
_PAIR = r"\\\\|\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})"  # in JSON; a backslash that is one itself too


def text_of(path: str) -> str:
    """The text of a file. Raises InputError for what cannot be read, as for every file that a command is given."""
    try:
        return read_bytes(path, _MOST)[0].decode("utf-8-sig")
    except OSError as error:
        raise InputError(tr("cannot read {path!r}: {reason}", path=path, reason=reason_of(error))) from None
    except UnicodeDecodeError as error:
        raise InputError(
            tr("{path} is not UTF-8 text (byte {number}); save it as UTF-8", path=path, number=error.start + 1)
        ) from None
    except ValueError as error:
        raise InputError(tr("{path} {error}; give the path of a file with a text", path=path, error=error)) from None


def members_in(path: str) -> tuple[Member, ...]:
    """The members in a table, all of whose rows must do. Raises ValueError or InputError with what does not."""
    from functools import partial

    from dmcli.api.kinds.addresses import ROW_EMAIL
    from dmcli.api.kinds.base import utc_now
    from dmcli.local.tables import open_table
    from dmcli.workflows.lists.members import Member
    from dmcli.workflows.lists.people import fields_of, read_people

    table = open_table(path, "", "")
    people = read_people(table, fields_of(table, None), partial(ROW_EMAIL.to_wire, now=utc_now()))
    if people.bad:
        raise ValueError(tr("{file} row {row}: {why}", file=path, row=people.bad[0].number, why=people.bad[0].reason))
    return tuple(Member(one.email, one.values) for one in people.people)


def as_yaml(text: str) -> str:
    """JSON as YAML has it, whose escapes are of whole characters and not of halves of surrogate pairs."""

    def character(pair: re.Match[str]) -> str:
        if not pair[1]:
            return pair[0]
        return f"\\U{0x10000 + (int(pair[1], 16) - 0xD800) * 0x400 + int(pair[2], 16) - 0xDC00:08X}"

    return re.sub(_PAIR, character, text)


def is_below(folder: str, path: str) -> bool:
    """Whether a path, of that folder, is of something in it, wherever links lead."""
    return os.path.realpath(os.path.join(folder, path)).startswith(os.path.join(os.path.realpath(folder), ""))
