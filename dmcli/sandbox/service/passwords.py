"""SMTP passwords, of which the sandbox keeps only what can tell whether the next one is the same."""

from __future__ import annotations

import os

_ROUNDS = 20_000


def hash_password(password: str, salt: bytes = b"") -> str:
    """What to keep of a password: salt and hash in hex."""
    import hashlib

    salt = salt or os.urandom(16)
    return f"{salt.hex()}:{hashlib.pbkdf2_hmac('sha256', password.encode(), salt, _ROUNDS).hex()}"


def matches(password: str, kept: str) -> bool:
    """Whether this is the password that was kept; nothing kept ("") is no password's."""
    from hmac import compare_digest

    salt = bytes.fromhex(kept.partition(":")[0])
    return bool(kept) and compare_digest(hash_password(password, salt), kept)
