"""Replies of mail servers are read by code and wording, and explained in both languages."""

from __future__ import annotations

import re

import pytest
from rows import each

from dmcli.api.replies import MOVES, REASONS, read
from dmcli.api.replies.status import BASIC, CLASSES, ENHANCED, SUBJECTS
from dmcli.api.replies.wording import WORDINGS
from dmcli.sandbox.control.events import EVENTS
from dmcli.sandbox.service.delivery import MAGIC

# The codes that IANA's registry has, as subject and range of details.
REGISTERED = {"0": 0, "1": 10, "2": 4, "3": 6, "4": 7, "5": 6, "6": 9, "7": 30}
READ = """
550 5.1.1|permanent|unknown-mailbox|
550 User unknown|permanent|unknown-mailbox|
550|permanent|refused|
5.1.1|permanent|unknown-mailbox|
#5.1.2|permanent|no-such-domain|
451 4.7.1 Greylisting in action, please come back later|temporary|temporary|
450 4.1.1 <ada@example.com>: User unknown|temporary|temporary|
452 4.2.2 The email account that you tried to reach is over quota. - gsmtp|temporary|mailbox-full|Gmail
550 5.7.26 Unauthenticated email from example.com is not accepted|permanent|not-authenticated|Gmail
421 4.7.0 Our system has detected an unusual rate of unsolicited mail originating from your IP|temporary|too-fast|Gmail
550 5.7.1 messages from [203.0.113.7] weren't sent, part of their network is on our block list (S3140)\
|permanent|bad-reputation|Outlook
421 4.7.0 [TSS04] Messages from 203.0.113.7 temporarily deferred due to unexpected volume or user complaints \
- 4.16.55.1|temporary|bad-reputation|Yahoo
554 delivery error: dd This user doesn't have a yahoo.com account (a@yahoo.com) [-5]|permanent|unknown-mailbox|Yahoo
550 Mailbox not found. http://service.mail.qq.com/|permanent|unknown-mailbox|QQ
550 Mailbox unavailable or access denied|permanent|recipient-busy|QQ
550 Domain frequency limited|permanent|too-fast|QQ
554 DT:SPM 163 smtp11|permanent|spam|NetEase
421HL:REP 203.0.113.7|temporary|bad-reputation|NetEase
550 5.7.1 [CS01] Message rejected due to local policy|permanent|bad-reputation|iCloud
550 Message was not accepted -- invalid mailbox|permanent|unknown-mailbox|Mail.ru
550 user is locked|permanent|mailbox-disabled|Sina
559 Invalid rcptto|permanent|known-invalid|Aliyun
552 Daily sending quota exceeded|permanent|quota|Aliyun
host mx.example.com[203.0.113.250] said: 550 5.2.1 mailbox disabled (in reply to RCPT TO)|permanent|mailbox-disabled|
smtp;552 5.2.3 too big|permanent|too-large|
554 5.4.6 Too many hops|permanent|loop|
556 5.1.10 null MX|permanent|no-such-domain|
550 5.1.99 new|permanent|unknown-mailbox|
550 5.99.1 new|permanent|refused|
555 whatever|permanent|refused|
421 bye|temporary|temporary|
250 2.0.0 OK: user unknown as text|success|delivered|
251 forwarded|success|delivered|
remote server said (550): no such user here|permanent|unknown-mailbox|
Remote:550\tUser unknown|permanent|unknown-mailbox|
bounced with 554.|permanent|refused|
NoSuchUser|unknown|unknown-mailbox|Gmail
"""


@each("line", READ.replace("\\\n", "").strip().splitlines())
def test_a_reply_is_read(line):
    text, kind, reason, provider = line.split("|")
    reading = read(text)
    assert (reading.kind, reading.reason, reading.provider) == (kind, reason, provider)
    assert reading.sources


@pytest.mark.parametrize(
    "text",
    [
        "550-5.1.1 The email account that\n550-5.1.1 you tried to reach does\n550 5.1.1 not exist. - gsmtp",
        r"550-5.1.1 The email account that\r\n550-5.1.1 you tried to reach does\n550 5.1.1 not exist.",
        "550-The email account that 550-you tried to reach 550 does not exist",
    ],
)
def test_lines_that_go_on_are_one_reply(text):
    assert (read(text).reason, read(text).provider) == ("unknown-mailbox", "Gmail")


@pytest.mark.parametrize(
    "text",
    ["", "nonsense", "999 no", "12345", "10.5.1.1", "5.1.1.7 is an address", "203.0.113.250", "a550 b", "354 go on"],
)
def test_what_is_no_reply_is_none(text):
    assert read(text) is None


@pytest.mark.parametrize("outcome", [one.reason for one in MAGIC.values()])
def test_messages_of_the_sandbox_are_read_by_their_wording(outcome):
    assert read(outcome).reason not in ("refused", "policy")


def test_what_is_uncertain_says_so():
    assert read("550 5.1.1 x").sure
    assert read("559 Invalid rcptto").sure
    assert not read("550 x").sure
    assert not read("550 5.7.1 x").sure
    assert not read("550 5.7.1 [CS01] x").sure


def test_the_tables_agree():
    statuses = {**ENHANCED, **BASIC, **CLASSES}
    words = {status.reason for status in statuses.values()} | {status.temporary for status in statuses.values()}
    assert words | {one.reason for one in WORDINGS} == set(REASONS)
    assert {f"{subject}.{detail}" for subject, last in REGISTERED.items() for detail in range(last + 1)} == set(
        ENHANCED
    )
    assert {one.split(".")[0] for one in SUBJECTS} == set(REGISTERED)
    assert {one.provider for one in WORDINGS} > {
        "Gmail",
        "Outlook",
        "Yahoo",
        "QQ",
        "NetEase",
        "iCloud",
        "Mail.ru",
        "Sina",
    }
    for one in WORDINGS:
        assert one.parts == tuple(part for part in one.parts if part and part == part.lower()), one
    assert {status.source for status in statuses.values()} <= {"IANA registry"} | {
        source for source in (status.source for status in statuses.values()) if re.fullmatch(r"RFC \d{4}", source)
    }
    assert set(EVENTS) >= {"bounce", "soft-bounce", "spam"}


@each("reason", REASONS.values(), named=lambda one: one.word)
def test_every_reason_is_in_both_languages(reason):
    assert reason.move in MOVES
    for text in (reason.en, reason.en_remedy):
        assert text.isascii()
        assert re.fullmatch(r"[A-Z](?!.*\. [A-Z]).*\.", text), "one sentence"
    for text in (reason.zh, reason.zh_remedy):
        assert re.search("[一-鿿]", text)
        assert re.fullmatch("[^。]+。", text), "one sentence"
    assert re.findall("`[^`]*`", reason.en_remedy) == re.findall("`[^`]*`", reason.zh_remedy)


def test_a_reply_is_explained_on_the_command_line(bare):
    shown = bare(
        "explain {} -o json", "550-5.1.1 The email account that\n550 5.1.1 you tried to reach does not exist"
    ).json
    assert shown == {
        "code": "550",
        "status": "5.1.1",
        "class": "permanent",
        "says": "no such mailbox",
        "reason": "unknown-mailbox",
        "meaning": REASONS["unknown-mailbox"].en,
        "move": "list-owner",
        "remedy": REASONS["unknown-mailbox"].en_remedy,
        "provider": "Gmail",
        "source": "RFC 3463, wording of Gmail",
        "sure": True,
    }
    chinese = bare("explain 550 User unknown --lang zh -o table").out
    assert "列表维护者" in chinese
    assert "永久失败" in chinese
    assert bare("explain Throttling.User -o json").json["http_status"] == 400
    assert bare("explain 421 4.7.0 throttling by us -o json").json["class"] == "temporary"
    for nonsense in ("hello world", "999 no", "Nonsense"):
        said = bare("explain {}", nonsense, code=10).err
        assert "no reply of a mail server" in said
        assert said.count("\n") == 1
