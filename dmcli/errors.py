"""The exception tree. The exit code of a failure stands on its class; `cli/run/failure.py` shows all of them."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from dmcli.words import marked, tr

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_GRAVEST = (6, 8, 3, 4, 1, 10, 7, 5)  # exit codes of which several apply


_LACKS = marked(
    {
        errno.EMFILE: "too many files are open: close some, or raise the limit (ulimit -n)",
        errno.ENFILE: "too many files are open on this machine: end other programs",
        errno.ENOMEM: "there is not enough memory: end other programs, or raise the limit (ulimit -v)",
    }
)


def worst(codes: Iterable[int]) -> int:
    """The one exit code for several failures."""
    return min(codes, key=lambda code: _GRAVEST.index(code) if code in _GRAVEST else len(_GRAVEST))


class DmError(Exception):
    """Something a user can be told in one sentence.

    `message` names the value, the rule and the remedy; `details` are lines about each of several things that are wrong,
    `hint` is a further line of advice. The service's own answer, where there was one, is in `code`, `request_id` and
    `http_status`; `explained` is by language what that means for this call and what to do, where the call tells. A
    failure without a code of the service goes by the `word` of its class.
    """

    exit_code = 1
    word = "Refused"

    def __init__(
        self,
        message: str,
        *,
        details: Iterable[str] = (),
        hint: str = "",
        code: str = "",
        request_id: str = "",
        http_status: int | None = None,
        explained: Mapping[str, tuple[str, str]] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.details = tuple(details)
        self.hint = hint
        self.code = code
        self.request_id = request_id
        self.http_status = http_status
        self.explained = explained or {}

    def __str__(self) -> str:
        return self.message


class RefusedError(DmError):
    """The service refused the call, or what was asked for cannot be had."""

    exit_code = 1
    word = "Refused"


class InputError(DmError):
    """Bad input; nothing was sent."""

    exit_code = 2
    word = "InvalidInput"


class ConfigError(DmError):
    """Configuration, credentials, permission, clock or TLS trust."""

    exit_code = 3
    word = "Configuration"


class UnreachableError(DmError):
    """Unreachable, throttled or unavailable, nothing ambiguous: safe to run again."""

    exit_code = 4
    word = "Unreachable"


class CheckFailedError(DmError):
    """A check came out negative, or a wait timed out."""

    exit_code = 5
    word = "NotVerified"


class TimedOutError(CheckFailedError):
    """What was waited for did not come in time."""

    word = "TimedOut"


class NotReadyError(CheckFailedError):
    """What was asked for is not there yet."""

    word = "NotReady"


class QuotaError(CheckFailedError):
    """The quota does not suffice."""

    word = "QuotaShort"


class UnknownOutcomeError(DmError):
    """A send whose outcome is not known: not to be repeated blindly."""

    exit_code = 6
    word = "UnknownOutcome"


class PartlyRejectedError(DmError):
    """The run finished, but some items were rejected."""

    exit_code = 7
    word = "PartlyRejected"


class LocalIOError(DmError):
    """Disk full, a file unreadable or unwritable."""

    exit_code = 8
    word = "LocalIO"


class LockedError(DmError):
    """Another run holds the lock."""

    exit_code = 9
    word = "Locked"


class NotFoundError(DmError):
    """What was named does not exist."""

    exit_code = 10
    word = "NotFound"


_KINDS = (
    *(RefusedError, InputError, ConfigError, UnreachableError, CheckFailedError, UnknownOutcomeError),
    *(PartlyRejectedError, LocalIOError, LockedError, NotFoundError),
)


def gravest_kind(codes: Iterable[int]) -> type[DmError]:
    """The kind of error that several failures are together: it has their one exit code, and the word of that.

    >>> gravest_kind([5, 4]).word
    'Unreachable'
    """
    code = worst(codes)
    return next(kind for kind in _KINDS if kind.exit_code == code)


def local_error(error: BaseException) -> DmError | None:
    """What this machine lacks or refuses, as an error of ours; None where something else went wrong.

    >>> str(local_error(FileNotFoundError(2, "No such file or directory", "notes.txt")))
    'notes.txt: No such file or directory'
    """
    if isinstance(error, (LocalIOError, LockedError)):
        return error
    said = ""
    if isinstance(error, OSError):
        lack = _LACKS.get(error.errno or 0)
        said = tr(lack) if lack else f"{error.filename or tr('output')}: {error.strerror or error}"
    elif isinstance(error, MemoryError):
        said = tr(_LACKS[errno.ENOMEM])
    elif isinstance(error, ImportError) and (error.path or "").endswith((".so", ".pyd")):  # it is there, but
        said = tr("the system does not load a library of Python: {error}", error=error)
    elif isinstance(error, LookupError) and str(error).startswith("unknown encoding"):  # untranslated: Python's
        said = tr(
            "the system does not let Python load a part of itself ({error}): there may be too little memory",
            error=error,
        )
    elif isinstance(error, RuntimeError) and "new thread" in str(error):  # untranslated: Python's
        said = tr("the system allows no further thread: end other programs, or raise the limit (ulimit -u)")
    return LocalIOError(said) if said else None
