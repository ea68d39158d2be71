"""Bad input: one sentence that names the value, the rule and the remedy, exit code 2, and nothing sent."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from rows import each

from dmcli import errors

SEND = "send single --to a@example.com --subject s --text t"


def beginning(value: object) -> str:
    """How a test is called that is given a line which may be very long."""
    return str(value)[:60]


@each(
    ("line", "told"),
    [
        ("domian list", ("domian", "did you mean domain?")),
        ("domain lst", ("'lst'", "did you mean list?")),
        ("domain list --keywrd x", ("--keywrd", "--keyword")),
        ("send single --to 'a b@example.com' --subject s --text t", ("--to", "name@example.com")),
        ("send single --to a@example.com --subject s", ("--html", "--text", "needed")),
        (f"{SEND} --reply-to a@x.com,b@y.com", ("--reply-to", "two addresses; give one")),
        (f"{SEND} --to 'a@x.com;b@y.com'", ("--to", "two addresses; put commas between them")),
        (f"{SEND} --to 'Bob <a@x.com>'", ("--to", "angle brackets")),
        (f"{SEND} --bcc а@example.com", ("--bcc", "CYRILLIC SMALL LETTER A")),
        (f"{SEND} --from ａ@example.com", ("--from", "FULLWIDTH LATIN SMALL LETTER A", "type 'a'")),
        ("send single --to a@x.com，b@x.com --subject s --text t", ("--to", "'，' (FULLWIDTH COMMA)", "type ','")),
        ("receiver add customers a＠x.com", ("address 1", "'＠' (FULLWIDTH COMMERCIAL AT)", "type '@'")),
        ("domain create 'mail．example。com'", ("DOMAIN", "type '.'")),
        ("receiver add customers a@x.com b@x.com,c@x.com", ("address 2", "two addresses")),
        ("receiver add customers a@x.com\u2028b@x.com", ("address 1", "two addresses")),
        ("domain create '☃.com'", ("☃", "IDNA 2008")),
        ("domain create 例え日本語中文字漢字仮名.交文章国際化域名.jp", ("1 to 50",)),
        (f"{SEND} --track", ("--track", "--tag")),
        (f"{SEND} --subject {'x' * 257}", ("--subject", "257", "256")),
        (f"{SEND} --subject 'a\nb'", ("--subject", "line break")),
        (f"{SEND} --headers '[]'", ("--headers", "JSON object")),
        (f"{SEND} --text @/no/such/file", ("/no/such/file", "No such file")),
        (f"{SEND} --address-type both", ("both", "account", "random")),
        (f"{SEND} --attachment a.pdf", ("a.pdf", "NAME=URL")),
        (
            f"send single --to {','.join(f'u{n}@example.com' for n in range(101))} --subject s --text t",
            ("101", "100"),
        ),
        (f"domain create {'x' * 51}", ("50",)),
        ("stats details --from a@b.cn --tag t", ("--from", "--tag", "only one")),
        ("stats details --from 2026-01-01", ("--from", "did you mean --since?")),
        ("stats totals --from 7d", ("did you mean --since?",)),
        ("stats details --to yesterday", ("did you mean --until?",)),
        ("stats totals --since 'last week'", ("last week", "yesterday")),
        ("stats totals --since yesterday --until 7d", ("--until", "before")),
        ("domain delete sandbox.test", ("--yes",)),
        ("domain set-password sandbox.test", ("--password-stdin",)),
        ("domain check sandbox.test --interval soon", ("soon", "30m")),
        ("tag update welcome", ("--name", "--description")),
        ("template update newsletter", ("--subject",)),
        ("receiver add customers", ("--detail",)),
        ("receiver add customers nobody", ("nobody", "nothing was added")),
        ("receiver add customers --detail '{}'", ("--detail", "array")),
        ("api DescDomain DomainId", ("DomainId", "KEY=VALUE")),
        ("domain list -o xml", ("xml", "table")),
        ("domain list --query 'data['", ("query",)),
        ("sandbox reset", ("--yes",)),
        ("tag list --all --limit 1", ("--all and --limit do not go together",)),
        ("sandbox mail list --limit 1 --all", ("--all and --limit do not go together",)),
        ("domain check sandbox.test --timeout 3s", ("--timeout goes with --wait; give that too",)),
        ("sandbox fault add", ("missing argument 'EFFECT'; choose from: error, status, latency,",)),
        ("tag list --limit x", ("dm: '--limit': 'x' is no whole number\n",)),
        ("tag list --limit 0", ("dm: '--limit': 0 is out of range: x>=1\n",)),
        ("sandbox fault add drop --rate 10%", ("dm: '--rate': '10%' is no number\n",)),
        ("tag list --quite", ("dm: no such option '--quite'; did you mean --quiet or --query?\n",)),
        ("tag list --qqqq", ("dm: no such option '--qqqq'\n",)),
        (f"sandbox mail show {2**63}", ("dm: 'MAIL': ", "is no mail", "latest")),
        (f"sandbox quota --daily {2**63}", ("--daily", "range")),
        ("send resolve 'a\nb' --sent", ("KEY", "line break")),
        ("explain", ("CODE",)),
        ("send single --to a@example.com --text t", ("missing option", "--subject")),
        ("address create q@sandbox.test", ("missing option", "--type", "; choose from: batch, trigger")),
        ("address update news@sandbox.test", ("missing option", "--reply-to")),
        ("template create t --subject s", ("missing option", "--html")),
        (
            "send batch --from news@sandbox.test --list customers --receivers '[]' --template t",
            ("--list", "--receivers", "only one"),
        ),
        (
            "send batch --from news@sandbox.test --list customers --template t --template-content '{}'",
            ("--template", "--template-content", "only one"),
        ),
        (f"{SEND} --template newsletter", ("--text", "--template", "only one")),
        (f"{SEND} --template '{{}}'", ("--template", 'no "TemplateId"', "name or id")),
        (f"{SEND} --template '{{'", ("--template", "JSON object")),
        ("api CreateTag TagName=a TagName=b", ("TagName", "twice")),
        ("api CreateTag Action=DeleteTag", ("Action",)),
    ],
    named=beginning,
)
def test_refused_with_a_remedy(box, line, told):
    result = box(line, code=2)
    assert result.out == ""
    for text in told:
        assert text in result.err, result.err
    assert box("sandbox mail list -o ndjson").out == ""


BATCH = "send batch --from news@sandbox.test --list customers --yes --allow-unfilled"


@each(
    ("line", "option"),
    [
        (SEND + " --subject {}", "--subject"),
        (SEND + " --alias {}", "--alias"),
        (SEND + " --from '{} <noreply@sandbox.test>'", "--from"),
        (SEND + " --reply-to a@x.com --reply-alias {}", "--reply-alias"),
        (SEND + " --reply-to a{}@x.com", "--reply-to"),
        (SEND + " --to a@x.com{}", "--to"),
        (SEND + " --tag {}", "--tag"),
        (SEND + """ --headers '{"X-User-A": "{}"}'""", "--headers"),
        (SEND + """ --headers '{"X-User-{}": "x"}'""", "--headers"),
        (SEND + " --attachment {}=https://x.test/a", "--attachment"),
        (BATCH + """ --template-content '{"Subject": "{}", "TextBody": "x"}'""", "--template-content"),
        (BATCH + """ --template-content '{"Subject": "s", "TextBody": "x", "Alias": "{}"}'""", "--template-content"),
        ("template create t --html x --subject {}", "--subject"),
        ("template create t --html x --subject s --alias {}", "--alias"),
        ("tag create {}", "NAME"),
        ("tag update welcome --name {}", "--name"),
        ("receiver create {}", "NAME"),
        ("receiver create team --alias {}@list", "--alias"),
    ],
)
@each("text", ["a\r\nBcc: v@x.com", "a\0", "a\u2028b", "\x1b", "=?utf-8?q?=0ABcc?=", "=?utf-7?b?K0FBby0=?="])
def test_no_header_of_a_mail_can_be_added_by_a_text(box, line, option, text):
    within_json = '{"' in line
    result = box(line, json.dumps(text)[1:-1] if within_json else text, code=2)
    assert result.err.startswith(f"dm: {option}: ")
    assert box("sandbox mail list -o ndjson").out == ""


def test_weak_password_is_refused_and_not_repeated(box):
    result = box("domain set-password sandbox.test --password-stdin", stdin="short", code=2)
    assert result.err.startswith("dm: password: must have 10 to 20 characters")
    assert "short" not in result.err
    assert "warning: password: " in box("domain set-password sandbox.test --password-stdin", stdin="1Aaaaaaaaaa").err


def test_a_template_is_named_in_the_same_way_wherever_one_is_sent(box):
    single = "send single --to a@example.com --subject Hello --allow-unfilled --template {}"
    template = box("template show newsletter -o json").json
    number = box("template list -o json").json["data"]["template"][0]["TemplateId"]
    with_variables = json.dumps({"TemplateId": "newsletter", "TemplateData": {"UserName": "Ada"}})
    for text in ("newsletter", "name:newsletter", number, with_variables, json.dumps({"TemplateId": int(number)})):
        box(single, text)
        mail = box("sandbox mail show latest -o json").json
        data = {"UserName": "Ada"} if text == with_variables else {}
        assert mail["html"] == template["TemplateText"].replace("{UserName}", data.get("UserName", "{UserName}"))
    assert "did you mean newsletter?" in box(single, "newsleter", code=10).err
    shown = box(single + " --dry-run", with_variables).json["parameters"]["Template"]
    assert shown == '{"TemplateId":"<id of newsletter>","TemplateData":{"UserName":"Ada"}}'


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (f"{SEND} --subject {'x' * 101}", "100"),
        (f"{SEND} --alias {'x' * 16}", "15"),
        (f"{SEND} --tag 春天", "letters"),
        (
            SEND + """ --headers '{"X-User-A": "x"}' --headers '{"Precedence": "bulk"}' --dry-run""",
            "lists only Message-ID",
        ),
        (f"{SEND} --text {'x' * 28673}", "28672"),
        ("stats details --since 31d", "30 days"),
    ],
    ids=beginning,
)
def test_where_sources_disagree_it_only_warns(box, line, told):
    result = box(line)
    assert "warning: " in result.err
    assert told in result.err
    assert "warning" not in box(f"{line} --quiet").err


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("--to user@例え.jp", "warning: --to: 'user@例え.jp' is sent in ASCII, as user@xn--r8jz45g.jp"),
        (
            "--bcc a@x.com,b@Bücher.de",
            "warning: --bcc: 'b@Bücher.de' is sent in ASCII, as b@xn--bcher-kva.de",
        ),
        ("--reply-to a@pаypal.com", "as a@xn--pypal-4ve.com"),
        (
            "--reply-to a@xn--pypal-4ve.com",
            "warning: --reply-to: xn--pypal-4ve in its domain stands for 'pаypal', which",
        ),
        ("--reply-to a+b@xn--n3h.com", "stands for '☃'"),
    ],
)
def test_international_domains_are_sent_in_ascii_and_never_silently(box, option, told):
    warned = [line for line in box(f"{SEND} {option}").err.splitlines() if line.startswith("warning")]
    assert any(told in line for line in warned), warned
    assert all(
        mail["recipient"].isascii() for mail in map(json.loads, box("sandbox mail list -o ndjson").out.splitlines())
    )
    assert "warning" not in box(f"{SEND} --to user@xn--r8jz45g.jp --alias 例え").err


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (f"{SEND} --to a@b", "--to: b has no dot"),
        (f"{SEND} --to x@b,a@b,a@example.com", "--to: b has no dot"),
        (f"{SEND} --to a@localhost", "--to: localhost has no dot"),
        (f"{SEND} --bcc a@foo.invalid", "--bcc: foo.invalid is below .invalid"),
        (f"{SEND} --reply-to a@gmail.con", "--reply-to: gmail.con: there is no top-level domain .con"),
        ("receiver add customers kim@x.com a@foo.invalid b@foo.invalid", "foo.invalid is below .invalid"),
        ("domain create mail.example.comm", "DOMAIN: mail.example.comm: there is no top-level domain .comm"),
        ("address create a@sandbox.test --type trigger --reply-to b@c", "--reply-to: c has no dot"),
        (
            (
                """send batch --from news@sandbox.test --template newsletter --yes --allow-unfilled """
                """--receivers '[{"To": ["a@b", "c@b"]}]'"""
            ),
            "--receivers: b has no dot",
        ),
    ],
)
def test_a_domain_that_no_mail_reaches_is_a_warning(box, line, told):
    warned = [one for one in box(line).err.splitlines() if one.startswith("warning: ")]
    assert len(warned) == 1
    assert warned[0].startswith(f"warning: {told}")


def test_what_is_for_trials_is_there_in_the_sandbox_alone(box, bare):
    line = f"{SEND} --from a@sandbox.test --to ada@mail.example --dry-run"
    assert "warning" not in box(line).err
    told = bare(line).err
    assert "warning: --to: mail.example is below .example" in told
    assert "warning: --from: sandbox.test is below .test" in told
    assert "warning" not in bare("stats details --to a@b", code=3).err  # nothing goes there


@pytest.mark.parametrize("name", ["example..com", "-a.com", "a-.com", "localhost", "127.0.0.1", "a.com.", "a_b.com"])
def test_what_is_no_domain_is_refused_here_and_by_the_service(box, name):
    # `--` ends the options
    assert box("domain create -- {}", name, code=2).err.startswith("dm: DOMAIN: ")
    assert "InvalidDomainName.Malformed" in box("api CreateDomain DomainName={}", name, code=1).err
    assert box("domain list -o json").json["TotalCount"] == 1


def test_all_that_is_wrong_is_told_at_once(box, tmp_path):
    lines = [f"u{number}" if number % 10 == 0 else f"u{number}@example.com" for number in range(1, 1001)]
    (tmp_path / "list.txt").write_text("\n\n".join(lines), encoding="utf-8")
    told = box("receiver add customers @{}", tmp_path / "list.txt", code=2).err.splitlines()
    assert told[0] == "dm: 100 of 1000 addresses are wrong; nothing was added"
    assert told[1] == "    line 19: 'u10' has no @; a mail address such as name@example.com has one"
    assert [line.split(":")[0].strip() for line in told[1:21]] == [f"line {n}" for n in range(19, 419, 20)]
    assert told[21:] == ["    and 80 more"]
    told = box("receiver add customers a b@x.com c,d@x.com", code=2).err
    assert "2 of 3 addresses are wrong" in told
    assert "    address 3: 'c,d@x.com' has a comma" in told
    told = box("send single --to a,b@x.com --to c --subject s --text t", code=2).err
    assert told.startswith("dm: --to: 2 of 3 addresses are wrong\n    address 1: 'a' has no @")
    assert "    address 3: 'c' has no @" in told
    people = json.dumps([{"To": ["a@x.com", "b"]}, {"To": "c"}, {}])
    told = box("send batch --from news@sandbox.test --template newsletter --receivers {}", people, code=2).err
    assert told.startswith("dm: --receivers: 3 of 4 recipients are wrong\n    a recipient of element 1 'b' has no @")
    assert "    element 3 has no recipients" in told
    told = box(f"{SEND} --attachment a --attachment b -o json", code=2).err
    message = json.loads(told)["error"]["message"]
    assert message.startswith("--attachment: 2 of 2 attachments are wrong; 'a' is not NAME=URL")
    assert "; 'b' is not" in message


def test_an_international_domain_is_found_by_either_name(box):
    assert "as xn--r8jz45g.jp" in box("domain create 例え.jp").err
    assert box("domain show 例え.jp -o json").json["DomainName"] == "xn--r8jz45g.jp"
    box("address create li@例え.jp --type trigger")
    box("domain check 例え.jp")
    assert "as li@xn--r8jz45g.jp" in box(f"{SEND} --from 'Li <li@例え.jp>'").err
    box("address delete li@例え.jp --yes")
    box("domain delete xn--r8jz45g.jp --yes")
    assert "'例え.jp'" in box("domain show 例え.jp", code=10).err


def test_addresses_of_a_list_are_sent_in_ascii_too(box):
    many = [f"u{number}@例え.jp" for number in range(12)]
    told = box("receiver add customers a@xn--n3h.com {}", many).err.splitlines()
    assert sum("in ASCII" in line for line in told) == 9
    assert "warning: and 3 more like these" in told
    assert "u11@xn--r8jz45g.jp" in box("receiver members customers").out


def test_errors_as_one_json_object(box):
    refused = box("domain show 12345 -o json", code=10)
    error = json.loads(refused.err)["error"]
    assert set(error) == {"code", "message", "request_id", "http_status", "hint", "exit"}
    assert error["code"] == "InvalidDomainId.NotFound"
    assert error["exit"] == 10
    assert error["request_id"]


@pytest.mark.parametrize(
    ("line", "code", "word"),
    [
        ("sandbox play open --mail latest --event", 2, "InvalidInput"),
        ("domain list --bogus", 2, "InvalidInput"),
        ("tag create x --deadline soon", 2, "InvalidInput"),
        ("tag list --profile nowhere", 3, "Configuration"),
        ("tag list --endpoint http://127.0.0.1:9 --deadline 1s", 4, "Unreachable"),
        ("sandbox mail show latest --wait 1s", 5, "TimedOut"),
        ("domain check pending.example.com", 5, "NotVerified"),
        ("receiver add customers ada@example.com", 7, "PartlyRejected"),
        ("tag show spring", 10, "NotFound"),
        ("tag delete spring --yes", 10, "NotFound"),
        ("sandbox mail show 7", 10, "NotFound"),
        ("explain Odd", 10, "NotFound"),
        ("send resolve order-7 --sent", 10, "NotFound"),
    ],
)
def test_an_error_without_a_code_of_the_service_has_a_word_of_ours(box, line, code, word):
    if "pending" in line:
        box("domain create pending.example.com")
    error = json.loads(box(f"{line} -o json", code=code).err.splitlines()[-1])["error"]
    assert (error["code"], error["exit"]) == (word, code)


def test_what_an_error_in_json_means_is_told_in_english(box):
    chinese, english = (box(f"tag create welcome -o json --lang {lang}", code=1).err for lang in ("zh", "en"))
    assert json.loads(chinese)["error"]["hint"] == json.loads(english)["error"]["hint"]
    assert "同名" in box("tag create welcome --lang zh", code=1).err


@pytest.mark.parametrize("line", ["tag show", "tag lst", "tag list --bogus", "tag list --limit x", "tag list --limit"])
@pytest.mark.parametrize("chooser", ["DM_OUTPUT", "profile"])
def test_an_unreadable_line_is_told_as_json_wherever_json_was_chosen(bare, monkeypatch, tmp_path, line, chooser):
    file = tmp_path / "config.yaml"
    file.write_text("profiles:\n  ci: {endpoint: http://127.0.0.1:9, output: json}\n", encoding="utf-8")
    file.chmod(0o600)
    monkeypatch.setenv("DM_CONFIG", str(file))
    monkeypatch.setenv(*(("DM_OUTPUT", "json") if chooser == "DM_OUTPUT" else ("DM_PROFILE", "ci")))
    assert json.loads(bare(line, code=2).err)["error"]["code"] == "InvalidInput"
    assert bare(f"-o table {line}", code=2).err.startswith("dm: ")


@pytest.mark.parametrize(
    ("show", "update", "create"),
    [
        ("tag show spring", "tag update spring --description x", "tag create spring"),
        ("domain show mail.x.com", "domain set-password mail.x.com --password-stdin", "domain create mail.x.com"),
        (
            "address show a@sandbox.test",
            "address update a@sandbox.test --reply-to b@x.com",
            "address create a@sandbox.test --type batch",
        ),
        ("receiver show team", "receiver add team a@x.com", "receiver create team"),
        ("template show promo", "template update promo --subject s", "template create promo --subject s --html h"),
    ],
)
def test_show_or_create(box, show, update, create):
    group, _, name = show.split()
    for line in (show, update, f"{group} delete {name} --yes"):
        box(line, code=10, stdin="Secret123Pass")
    box(create)
    box(show)
    box(update, stdin="Secret123Pass")
    box(f"{group} delete {name} --yes")


def test_every_word_is_explained_and_stands_on_the_page_of_exit_codes(bare):
    page = (Path(__file__).parents[2] / "docs" / "exit-codes.md").read_text("utf-8")
    classes = [errors.DmError]
    for kind in classes:
        classes += kind.__subclasses__()
    rows = {int(row[1]): row[2] for row in re.finditer(r"^\| (\d+) \|(.*?)\|", page, re.MULTILINE)}
    for kind in classes:
        assert f"`{kind.word}`" in rows[kind.exit_code]
        explained = bare("explain {} -o json", kind.word).json
        assert (explained["code"], explained["exit"]) == (kind.word, kind.exit_code)
        assert re.fullmatch(r"[A-Z][^.]*\.", explained["meaning"])
        assert re.search("\t[^。\t]+。\t", bare("explain {} --lang zh", kind.word).out)
    assert sum(words.count("`") for words in rows.values()) == 2 * len({kind.word for kind in classes})


def test_an_api_error_is_explained_in_both_languages(box):
    english = box("domain show 12345", code=10).err
    chinese = box("domain show 12345 --lang zh", code=10).err
    for text in ("InvalidDomainId.NotFound", "HTTP 404"):
        assert text in english
        assert text in chinese
    assert "request " in english
    assert "请求 " in chinese
    assert any("\u4e00" <= char <= "\u9fff" for char in chinese)
    assert english.isascii()


@pytest.mark.parametrize(
    ("line", "code", "told"),
    [
        (
            f"{SEND} --from shop@sandbox.test --use-reply-to",
            1,
            "The sender address shop@sandbox.test has no confirmed reply-to address",
        ),
        ("domain check 12345", 10, "No domain of this account has the id 12345."),
        ("api DescDomain DomainId=x", 10, "The id of a domain is a number"),
        (
            "send batch --from noreply@sandbox.test --list customers --template newsletter --yes",
            1,
            "is of the trigger type",
        ),
        (
            "send batch --from news@sandbox.test --list nobody --template newsletter --yes --allow-unfilled",
            10,
            "no such recipient list in",
        ),
    ],
)
def test_the_cause_that_the_call_tells_is_the_one_that_is_told(box, line, code, told):
    box("address create shop@sandbox.test --type trigger")
    assert told in box(line, code=code).err


def test_names_not_found_bring_the_nearest(box):
    result = box("tag show welcom", code=10)
    assert "did you mean welcome?" in result.err


def test_a_name_of_digits_is_forced(box):
    box("tag create 2026")
    assert "with the id '2026'" in box("tag show 2026", code=10).err
    assert box("tag show name:2026 -o json").json["TagName"] == "2026"
    box("tag delete name:2026 --yes")
    assert "2026" not in box("tag list").out


def test_a_domain_and_an_address_are_named_in_the_same_way_wherever_they_stand(box):
    domain = box("domain show sandbox.test -o json").json["DomainId"]
    address = box("address show noreply@sandbox.test -o json").json["MailAddressId"]
    for name in ("sandbox.test", "name:sandbox.test", domain):
        box("domain show {}", name)
        box("domain check {}", name)
        shown = box("domain set-password {} --password-stdin --dry-run", name, stdin="Secret123Pass").json["parameters"]
        assert shown["DomainName"] == ("<name of 1>" if name == domain else "sandbox.test")
    box("domain set-password {} --password-stdin", domain, stdin="Secret123Pass")
    for name in ("noreply@sandbox.test", "name:noreply@sandbox.test", address):
        box("address show {}", name)
        box("address set-callback {} http://127.0.0.1:1/", name)
        assert box("stats sender {} -o json", name).json["data"]["mailfrom"] == "noreply@sandbox.test"
    for line in ("domain set-password 99 --password-stdin", "address set-callback 99 x", "stats sender 99"):
        assert "with the id '99'" in box(line, code=10, stdin="Secret123Pass").err
    assert "has no @" in box("address set-callback x y", code=2).err


def test_delete_asks_with_name_and_id(box):
    box("tag create spring")
    kept = box("tag delete spring", stdin="n\n", tty=True, code=2)
    assert "spring (id " in kept.err
    box("tag delete spring", stdin="y\n", tty=True)
    box("tag show spring", code=10)


@pytest.mark.parametrize(
    "line",
    [
        f"{SEND} --from a@example.com",
        "send batch --from news@sandbox.test --list customers --template newsletter",
        "domain delete sandbox.test",
        "domain check sandbox.test",
        "tag update welcome --name x",
        "template update newsletter --subject x",
        "receiver add customers x@example.com",
        "receiver create x",
        "address verify-reply noreply@sandbox.test",
        "api DeleteDomain DomainId=1",
    ],
)
def test_dry_run_shows_the_call_and_makes_none(bare, line):
    """No profile, no keys: a dry run needs neither."""
    document = bare(f"{line} --dry-run").json
    assert set(document) == {"action", "version", "endpoint", "parameters"}
    assert document["endpoint"] == "https://dm.aliyuncs.com"


def test_dry_run_marks_names_and_masks_secrets(bare):
    shown = bare("address set-password noreply@x.cn --password-stdin --dry-run", stdin="Secret123Pass")
    assert shown.json["parameters"] == {"MailAddressId": "<id of noreply@x.cn>", "Password": "***"}
    assert "Secret123Pass" not in shown.out + shown.err


def test_files_and_standard_input_stand_for_text(box, tmp_path):
    body = tmp_path / "body.html"
    body.write_text("<p>您好</p>\n", encoding="utf-8")
    box(
        "send single --to a@example.com --subject @@home --html @{} --text @-",
        body,
        stdin="from a pipe\n",
    )
    mail = box("sandbox mail show 1 -o json").json
    assert (mail["subject"], mail["html"], mail["text"]) == ("@home", "<p>您好</p>", "from a pipe")


def test_debug_shows_names_not_values(box):
    result = box(f"{SEND} --text 'a private text' --debug")
    assert "TextBody(14)" in result.err
    assert "private" not in result.err
    assert "Action=SingleSendMail" in result.err


def test_options_before_the_group_count_too(bare):
    assert bare("-p sandbox -o json tag list").json["data"]["tag"]
    assert bare("-o yaml -p sandbox tag list -o json").json["data"]["tag"]


def test_no_arguments_show_help(bare):
    assert "Commands:" in bare(code=2).err
    assert "Commands:" in bare("domain", code=2).err


def test_explain(bare):
    assert "filter" in bare("explain InvalidSendMail.Spam -o table").out
    assert bare("explain invalidsendmail.spam -o json").json["exit"] == 1
    assert "InvalidSendMail.Spam" in bare("explain InvalidSendMail.Spm", code=10).err
