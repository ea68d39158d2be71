"""What an error code is: an entry of the tables."""

from __future__ import annotations

from typing import NamedTuple


class Code(NamedTuple):
    """One error code.

    `code`, `status` (HTTP) and `message` are what the service answers. `en` and `zh` say what it means, `en_remedy` and
    `zh_remedy` what to do, each in one sentence. `exit` is the exit code of dm: 3 credentials, permission, signature or
    clock; 4 throttled, unavailable or an internal failure; 5 a check came out negative; 10 what was named does not
    exist; 1 everything else.
    """

    code: str
    status: int
    message: str
    en: str
    en_remedy: str
    zh: str
    zh_remedy: str
    exit: int = 1


# Stands for a parameter's name in the two codes that the service makes from one.
PARAM = "{Param}"
MISSING, MALFORMED = f"Missing{PARAM}", f"Invalid{PARAM}.Malformed"
