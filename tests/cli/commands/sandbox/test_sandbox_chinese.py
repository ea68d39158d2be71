"""`dm sandbox` in Chinese: what is said, shown and explained; the service's own words and data stay as they are."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from patience import PATIENT

# The message, code and status of the service.
WORDS = re.compile("([A-Z][^（(]*[.]) ?[（(]([A-Za-z.]+)[,、] ?HTTP ([0-9]+)")
HAN = re.compile("[\u4e00-\u9fff]")


@pytest.fixture
def zh(box):
    """Runs `dm --lang zh -p sandbox sandbox ...`."""
    return lambda line, *values, **how: box(f"--lang zh sandbox {line}", *values, **how)


def test_what_is_done_and_what_is_wrong_is_said_in_chinese(zh) -> None:
    assert zh("calls list").err == "还没有调用\n"
    assert "没有匹配的邮件；查看：" in zh("mail show", code=10).err
    assert zh("snapshot take before").err == "沙箱已保存为 before；恢复：dm sandbox snapshot restore before\n"
    assert zh("state verify mail.example.net", code=10).err.endswith("沙箱中没有域名 'mail.example.net'\n")
    assert "故障 error 需要一个值：它的作用是返回服务的一个错误码" in zh("fault add error", code=2).err
    assert "'SendAll' 不是服务的接口" in zh("fault add drop --action SendAll", code=2).err
    zh("fault add latency 2 --rate 0.5")
    assert zh("fault remove --all").err == "已删除 1 个故障\n"
    assert "现在采用 2019 年的限制，即较严的" in zh("limits 2019").err
    assert zh("reset --yes").err == "沙箱已恢复为初始状态\n"


def test_help_is_in_chinese(zh) -> None:
    shown = zh("--help").out + zh("mail delete --help").out + zh("state reject --help").out
    for text in ("在沙箱中发送的邮件。", "只选择收件人含有此文本的邮件。", "让模板审核未通过。"):
        assert text in shown


def test_statements_are_told_with_their_values(zh, box) -> None:
    shown = zh("differences CreateTag quota", tty=True).out
    assert "最多有 500 个标签。" in shown
    assert "API 参考" in shown
    english = box("sandbox differences CreateTag quota -o json")
    assert zh("differences CreateTag quota -o json").out == english.out
    assert not HAN.search(english.out)


def test_the_service_keeps_its_words(dm) -> None:
    """They are on the wire what they are in English, however the process answers in whose thread."""
    for call, code in (("api CreateTag TagName=", 1), ("api SendEverything", 1), ("domain show 99999", 10)):
        words = [WORDS.search(dm(f"{call} --lang {lang}", code=code).err) for lang in ("en", "zh")]
        assert words[0] is not None, call
        assert words[1] is not None, call
        assert words[0].groups() == words[1].groups(), call


def test_why_a_signature_is_wrong_is_told_in_chinese_and_kept_in_english(zh, box, server) -> None:
    import requests

    params = {"Action": "DescAccountSummary", "Version": "2015-11-23", "AccessKeyId": "dm-sandbox-id", "Format": "JSON"}
    params |= {"SignatureMethod": "HMAC-SHA1", "SignatureVersion": "1.0", "SignatureNonce": "n1", "Signature": "wrong"}
    params["Timestamp"] = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    answer = requests.get(server.url, params=params, timeout=PATIENT)
    assert not HAN.search(answer.text)
    cause = box("sandbox calls show 1 -o json").json["request"]["signature"]["cause"]
    assert cause.startswith("no mistake that is known")
    assert "没有已知的错误会产生客户端的签名：很可能它的密钥不是" in "".join(
        zh("calls show 1", tty=True).out.split("\n")
    )
