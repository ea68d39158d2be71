"""What a test wants out of a mail: its text, its links, the one-time codes in it. Nothing is fetched.

A body is read farther than mailbox providers show it: Gmail cuts it at 102 kB.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, NamedTuple

from dmcli import markup

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 120_000  # characters of a body that are read for what is seen and for links
_MOST_CODES = 75_000  # characters of what is seen that are read for codes
_BLOCKS = frozenset(
    (  # noqa: SIM905  a list of twenty lines says no more
        "address article aside blockquote body br center dd div dl dt fieldset footer form h1 h2 h3 h4 h5 h6 header hr "
        "li main nav ol p pre section table tbody td tfoot th thead title tr ul"
    ).split()
)
_UNSEEN = frozenset({"head", "template"})
_SPACE = markup.SPACE
_ATTRIBUTES = rf"(?:[{_SPACE}/]+|{markup.NAME}(?:[{_SPACE}]*=[{_SPACE}]*{markup.VALUE})?)*"
# HTML as a browser parts it (https://html.spec.whatwg.org/multipage/parsing.html#tokenization): comments, what is like
# them, scripts and styles, tags, data. What is not closed goes on to the end, so nothing is looked at again for a `>`
# that never comes, and each character is in one token: the work grows as the length does.
_TOKEN = re.compile(
    rf"""
    <!--(?:-?>|.*?(?:--!?>|\Z))
    |<(?:[!?]|/(?=[^a-z]))[^>]*(?:>|\Z)
    |<(?P<raw>script|style)(?=[{_SPACE}/>]){_ATTRIBUTES}(?:>.*?(?:</(?P=raw)(?=[{_SPACE}/>])[^>]*(?:>|\Z)|\Z)|\Z)
    |<(?P<end>/?)(?P<tag>[a-z][^{_SPACE}/>]*)(?P<attributes>{_ATTRIBUTES})(?:(?P<closed>>)|\Z)
    |(?P<data>(?:[^<]+|<(?![a-z!?]|/.))+)
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_URL = re.compile(r"https?://[^\s<>\"'`\\^{}|，。；：！？、（）《》“”‘’]+")
_TRAILING = ".,;:!?)]}'\""
# Words beside which a code stands.
_WORD = re.compile(
    r"one[- ]?time|verif\w*|\bcode\b|\bpin\b|passcode|\botp\b|password|confirm\w*|security|"
    r"验证码|驗證碼|校验码|校驗碼|动态码|動態碼|动态密码|确认码|確認碼|激活码|口令|安全码|提取码|登录码",
    re.IGNORECASE,
)
# Four to eight digits, perhaps parted in the middle; or five to ten capitals and digits with a digit among them.
_CODE = re.compile(
    r"(?<![A-Za-z0-9_./@#¥$€£-])(?<![0-9]:)(?:(?P<parted>[0-9]{3}[ -][0-9]{3,4})|(?P<digits>[0-9]{4,8})|"
    r"(?P<mixed>(?=[A-Z0-9-]*[0-9])[A-Z0-9]{1,6}-?[A-Z0-9]{3,6}))(?![A-Za-z0-9_%/@]|[.:-][A-Za-z0-9]|[ -][0-9]{2})"
)
_LINE = re.compile(r"\S(?:.*\S)?")
_NARROW = {**{wide: chr(wide - 0xFEE0) for wide in range(0xFF01, 0xFF5F)}, 0x3000: " ", 0xA0: " "}
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_UNITS = re.compile(r"\s*(?:年|月|日|元|分钟|小时|天|px|pt|minutes?|hours?|days?|seconds?|mins?|%)", re.IGNORECASE)
_NEAR = 48  # characters between a word and its code
_FAR = 10 * _NEAR


class Parts(NamedTuple):
    """A mail's visible text, and the links in it."""

    text: str
    links: list[str]


def read(html: str, text: str = "") -> Parts:
    """What a person sees of a mail: the HTML where there is one, else the text; links of both, each once.

    Of each body it is what stands in the first MOST characters.
    """
    html, text = _cut(html), _cut(text)
    tokens = [token for token in _TOKEN.finditer(html)]  # noqa: C416  list() lets no other thread go on meanwhile
    seen = _tidy("".join(_seen(tokens))) if html else text
    links = [link.strip() for link in _targets(tokens) if _URL.match(link.strip())]
    for source in (text, seen):
        links += [match[0].rstrip(_TRAILING) for match in _URL.finditer(source)]
    return Parts(seen, list(dict.fromkeys(links)))


def _cut(text: str, most: int = MOST) -> str:
    """The first characters of a text, up to the last whole word in them."""
    if len(text) <= most:
        return text
    end = max(text.rfind(blank, 0, most) for blank in " \n")
    return text[: end if end > 0 else most]


def _seen(tokens: list[re.Match[str]]) -> Iterator[str]:
    """The text that a person sees, in pieces."""
    hidden = 0
    for token in tokens:
        if token["data"] and not hidden:
            yield markup.text(token["data"])
        elif token["closed"]:
            tag = token["tag"].lower()
            if tag in _UNSEEN:
                hidden = max(hidden - 1, 0) if token["end"] else hidden + 1
            elif tag in _BLOCKS:
                yield "\n"


def _targets(tokens: list[re.Match[str]]) -> Iterator[str]:
    """Where the links lead."""
    for token in tokens:
        if token["closed"] and not token["end"] and token["tag"].lower() in ("a", "area"):
            yield markup.attributes(token["attributes"]).get("href", "")


def codes(subject: str, text: str) -> list[str]:
    """The one-time codes in a mail, the likeliest first: what stands beside a word for it, or alone on its line.

    Where nothing does, and the subject has such a word, digits anywhere.
    """
    found: dict[str, int] = {}
    for source in (subject, _cut(text, _MOST_CODES)):
        source = source.translate(_NARROW)  # noqa: PLW2901  full-width digits are digits
        words = [match.span() for match in _WORD.finditer(source)]
        lines = {match.span() for match in _LINE.finditer(source)}
        for match in _CODE.finditer(source):
            distance = _distance(match.span(), words)
            score = min(distance, _NEAR) - _NEAR if match.span() in lines else distance
            if _is_code(match, source) and (match["digits"] or score <= _NEAR):
                code = match[0].replace(" ", "").replace("-", "") if match["parted"] else match[0]
                found[code] = min(found.get(code, _FAR), score)
    near = [code for code, score in found.items() if score <= _NEAR]
    return sorted(near or (found if _WORD.search(subject) else ()), key=found.__getitem__)


def _tidy(text: str) -> str:
    """Text with blanks and empty lines reduced, as a browser shows it."""
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _distance(span: tuple[int, int], words: list[tuple[int, int]]) -> int:
    """Characters to the nearest word, of words in their order; a word after the code counts as farther."""
    before = bisect_right(words, span[0], key=lambda word: word[1])
    after = bisect_left(words, span[1], key=lambda word: word[0])
    gaps = [span[0] - end for _, end in words[max(before - 1, 0) : before]] + [
        2 * (start - span[1]) for start, _ in words[after : after + 1]
    ]
    return min([*gaps, _FAR])


def _is_code(match: re.Match[str], text: str) -> bool:
    """Whether it is neither a year, nor an amount, nor a word in capitals."""
    return not _YEAR.fullmatch(match[0]) and not _UNITS.match(text, match.end())
