"""The language of a run: what chooses it, and what it does not change."""

from __future__ import annotations

import pytest

from dmcli.cli.run.language import form_of

PROFILES = "default: office\nprofiles:\n  office: {lang: zh}\n  abroad: {lang: en}\n  data: {lang: zh, output: json}\n"


@pytest.mark.parametrize(
    ("args", "environ", "language"),
    [
        ([], {}, "en"),
        ([], {"LANG": "zh_CN.UTF-8"}, "zh"),
        ([], {"LANG": "zh_TW.GB18030", "DM_LANG": "en"}, "en"),
        ([], {"LANG": "de_DE", "LANGUAGE": "de:zh_CN"}, "zh"),
        ([], {"LC_ALL": "C", "LANGUAGE": "zh_CN"}, "en"),
        (["tag", "list", "--lang", "zh"], {}, "zh"),
        (["--lang", "fr", "tag", "list"], {"DM_LANG": "zh"}, "zh"),  # which is told in the language that there is
        (["--lang", "en", "tag", "list", "--lang", "zh"], {}, "zh"),
        (["--lang=zh", "tag", "list"], {"DM_LANG": "en"}, "zh"),
        (["--lang", "zh", "tag", "list", "-o", "json"], {}, "en"),
        (["tag", "list", "-ojson"], {"LANG": "zh_CN"}, "en"),
        (["tag", "list", "-qojson"], {"LANG": "zh_CN"}, "en"),
        (["tag", "delete", "t", "-yqo", "json"], {"LANG": "zh_CN"}, "en"),
        (["tag", "delete", "t", "-yq", "json"], {"LANG": "zh_CN"}, "zh"),
        (["tag", "list"], {"LANG": "zh_CN", "DM_OUTPUT": "csv"}, "en"),
        (["tag", "list", "-o", "table"], {"LANG": "zh_CN", "DM_OUTPUT": "csv"}, "zh"),
        (["sandbox", "run", "--", "dm", "--lang", "zh"], {}, "en"),
    ],
)
def test_what_was_typed_goes_before_the_environment(args, environ, language, tmp_path):
    assert form_of(args, {"HOME": str(tmp_path)} | environ).language == language


@pytest.mark.parametrize(
    ("args", "environ", "language"),
    [
        ([], {}, "zh"),
        ([], {"DM_LANG": "en"}, "en"),
        (["-p", "abroad"], {}, "en"),
        (["-p", "abroad"], {"LANG": "zh_CN"}, "en"),
        (["--profile=data"], {}, "en"),
        (["--profile=data", "-o", "table"], {}, "zh"),
        (["-p", "nosuch"], {"LANG": "zh_CN"}, "zh"),
        (["-p", "abroad"], {"DM_LANG": "zh"}, "en"),
        (["-p", "data"], {"DM_OUTPUT": "table", "DM_LANG": "zh"}, "en"),
        (["-p", "nosuch"], {"LANG": "zh_CN", "DM_OUTPUT": "json"}, "en"),
    ],
)
def test_a_profile_has_a_language(args, environ, language, tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text(PROFILES, encoding="utf-8")
    file.chmod(0o600)
    assert form_of(args, {"HOME": str(tmp_path), "DM_CONFIG": str(file)} | environ).language == language


def test_letters_in_one_word_choose_how_a_mistake_is_told(box):
    assert "--bogus" in box("tag list -qojson --bogus", code=2).error["message"]


def test_that_chinese_is_spoken_is_no_news_to_settings(box, monkeypatch):
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    told = box("config check", tty=True).out
    assert next(line.split() for line in told.splitlines() if line.startswith("lang ")) == ["lang", "zh", "LC_ALL"]
