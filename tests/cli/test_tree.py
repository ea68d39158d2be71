"""The whole command tree: what holds for every command, and that generated pages are fresh."""

from __future__ import annotations

import io
import re
from collections import Counter
from itertools import chain
from pathlib import Path
from typing import Any

import click
import pytest
from rows import each
from shell import words

from dmcli.api import catalogue
from dmcli.api.model import Effect
from dmcli.cli import app
from dmcli.cli.app import GROUPS
from dmcli.cli.commands.completion import FILES, script
from dmcli.cli.common import common
from dmcli.cli.options import options_of
from dmcli.cli.reference import commands_page, pages, walk
from dmcli.cli.run.language import VALUELESS
from dmcli.cli.session import Session
from dmcli.cli.tree import command
from dmcli.workflows.trace.verdict import VERDICTS

PROJECT = Path(__file__).parents[2]
TREE = dict(walk())
LEAVES = {path: ctx.command for path, ctx in TREE.items() if not isinstance(ctx.command, click.Group)}
DEFECT = 70  # the exit code
COMMON = {option.name for option in common()}
# Commands that no action declares.
BY_HAND = """
send merge|send resolve|campaign list|campaign show|campaign report|campaign export|campaign resume|campaign pause|
campaign work|campaign settle|campaign retry-rejected|campaign delete|domain check|domain doctor|domain ensure|
domain publish|account settings|account export|account diff|account apply|
domain records|receiver create|receiver add|receiver export|receiver import|receiver remove|receiver sync|
config-set update|ip-filter protect|
address smtp-check|
tag update|stats tracking|stats sender|template update|api|explain|completion|help|version|config init|config list|
stats totals|stats report|config show|config use|config path|config check|doctor|trace|receiver clean|stats sync|
stats history prune|stats history export|status|config set|config rename|config delete|
sandbox serve|sandbox open|sandbox run|sandbox env|sandbox mail list|sandbox mail show|sandbox mail html|
sandbox mail text|sandbox mail source|sandbox mail links|sandbox mail codes|sandbox mail delete|
sandbox mail attachments|
sandbox calls list|sandbox calls show|sandbox calls clear|sandbox play|sandbox fault add|sandbox fault list|
sandbox fault remove|sandbox limit list|sandbox limit set|sandbox limit documented|sandbox limit lift|
sandbox limits|sandbox state list|sandbox state set|sandbox state verify|sandbox state unverify|sandbox state approve|
sandbox state reject|sandbox state confirm|sandbox clock show|sandbox clock advance|sandbox clock set|
sandbox clock reset|sandbox snapshot list|sandbox snapshot take|sandbox snapshot restore|sandbox snapshot drop|
sandbox quota|sandbox differences|sandbox reset|sandbox seed|sandbox dns list|sandbox dns set|
sandbox dns remove|sandbox dns break|sandbox dns off
"""


def declared(path: tuple[str, ...]):
    """The action of a catalogue command."""
    declared = ((a, c) for a in catalogue.all_actions() for c in a.commands if not c.shows)
    return next((a for a, c in declared if c.path == " ".join(path)), None)


def test_the_letters_that_take_no_value_are_those_that_the_language_of_a_run_skips():
    options = [
        option for ctx in TREE.values() for option in ctx.command.get_params(ctx) if isinstance(option, click.Option)
    ]
    names = {name for option in options if option.is_flag for name in (*option.opts, *option.secondary_opts)}
    assert {name[1:] for name in names if len(name) == len("-q")} == set(VALUELESS)


def test_all_commands_are_there():
    from_catalogue = {command.path for action in catalogue.all_actions() for command in action.commands}
    assert {" ".join(path) for path in LEAVES} == from_catalogue | set(BY_HAND.replace("\n", "").split("|"))


@each("path", TREE, named=" ".join)
def test_no_two_options_of_a_command_are_typed_alike(path):
    typed = Counter(
        name for param in TREE[path].command.get_params(TREE[path]) for name in (*param.opts, *param.secondary_opts)
    )
    assert not [name for name, count in typed.items() if count > 1]


@each("path", TREE, named=" ".join)
def test_every_command_has_help_and_the_common_options(path):
    command = TREE[path].command
    assert command.help
    assert command.help[0].isupper()
    params = command.get_params(TREE[path])
    assert {p.name for p in params} >= COMMON
    for param in params:
        assert getattr(param, "help", "x"), f"{param.name} has no help"


@each("path", LEAVES, named=" ".join)
def test_the_example_of_a_command_is_a_line_that_it_takes(path, box, tmp_path, monkeypatch):
    """As it is pasted from the help, backslashes and all; what can be tried without a call is."""
    monkeypatch.chdir(tmp_path)
    for name in ("welcome.html", "spring.html"):
        Path(name).write_text("<p>Hello</p>", encoding="utf-8")
    Path("people.csv").write_text("mail\nada@example.com\n", encoding="utf-8")
    Path("customers.csv").write_text("email,name\nada@example.com,Ada\n", encoding="utf-8")
    (tmp_path / "profiles.yaml").write_text("profiles:\n  work:\n", encoding="utf-8")
    monkeypatch.setenv("DM_CONFIG", str(tmp_path / "profiles.yaml"))
    lines = []
    for columns in (40, 80):
        monkeypatch.setenv("COLUMNS", str(columns))
        shown = box("{} --help", path).out.partition("\nExample:\n")[2]
        assert max(map(len, shown.splitlines())) <= columns
        lines.append(words(shown.replace("\\\n", "")))
    typed, other = lines
    assert typed == other, "it is another line on a wider terminal"
    assert typed[: len(path) + 1] == ["dm", *path]
    LEAVES[path].make_context(path[-1], typed[len(path) + 1 :], obj=Session())
    if "dry_run" in {param.name for param in LEAVES[path].params}:
        secret = any(param.name == "Password" for param in LEAVES[path].params)
        box("{} {} --dry-run", typed[1:], ["--password-stdin"] * secret, stdin="abcABC123456")


@each("path", [path for path in LEAVES if any(param.required for param in LEAVES[path].params)], named=" ".join)
def test_a_word_that_a_command_does_not_know_is_no_defect_of_it(path, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    needed = [param for param in LEAVES[path].params if param.required]
    typed = [[max(one.opts, key=len), "banana"] if isinstance(one, click.Option) else ["banana"] for one in needed]
    ended = app.run(["-p", "sandbox", *path, *chain(*typed)])
    said = capsys.readouterr().err
    assert (ended == DEFECT, "Traceback" in said) == (False, False), said


@pytest.mark.parametrize("path", [path for path in TREE if path not in LEAVES], ids=lambda path: " ".join(path) or "dm")
def test_the_examples_of_a_group_are_lines_that_its_commands_take(path, bare, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("welcome.html", "spring.html", "people.csv", "customers.csv"):
        Path(name).write_text("mail\nada@example.com\n", encoding="utf-8")
    shown = re.split("\nExamples?:\n", bare("{} --help", path).out)[1].replace("\\\n", "")
    assert shown.strip()
    for line in shown.splitlines():
        typed = [word for word in words(line)[1:] if word not in ("-p", "sandbox") or path[:1] == ("sandbox",)]
        assert tuple(typed[: len(path)]) == path
        leaf = max((leaf for leaf in LEAVES if tuple(typed[: len(leaf)]) == leaf), key=len)
        LEAVES[leaf].make_context(leaf[-1], typed[len(leaf) :], obj=Session())


@each("path", TREE, named=" ".join)
def test_no_line_of_help_is_wider_than_the_terminal_or_ends_within_a_word(path, bare, monkeypatch):
    def shown_on(columns: int) -> str:
        monkeypatch.setenv("COLUMNS", str(columns))
        return bare("{} --help", path).out

    whole = set(shown_on(1000).replace("\\\n", "").split())
    for columns in (40, 80, 120):
        shown = shown_on(columns)
        assert set(shown.replace("\\\n", "").split()) == whole, columns
        for line in shown.splitlines():
            assert len(line) <= columns or len(line.split()) == 1, (columns, line)
            assert line == line.rstrip(), columns


def test_the_help_of_a_group_has_its_commands_before_its_options(bare):
    for line, before in (("--help", "Options:"), ("stats --help", "Common options, "), ("sandbox --help", "Common ")):
        shown = bare(line).out
        assert 0 < shown.index("\nCommands:\n") < shown.index(f"\n{before}")


def test_the_common_options_are_described_once(bare):
    described = {f"--{option.name.replace('_', '-')}" for option in common()}
    assert set(re.findall(r"(?m)^ .*?(--[a-z-]+)", bare("help options").out)) == described
    for path in TREE:
        shown = bare("{} --help", path).out
        assert "dm help options" in shown
        assert not described & set(re.findall(r"(?m)^  (?:-., )?(--[a-z-]+)", shown))


@each("path", LEAVES, named=" ".join)
def test_options_follow_from_the_effect(path):
    action = declared(path)
    names = {p.name for p in LEAVES[path].params}
    if action is None:
        return
    assert ("dry_run" in names) == (action.effect is not Effect.READ)
    many = action.name == "BatchSendMail"  # what mails many asks too
    assert ("yes" in names) == (action.effect is Effect.DELETE or many or bool(action.charges or action.breaks))
    paged = action.paging is not None and bool(action.paging.page or action.paging.cursor)
    assert ("limit" in names) == paged
    shown = {p.name for p in action.params if not p.hidden}
    assert names >= (shown if not action.commands[0].only else set())


@each("action", catalogue.all_actions(), named=lambda action: action.name)
def test_no_secret_is_an_option_value(action):
    for param in options_of(action):
        declared_param = next((p for p in action.params if p.name == param.name), None)
        if declared_param and declared_param.secret and not declared_param.argument:
            assert param.is_flag


def test_every_command_of_an_action_titles_what_it_shows():
    assert [action.name for action in catalogue.all_actions() if action.commands and not action.fields] == []


def test_groups_and_their_modules_agree():
    assert set(GROUPS) == {path[0] for path in TREE if path}


def test_generated_files_are_fresh(monkeypatch):
    monkeypatch.chdir(PROJECT)
    stale = [name for name, text in pages().items() if (PROJECT / name).read_text(encoding="utf-8") != text]
    assert not stale, "run: python -m dmcli.cli.reference"


def test_the_page_names_every_command():
    page = commands_page()
    for path in TREE:
        assert f"dm {' '.join(path)}".strip() + "\n" in page


@each(
    ("line", "given", "values"),
    [
        ("-o json -q --text a", {"output": "json", "quiet": True}, {"text": "a"}),
        ("-ojson -q", {"output": "json", "quiet": True}, {}),
        ("-qo json", {"output": "json", "quiet": True}, {}),
        ("--text -o b", {}, {"text": "-o", "words": ("b",)}),
        ("--text=-o b", {}, {"text": "-o", "words": ("b",)}),
        ("b -o json c", {"output": "json"}, {"words": ("b", "c")}),
        ("-o json -- -q", {"output": "json"}, {"words": ("-q",)}),
    ],
)
def test_a_letter_means_its_option_and_a_value_is_none(line, given, values):
    found: dict[str, Any] = {}
    params = [click.Option(["--text"]), click.Argument(["words"], nargs=-1, help="Words.")]
    taken = command("say", params, lambda _, **values: found.update(values))
    ctx = taken.make_context("say", words(line), obj=Session())
    with ctx:
        taken.invoke(ctx)
    assert (ctx.obj.given, found) == (given, {"text": None, "words": ()} | values)


def test_a_letter_without_its_value_is_named_as_it_was_typed(bare):
    said = bare("tag list -o", code=2).err
    assert "'-o' requires an argument" in said
    assert "Try 'dm tag list --help'" in said  # as of every other mistake of a line
    assert "Try 'dm tag list --help'" in bare("tag list --quiet=1", code=2).err


@pytest.mark.parametrize("shell", FILES)
def test_completion_script(shell, bare):
    assert bare("completion {}", shell).out == script(shell)
    assert "_DM_COMPLETE" in script(shell)


def test_readme_commands_are_two_lines():
    lines = (PROJECT / "README.md").read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines if line.startswith("python3 -m venv")]) == 2


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("login", "keys stand in profiles, see: dm config init"),
        ("ls", "each group has its own, such as: dm domain list"),
        ("whoami", "dm status"),
        ("domain ls", "did you mean list?"),
        ("address rm x", "did you mean delete?"),
        ("sandbox up", "did you mean serve?"),
        ("help domain ls", "did you mean list?"),
        ("help domain list all", "'dm domain list' is a command and has none of its own, so no 'all'"),
    ],
)
def test_what_other_tools_say_leads_somewhere(bare, line, said):
    assert said in bare(line, code=2).err


@pytest.mark.parametrize("words", ["", "send", "send single", "sandbox fault add", "doctor"])
def test_help_is_the_help_of_a_command(bare, words):
    assert bare(f"help {words}").out == bare(f"{words} --help").out


def test_version_is_a_command_too(bare):
    assert bare("version").out == bare("--version").out


def test_commands_that_remedies_name_are_there():
    remedies = " ".join(f"{reason.en_remedy} {reason.zh_remedy}" for reason in VERDICTS.values())
    assert set(re.findall(r"`dm ([a-z -]+)`", remedies)) <= {" ".join(path) for path in LEAVES}
