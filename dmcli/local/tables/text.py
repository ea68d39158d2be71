"""Text of a file, line by line: which encoding it has, and which lines are not in it."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from dmcli.errors import InputError
from dmcli.local.files import open_regular, reason_of
from dmcli.words import marked, tr

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO, TextIO

LONGEST = 1 << 20  # characters of a line
_MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_NAMES = {"utf-8": "UTF-8", "utf-16": "UTF-16"}
_NOT_IN_IT = marked(  # by whether the encoding was guessed
    {
        False: "it has bytes that are not {encoding}",
        True: "it has bytes that are not {encoding}; give --encoding, such as gb18030",
    }
)
# What spreadsheets and databases of the places where DirectMail is used write.
ENCODINGS = (
    "utf-8",
    "utf-16",
    "gb18030",
    "gbk",
    "gb2312",
    "big5",
    "shift_jis",
    "euc-jp",
    "euc-kr",
    "windows-1252",
    "iso-8859-1",
)


def open_file(path: str) -> BinaryIO:
    """The file to read from. Raises InputError."""
    try:
        return open_regular(path)
    except OSError as error:
        raise InputError(tr("cannot read {path!r}: {reason}", path=path, reason=reason_of(error))) from None
    except ValueError as error:  # no regular file, or a name with a NUL
        raise InputError(tr("cannot read {path!r}: it {error}; give a regular file", path=path, error=error)) from None


class Encoding:
    """The encoding of a file: `codec` for Python, and in words with `marked` where a byte order mark says it."""

    def __init__(self, path: str, wanted: str) -> None:
        with open_file(path) as file:
            start = file.read(3)
        found = next((name for mark, name in _MARKS.items() if start.startswith(mark)), "")
        if found and wanted and wanted != found:
            raise InputError(
                tr(
                    "{path} begins with the mark of {found}, and is not {wanted}: leave --encoding out",
                    path=path,
                    found=_NAMES[found],
                    wanted=wanted,
                )
            )
        name = found or wanted or "utf-8"
        self.codec = "utf-8-sig" if name == "utf-8" else name
        self.name = _NAMES.get(name, name)
        self.said = tr("{name} with a byte order mark", name=self.name) if found else self.name
        self.guessed = not (found or wanted)


@contextmanager
def lines_of(path: str, encoding: Encoding, faults: list[str]) -> Iterator[Iterator[str]]:
    """The lines of a file as they stand, with their ends; a reason goes to `faults` before a line that is no text.

    Raises InputError where nothing that follows could be read.
    """
    import io

    # Bytes of no text become lone surrogates, so that the row can be named that they are in.
    with io.TextIOWrapper(open_file(path), encoding=encoding.codec, errors="surrogateescape", newline="") as stream:
        try:
            yield _judged(path, stream, faults, encoding)
        except UnicodeDecodeError as error:  # UTF-16, where single bytes are nothing
            raise InputError(
                tr("{path} is not {name} text: {reason}", path=path, name=encoding.name, reason=error.reason)
            ) from None


def _judged(path: str, stream: TextIO, faults: list[str], encoding: Encoding) -> Iterator[str]:
    """The lines, with a reason in `faults` for each that has no text."""
    for number, line in enumerate(iter(partial(stream.readline, LONGEST), ""), 1):
        if len(line) >= LONGEST:
            raise InputError(
                tr(
                    "{path}: line {number} has more than {most:,} characters: it is no table",
                    path=path,
                    number=number,
                    most=LONGEST,
                )
            )
        if "\0" in line:
            faults.append(tr("it has a NUL, which is no text"))
        elif not line.isascii() and not is_text(line):
            faults.append(tr(_NOT_IN_IT[encoding.guessed], encoding=encoding.name))
        yield line


def is_text(text: str) -> bool:
    """Whether it has no NUL and nothing that stands for bytes which are no text."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text
