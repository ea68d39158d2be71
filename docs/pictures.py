"""Makes the pictures of the README from the program itself: what a terminal shows, and a page of the sandbox.

`python docs/pictures.py` makes those that are stale; the page needs Chromium and the extra `outer`. `--check` needs
neither: each picture carries a digest of the text it was made from (what the terminal showed, with its colours; the
page with its style), and the check makes that text anew. What differs from run to run does not count. Each is made in
English and in Chinese: terminal.svg, terminal.zh.svg.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import re
import struct
import sys
import tempfile
import time
import zlib
from contextlib import closing, contextmanager
from html import unescape
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

HERE = Path(__file__).parent / "pictures"
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))  # the terminal and the account of the tests

from blocks import masked  # noqa: E402
from cloud import Cloud  # noqa: E402
from console import environment, followed  # noqa: E402
from patience import PATIENT  # noqa: E402

from dmcli.sandbox.server.server import Server  # noqa: E402
from dmcli.sandbox.server.site import site_of  # noqa: E402
from dmcli.words import LANGUAGES  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

TERMINAL, LIGHT, INBOX = "terminal.svg", "terminal-light.svg", "inbox.png"
COLUMNS = 88
SIZE, SCALE = {"width": 1000, "height": 520}, 1.25  # of the page, in CSS pixels, and how many make one of them
MOST = 150_000  # bytes of a picture that a reader waits for
_DIGEST = re.compile(rb"made from sha256:([0-9a-f]{64})")

# What is done before the picture begins, and what it shows.
BEFORE = (
    "export DM_PROFILE=sandbox",
    "dm sandbox clock set 2026-03-15T12:00:00Z",  # how far a quota reaches depends on the hour
    "echo 'Your code is 493021.' > welcome.txt",
    "dm sandbox quota --daily 10",
    "dm domain create mail.example.com",
    "dm send single --to $(echo someone{1..6}@example.com | tr ' ' ,) --subject Hi --text hello",
)
SHOWN = (
    "dm domain check mail.example.com --wait",
    'dm send single --to ada@example.com --subject "您好 & welcome" --text @welcome.txt',
    "dm stats details --to ada@example.com -o ndjson --query '[ToAddress, Message]'",
    "dm account show",
)
# What stood there only for as long as a command waited, from hiding the cursor to wiping it away.
_PASSING = re.compile(r"\x1b\[\?25l.*?\x1b\[\?25h(?:\r|\n|\x1b\[1A|\x1b\[2K)*", re.DOTALL)
# The mail of the inbox that was looked at before.
READ = (1, 2, 3)


# --- the terminal


def terminal_text(name: str, lang: str) -> str:
    """What a dark or light terminal shows of the commands, with its colours."""
    theme = "light" if name == LIGHT else "dark"
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        env = environment(home, TERM="xterm-256color", COLUMNS=str(COLUMNS), DM_THEME=theme, DM_LANG=lang)
        steps = followed([*BEFORE, *SHOWN], home, env)[len(BEFORE) :]
    return "\n".join(
        f"\x1b[1;32m$\x1b[0m \x1b[1m{step.command}\x1b[0m\n{_PASSING.sub('', step.output)}" for step in steps
    )


def terminal_picture(name: str, text: str, _: str) -> bytes:
    """The text as SVG, in the reader's own fixed font."""
    from rich.console import Console  # noqa: TID251  it draws what our own consoles showed
    from rich.terminal_theme import DEFAULT_TERMINAL_THEME, SVG_EXPORT_THEME
    from rich.text import Text

    theme = DEFAULT_TERMINAL_THEME if name == LIGHT else SVG_EXPORT_THEME
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, legacy_windows=False)
    console.print(Text.from_ansi(text))  # noqa: TID251
    made = console.export_svg(title="dm", theme=theme, code_format=_SVG, unique_id="dm")
    return _STRETCHED.sub(_by_cells, made).encode()


# Rich has each text as long as it has characters, and Chinese ones, which take two columns, would lie on one another.
_STRETCHED = re.compile('(textLength=")([0-9.]+)("[^>]*>)([^<]*)<')


def _by_cells(found: re.Match[str]) -> str:
    from rich.cells import cell_len

    text = unescape(found[4])
    length = float(found[2]) / len(text) * cell_len(text)
    return f"{found[1]}{length:g}{found[3]}{found[4]}<"


# Rich's own frame without the font that it would fetch.
_SVG = """<svg width="{width}" height="{height}" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
  font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace;
  font-size: {char_height}px; line-height: {line_height}px; font-variant-east-asian: full-width;
}}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: system-ui, sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


# --- the page


def account() -> Cloud:
    """An account in which a shop sent some mail."""
    cloud = Cloud()
    for minutes, to, subject, params in (
        (180, "li@example.com", "Spring is here", {"TagName": "welcome", "TextBody": "For members, this week only."}),
        (62, "invalid@example.com", "Invoice 2026-117", {"TextBody": "Your invoice is attached."}),
        (41, "spam@example.com", "YOU HAVE WON", {"TextBody": "Click here."}),
        (7, "wang@example.com", "您的验证码", {"TextBody": "验证码 731204，十分钟内有效。"}),
        (1, "ada@example.com", "Confirm your address", {"TextBody": "Welcome! Your code is 493021."}),
    ):
        cloud.pass_time(minutes=-minutes)
        cloud.send(to, Subject=subject, **params)
        cloud.pass_time(minutes=minutes)
    return cloud


@contextmanager
def served() -> Iterator[str]:
    """The address of the page; its older mail is read."""
    with closing(account().sandbox) as sandbox, Server(site_of(sandbox)) as server:
        for number in READ:
            _get(f"{server.url}/_dm/mail/{number}")
        yield f"{server.url}/_dm/"


def page_text(_: str, lang: str) -> str:
    """The page that the picture shows, and its style."""
    with served() as url:
        return f"{_get(url, lang)}\n{_get(f'{url}style.css')}"


def page_picture(_: str, __: str, lang: str) -> bytes:
    """The page as a browser shows it."""
    from chromium import AS_ROOT, PROGRAM, QUIET
    from playwright.sync_api import sync_playwright

    with served() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=[*QUIET, *AS_ROOT])
        page = browser.new_page(viewport=SIZE, device_scale_factor=SCALE, locale=lang)
        page.goto(url)
        made = page.screenshot()
        browser.close()
    return made


def _get(url: str, lang: str = "en") -> str:
    asked = Request(url, headers={"accept-language": lang})  # noqa: S310
    with urlopen(asked, timeout=PATIENT) as answer:  # noqa: S310
        return str(answer.read().decode())


# --- the digest that a picture carries


def digest(text: str) -> str:
    """The digest of a text without what differs from run to run."""
    text = re.sub(r'nonce="[^"]*"|(?<=\bdm )\d+\.\d+\.\d+', "", masked(text))
    return hashlib.sha256(text.encode()).hexdigest()


def signed(picture: bytes, text: str) -> bytes:
    """The picture with the digest of the text in it, as a comment of SVG or a text of PNG."""
    note = f"made from sha256:{digest(text)}".encode()
    if picture.startswith(b"<svg"):
        return picture.replace(b"</svg>", b"<!-- " + note + b" -->\n</svg>")
    chunk = b"tEXt" + b"Comment\0" + note
    made = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    end = len(picture) - 12  # the last chunk, which ends the picture, has 12 bytes
    return picture[:end] + made + picture[end:]


def is_fresh(path: Path, text: str) -> bool:
    """Whether a picture was made from the text."""
    found = _DIGEST.search(path.read_bytes()) if path.exists() else None
    return found is not None and found[1].decode() == digest(text)


# Each picture: the text that it is made from, and how it is made of that.
PICTURES = {
    TERMINAL: (terminal_text, terminal_picture),
    LIGHT: (terminal_text, terminal_picture),
    INBOX: (page_text, page_picture),
}


def named(name: str, lang: str) -> str:
    """The file of a picture in a language."""
    stem, _, ending = name.rpartition(".")
    return name if lang == "en" else f"{stem}.{lang}.{ending}"


def main() -> None:
    """Make the pictures that are stale; with --check only say which are, and exit with 1; in FOLDER if one is given."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("folder", type=Path, nargs="?", default=HERE, metavar="FOLDER")
    given = parser.parse_args()
    os.environ["TZ"] = "Asia/Shanghai"
    time.tzset()
    stale = []
    for lang, name in product(LANGUAGES, PICTURES):
        text_of, picture_of = PICTURES[name]
        path, text = given.folder / named(name, lang), text_of(name, lang)
        if is_fresh(path, text):
            continue
        stale.append(path.name)
        if not given.check:
            path.write_bytes(signed(picture_of(name, text, lang), text))
    if stale and given.check:
        sys.exit(f"stale: {', '.join(stale)}; run python docs/pictures.py")


if __name__ == "__main__":
    main()
