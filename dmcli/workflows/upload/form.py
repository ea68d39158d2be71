"""A form with a file, as OSS takes it (RFC 7578), made piece by piece."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dmcli.workflows.upload.files import LocalFile


class Form:
    """Fields, then a file, since OSS reads nothing behind that. Its length is known before, so that it is announced.

    The file's own name is no part of it: the object's key is a field, and what the reader of a mail sees is said in
    the mail's call. Iterating raises what the file's pieces raise, always before the form is complete.
    """

    def __init__(self, fields: Mapping[str, str], file: LocalFile) -> None:
        self._file = file
        self._boundary = f"dm-{os.urandom(16).hex()}"
        begun = f"--{self._boundary}\r\nContent-Disposition: form-data; name="  # untranslated: on the wire
        plain = "".join(f'{begun}"{name}"\r\n\r\n{value}\r\n' for name, value in fields.items())
        self._head = f'{plain}{begun}"file"; filename="file"\r\nContent-Type: {file.kind}\r\n\r\n'.encode()
        self._tail = f"\r\n--{self._boundary}--\r\n".encode()

    @property
    def content_type(self) -> str:
        """The header that tells of it."""
        return f"multipart/form-data; boundary={self._boundary}"

    def __len__(self) -> int:
        return len(self._head) + self._file.size + len(self._tail)

    def __iter__(self) -> Iterator[bytes]:
        yield self._head
        yield from self._file.pieces()
        yield self._tail
