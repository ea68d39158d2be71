"""What once went wrong, each with the line that showed it."""

from __future__ import annotations

import sqlite3
from string import Formatter

import pytest
from rows import each
from shell import words

from dmcli.api import catalogue
from dmcli.api.model import Effect

SEND = "send single --to a@example.com --subject s --text t"


def test_attachments_choose_the_version_that_has_them(bare):
    line = f"--region ap-southeast-1 {SEND} --from a@b.cn --dry-run"
    assert bare(line).json["version"] == "2017-06-22"
    assert bare(f"{line} --attachment a=https://example.com/a").json["version"] == "2015-11-23"


@pytest.mark.parametrize("form", ["json", "xml"])
def test_no_secret_is_printed_when_the_signature_is_wrong(bare, server, monkeypatch, form):
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "dm-sandbox-id")
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "wrong")
    monkeypatch.setenv("ALIBABA_CLOUD_SECURITY_TOKEN", "TOKEN-CANARY")
    result = bare(
        "--endpoint {} api ModifyPWByDomain DomainName=sandbox.test Password=S3cretPassw0rd --format {}",
        server.url,
        form,
        code=3,
    )
    assert "SignatureDoesNotMatch" in result.err
    for canary in ("S3cretPassw0rd", "TOKEN-CANARY"):
        assert canary not in result.out + result.err


@pytest.mark.parametrize("line", ["api QueryTagByParam KeyWord={}", "tag create {}", "sandbox mail list --to {}"])
def test_bytes_that_are_no_text_are_refused(box, line):
    assert "not UTF-8" in box(line, "\udcff", code=2).err


def test_a_locked_sandbox_is_exit_9(box, tmp_path, monkeypatch):
    from dmcli.sandbox.store import store

    box("tag list")
    monkeypatch.setattr(store, "TIMEOUT", 0.1)
    holder = sqlite3.connect(tmp_path / "sandbox.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    try:
        assert "another" in box("sandbox quota --daily 5", code=9).err
    finally:
        holder.close()


def test_a_name_with_the_sender_needs_an_action_that_takes_it(box):
    line = "send batch --from 'News <news@sandbox.test>' --list customers --template newsletter --yes --allow-unfilled"
    assert "display name" in box(line, code=2).err


def test_the_mark_is_only_for_what_stayed_here(box, monkeypatch):
    assert "nothing left this machine" in box("tag create x --endpoint ''").err
    shown = box("--endpoint http://sandbox.example.com tag create x", code=4)
    assert "nothing left" not in shown.err


def test_a_call_by_name_is_marked_too(box):
    assert "nothing left this machine" in box("api CreateTag TagName=x").err
    assert "nothing was sent" in box("api CreateTag TagName=y --dry-run").err
    ticket = box("api ApproveReplyMailAddress Ticket=t1ck3t --dry-run")
    assert "t1ck3t" not in ticket.out


def test_the_language_of_the_profile_counts(bare, tmp_path):
    folder = tmp_path / ".config" / "dm"
    folder.mkdir(parents=True)
    (folder / "config.yaml").write_text("default: a\nprofiles:\n  a:\n    lang: zh\n", encoding="utf-8")
    assert "发" in bare("explain InvalidSendMail.Spam").out


@pytest.mark.parametrize(
    ("line", "meant"), [("stats totals --to 7d", "--until"), ("stats invalid --from 7d", "--since")]
)
def test_dates_in_options_that_are_not_there(box, line, meant):
    assert f"did you mean {meant}?" in box(line, code=2).err


def test_a_query_sees_the_whole_document_in_every_format(box):
    for form in ("", "-o json", "-o yaml"):
        found = box(f"stats sender noreply@sandbox.test {form} --query data.mailfrom").out
        assert "noreply@sandbox.test" in found


def test_the_sandbox_among_the_profiles(bare, tmp_path):
    (tmp_path / ".config" / "dm").mkdir(parents=True)
    bare("config use sandbox")
    assert [row["default"] for row in bare("config list -o json").json if row["name"] == "sandbox"] == [True]
    assert bare("config show -o json").json["from"] == "noreply@sandbox.test"
    assert bare("tag list -o json").json["data"]["tag"]


def test_check_tells_what_there_is_even_without_keys(bare):
    result = bare("config check -o json", code=3)
    assert {row["name"] for row in result.json} >= {"region", "endpoint"}
    assert "dm config init" in result.err


def test_flags_are_sent_only_when_given(bare):
    parameters = bare(f"{SEND} --from a@b.cn --dry-run").json["parameters"]
    assert set(parameters) == {
        "AccountName",
        "AddressType",
        "ReplyToAddress",
        "Subject",
        "TextBody",
        "ToAddress",
    }


def test_tracking_is_named_on_the_wire_only_when_it_was_asked_for(bare):
    for option, value in {"": None, "--no-track": "0", "--track --tag t": "1"}.items():
        assert bare(f"{SEND} --from a@b.cn {option} --dry-run").json["parameters"].get("ClickTrace") == value


@pytest.mark.parametrize(
    ("body", "warned"),
    [
        ("--text t", "--track counts nothing without --html:"),
        ("--html <b>x</b>", "--track counts no clicks"),
        ("--html <a>href=http://x.test/</a>", ""),
        ("--html @body", ""),
    ],
)
def test_tracking_that_counts_nothing_is_a_warning(bare, body, warned, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "body").write_text("<A HREF = 'https://x.test/'>x</A>", encoding="utf-8")
    line = f"send single --from a@b.cn --to a@example.com --subject s {body} --track --tag t --dry-run"
    err = bare(line).err
    assert warned in err if warned else "warning" not in err


def test_errors_in_json_show_chinese_as_results_do(box):
    assert "您好" in box("tag show 您好 -o json", code=10).err


def test_a_change_says_in_words_what_was_done(box):
    assert box("tag create vip").err.startswith("created the tag vip\n")
    assert box("tag delete vip --yes -o json").err.startswith("deleted the tag vip\n")
    assert box("receiver add customers new@example.com").err.startswith("saved into the list customers\n")
    assert box("tag create vip2 -q").err == ""


@each("action", [a for a in catalogue.all_actions() if a.effect is not Effect.READ], named=lambda a: a.name)
def test_every_change_has_words_for_what_was_done(action):
    assert action.done
    assert {name for _, name, _, _ in Formatter().parse(action.done) if name} <= {p.name for p in action.params}


def test_a_listing_by_name_has_its_rows_in_every_format(box):
    assert box("api QueryTagByParam -o csv").out.splitlines()[1].startswith("welcome,1,")
    assert '"TagName":"welcome"' in box("api QueryTagByParam -o ndjson").out
    assert box("api QueryTagByParam").json["TotalCount"] == 1


def test_a_list_that_fails_leaves_no_header(bare, monkeypatch):
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "k")
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "s")
    assert bare("--endpoint http://127.0.0.1:1 domain list", code=4).out == ""


def test_names_that_look_like_ids_complete_as_names(box):
    from click.shell_completion import ShellComplete

    from dmcli.cli.app import root
    from dmcli.cli.session import Session

    box("tag create 2026")
    before = words("-p sandbox tag delete")
    found = ShellComplete(root(), {"obj": Session()}, "dm", "_DM_COMPLETE").get_completions(before, "")
    assert [item.value for item in found] == ["welcome", "name:2026"]


def test_a_broken_profile_file_does_not_stop_what_needs_none(bare, tmp_path):
    folder = tmp_path / ".config" / "dm"
    folder.mkdir(parents=True)
    (folder / "config.yaml").write_text("default: zz\nprofiles:\n  a:\n    lang: zh\n", encoding="utf-8")
    assert bare("explain Throttling").out
    assert len(bare("config list -o json").json) == 2
    assert "zz" in bare("domain list", code=3).err
