"""How the sandbox refuses a call."""

from __future__ import annotations


class ServiceError(Exception):
    """The service refuses a call: `code`, and `message` where it is not the code's usual one.

    What the call wrote before is kept (its nonce is), so a handler refuses before it writes anything of its own.
    """

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.message = message
