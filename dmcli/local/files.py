"""Our own files: private from the moment they exist, written whole or not at all.

Paths are texts: importing pathlib takes longer than anything done here.
"""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from dmcli.errors import ConfigError, LocalIOError
from dmcli.local.paths import WINDOWS
from dmcli.record import Record
from dmcli.words import tr

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

MAX_TEXT = 1 << 20  # bytes; a settings file is a few hundred


class Access(Record):
    """Who may use a file: its permission bits, and the user id of its owner (0 where there are none)."""

    mode: int = 0
    owner: int = 0

    @property
    def private(self) -> bool:
        """Whether it is this user's, and nobody else may use it."""
        return WINDOWS or (self.owner == os.geteuid() and not self.mode & 0o077)


def make_folder(path: str) -> None:
    """Make a folder and what is missing above it, each 0700; one that exists is left as it is. Raises LocalIOError."""
    if os.path.isdir(path):
        return
    parent = os.path.dirname(path)
    if parent not in ("", path):
        make_folder(parent)
    try:
        os.mkdir(path, 0o700)
    except OSError as error:
        if not os.path.isdir(path):  # another process may have been faster
            raise LocalIOError(
                tr("cannot make the folder {path}: {reason}", path=path, reason=reason_of(error))
            ) from None


def write_where_told(path: str, text: str) -> None:
    """`write_private` for a path that was typed: a folder that is not there is misspelt, and not made."""
    folder = os.path.dirname(os.path.realpath(path))
    if not os.path.isdir(folder):
        raise LocalIOError(tr("cannot write {path}: there is no folder {folder}", path=path, folder=folder))
    write_private(path, text)


def write_private(path: str, text: str) -> None:
    """Write a file of mode 0600 whole or not at all; a symbolic link is followed, missing folders are made 0700.

    Raises LocalIOError; what was there before is then still there.
    """
    target = os.path.realpath(path)
    make_folder(os.path.dirname(target))
    temporary = f"{target}.{os.getpid()}.{os.urandom(4).hex()}"
    made = False
    try:
        with open(temporary, "x", encoding="utf-8", newline="", opener=_open_private) as file:
            made = True
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
        made = False
    except OSError as error:
        raise LocalIOError(tr("cannot write {path}: {reason}", path=path, reason=reason_of(error))) from None
    finally:
        if made:
            with suppress(OSError):
                os.unlink(temporary)


@contextmanager
def whole(path: str) -> Iterator[str]:
    """The path of a private file to write, which takes the place of `path` when the block ends well, else goes.

    Raises LocalIOError for what the system says of it.
    """
    target = os.path.realpath(path)
    growing = f"{target}.{os.getpid()}.{os.urandom(4).hex()}"
    try:
        with open(growing, "x", opener=_open_private):
            yield growing
        os.replace(growing, target)
    except OSError as error:
        raise LocalIOError(tr("cannot write {path}: {reason}", path=path, reason=reason_of(error))) from None
    finally:
        with suppress(OSError):
            os.unlink(growing)


@contextmanager
def writable(path: str) -> Iterator[None]:
    """See that a file can be written, before the work whose end is to write it; what is there stays until then.

    A file that was not there goes where the block does not end well. Raises LocalIOError.
    """
    new = not os.path.lexists(path)
    try:
        with open(path, "a", encoding="utf-8"):
            pass
    except OSError as error:
        raise LocalIOError(tr("cannot write {path}: {reason}", path=path, reason=reason_of(error))) from None
    try:
        yield
    except BaseException:
        if new:
            with suppress(OSError):
                os.unlink(path)
        raise


def _open_private(path: str, flags: int) -> int:
    """An opener of files nobody else can read."""
    return os.open(path, flags, 0o600)


def read_text(path: str) -> tuple[str, Access]:
    """The text of a file and who may use it. A file that is not there is ("", Access()).

    Raises LocalIOError when it cannot be read, ConfigError when it is no regular file, no UTF-8 or larger than 1 MiB.
    """
    try:
        data, access = read_bytes(path, MAX_TEXT)
    except FileNotFoundError:
        return "", Access()
    except OSError as error:
        raise LocalIOError(tr("cannot read {path}: {reason}", path=path, reason=reason_of(error))) from None
    except ValueError as error:
        raise ConfigError(tr("{path} {error}; give the path of a file with a text", path=path, error=error)) from None
    try:
        return data.decode("utf-8-sig"), access
    except UnicodeDecodeError as error:
        raise ConfigError(
            tr("{path} is not UTF-8 text (byte {number}); save it as UTF-8", path=path, number=error.start + 1)
        ) from None


def access_of(found: os.stat_result) -> Access:
    """Who may use a file, by what the system says of it."""
    return Access(stat.S_IMODE(found.st_mode), found.st_uid)


def read_bytes(path: str, limit: int) -> tuple[bytes, Access]:
    """All bytes of a regular file, and who may use it. It is not waited for, and no more than the limit is read.

    Raises OSError, and ValueError with the end of a sentence for what is no regular file or has more bytes.
    """
    with open_regular(path) as file:
        found = os.fstat(file.fileno())
        data = file.read(limit + 1)
    if len(data) > limit:
        raise ValueError(tr("is larger than {limit} bytes", limit=limit))
    return data, access_of(found)


def open_regular(path: str) -> BinaryIO:
    """A regular file to read bytes from; it is not waited for.

    Raises OSError, and ValueError with the end of a sentence for what is no regular file.
    """
    file = open(path, "rb", opener=_open_nonblocking)  # noqa: SIM115 - the caller closes it
    if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        return file
    file.close()
    raise ValueError(tr("is not a regular file"))


def _open_nonblocking(path: str, flags: int) -> int:
    """An opener that does not wait for a writer when the path is a named pipe."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def check_private(path: str, access: Access) -> list[str]:
    """Warnings about who may use a file that holds a secret; of a symbolic link, the file that it ends at.

    Raises ConfigError when everyone may, or when it is neither this user's nor the system's.
    """
    if WINDOWS:
        return []
    if access.owner not in (0, os.geteuid()):
        raise ConfigError(
            tr(
                "{path} holds a secret and belongs to another user (id {owner}); use a copy of your own",
                path=path,
                owner=access.owner,
            )
        )
    if not access.mode & 0o077:
        return []
    import shlex

    told = {"path": path, "mode": access.mode, "quoted": shlex.quote(path)}
    if access.mode & 0o007:
        raise ConfigError(
            tr(
                "{path} holds a secret and is open to every user of this machine (mode {mode:04o}); "
                "run: chmod 600 {quoted}",
                **told,
            )
        )
    return [tr("{path} holds a secret and is open to its group (mode {mode:04o}); run: chmod 600 {quoted}", **told)]


def make_private(path: str) -> None:
    """Make an empty file of mode 0600 where there is none. Raises LocalIOError."""
    # An existing file is not opened: closing it would drop the locks that this process holds on it.
    if os.path.exists(path):
        return
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        return
    except OSError as error:
        raise LocalIOError(tr("cannot make {path}: {reason}", path=path, reason=reason_of(error))) from None


def reason_of(error: OSError) -> str:
    """What the operating system says."""
    return error.strerror or str(error)
