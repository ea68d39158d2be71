"""What is shown in Chinese: panels and tables by the columns that they take, and what stays as it is for programs."""

from __future__ import annotations

import io
import re

import pytest
from rich.cells import cell_len

from dmcli.api.model import Field, State, Tone
from dmcli.folding import fold
from dmcli.render import Output, show_document
from dmcli.render.cells import translated
from dmcli.words import speaking, tr

CLOSING = tuple("，。：；）、！？》」』】”")
SENTENCE = "当前密钥的账号没有该域名（example.com），先用 dm domain create 添加；然后发布记录，等待验证。"


def shown(record, fields, width, monkeypatch, encoding="utf-8", name="table"):
    monkeypatch.setenv("COLUMNS", str(width))
    stdout = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    show_document(record, fields, Output(name, "", stdout))
    stdout.seek(0)
    return stdout.read()


@pytest.mark.parametrize("width", [40, 80, 120])
def test_a_panel_in_chinese_fits_its_frame(dm, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    lines = dm("account show --lang zh", tty=True).out.splitlines()
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in lines]
    assert "账户信息" in lines[0]
    assert len({cell_len(line) for line in lines}) == 1
    assert cell_len(lines[0]) <= width
    texts = [line.strip("│ ").strip() for line in lines]
    assert any(text.startswith("日额度") for text in texts)
    assert not [text for text in texts if text.startswith(CLOSING)]


@pytest.mark.parametrize("width", range(24, 60, 5))
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_sentence_in_a_table_loses_nothing_and_begins_no_line_with_a_closing_mark(monkeypatch, width, encoding):
    fields = (Field("a", "Name"), Field("b", "Why"))
    rows = [{"a": "example.com", "b": SENTENCE}]
    text = shown(rows, fields, width, monkeypatch, encoding)
    lines = text.splitlines()
    assert max(map(cell_len, lines)) <= width
    cells = [line.split("|")[-1] if "|" in line else line.removeprefix("example.com") for line in lines]
    assert not [cell for cell in cells if cell.strip().startswith(CLOSING)]
    joined = re.sub(r"\s", "", "".join(cells))
    assert re.sub(r"\s", "", SENTENCE) in joined


def test_lines_of_chinese_are_as_long_as_they_may_be():
    for room in range(16, 90):
        lines = fold(SENTENCE, room).split("\n")
        assert "".join(lines).replace(" ", "") == SENTENCE.replace(" ", "")
        assert not [line for line in lines if line.startswith(CLOSING) or line.endswith(("（", "《"))]


def test_titles_and_words_are_translated_for_people_and_keep_their_tone(monkeypatch):
    fields = (Field("state", "Level", {"1": State("none yet", Tone.BAD), "2": ""}),)
    with speaking("zh"):
        (field,) = translated(fields)
        assert (field.title, field.words) == (tr("Level"), {"1": "暂无", "2": ""})
        assert field.words["1"].tone is Tone.BAD
        rows = [{"state": "1"}]
        assert "暂无" in shown(rows, fields, 80, monkeypatch)
        assert shown(rows, fields, 80, monkeypatch, name="tsv").splitlines() == ["state", "none yet"]
        assert shown(rows, fields, 80, monkeypatch, name="csv").splitlines() == ["state", "none yet"]
        assert shown(rows, fields, 80, monkeypatch, name="json").split() == ["[", "{", '"state":', '"1"', "}", "]"]
    assert translated(fields) is fields


def test_queries_doctors_and_names_that_are_not_there_are_told_in_chinese(box):
    assert "不是 JMESPath 表达式：在末尾（第 6 列）出错" in box("tag list --lang zh --query rows[", code=2).err
    assert "没有名为 'nosuch' 的" in box("tag show nosuch --lang zh", code=10).err
    found = box("doctor --lang zh")
    assert "\nservice\tok\t已签名的调用有返回\n" in found.out, (
        "words that a program reads are the same in every language"
    )
    assert "服务" in box("doctor --lang zh", tty=True).out
    assert "a signed call was answered" in box("doctor --lang zh -o json").out
