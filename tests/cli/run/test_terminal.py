"""What a terminal gets when the service is hostile: every character there is, in every format, on a real terminal."""

from __future__ import annotations

import itertools
import json
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
import trustme
from shell import on_a_terminal, program_on_a_terminal, words

pytest.importorskip("pty", reason="only where there are pseudo-terminals")

# Runs `dm` once for every list of words that it reads, with one terminal for all.
DRIVER = """
import json, sys
from dmcli.cli.app import run
for args in json.loads(sys.argv[1]):
    run(args)
"""
HARMFUL = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff\U000e0000-\U000e007f]"
)
# All code points of the first two planes; of those with nothing but Chinese characters and of that with tags the first
# and last, as of those that have none or anybody's own. Low surrogates come before high ones, or JSON would pair two.
EVERY = "".join(
    map(
        chr,
        [
            *(*range(0xD800), *range(0xDC00, 0xE000), *range(0xD800, 0xDC00), *range(0xE000, 0x20000)),
            *(*range(0x20000, 0x20100), *range(0x3FF00, 0x40000), *range(0xE0000, 0xE0200)),
            *(plane * 0x10000 + at for plane in range(4, 17) if plane != 14 for at in (0, 0xFFFF)),
            0xEFFFF,
        ],
    )
)
HARMLESS = {char for char in EVERY if not HARMFUL.match(char) and not "\ud800" <= char <= "\udfff"}


def pieces(text: str, size: int) -> list[str]:
    """The text in pieces of at most that many characters."""
    return [text[at : at + size] for at in range(0, len(text), size)]


# Messages that are shown whole: escapes take up to ten characters of the two thousand.
MESSAGES = pieces("".join(c for c in EVERY if c not in HARMLESS), 150) + pieces("".join(sorted(HARMLESS)), 1800)
# Every character in a field of some row; in front what looks like our own colours and markup.
ROWS = [
    {"TagId": a, "TagName": b, "TagDescription": c}
    for a, b, c in itertools.zip_longest(*[iter(["\x1b[31m[b]:smile:", *pieces(EVERY, 3500)])] * 3, fillvalue="")
]
ANSWERS = {
    "QueryTagByParam": {"TotalCount": len(ROWS), "data": {"tag": ROWS}},
    "DescAccountSummary": dict.fromkeys(
        ("UserStatus", "QuotaLevel", "MaxQuotaLevel", "Domains"), f"[b]:smile:{EVERY[:0x3000]}"
    ),
    "QueryMailAddressByParam": {"data": {"mailAddress": []}},
    "SenderStatisticsByTagNameAndBatchID": {"data": {"stat": []}},
    "Odd": {f"key\x1b{number}\u202e": text for number, text in enumerate(pieces(EVERY[:0x3000], 3500))},
}


class Hostile(BaseHTTPRequestHandler):
    """Answers with the strings above, or refuses with the n-th of the messages."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        asked = {name: values[0] for name, values in parse_qs(body).items()}
        action, xml = asked["Action"], asked["Format"] == "XML"
        number = asked.get("Number", "")
        if xml:
            answer = "<?xml version='1.0'?><R><RequestId>x\x1b</RequestId>" + EVERY + "</R>"
        elif number:
            answer = json.dumps(
                {"Code": "Odd\x9b\u202e", "Message": MESSAGES[int(number)], "RequestId": "a\r\nb\x1b]0;x\x07"}
            )
        else:
            answer = json.dumps({"RequestId": "\x1b", **ANSWERS[action]}, ensure_ascii=False)
        data = answer.encode("utf-8", "surrogatepass" if xml else "backslashreplace")
        self.send_response(400 if number else 200)
        self.send_header("content-type", "application/json")
        self.send_header("x-acs-request-id", "\x1b[2J\x9b")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def url():
    with ThreadingHTTPServer(("127.0.0.1", 0), Hostile) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture
def hostile(url):
    """Runs `dm` with each of the lines against that server, on one terminal; what the terminal got."""

    def run(*lines: str, **environ: str) -> str:
        commands = [words("-p sandbox --endpoint {} " + line, url) for line in lines]
        driver = [sys.executable, "-c", DRIVER, json.dumps(commands)]
        return program_on_a_terminal(driver, **{"NO_COLOR": "1", **environ})[1]

    return run


@pytest.fixture(autouse=True)
def _few_certificates(tmp_path, monkeypatch):
    """The usual hundreds take longer to load than a run of `dm` does else."""
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("DM_CA_BUNDLE", str(tmp_path / "ca.pem"))


def clean(shown: str) -> str:
    """The text that was shown, which must be harmless, with plain line ends."""
    text = shown.replace("\r\n", "\n")
    found = HARMFUL.search(text)
    assert found is None, f"{found[0]!r} after {text[: found.start()][-80:]!r}"
    return text


@pytest.mark.parametrize("form", ["table", "csv", "yaml", "json", "ndjson"])
def test_every_character_in_a_list(hostile, form):
    shown = clean(hostile(f"tag list --all -o {form}"))
    if form == "json":
        assert json.loads(shown)["data"]["tag"] == ROWS
    elif form == "ndjson":
        assert [json.loads(line) for line in shown.splitlines()] == ROWS
    elif form == "yaml":
        assert r'TagId: "\e[31m[b]:smile:"' in shown
    else:
        assert r"\x1b[31m[b]:smile:" in shown
        assert set(shown) >= HARMLESS


def test_every_character_in_a_reply_as_xml(hostile):
    shown = clean(hostile("api Odd --format xml"))
    assert set(shown) >= HARMLESS


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_names_of_fields_and_what_a_query_finds(hostile, form):
    odd = f"api Odd -o {form}"
    shown = clean(hostile(odd, f"{odd} --query 'keys(@)'", f"{odd} --query '@.*'"))
    assert r"key\x1b0\u202e" in shown or r"key\u001b0\u202e" in shown


def test_the_account_and_its_unknown_states(hostile):
    shown = clean(hostile("account show"))
    assert shown.count("[b]:smile:") == 4
    assert r"\x1b" in shown
    assert r"\u202e" in shown


def test_colours_are_ours_alone(hostile):
    """The escapes that come through are those of a table's head; none of the service's."""
    shown = hostile("tag list --limit 1", NO_COLOR="")
    assert re.findall("\x1b[^m]*m", shown) == ["\x1b[1m", "\x1b[0m"] * shown.count("\x1b[0m")
    assert r"\x1b[31m[b]:smile:" in clean(re.sub("\x1b\\[[01]m", "", shown))


def test_every_character_in_an_error(hostile):
    """In a message of the service, as text and as JSON; its request id and a header that --debug shows are odd too."""
    numbers = range(len(MESSAGES))
    shown = clean(hostile(*[f"--debug api Odd Number={number}" for number in numbers]))
    lines = [line for line in shown.splitlines() if line.startswith("dm: ")]
    assert len(lines) == len(numbers)
    assert set(shown) >= HARMLESS
    assert shown.count(r" s \x1b[2J\x9b") == len(numbers)
    one = clean(hostile("-o json api Odd Number=1"))
    assert json.loads(one)["error"]["message"] == MESSAGES[1]


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("-p sandbox suppression remove held.test", "Go ahead? [y/N]: "),
        ("-p sandbox sandbox reset", "anew? [y/N]: "),
        ("-p sandbox sandbox mail delete --all", "sandbox? [y/N]: "),
        ("config init", "[default]: "),
        ("--lang zh config init", "[default]： "),
    ],
)
def test_a_question_without_an_answer_ends_its_line_and_none_is_broken_in_a_word(box, line, asked):
    box("suppression add held.test")
    code, shown = on_a_terminal(line, answers=["\x04"], columns=40, NO_COLOR="1")
    lines = [one for one in shown.replace("^D\b\b", "").splitlines() if one]
    assert (code, lines[-2].endswith(asked)) == (130, True)
    assert lines[-1] in ("dm: interrupted", "dm: 已中断")
    assert all(len(one) <= 40 for one in lines)


def test_what_is_typed_at_a_question_is_taken_and_shown_harmlessly(box):
    box("api CreateTag TagName={}", "a\u202eb")
    _, shown = on_a_terminal("-p sandbox tag delete name:{}", "a\u202eb", answers=["maybe", "y"], NO_COLOR="1")
    assert r"Delete a tag: a\u202eb (id " in clean(shown)
    assert "'maybe' is neither y nor n" in shown
    assert "u202e" not in box("tag list").out
    answers = ["new", "id", "secret", "", "\u2028cn-nowhere", "cn-hangzhou", "no\u2028address", ""]
    _, shown = on_a_terminal("config init", answers=answers, NO_COLOR="1")
    said = [line for line in shown.splitlines() if "Error" in line]
    assert [clean(line).split()[1:3] for line in said] == [
        [r"'\u2028cn-nowhere'", "is"],
        ["from:", r"'no\u2028address'"],
    ]
