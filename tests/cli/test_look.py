"""How things look on a terminal: colours by meaning, the theme, and what a screen reader gets."""

from __future__ import annotations

import re
import shlex

import pytest
from shell import argv, on_a_terminal, program_on_a_terminal

from dmcli.look import THEMES

GREEN, DARK_GREEN = "\x1b[32m", "\x1b[38;5;22m"


@pytest.mark.parametrize(
    ("line", "environ", "expected"),
    [
        ("", {}, GREEN),
        ("", {"DM_THEME": "light"}, DARK_GREEN),
        ("", {"NO_COLOR": "1"}, ""),
        ("", {"TERM": "dumb"}, ""),
        ("--color auto", {"NO_COLOR": "1"}, ""),
        ("--color always", {"NO_COLOR": "1"}, GREEN),
        ("--color never", {}, ""),
    ],
)
def test_the_colours_of_a_table_are_those_that_were_asked_for(box, line, environ, expected):
    shown = on_a_terminal(f"-p sandbox {line} domain list", **environ)[1]
    assert ("\x1b[" in shown) == bool(expected)
    assert f"{expected}verified" in shown


@pytest.mark.parametrize("line", ["tag list -h", "tag -h", "tag", "-h", "help options", "help tag list"])
def test_headings_and_names_of_help_have_colours_on_a_terminal(box, line):
    plain = on_a_terminal(line, NO_COLOR="1")[1]
    shown = on_a_terminal(line)[1]
    assert "\x1b[1mOptions:\x1b[0m" in shown or "\x1b[1mCommands:\x1b[0m" in shown
    assert re.search("\x1b\\[36m[^\x1b]+\x1b\\[0m", shown)
    assert re.sub("\x1b\\[[0-9;]*m", "", shown) == plain
    assert "\x1b[38;5;24m" in on_a_terminal(line, DM_THEME="light")[1]


def test_colours_that_were_asked_for_are_in_a_pipe_too(box, bare):
    assert "\x1b[1mCommands:\x1b[0m" in bare("tag --color always -h").out
    assert "\x1b" not in bare("tag -h").out
    assert f"{GREEN}verified" in box("domain list -o table --color always").out
    assert "\x1b" not in box("domain list -o csv --color always").out


DRAWN = re.compile("[\u2500-\u259f]|\x1b\\[[0-9;?]*[A-HJKhl]|[#.]{3}")  # boxes, blocks, moves of the cursor, ASCII bars


def read_aloud(line: str, **environ: str) -> str:
    """What a screen reader gets on a narrow terminal."""
    code, shown = on_a_terminal(f"-p sandbox {line}", columns=40, **{"DM_ACCESSIBLE": "1", "NO_COLOR": "1"} | environ)
    assert not DRAWN.search(shown), shown
    assert code == 0, shown
    return shown.replace("\r\n", "\n")


def test_a_screen_reader_gets_lines(box):
    for to in ("ada@example.com", "invalid@example.com"):
        box("send single --to {} --subject Hi --text hello", to)
    mails = read_aloud("stats details --columns To,Outcome,Subject").split("\n\n")
    assert sorted(mail.strip() for mail in mails) == [
        "To: ada@example.com\nOutcome: delivered\nSubject: Hi",
        "To: invalid@example.com\nOutcome: invalid address\nSubject: Hi",
    ]
    account = read_aloud("account show").strip()
    assert [line for line in account.splitlines() if not re.match("[A-Z][a-z -]+: .", line)] == []
    assert re.search(r"(?m)^Today: 0%, \d+ of 2,000 used, [\d,]+ left; (enough at|at) today's pace", account)
    assert "\nStatus: normal\nDomain: verified\n\nReply-to: " in read_aloud("address show noreply@sandbox.test")
    assert read_aloud("receiver show customers").startswith("List: customers\nId: ")
    domain = read_aloud("domain show sandbox.test")
    assert "\nSPF: seen in DNS\n" in domain
    assert "\n\nRecord: SPF\nName: sandbox.test\nType: TXT\nValue: v=spf1 include:" in domain
    totals = read_aloud("stats totals --since 3d")
    assert totals.startswith("Day: ")
    assert "domain: not verified" not in read_aloud("domain check sandbox.test --wait")


def test_a_screen_reader_gets_progress_in_percent(box, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    people = tmp_path / "people.csv"
    people.write_text("email\n" + "".join(f"p{number}@example.com\n" for number in range(20)), encoding="utf-8")
    line = f"send merge {people} --from noreply@sandbox.test --subject Hi --text hello --yes"
    said = re.findall(r"(?m)^(\d+)%, (\d+) of 20 sent", read_aloud(line))
    assert said
    assert [int(percent) for percent, _ in said] == sorted({int(percent) for percent, _ in said})
    for name in ("spring", "autumn", "winter"):
        box("tag create {}", name)
    command = shlex.join(argv("-p sandbox tag list --all --page-size 1 -o csv"))
    code, shown = program_on_a_terminal(["sh", "-c", f"{command} > tags.csv"], DM_ACCESSIBLE="1")
    assert (code, shown.splitlines()) == (0, [f"{25 * n}%, {n} of 4 rows" for n in (1, 2, 3, 4)])


def test_what_is_redrawn_is_refused_where_a_screen_reader_reads(box):
    code, shown = on_a_terminal("-p sandbox account show --watch", DM_ACCESSIBLE="1")
    assert code == 2
    assert "DM_ACCESSIBLE" in shown


@pytest.mark.parametrize("value", ["", "0"])
def test_without_a_screen_reader_things_are_drawn(box, value):
    assert "╭" in on_a_terminal("-p sandbox account show", DM_ACCESSIBLE=value)[1]


@pytest.mark.parametrize(
    ("line", "title", "states"),
    [
        ("domain show sandbox.test", "Domain", ["verified", "filed", "seen in DNS"]),
        ("address show noreply@sandbox.test", "Address", ["normal", "verified", "yes"]),
        ("receiver show customers", "List", ["complete"]),
        ("tag show welcome", "Tag", []),
    ],
)
def test_one_thing_is_shown_in_a_panel_with_its_states_in_colour(box, line, title, states):
    for columns in (40, 80):
        _, shown = on_a_terminal(f"-p sandbox {line}", columns=columns)
        assert re.search(f"╭─+ {title} ─+╮", shown)
        for state in states:
            assert f"{GREEN}{state}" in shown
        plain = re.sub("\x1b\\[[0-9;]*m", "", shown)
        assert max(map(len, plain.splitlines())) <= columns


def test_an_unknown_theme_is_refused_before_anything_is_done(box, monkeypatch):
    monkeypatch.setenv("DM_THEME", "blue")
    for line in ("domain list", "send single --from noreply@sandbox.test --to a@b.cn --subject s --text t"):
        assert "DM_THEME is 'blue': give dark or light" in box(line, code=2).err
    assert "Usage: dm send single" in box("send single --help").out
    monkeypatch.delenv("DM_THEME")
    assert "a@b.cn" not in box("sandbox mail list -o json").out, "exit code 2 sends nothing"


def test_themes_have_the_same_meanings():
    assert len({frozenset(styles) for styles in THEMES.values()}) == 1
