"""A file as it was when it was looked at, and its bytes, as long as they are still the same."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, NamedTuple

from dmcli.errors import InputError
from dmcli.local.files import open_regular
from dmcli.words import tr

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

_PIECE = 64 * 1024  # bytes that are read at a time
_MEGA = 1 << 20
_URL_OF = "<url:"  # no URL begins so


class LocalFile(NamedTuple):
    """A regular file: its `name` for others, its media type `kind`, `size` in bytes, SHA-256 `digest` in hex."""

    path: str
    name: str
    kind: str
    size: int
    digest: str

    @property
    def stand_in(self) -> str:
        """A word that stands for its URL until it is uploaded: the same for what is uploaded as one."""
        return f"{_URL_OF}{self.kind.replace(' ', '')}:sha256:{self.digest}>"

    def pieces(self) -> Iterator[bytes]:
        """Its bytes. Raises InputError where they are not those that were looked at, always before the last piece."""
        digest, left, held = hashlib.sha256(), self.size, b""
        with _opened(self.path) as file:
            while left >= 0 and (piece := file.read(min(_PIECE, left + 1))):  # one byte more tells that it has grown
                if held:
                    yield held
                digest.update(piece)
                left -= len(piece)
                held = piece
        if left or digest.hexdigest() != self.digest:
            raise _changed(self.path)
        if held:
            yield held


def is_stand_in(value: str) -> bool:
    """Whether a parameter stands for the URL of a file that is to be uploaded."""
    return value.startswith(_URL_OF)


def by_content(files: Iterable[LocalFile]) -> dict[str, LocalFile]:
    """The files by what stands for their URL, the first of each content."""
    found: dict[str, LocalFile] = {}
    for file in files:
        found.setdefault(file.stand_in, file)
    return found


def look_at(path: str, name: str, kind: str, most: int, because: str = "") -> LocalFile:
    """The file at a path, which is read once. Raises InputError for what is no file to give away.

    A link is followed where it leads to a file in or below its own folder. `most` are the bytes that it may have,
    and `because` goes on from there with the reason.
    """
    digest, size = hashlib.sha256(), 0
    with _opened(path) as file:
        announced = os.fstat(file.fileno()).st_size
        if announced > most:
            raise InputError(
                tr(
                    "{path!r} has {size}, and at most {most} can be taken{because}",
                    path=path,
                    size=mb(announced),
                    most=mb(most),
                    because=because,
                )
            )
        while size <= announced and (piece := file.read(_PIECE)):
            digest.update(piece)
            size += len(piece)
    if size != announced:
        raise _changed(path)
    return LocalFile(path, name, kind, size, digest.hexdigest())


def mb(size: int) -> str:
    """Bytes as people say them: `1.4 MB`, of small files in kB or bytes.

    >>> mb(812), mb(1434), mb(15 << 20)
    ('812 B', '1.4 kB', '15.0 MB')
    """
    if size < 1000:  # noqa: PLR2004  as long as a number is short
        return f"{size} B"
    return f"{size / 1024:.1f} kB" if size < _MEGA else f"{size / _MEGA:.1f} MB"


def _opened(path: str) -> BinaryIO:
    """The file, open for reading; nothing is waited for. Raises InputError."""
    try:
        folder, whole = os.path.realpath(os.path.dirname(path) or os.curdir), os.path.realpath(path)
        if os.path.commonpath((folder, whole)) != folder:
            raise InputError(
                tr(
                    "{path!r} is a link that leads out of its folder, to {whole!r}: give the file itself",
                    path=path,
                    whole=whole,
                )
            )
        return open_regular(whole)
    except OSError as error:
        raise InputError(tr("cannot read {path!r}: {why}", path=path, why=error.strerror)) from None
    except ValueError as error:
        raise InputError(tr("cannot read {path!r}: it {why}; give a regular file", path=path, why=error)) from None


def _changed(path: str) -> InputError:
    return InputError(
        tr(
            "{path!r} was changed since it was looked at: put it back as it was, or start over with the new one",
            path=path,
        )
    )
