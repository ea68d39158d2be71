"""A merge in Chinese: people read Chinese, its journal keeps English."""

from __future__ import annotations

import pytest

MERGE = "send merge people.csv --from news@sandbox.test --subject 'Hello {{ name }}' --text 'Dear {{ name }}'"


def test_bad_rows_are_told_in_chinese_and_kept_in_english(run, mailed, people):
    people(["a@b.test,Ada", "a@b.test,Again", "c@b.test,", "invalid@sandbox.test,I"])
    run("send single --to invalid@sandbox.test --subject s --text t")
    stopped = run(f"{MERGE} --yes --lang zh", code=2).err
    for said in ("共 4 行，其中 3 行有问题", "第 3 行：与第 2 行的地址相同", "第 4 行：缺少 name 的值", "无效地址"):
        assert said in stopped
    run(f"{MERGE} --yes --skip-bad --lang zh")
    assert mailed() == {"a@b.test": 1, "invalid@sandbox.test": 1}
    kept = [row["reason"] for row in run("campaign report people -o json").json["rows"]]
    assert kept == [
        "",
        "has the address of row 2",
        "has no value for name",
        "was found invalid earlier (dm stats invalid)",
    ]
    shown = run("campaign report people --lang zh").out
    assert "此前已发现为无效地址" in shown
    assert "与第 2 行的地址相同" in shown


def test_rows_whose_outcome_is_not_known_are_numbered_in_chinese(box, people):
    people(["a@b.test,Ada", "c@b.test,Cem", "d@b.test,Dan"])
    for address in ("a@b.test", "c@b.test"):  # by recipient, since calls of one moment come in any order
        box("sandbox fault add drop --to {}", address)
    box(f"{MERGE} --yes --lang zh", code=6)
    assert "第 2、3 行" in box("campaign settle people --lang zh", code=5).err


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("--to-column Mail", "--to-column：文件中没有列 'Mail'；现有的列为 email、name"),
        ("--html '{{ nam }}'", "--html 使用了 {{ nam }}，文件中没有这一列；是否指 name？"),
        ("--html '{{ first name }}'", "--html 第 1 行："),
        ("--html '{{ first name }}'", "列写成 {{ First_name }}"),
        ("--html '{{ name' --css-inline", "列写成 {{ First_name }}"),
        ("--html '{% for x in y %}{% endfor %}'", "--html 第 1 行：此处不能使用循环"),
        ("--html '{{ name'", "--html 第 1 行："),
    ],
)
def test_what_is_wrong_with_a_template_is_told_in_chinese(run, people, more, said):
    people(["a@b.test,Ada"])
    assert said in run(f"{MERGE} --lang zh {more}", code=2).err
