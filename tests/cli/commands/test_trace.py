"""`dm trace`: stories of an address, each ends in the right reason and remedy."""

from __future__ import annotations

import json
import re

import pytest

from dmcli.api import catalogue
from dmcli.api.model import Effect
from dmcli.words import speaking, tr
from dmcli.workflows.trace.sources import SOURCES
from dmcli.workflows.trace.verdict import EVENTS, VERDICTS

SEND = "send single --subject Hello --text Hello -q --to {}"
BATCH = "send batch --from news@sandbox.test --list {} --template newsletter -q --yes --allow-unfilled"


def replied(sandbox, address, message, status=4, kind=""):
    """Let the latest mail to an address have come to that."""
    with sandbox.store.transaction() as connection:
        sql = "UPDATE mail SET reason = ?, status = ?, class = ? WHERE recipient = ?"
        assert connection.execute(sql, (message, status, kind, address)).rowcount


@pytest.fixture
def send(box, sandbox):
    """Sends a mail to an address; with a message it came to that."""

    def one(address, message="", status=4, kind=""):
        box(SEND, address)
        if message:
            replied(sandbox, address, message, status, kind)

    return one


def verdict(box, address, line=""):
    """The document of a trace; its verdict has its texts."""
    found = box(f"trace {{}} -o json {line}", address).json
    reason = VERDICTS[found["verdict"]]
    assert (found["reason"], found["move"], found["remedy"]) == (reason.en, reason.move, reason.en_remedy)
    assert found["unread"] == []
    return found


def names(found):
    return [event["event"] for event in found["events"]]


@pytest.mark.parametrize(
    ("message", "status", "kind", "word"),
    [
        ("550 5.1.1 <eve@example.com>: Recipient address rejected: User unknown", 2, "", "unknown-mailbox"),
        ("451 4.7.1 Greylisting in action, please come back later", 4, "", "temporary"),
        ("554 5.7.1 Message rejected as spam", 3, "SmtpSpam", "spam"),
        ("452 4.2.2 The email account that you tried to reach is over quota", 4, "", "mailbox-full"),
        ("552 Daily sending quota exceeded", 4, "", "quota"),
        ("550 5.7.26 Unauthenticated email from example.com is not accepted", 4, "", "not-authenticated"),
        ("550 5.7.1 part of their network is on our block list (S3140)", 4, "", "bad-reputation"),
        ("550 Mailbox unavailable or access denied", 4, "", "recipient-busy"),
        ("559 Invalid rcptto", 2, "", "known-invalid"),
        ("connect to mx.example.com timed out", 4, "SmtpTimeout", "unreachable"),
        ("nothing that can be read", 2, "", "unknown-mailbox"),
        ("nothing that can be read", 3, "", "spam"),
        ("nothing that can be read", 4, "", "failed"),
    ],
)
def test_a_mail_that_failed(box, send, message, status, kind, word):
    send("eve@example.com", message, status, kind)
    found = verdict(box, "eve@example.com")
    assert (found["verdict"], found["message"]) == (word, message)
    (event,) = found["events"]
    assert (event["source"], event["message"], event["meaning"]) == ("deliveries", message, VERDICTS[word].en)


def test_what_the_service_has_forgotten_is_in_the_history(box, send):
    send("eve@example.com", "550 5.1.1 <eve@example.com>: Recipient address rejected: User unknown", 2)
    before = box("trace eve@example.com -o json").json
    box("stats sync")
    kept = box("trace EVE@example.com -o json --from-history").json
    assert kept["events"] == before["events"]
    box("sandbox clock advance 50d")
    assert box("trace eve@example.com -o json").json["verdict"] == "nothing-known"
    run = box("trace eve@example.com -o json --from-history --since 60d")
    assert (run.json["verdict"], run.json["events"]) == ("unknown-mailbox", before["events"])
    assert "the history has nothing of" in run.err
    box("receiver create list-a")
    box("receiver add list-a eve@example.com")
    found = box("trace eve@example.com -o json --from-history --since 60d").json
    assert [event["source"] for event in found["events"]] == ["deliveries", "members"]
    box("sandbox reset --yes")
    assert "begin one with dm stats sync" in box("trace eve@example.com --from-history", code=10).err


def test_never_sent(box):
    result = box("trace nobody@example.com -o json")
    assert (result.json["verdict"], result.json["events"], result.json["notes"]) == ("nothing-known", [], [])
    assert box("trace nobody@example.com").out == ""
    assert "no mail was sent to it" in box("trace nobody@example.com").err


def test_delivered_and_opened(box):
    box(
        "send single --to eve@example.com --subject Hello --html {} --track --tag welcome -q",
        "<a href=https://x.test/>x</a>",
    )
    box("sandbox play open --mail latest")
    found = verdict(box, "eve@example.com")
    assert (found["verdict"], names(found)) == ("delivered", ["delivered"])
    assert (found["events"][0]["subject"], found["events"][0]["tag"]) == ("Hello", "welcome")
    assert "opens and clicks" in found["notes"][0]
    assert "opens and clicks" in box("trace eve@example.com").err


def test_an_address_that_bounced_is_on_the_invalid_list(box):
    box(SEND, "invalid@example.com")
    found = verdict(box, "invalid@example.com")
    assert (found["verdict"], sorted(names(found))) == ("known-invalid", ["found-invalid", "invalid"])
    assert found["message"] == "550 The recipient's mailbox does not exist"


def test_what_arrived_after_the_invalid_list_had_it_counts(box, sandbox):
    box(SEND, "eve@example.com")
    box("sandbox play bounce --mail latest")
    assert verdict(box, "eve@example.com")["verdict"] == "known-invalid"
    box("sandbox clock advance 2d")
    with sandbox.store.transaction() as connection:
        connection.execute("UPDATE mail SET status = 0, settled = settled + 86400, reason = '250 Send Mail OK'")
    assert verdict(box, "eve@example.com")["verdict"] == "delivered"


def test_an_address_that_is_on_the_invalid_list_alone(box, sandbox):
    with sandbox.store.transaction() as connection:
        connection.execute("INSERT INTO invalid (address, at) VALUES ('Old@b.test', 1000000000), ('xold@b.test', 1)")
    found = verdict(box, "old@b.test")
    assert (found["verdict"], names(found), found["events"][0]["to"]) == (
        "known-invalid",
        ["found-invalid"],
        "Old@b.test",
    )


def test_blocked_by_an_unsubscribe(box):
    box(SEND, "eve@example.com")
    box("sandbox play unsubscribe --mail latest")
    found = verdict(box, "eve@example.com")
    assert (found["verdict"], names(found)) == ("unsubscribed", ["delivered", "unsubscribed"])
    assert found["events"][1]["meaning"] == "By a mail from noreply@sandbox.test."


def test_complained_and_suppressed(box):
    box(SEND, "eve@example.com")
    box("sandbox play complaint --mail latest")
    found = verdict(box, "eve@example.com")
    assert (found["verdict"], names(found)) == ("complained", ["delivered", "complained"])
    for address in ("Eve@example.com", "example.com"):
        box("suppression add {}", address)
    box(SEND, "EVE@example.com")
    found = verdict(box, "EVE@example.com")
    assert found["verdict"] == "suppressed"
    held = [event["to"] for event in found["events"] if event["event"] == "suppressed"]
    assert sorted(held) == ["eve@example.com", "example.com"]
    box("suppression remove eve@example.com --yes")
    box("suppression remove example.com --yes")
    assert verdict(box, "eve@example.com")["verdict"] == "complained"


def test_whom_the_service_suppressed_is_told_once(box, sandbox):
    box(SEND, "invalid@example.com")
    with sandbox.store.transaction() as connection:
        assert connection.execute("SELECT type FROM suppression").fetchall() == [("system",)]
    assert sorted(names(verdict(box, "invalid@example.com"))) == ["found-invalid", "invalid"]


def test_taken_for_spam_by_the_sandbox_and_out_of_reach(box):
    for address, word in (("spam@b.test", "spam"), ("fail@b.test", "unreachable")):
        box(SEND, address)
        assert verdict(box, address)["verdict"] == word


def test_an_outcome_that_is_not_known_yet(box):
    box(SEND, "slow@b.test")
    assert verdict(box, "slow@b.test")["verdict"] == "nothing-known"
    box("sandbox clock advance 2m")
    assert verdict(box, "slow@b.test")["verdict"] == "delivered"


def test_in_a_list_and_a_batch_task(box):
    box("receiver create vip")
    box("receiver add vip eve@example.com")
    found = verdict(box, "eve@example.com")
    assert (found["verdict"], names(found)) == ("not-sent", ["member"])
    assert found["events"][0]["list"] == "vip"
    box(BATCH, "vip")
    found = verdict(box, "EVE@example.com".lower())
    assert found["verdict"] == "delivered"
    assert sorted(names(found)) == ["delivered", "member", "task"]
    (task,) = (event for event in found["events"] if event["event"] == "task")
    assert task["list"] == "vip"
    assert task["task"]
    assert verdict(box, "fay@example.com")["events"] == []


def test_sent_before_the_window(box):
    box(SEND, "eve@example.com")
    box("sandbox clock advance 20d")
    assert verdict(box, "eve@example.com")["verdict"] == "delivered"
    assert verdict(box, "eve@example.com", "--since 7d")["verdict"] == "nothing-known"
    box("sandbox clock advance 20d")
    found = verdict(box, "eve@example.com", "--since 90d")
    assert found["verdict"] == "nothing-known"
    assert "too long ago, the service answers for the last 30 days" in box("trace eve@example.com --since 90d").err


def test_capitals_of_an_address(box):
    box(SEND, "Eve@example.com")
    box(SEND, "eve@example.com")
    box(SEND, "eve@example.com")
    assert names(verdict(box, "Eve@example.com")) == ["delivered"] * 3
    assert names(verdict(box, "eve@example.com")) == ["delivered"] * 3  # found under both spellings, counted once


def test_the_last_mail_counts_and_events_are_in_order(box, send, sandbox):
    send("eve@example.com", "452 4.2.2 over quota")
    box("sandbox clock advance 1d")
    box(SEND, "eve@example.com")
    found = verdict(box, "eve@example.com")
    assert (found["verdict"], names(found)) == ("delivered", ["failed", "delivered"])
    times = [event["time"] for event in found["events"]]
    assert times[1] - times[0] >= 86400


def test_more_mail_than_a_page_is_read_to_the_end(box):
    box("send single --subject a --text a -q --to {}", ",".join(["eve@example.com"] * 100))
    box("send single --subject a --text a -q --to {}", ",".join(["eve@example.com"] * 30))
    assert len(verdict(box, "eve@example.com")["events"]) == 130


def test_all_of_it_in_chinese_and_for_people(dm):
    dm(SEND, "invalid@example.com")
    shown = dm("trace invalid@example.com --lang zh", tty=True).out
    for text in (VERDICTS["known-invalid"].zh[:8], "无效地址", "列表维护者", "事件", "结论"):
        assert text in shown
    english = dm("trace invalid@example.com --lang en", tty=True)
    assert "Likely reason" in english.out
    lines = dm("trace invalid@example.com").out.splitlines()
    assert lines[0].startswith("time\tevent\tmeaning")
    assert len(lines) == 3
    assert dm("trace invalid@example.com -o ndjson").out.count("\n") == 2
    assert dm("trace invalid@example.com -o json --query verdict").out.strip() == '"known-invalid"'


@pytest.mark.parametrize("output", ["json", "yaml", "csv", "ndjson"])
def test_data_are_the_same_in_every_language(box, output):
    box(SEND, "invalid@example.com")
    for line in ("trace invalid@example.com", "explain InvalidSendMail.Spam", "explain NotFound", "explain 550 5.1.1"):
        english, chinese = (box(f"{line} -o {output} --lang {lang}") for lang in ("en", "zh"))
        assert (chinese.out, chinese.err) == (english.out, english.err), line


@pytest.mark.parametrize("columns", ["40", "80", "120"])
def test_it_fits_the_terminal(box, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    box(SEND, "invalid@example.com")
    shown = box("trace invalid@example.com", tty=True).out
    assert max(len(re.sub(r"\x1b\[[0-9;]*m", "", line)) for line in shown.splitlines()) <= int(columns)


def test_a_source_that_is_forbidden_is_named_and_the_rest_is_shown(box):
    box(SEND, "eve@example.com")
    box("sandbox fault add error Forbidden.RAM --action ListBlockSending --times 9")
    result = box("trace eve@example.com -o json", code=3)
    assert result.json["verdict"] == "delivered"
    assert [(one["source"], one["code"]) for one in result.json["unread"]] == [
        ("unsubscribed", "Forbidden.RAM"),
        ("complained", "Forbidden.RAM"),
    ]
    error = json.loads(result.err.splitlines()[-1])["error"]
    assert "unsubscribed" in error["message"]
    assert "dm:ListBlockSending" in error["hint"]


def test_without_deliveries_nothing_is_claimed(box):
    box(SEND, "eve@example.com")
    box("sandbox fault add error Forbidden.RAM --action SenderStatisticsDetailByParam --times 9")
    assert box("trace eve@example.com -o json", code=3).json["verdict"] == "unknown"


def test_a_service_without_an_action_is_no_failure(box):
    box(SEND, "eve@example.com")
    box("sandbox fault add error InvalidAction.NotFound --action ListBlockSending --times 9")
    result = box("trace eve@example.com -o json")
    assert "does not have: unsubscribed, complained" in result.json["notes"][-1]


def test_where_nothing_can_be_read_there_is_no_result(box):
    box("sandbox fault add error Forbidden.RAM --times 99")
    result = box("trace eve@example.com -o json", code=3)
    assert result.out == ""


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("trace eve@example.com --since 2199-01-01", "lies in the future"),
        ("trace eve@example.com --since soon", "--since: 'soon' is not"),
        ("trace eve", "EMAIL: 'eve'"),
        ("trace", "missing argument"),
    ],
)
def test_bad_input_is_one_sentence(box, line, said):
    assert said in box(line, code=2).err


def test_it_takes_few_round_trips_and_changes_nothing(box, sandbox):
    box("receiver create vip")
    box("receiver add vip eve@example.com")
    box("send single --subject a --text a -q --to {}", ",".join(["eve@example.com"] * 100))
    box(SEND, "eve@example.com")
    box("trace eve@example.com -o json --debug")
    calls = [line for line in box("trace eve@example.com -o json --debug").err.splitlines() if " > " in line]
    asked = [re.search(r"Action=(\w+)", line)[1] for line in calls]
    assert {source.action for source in SOURCES} == set(asked)
    assert asked.count("SenderStatisticsDetailByParam") == 2  # pages
    assert asked.count("QueryReceiverDetail") == 2  # a list each, and they come after the listing
    assert len(asked) == 11


def test_the_pace_of_the_service_is_kept(box, pauses):
    for number in range(8):
        box("receiver create list{}", number)
    box("trace eve@example.com -q")
    assert sum(pauses) == pytest.approx(1.0)  # seventeen calls, ten in a second


def test_every_event_is_in_both_languages():
    for word, meaning in EVENTS.values():
        assert word.isascii()
        with speaking("zh"):
            assert re.search("[一-鿿]", tr(word))
            assert not meaning or re.search("[一-鿿]", tr(meaning))
    assert all(catalogue.get(source.action).effect is Effect.READ for source in SOURCES)
    for reason in VERDICTS.values():
        assert reason.en_remedy.isascii()
        assert re.search("[一-鿿]", reason.zh_remedy)
