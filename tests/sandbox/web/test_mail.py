"""The page of a mail, its tabs, and what is served beside it."""

from __future__ import annotations

import email
import re
from email import policy
from typing import TYPE_CHECKING

from pages import LETTER

if TYPE_CHECKING:
    from pages import Document

KEY = "0123456789abcdef0123456789abcdef"
BODY_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data:; "
    "style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)


def facts(page: Document) -> dict[str, str]:
    """The facts that a page lists, by their names."""
    return dict(zip([dt.text for dt in page.all("dt")], [dd.text for dd in page.all("dd")], strict=True))


def tabs(page: Document) -> list[str]:
    return [a.text for a in page.all("a") if re.fullmatch(r"/_dm/mail/1/(?!eml)[a-z]+", a.attributes["href"])]


def test_a_mail_opens_as_it_looks(site, cloud):
    cloud.send("ada@example.com", HtmlBody=LETTER, FromAlias="Shop", TagName="welcome", ReplyAddress="re@example.com")
    page = site.page("mail/1")
    shown = facts(page)
    assert page.title == "Hello · dm sandbox"
    assert shown["From"] == "Shop <noreply@sandbox.test>"
    assert shown["To"] == "ada@example.com"
    assert shown["Time"] == "2026-03-15 04:00:00 +00:00, for the service 2026-03-15 12:00 +08:00"
    assert shown["Code"] == "482913"
    frame = page.one("iframe").attributes
    assert frame["sandbox"] == "allow-popups allow-popups-to-escape-sandbox"
    assert frame["src"] == "/_dm/mail/1/body"
    assert "Remote images are not loaded" in page.text
    assert "phone" not in frame["class"]
    assert "phone" in site.page("mail/1/html?width=phone").one("iframe").attributes["class"]


def test_the_body_is_the_mail_kept_in_check(site, cloud):
    cloud.send(HtmlBody=LETTER)
    answer = site.get("mail/1/body")
    assert answer.headers["content-security-policy"] == BODY_POLICY
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-dns-prefetch-control"] == "off"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    # After the doctype, which decides how it is laid out.
    assert answer.text == LETTER.replace("<html>", '<base target="_blank"><html>').replace("<link ", "<meta ")


def test_a_body_without_a_doctype_gets_none(site, cloud):
    cloud.send(HtmlBody="<p>您好</p>")
    assert site.get("mail/1/body").text == '<base target="_blank"><p>您好</p>'
    cloud.send(TextBody="only text")
    assert site.get("mail/2/body").status == 404


def test_only_what_there_is_has_a_tab(site, cloud):
    cloud.send(TextBody="see https://example.com/a")
    assert tabs(site.page("mail/1")) == ["Text", "Headers", "Raw", "Links (1)", "Delivery"]
    assert site.get("mail/1/html").status == 404
    assert site.get("mail/1/files").status == 404


def test_text_and_source_are_shown_as_they_are(site, cloud):
    cloud.send(TextBody="a\n  b\n\n<您好>", HtmlBody="<p>\n <b>您好</b>\n</p>")
    assert site.page("mail/1/text").one("pre").pieces == ["a\n  b\n\n<您好>"]
    assert site.page("mail/1/source").one("pre").pieces == ["<p>\n <b>您好</b>\n</p>"]
    cloud.send(TextBody="", HtmlBody="<p>one</p><p>two</p>")
    page = site.page("mail/2/text")
    assert "".join(page.one("pre").pieces).split() == ["one", "two"]
    assert "no text of its own" in page.text


def test_a_variable_is_filled_in_everywhere(site, cloud):
    cloud.ok(
        "BatchSendMail",
        AccountName="news@sandbox.test",
        AddressType="1",
        TemplateName="newsletter",
        ReceiversName="customers",
    )
    assert "Dear Ada," in site.get("mail/1/body").text
    assert "Dear Ada," in site.page("mail/1/source").one("pre").text


def test_headers_and_the_message_itself(site, cloud):
    cloud.send("ada@example.com", Subject="您好", HtmlBody="<p>hi</p>", Headers='{"X-User-A": "b"}')
    shown = facts(site.page("mail/1/headers"))
    assert shown["X-User-A"] == "b"
    assert shown["Subject"] == "您好"
    answer = site.get("mail/1/eml")
    assert answer.headers["content-type"] == "message/rfc822"
    assert answer.headers["content-disposition"].startswith('attachment; filename="mail-1.eml"')
    message = email.message_from_bytes(answer.body, policy=policy.default)
    assert (message["To"], message["Subject"]) == ("ada@example.com", "您好")
    raw = "".join(site.page("mail/1/raw").one("pre").pieces)
    # The boundary is made anew each time.
    assert raw.split("boundary")[0] == answer.text.replace("\r\n", "\n").split("boundary")[0]


def test_a_long_message_is_shown_in_part(site, cloud):
    cloud.send(HtmlBody="<p>" + "很长 " * 10_000 + "</p>")
    assert "Only the beginning is shown" not in site.page("mail/1/raw").text
    cloud.sql("UPDATE message SET html = ?", "x" * 500_000)
    page = site.page("mail/1/raw")
    assert "Only the beginning is shown" in page.text
    assert len(page.one("pre").text) < 201_000


def test_attachments_are_saved_and_never_shown(site, cloud):
    cloud.sql("INSERT INTO upload VALUES (?, '', 'text/html', ?, 0)", KEY, b"<script>alert(1)</script>")
    cloud.send(**{
        "Attachments.1.AttachmentName": '报价 "1"/..\\2.html', "Attachments.1.AttachmentUrl": f"http://127.0.0.1:9/{KEY}",
        "Attachments.2.AttachmentName": "far.pdf", "Attachments.2.AttachmentUrl": "https://example.com/far.pdf",
    })  # fmt: skip
    page = site.page("mail/1/files")
    assert "text/html, 25 B" in page.text
    assert "https://example.com/far.pdf" in page.text
    answer = site.get("mail/1/file/1")
    assert answer.body == b"<script>alert(1)</script>"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith('attachment; filename="')
    assert "filename*=UTF-8''%E6%8A%A5%E4%BB%B7%20%221%22_.._2.html" in disposition
    assert site.get("mail/1/file/2").status == 404
    assert site.get("mail/1/file/3").status == 404


def test_links_are_listed_for_whom_they_are(site, cloud):
    cloud.send(HtmlBody='<a href="https://a.example/?x=1&amp;y=2">a</a><a href="javascript:alert(1)">b</a>')
    links = [a.attributes for a in site.page("mail/1/links").all("a", target="_blank")]
    assert [link["href"] for link in links] == ["https://a.example/?x=1&y=2"]
    assert links[0]["rel"] == "noopener noreferrer"


def test_what_became_of_it(site, cloud):
    cloud.send("ada@example.com,invalid@example.com", BccAddress="boss@example.com")
    cloud.sql("INSERT INTO event (mail, kind, at) VALUES (1, 'open', 1773547200)")
    page = site.page("mail/1/delivery")
    shown = facts(page)
    assert shown["Answer"] == "250 Send Mail OK"
    assert shown["EnvId"] == "600000000001"
    assert shown["Sent by"].startswith("call 1, request id ")
    assert page.one("a", href="/_dm/calls/1")
    assert "2026-03-15 04:00 open" in page.text
    assert [li.text for li in page.all("li")][-2:] == ["boss@example.com, blind copy", "invalid@example.com"]
    invalid = facts(site.page("mail/2/delivery"))
    assert invalid["Outcome"] == "invalid address"
    assert invalid["Answer"] == "550 The recipient's mailbox does not exist (SmtpNxBox)"
    assert "as a blind copy" in facts(site.page("mail/3"))["To"]
    cloud.send("slow@example.com")
    slow = facts(site.page("mail/4/delivery"))
    assert (slow["Outcome"], slow["Known from"]) == ("on its way", "2026-03-15 04:01")


def test_a_message_to_many_names_some_and_leads_to_all(site, cloud):
    people = [{"Email": f"p{number}@example.com", "CustomData": {}} for number in range(60)]
    (list_id,) = cloud.sql("SELECT id FROM receiver")[0]
    cloud.ok("SaveReceiverDetail", ReceiverId=list_id, CustomDetail=people)
    cloud.ok(
        "BatchSendMail",
        AccountName="news@sandbox.test",
        AddressType="1",
        TemplateName="newsletter",
        ReceiversName="customers",
    )
    page = site.page("mail/1/delivery")
    (link,) = [a for a in page.all("a") if a.text == "all 63"]
    assert site.page(link.attributes["href"]).one("p", class_="shown").text == "63 mails found"


def test_a_forgotten_call_is_said_to_be(site, cloud):
    cloud.send()
    cloud.sql("DELETE FROM call")
    assert "forgotten" in facts(site.page("mail/1/delivery"))["Sent by"]


def test_to_look_is_to_read_and_that_can_be_undone(site, cloud):
    cloud.send()
    for path in ("mail/1/body", "mail/1/eml"):
        site.get(path)
    site.ask("HEAD", "mail/1")
    assert not cloud.mails()[0]["seen"]
    site.page("mail/1/text")
    assert cloud.mails()[0]["seen"]
    assert site.done("mail/1/unread") == "/_dm/"
    assert not cloud.mails()[0]["seen"]
    assert site.post("mail/9/unread").status == 404


def test_the_next_and_the_one_before(site, cloud):
    for _ in range(3):
        cloud.send()
    site.done("delete", {"mail": "2", "sure": "1"})

    def near(number: int) -> tuple[list[str], list[str]]:
        page = site.page(f"mail/{number}")
        return tuple([a.attributes["href"] for a in page.all("a", rel=rel)] for rel in ("prev", "next"))

    assert near(1) == (["/_dm/mail/3"], [])
    assert near(3) == ([], ["/_dm/mail/1"])


def test_a_confirming_mail_is_called_one(site, cloud):
    made = cloud.ok("CreateMailAddress", AccountName="x@sandbox.test", Sendtype="batch", ReplyAddress="r@example.com")
    cloud.ok("CheckReplyToMailAddress", MailAddressId=made["MailAddressId"])
    assert "confirms a reply-to address" in facts(site.page("mail/1/delivery"))["Kind"]
