"""What a number format makes of a number. Where people see something else than the number, the cell is spoiled."""

from __future__ import annotations

import re
from typing import NamedTuple

from dmcli.words import marked, tr

_MOST = 10**15  # a spreadsheet keeps 15 digits
_PLAIN = re.compile(r"0|-?[1-9]\d{0,14}")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
REMEDY = marked("store the column as text, or save the sheet as CSV")
_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}  # of the built-in formats
_BUILT_IN = {9: "0%", 10: "0.00%", 12: "# ?/?", 13: "# ??/??"} | dict.fromkeys(_DATES, "yyyy")
# What stands in a code and shows no digit: [$-409] and [Red] but not [hh], what follows _ and *.
_MARKS = re.compile(r"\[(?!h+\]|m+\]|s+\])[^\[\]]*\]|[_*].", re.IGNORECASE)
_CONDITION = re.compile(r"\[[<>=]")  # the numbers that a section is for; without any, the first is for all from 0
_DATE = re.compile(r"[dmyhsgb]|aaa|e(?![+-])")  # aaa is the day of the week, g and e are eras and years, b Thai years
_LITERAL = re.compile(r'"([^"]*)"|\\(.)')


class Format(NamedTuple):
    """`shown` says what is seen in place of the number, "" if it is that; `width` is its least number of digits."""

    shown: str = ""
    width: int = 0


def format_of(number: int, codes: dict[int, str]) -> Format:
    """The format of this number, of those that the file defines or of the built-in ones."""
    code = codes.get(number) or _BUILT_IN.get(number, "0")
    sections = [_section(one) for one in _MARKS.sub("", code).split(";")]
    if _CONDITION.search(code) and len(set(sections)) > 1:
        return Format(tr("one of several forms"))
    return sections[0]


def _section(code: str) -> Format:
    """The format of one section, without colours, conditions and spaces."""
    added = "".join(quoted or escaped for quoted, escaped in _LITERAL.findall(code))
    code = _LITERAL.sub("", code).strip().lower()
    if code in ("general", "@", ""):
        code = "0"
    if _DATE.search(code):
        return Format(tr("a date or a time"))
    if "%" in code:
        return Format(tr("a percentage"))
    if "/" in code:
        return Format(tr("a fraction"))
    if any(one.isalnum() for one in added):
        return Format(tr("with {added!r}", added=added.strip()))
    return Format(width=len(re.sub("[^0]", "", code.partition(".")[0])))


def number_text(text: str, format_: Format) -> tuple[str, str]:
    """The number in a cell as people see it, and why it can not be taken, "" if it can.

    >>> number_text("1.1000000000000001", Format()), number_text("5.0", Format())
    (('1.1', ''), ('5', ''))
    """
    if not _PLAIN.fullmatch(text):
        if not _NUMBER.fullmatch(text):
            return "", tr("{text!r} is no number", text=text[:30])
        value = float(text)
        if abs(value) >= _MOST:
            return "", tr(
                "{number} has more digits than the 15 that a spreadsheet keeps; {remedy}",
                number=text[:30],
                remedy=tr(REMEDY),
            )
        text = _shortest(value)
    if format_.shown:
        return "", tr(
            "it is shown as {shown} and stored as the number {number}; {remedy}",
            shown=format_.shown,
            number=text,
            remedy=tr(REMEDY),
        )
    digits = text.lstrip("-").partition(".")[0]
    if len(digits) < format_.width:
        shown = digits.zfill(format_.width)
        return "", tr(
            "it is shown with zeros ({shown}) and stored as the number {number}; {remedy}",
            shown=shown,
            number=text,
            remedy=tr(REMEDY),
        )
    return text, ""


def _shortest(value: float) -> str:
    """A number with the 15 digits that spreadsheets show, and no exponent."""
    from decimal import Decimal

    text = format(Decimal(f"{value:.15g}"), "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) if value else "0"
