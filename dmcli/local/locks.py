"""Locks that end with the process that holds them."""

from __future__ import annotations

import os

from dmcli.errors import LocalIOError
from dmcli.local.files import make_folder, reason_of
from dmcli.local.paths import WINDOWS
from dmcli.words import tr


class Claims:
    """Claims on numbers that end with the process that holds them, however it ends: locks on the bytes of a file.

    They hold between processes, not within one. Raises LocalIOError when the file cannot be had.

    >>> claims = Claims(f"{folder}/sends.db.lock")
    >>> if claims.take(7):
    ...     print("no other process works on 7")
    no other process works on 7
    >>> claims.close()
    """

    def __init__(self, path: str) -> None:
        make_folder(os.path.dirname(os.path.abspath(path)))
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise LocalIOError(tr("cannot open {path}: {reason}", path=path, reason=reason_of(error))) from None

    def take(self, number: int) -> bool:
        """Claim a number; false when another process has it."""
        try:
            if WINDOWS:
                import msvcrt

                os.lseek(self._file, number, os.SEEK_SET)
                msvcrt.locking(self._file, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
            else:
                import fcntl

                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, number)
        except OSError:
            return False
        return True

    def close(self) -> None:
        """Give all claims back."""
        os.close(self._file)
