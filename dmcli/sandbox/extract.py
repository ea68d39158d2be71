"""What a test wants out of a mail: its text, its links, the one-time codes in it. Nothing is fetched."""

from __future__ import annotations

import re
import unicodedata
from html.parser import HTMLParser
from typing import NamedTuple

_BLOCKS = frozenset(
    (  # noqa: SIM905  a list of twenty lines says no more
        "address article aside blockquote body br center dd div dl dt fieldset footer form h1 h2 h3 h4 h5 h6 header hr "
        "li main nav ol p pre section table tbody td tfoot th thead title tr ul"
    ).split()
)
_UNSEEN = frozenset({"script", "style", "head", "template"})
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
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_UNITS = re.compile(r"\s*(?:年|月|日|元|分钟|小时|天|px|pt|minutes?|hours?|days?|seconds?|mins?|%)", re.IGNORECASE)
_NEAR = 48  # characters between a word and its code
_FAR = 10 * _NEAR


class _Reader(HTMLParser):
    """Collects the text that a person sees, and the targets of links."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.links: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in _UNSEEN
        if tag in _BLOCKS:
            self.pieces.append("\n")
        if tag in ("a", "area"):
            self.links += [value for name, value in attrs if name == "href" and value]

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in _UNSEEN and self._hidden > 0
        if tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.pieces.append(data)


class Parts(NamedTuple):
    """A mail's visible text, and the links in it."""

    text: str
    links: list[str]


def read(html: str, text: str = "") -> Parts:
    """What a person sees of a mail: the HTML where there is one, else the text; links of both, each once."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    seen = _tidy("".join(reader.pieces)) if html else text
    links = [link.strip() for link in reader.links if _URL.match(link.strip())]
    for source in (text, seen):
        links += [match[0].rstrip(_TRAILING) for match in _URL.finditer(source)]
    return Parts(seen, list(dict.fromkeys(links)))


def codes(subject: str, text: str) -> list[str]:
    """The one-time codes in a mail, the likeliest first: what stands beside a word for it, or alone on its line.

    Where nothing does, and the subject has such a word, digits anywhere.
    """
    found: dict[str, int] = {}
    for source in (subject, text):
        source = unicodedata.normalize("NFKC", source)  # noqa: PLW2901  full-width digits are digits
        words = [match.span() for match in _WORD.finditer(source)]
        for match in _CODE.finditer(source):
            if _is_code(match, source) and (match["digits"] or _score(source, match, words) <= _NEAR):
                code = match[0].replace(" ", "").replace("-", "") if match["parted"] else match[0]
                found[code] = min(found.get(code, _FAR), _score(source, match, words))
    near = [code for code, score in found.items() if score <= _NEAR]
    return sorted(near or (found if _WORD.search(subject) else ()), key=found.__getitem__)


def _score(text: str, match: re.Match[str], words: list[tuple[int, int]]) -> int:
    """How far what may be a code is from being one."""
    distance = _distance(match.span(), words)
    return min(distance, _NEAR) - _NEAR if _alone(text, match) else min(distance, _FAR)


def _tidy(text: str) -> str:
    """Text with blanks and empty lines reduced, as a browser shows it."""
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _distance(span: tuple[int, int], words: list[tuple[int, int]]) -> int:
    """Characters to the nearest word; a word after the code counts as farther."""
    gaps = [span[0] - end if end <= span[0] else 2 * (start - span[1]) for start, end in words]
    return min((gap for gap in gaps if gap >= 0), default=_FAR)


def _alone(text: str, match: re.Match[str]) -> bool:
    """Whether nothing else stands on the line."""
    before = text.rfind("\n", 0, match.start()) + 1
    after = text.find("\n", match.end())
    return not (text[before : match.start()] + text[match.end() : None if after < 0 else after]).strip()


def _is_code(match: re.Match[str], text: str) -> bool:
    """Whether it is neither a year, nor an amount, nor a word in capitals."""
    return not _YEAR.fullmatch(match[0]) and not _UNITS.match(text, match.end())
