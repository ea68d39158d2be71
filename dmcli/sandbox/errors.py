"""How the sandbox refuses a call, and what it answers where it fails itself."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from dmcli.untrusted import brief

if TYPE_CHECKING:
    from dmcli.errors import DmError


class ServiceError(Exception):
    """The service refuses a call: `code`, and `message` where it is not the code's usual one.

    What the call wrote before is kept (its nonce is), so a handler refuses before it writes anything of its own.
    """

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.message = message


def failed(action: str, error: Exception, lack: DmError | None) -> ServiceError:
    """The answer to a fault of our own, or to a lack of this machine's, which one line on stderr tells.

    It says where that was, without any value of the call.
    """
    import traceback

    last = traceback.extract_tb(error.__traceback__)[-1]
    what = f"{type(error).__name__} at {last.filename}:{last.lineno}"
    code = "InternalError"
    if lack:  # locked by others for too long, disk full: not for ever
        what, code = f"{what}: {lack}", "ServiceUnavailable"
    sys.stderr.write(brief(f"sandbox: {action} failed: {what}") + "\n")
    return ServiceError(code)
