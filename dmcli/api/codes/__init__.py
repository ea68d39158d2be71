"""The error codes of the service: what is on the wire, what it means and what helps, in English and Chinese.

Code, status and message are facts of the wire. They come from the 2019 reference where it prints them (one spelling
where its tables differ), else from the help pages of DirectMail and of the API gateway. A message or status that is
printed nowhere is composed in the style of the rest (404 for a NotFound, else 400); INFERRED are the codes that are
printed nowhere. The explanations are our own.
"""

from __future__ import annotations

import re

from dmcli.api.codes import (
    access,
    account,
    address,
    busy,
    calling,
    dedicated_ip,
    domain,
    receiver,
    roles,
    sending,
    signing,
    stats,
    validate,
)
from dmcli.api.codes.code import MALFORMED, MISSING, PARAM, Code

_TABLES = (
    *(sending, address, domain, receiver, stats, validate, dedicated_ip),
    *(account, access, roles, signing, calling, busy),
)
CODES: dict[str, Code] = {entry.code: entry for table in _TABLES for entry in table.CODES}
# Made after those of domains where they end in Duplicate or Number.Malformed, and where no source names one at all.
INFERRED = frozenset(
    (
        *("InvalidReceiverName.Duplicate", "InvalidTagName.Duplicate", "InvalidTemplateName.Duplicate"),
        *("InvalidMailAddressNumber.Malformed", "InvalidReceiverNumber.Malformed", "InvalidTagNumber.Malformed"),
        *("InvalidTemplateNumber.Malformed", "InvalidReceiverDetailNumber.Malformed"),
        "InvalidIPNumber.Malformed",
        *("InvalidConfigSet.NotFound", "InvalidConfigSetName.Duplicate"),
        *("InvalidConfigSetNumber.Malformed", "InvalidConfigSetStatus.Malformed"),
        *("InvalidTicket.Malformed", "InvalidNotifyUrl.Malformed", "InvalidFileId.NotFound"),
        "InvalidIpPool.NotFound",
    )
)


def find(code: str) -> Code | None:
    """The entry for a code as the service sent it or a person typed it, None when nothing fits.

    The exact name comes first, then the name in other capitals, then what the service makes by rule: any throttling,
    any Forbidden, MissingXxx and InvalidXxx.Malformed with the name of the parameter filled in.
    """
    typed = code.lower()
    if entry := CODES.get(code) or next((entry for name, entry in CODES.items() if name.lower() == typed), None):
        return entry
    if "throttling" in typed:
        return CODES["Throttling"]
    if typed.startswith("forbidden."):
        return CODES["Forbidden.RAM"]
    for rule in (MISSING, MALFORMED):
        pattern = re.escape(rule).replace(re.escape(PARAM), "([A-Za-z][A-Za-z0-9._]*)")
        if match := re.fullmatch(pattern, code):
            return _filled(CODES[rule], match[1])
    return None


def nearest(code: str) -> list[str]:
    """Up to three known codes that look like `code`, the likest first; capitals do not count."""
    from difflib import get_close_matches

    names = {name.lower(): name for name in CODES if PARAM not in name}
    return [names[near] for near in get_close_matches(code.lower(), names, n=3)]


def explain(code: Code, lang: str) -> tuple[str, str]:
    """What a code means and what to do about it, in Chinese when `lang` is "zh", else in English."""
    return (code.zh, code.zh_remedy) if lang == "zh" else (code.en, code.en_remedy)


def _filled(entry: Code, param: str) -> Code:
    """The entry with the parameter's name in place of `{Param}` in every text."""

    def put(text: str) -> str:
        return text.replace(PARAM, param)

    return entry._replace(
        code=put(entry.code),
        message=put(entry.message),
        en=put(entry.en),
        en_remedy=put(entry.en_remedy),
        zh=put(entry.zh),
        zh_remedy=put(entry.zh_remedy),
    )
