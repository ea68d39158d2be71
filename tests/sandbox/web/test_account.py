"""The account as a page: quota, domains with their records, lists, templates and the rest."""

from __future__ import annotations

import http.client
import io
import re
from typing import TYPE_CHECKING

import pytest
from patience import PATIENT

from dmcli.render import Output
from dmcli.render.panel import show_account
from dmcli.sandbox.control.quota import get_quota, set_quota

if TYPE_CHECKING:
    from pages import Document


def rows(page: Document, title: str = "") -> list[list[str]]:
    """The cells of the tables of a page, without heads; of the one of that title."""
    found, wanted = [], not title
    for element in page.elements:
        if element.tag == "table":
            wanted = not title or element.attributes["aria-label"] == title
        if element.tag == "tr" and wanted:
            found.append([])
        if element.tag in ("td", "th") and wanted and element.attributes.get("role") != "columnheader":
            found[-1].append(element.text)
    return [row for row in found if row]


def test_what_a_new_account_has(site):
    page = site.page("account")
    assert "0 of 2,000 used, 2,000 left" in page.text
    assert rows(page, "Domains")[0][:6] == ["sandbox.test", "1", "verified", "ok", "ok", "ok"]
    assert [row[:3] for row in rows(page, "Sender addresses")] == [
        ["noreply@sandbox.test", "1", "trigger"], ["news@sandbox.test", "2", "batch"],
    ]  # fmt: skip
    assert rows(page, "Recipient lists")[0][2:4] == ["3", "Three customers to try with"]
    assert rows(page, "Tags") == [["welcome", "1", "Mail to new customers"]]
    assert rows(page, "Templates")[0][:3] == ["newsletter", "1", "approved"]
    assert rows(page, "Invalid addresses") == []
    assert "Batch sends (0)" in page.text


def test_what_is_empty_says_how_to_make_one(site, cloud):
    cloud.sql("DELETE FROM domain")
    assert "dm -p sandbox domain create mail.example.com" in [code.text for code in site.page("account").all("code")]


def test_used_quota_is_shown_and_quota_is_set(site, cloud):
    cloud.send("a@example.com,b@example.com")
    assert "2 of 2,000 used, 1,998 left" in site.page("account").text
    assert site.done("account/quota", {"daily": "1", "monthly": ""}) == "/_dm/account"
    assert get_quota(cloud.sandbox) == {"daily": 1, "monthly": 60000}
    assert "2 of 1 used, 0 left" in site.page("account").text
    assert cloud.refused("SingleSendMail", **cloud.mail)[0] == 400
    site.done("account/quota", {"daily": "0", "monthly": "0"})
    assert "2 of 0 used, 0 left" in site.page("account").text


@pytest.mark.parametrize(
    ("limit", "colour"), [(1000, "32"), (143, "32"), (142, "33"), (112, "33"), (111, "1;31"), (3, "1;31"), (0, "1;31")]
)
def test_the_bar_of_the_page_turns_where_that_of_the_terminal_does(site, cloud, limit, colour):
    cloud.send(",".join(f"a{number}@example.com" for number in range(100)))
    set_quota(cloud.sandbox, daily=limit)
    meter = site.page("account").all("meter")[0].attributes
    value, low, high = (float(meter[name]) for name in ("value", "low", "high"))
    # The regions of a meter whose optimum is in the lowest (HTML standard, 4.10.14): green, amber, red.
    assert float(meter["optimum"]) <= low
    assert colour == ("32" if value <= low else "33" if value <= high else "1;31")
    stdout = io.StringIO()
    show_account({"DailyQuota": limit, "usage": {"day_used": 100}}, Output("table", "", stdout, color=True))
    assert f"\x1b[{colour}m█" in stdout.getvalue()


def test_a_quota_that_is_none_is_said_to_be(site, cloud):
    for wrong in ("many", "-1", "1.5", "9" * 30):
        answer = site.post("account/quota", {"daily": wrong, "monthly": "5"})
        assert answer.status == 400
        assert answer.page.one("p", role="alert").text
    assert get_quota(cloud.sandbox) == {"daily": 2000, "monthly": 60000}


def test_a_domain_has_the_records_it_asks_for(site, cloud):
    made = cloud.ok("CreateDomain", DomainName="mail.example.com")["DomainId"]
    described = cloud.ok("DescDomain", DomainId=made)
    page = site.page(f"account/domain/{made}")
    assert [(row[3], row[0], row[1], row[4]) for row in rows(page)] == [
        ("Ownership", "TXT", "aliyundm.mail.example.com", "missing"),
        ("SPF", "TXT", "mail.example.com", "missing"),
        ("DKIM", "TXT", "aliyun-cn-hangzhou._domainkey.mail.example.com", "missing"),
        ("DMARC", "TXT", "_dmarc.mail.example.com", "missing"),
        ("MX", "MX", "mail.example.com", "missing"),
        ("Tracking", "CNAME", "dmtrace.mail.example.com", "missing"),
    ]
    assert [row[2].removeprefix("10 ") for row in rows(page)] == [
        described[name]
        for name in ("DomainType", "SpfRecordV2", "DkimPublicKey", "DmarcRecord", "MxRecord", "TracefRecord")
    ]
    assert "dm -p sandbox domain check mail.example.com" in page.text
    cloud.ok("CheckDomain", DomainId=made)
    page = site.page(f"account/domain/{made}")
    assert {row[4] for row in rows(page)} == {"found"}
    assert "domain check" not in page.text


def test_a_list_has_its_members_in_pages(site, cloud):
    (receiver,) = cloud.sql("SELECT id FROM receiver")[0]
    page = site.page(f"account/list/{receiver}")
    assert [row[:2] for row in rows(page)] == [
        ["ada@example.com", "Ada,,,,"], ["li@example.com", "Li,,,,"], ["sam@example.com", "Sam,,,,"],
    ]  # fmt: skip
    people = [(receiver, f"p{number:04}@example.com") for number in range(1500)]
    for one in people:
        cloud.sql("INSERT INTO member VALUES (?, ?, '', 0)", *one)
    page = site.page(f"account/list/{receiver}")
    assert len(rows(page)) == 1000
    assert "1,503" in [dd.text for dd in page.all("dd")]
    page = site.page(page.one("a", rel="next").attributes["href"])
    assert len(rows(page)) == 503
    assert not page.all("a", rel="next")
    assert [a.text for a in page.all("a") if a.attributes["href"] == f"/_dm/account/list/{receiver}"] == ["← First"]


def test_an_empty_list_says_how_to_fill_it(site, cloud):
    made = cloud.ok("CreateReceiver", ReceiversName="none", ReceiversAlias="none@list")["ReceiverId"]
    assert "dm -p sandbox receiver add none you@example.com" in site.page(f"account/list/{made}").text


def test_a_template_is_shown(site, cloud):
    page = site.page("account/template/1")
    assert "News for {UserName}" in page.text
    assert page.one("pre").text.startswith("<p>Dear {UserName},</p>")


def test_what_was_sent_in_batches_and_who_is_not_there(site, cloud):
    cloud.ok("BatchSendMail", AccountName="news@sandbox.test", AddressType="1", TemplateName="newsletter",
             ReceiversName="customers", TagName="welcome")  # fmt: skip
    cloud.send("invalid@example.com")
    page = site.page("account")
    assert rows(page, "Batch sends")[0][:6] == ["1", "customers", "newsletter", "welcome", "3", "sent"]
    assert rows(page, "Invalid addresses")[0][0] == "invalid@example.com"


def test_more_than_is_shown_is_said(site, cloud):
    for number in range(1001):
        cloud.sql("INSERT INTO invalid (address, at) VALUES (?, 0)", f"{number}@example.com")
    assert "The first 1000 of 1,001." in site.page("account").text


def test_to_look_changes_nothing(site, cloud):
    before = cloud.sql("SELECT * FROM address"), cloud.sql("SELECT * FROM template"), cloud.sql("SELECT * FROM domain")
    for path in ("account", "account/domain/1", "account/template/1"):
        site.page(path)
    assert before == (
        cloud.sql("SELECT * FROM address"), cloud.sql("SELECT * FROM template"), cloud.sql("SELECT * FROM domain"),
    )  # fmt: skip


def test_the_link_in_a_confirming_mail_confirms_once_asked(site, cloud):
    cloud.sql("UPDATE address SET reply = 'reply@example.com', reply_status = 1 WHERE id = 1")
    request = cloud.request("CheckReplyToMailAddress", {"MailAddressId": "1"})
    host = site.url.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=PATIENT)
    connection.request("POST", "/", request.body, {"content-type": "application/x-www-form-urlencoded"})
    assert connection.getresponse().status == 200
    connection.close()
    (mail,) = cloud.mails(to="reply@example.com")
    (link,) = re.findall(rf"^{re.escape(site.url)}(/_dm/confirm/\w+)$", mail["text"], re.MULTILINE)
    page = site.page(link)
    assert "Confirm reply@example.com?" in page.text
    assert cloud.ok("QueryMailAddressByParam", KeyWord="noreply")["data"]["mailAddress"][0]["ReplyStatus"] == "1"
    assert site.done(page.one("form").attributes["action"]) == "/_dm/account#addresses"
    assert cloud.ok("QueryMailAddressByParam", KeyWord="noreply")["data"]["mailAddress"][0]["ReplyStatus"] == "0"
    for gone in (site.get(link), site.post(link)):
        assert gone.status == 404
        assert gone.page.one("h1")


def test_a_link_for_a_reply_address_that_changed_confirms_nothing(site, cloud):
    cloud.ok("ModifyMailAddress", MailAddressId="1", ReplyAddress="reply@example.com")
    cloud.ok("CheckReplyToMailAddress", MailAddressId="1")
    (ticket,) = cloud.sql("SELECT ticket FROM ticket")[0]
    cloud.ok("ModifyMailAddress", MailAddressId="1", ReplyAddress="other@example.com")
    assert site.get(f"confirm/{ticket}").status == 404
    assert site.post(f"confirm/{ticket}").status == 404
