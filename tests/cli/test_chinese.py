"""What the command line says in Chinese: help, errors, warnings, and questions with their answers."""

from __future__ import annotations

import re

import pytest

from dmcli.cli.reference import walk
from dmcli.folding import cells
from dmcli.words import speaking, tr

ENDS = "，。：；）、”》」？！"
CHINESE = re.compile("[一-鿿]")


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_help_fits_and_no_line_begins_with_a_mark_that_ends_something(bare, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    for line in ("", "send", "send single", "account show", "domain publish", "help options", "receiver sync"):
        shown = bare(f"--lang zh {line} --help" if line != "help options" else "--lang zh help options").out
        assert "选项：\n" in shown or line == "send"
        assert not re.search("(Options|Commands|Examples?|arguments)", shown)
        lines = [one for one in shown.splitlines() if CHINESE.search(one)]
        assert max(map(cells, lines)) <= columns, line
        assert not [one for one in lines if one.lstrip()[0] in ENDS], line


def test_help_begins_its_descriptions_in_one_column(bare):
    shown = bare("--lang zh help options").out
    starts = {
        cells(line[: match.start()]) for line in shown.splitlines() if (match := re.search("(?<=  )[一-鿿]", line))
    }
    assert len(starts) == 1, shown


def test_no_line_that_describes_a_command_or_what_it_takes_stays_english():
    with speaking("zh"):
        said = [
            (*path, tr(text))
            for path, ctx in walk()
            for text in (ctx.command.help, *(getattr(param, "help", "") for param in ctx.command.get_params(ctx)))
            if text
        ]
    assert len(said) > 1000
    assert not [one for one in said if re.search("[a-z]+ [a-z]+", one[-1]) and not CHINESE.search(one[-1])]


def test_a_required_option_is_marked_in_chinese(bare):
    assert "主题。  [必填]" in bare("--lang zh send merge --help").out


def test_help_that_is_put_together_is_chinese_in_all_its_parts(bare):
    assert re.search("默认：\\s*account。", bare("--lang zh send single --help").out)
    assert "默认：today。" in bare("--lang zh validate list --help").out  # the word that is typed
    assert "从标准输入读取 password，" in bare("--lang zh domain set-password --help").out
    assert "主题。  [必填]" in bare("--lang zh send single --help").out
    assert "'options' 显示所有命令都接受的选项" in bare("--lang zh help --help").out
    assert "使用 --raw 时只显示服务的" in bare("--lang zh account show --help").out
    assert "Default: " in bare("send single --help").out  # and a run after it speaks English again


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(("answer", "done"), [("是", True), ("y", True), ("YES", True), ("否", False), ("", False)])
def test_a_question_takes_answers_in_both_languages(box, lang, answer, done):
    box("tag create spring")
    told = box(f"tag delete spring --lang {lang}", tty=True, stdin=f"{answer}\n", code=0 if done else 2).err
    assert ("是否继续？[y/N]：" if lang == "zh" else "Go ahead? [y/N]:") in told
    assert ("spring" in box("tag list").out) is not done


def test_what_is_no_answer_is_asked_again(box):
    box("tag create spring")
    told = box("tag delete spring --lang zh", tty=True, stdin="也许\n是\n").err
    assert "'也许' 既不是 y 也不是 n" in told
    assert told.count("是否继续？") == 2


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("explain InvalidTag", 10, "是否指 InvalidAction、InvalidToAddress 或 InvalidTag.NotFound？"),
        ("tag lst", 2, "dm tag 没有命令 'lst'；是否指 list？"),
        ("ls", 2, "每个命令组各有一个，例如：dm domain list"),
        ("tag list --all --limit 3", 2, "--all 和 --limit 不能同时使用"),
        ("tag list --tz Mars/Olympus", 2, "'Mars/Olympus' 不是时区"),
        ("domain delete sandbox.test", 2, "没有终端可供询问：使用 --yes 继续"),
        ("send resolve some-key", 2, "使用 --sent 或 --not-sent 之一"),
        ("domain check mail.example.com --timeout 3m", 2, "--timeout 要与 --wait 一起使用"),
        ("receiver remove customers", 2, "指定要移除的地址"),
        ("receiver add customers", 2, "三者选一"),
        ("campaign show nosuch", 10, "nosuch"),
        ("send merge nosuch.csv --subject s", 2, "没有要发送的内容"),
        ("tag show summer", 10, "没有名为 'summer' 的邮件标签；另有 1 个\n"),
        ("explain Nonsense.Nonsense", 10, "没有错误码 'Nonsense.Nonsense'"),
        ("config show nosuch", 10, "没有配置 'nosuch'"),
        ("api DescAccountSummary Action=x", 2, "由 dm 自行设置"),
        ("account show --fail-below much", 2, "既不是 10% 这样的比例，也不是邮件数"),
        ("stats history prune --older-than never", 2, "不是 400d 这样的天数"),
        ("send merge x.csv --text t --rate fast", 2, "不是 20/s、100/min 或 500/h 这样的速率"),
    ],
)
def test_errors_are_chinese(box, line, code, said):
    told = box(f"{line} --lang zh", code=code).err
    assert said in told
    assert "{" not in told


def test_what_was_done_and_where_it_stayed_is_chinese(box):
    said = box("send single --to ada@example.com --subject s --text t --lang zh").err
    assert "[沙箱] 没有任何内容离开本机；查看：dm sandbox mail list" in said
    assert "试运行：没有发送任何内容" in box("tag create spring --dry-run --lang zh").err
    assert box("tag create spring --dry-run --lang zh").json == box("tag create spring --dry-run").json
    box("domain create mail.example.com")
    assert "只显示前 1" in box("domain list --limit 1 --lang zh", tty=True).err
