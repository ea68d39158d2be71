"""The inbox: what is listed, found, marked and deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dmcli.sandbox.web.views.inbox import PAGE

if TYPE_CHECKING:
    from cloud import Cloud
    from pages import Document, Site


def subjects(page: Document) -> list[str]:
    return [span.text for span in page.all("span", class_="subject")]


def test_an_empty_inbox_says_what_to_type(site):
    page = site.page()
    assert page.title == "Inbox · dm sandbox"
    assert "dm -p sandbox send single --to you@example.com" in page.one("pre").text
    assert site.url in page.text
    assert not page.all("ol")


def test_what_the_empty_inbox_says_to_type_works(site, box, sandbox):
    shell, _, line = site.page().one("pre").text.partition("dm -p sandbox ")
    assert (shell, bool(line)) == ("", True)
    box(line)


def test_a_mail_is_listed_with_what_tells_it_from_others(site: Site, cloud: Cloud):
    cloud.send("ada@example.com", TagName="welcome", FromAlias="Shop", TextBody="  First\nwords,  您好 ")
    cloud.send(
        "invalid@example.com", HtmlBody="<style>p{}</style><title>t</title><p>From&nbsp;HTML &amp; so on", TextBody=""
    )
    cloud.send("slow@example.com", Subject="Slow")
    slow, invalid, ada = site.page().all("li", class_="mail")
    assert "Unread, to ada@example.com from Shop Hello First words, 您好 delivered tag welcome" in ada.text
    assert "invalid address" in invalid.text
    assert "From HTML & so on" in invalid.text
    assert "on its way" in slow.text
    cloud.pass_time(minutes=2)
    assert "on its way" not in site.page().text


def test_a_batch_has_each_ones_own_words(site, cloud):
    cloud.ok(
        "BatchSendMail",
        AccountName="news@sandbox.test",
        AddressType="1",
        TemplateName="newsletter",
        ReceiversName="customers",
    )
    assert subjects(site.page()) == ["News for Sam", "News for Li", "News for Ada"]
    assert [span.text for span in site.page().all("span", class_="begin")][-1].startswith("Dear Ada,")


def test_unread_mail_is_counted_and_marked(site, cloud):
    cloud.send()
    cloud.send()
    assert site.page().title == "(2) Inbox · dm sandbox"
    assert len(site.page().all("li", class_="unread")) == 2
    site.page("mail/1")
    page = site.page()
    assert page.title == "(1) Inbox · dm sandbox"
    assert [
        li.text.startswith("Select the mail to someone@example.com Unread") for li in page.all("li", class_="mail")
    ] == [
        True,
        False,
    ]
    assert len(site.page("?unseen=true").all("li", class_="mail")) == 1
    assert site.page("calls").one("span", class_="count").text == "1 unread"


def test_attachments_are_marked(site, cloud):
    url = {"Attachments.1.AttachmentName": "a.pdf", "Attachments.1.AttachmentUrl": "https://example.com/a.pdf"}
    cloud.send(Subject="with", **url)
    cloud.send(Subject="without")
    without, with_one = site.page().all("li", class_="mail")
    assert len(site.page().all("svg", **{"aria-label": "with attachments"})) == 1
    assert with_one.text != without.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?text=ADA%40", ["one"]),
        ("?text=Tw", ["two"]),
        ("?text=%E9%AA%8C%E8%AF%81", ["two"]),  # in a text
        ("?text=bold", ["three"]),  # in HTML
        ("?text=100%25", ["three"]),
        ("?text=1000", []),
        ("?text=_", []),
        ("?tag=welcome", ["one"]),
        ("?status=2", ["two"]),
        ("?to=ada", ["one"]),
        ("?subject=three&text=bold", ["three"]),
        ("?text=bold&status=2", []),
        ("?env_id=600000000002", ["two"]),
        ("?since=2", ["three"]),
        ("?unknown=1", ["three", "two", "one"]),
        ("?text=&tag=&status=", ["three", "two", "one"]),
    ],
)
def test_mail_is_found(site, cloud, query, found):
    cloud.send("ada@example.com", Subject="one", TagName="welcome")
    cloud.send("invalid@example.com", Subject="two", TextBody="您的验证码")
    cloud.send("bob@example.com", Subject="three", HtmlBody="<b class='bold'>100%</b>")
    page = site.page(query)
    assert subjects(page) == found
    if not found:
        assert page.one("h2").text == "Nothing found"


def test_what_was_searched_for_stays_in_the_form(site, cloud):
    cloud.send(TagName="welcome", Subject='报价 "x"')
    page = site.page("?text=%E6%8A%A5%E4%BB%B7%20%22x%22&tag=welcome&status=0&unseen=true&to=some")
    assert page.one("input", type="search").attributes["value"] == '报价 "x"'
    assert [option.text for option in page.all("option") if "selected" in option.attributes] == ["welcome", "delivered"]
    assert "checked" in page.one("input", name="unseen", type="checkbox").attributes
    assert "To some" in page.text
    assert page.one("p", class_="shown").text == "1 mail found"


def test_long_lists_come_in_pages(site, cloud):
    for number in range(PAGE + 3):
        cloud.send(Subject=f"s{number}")
    first, second = site.page(), site.page("?page=2")
    assert subjects(first) == [f"s{number}" for number in range(PAGE + 2, 2, -1)]
    assert subjects(second) == ["s2", "s1", "s0"]
    assert first.one("p", class_="shown").text == f"1 to 100 of {PAGE + 3} mails"
    assert second.one("p", class_="shown").text == f"101 to {PAGE + 3} of {PAGE + 3} mails"
    assert {a.attributes["href"] for a in first.all("a", rel="next")} == {"/_dm/?page=2"}
    assert {a.attributes["href"] for a in second.all("a", rel="prev")} == {"/_dm/?page=1"}
    assert not second.all("a", rel="next")
    assert site.page("?page=3").one("h2").text == "No mail on this page"


def test_a_search_keeps_to_itself_from_page_to_page(site, cloud):
    for number in range(PAGE + 1):
        cloud.send(Subject=f"find {number}")
        cloud.send(Subject="other")
    older = {a.attributes["href"] for a in site.page("?text=find").all("a", rel="next")}
    assert older == {"/_dm/?text=find&page=2"}
    assert subjects(site.page("?text=find&page=2")) == ["find 0"]


def test_one_or_some_are_deleted_once_that_is_confirmed(site, cloud):
    for name in "abcd":
        cloud.send(Subject=name)
    asked = site.post("delete", [("mail", "1"), ("mail", "3")])
    assert asked.status == 200
    assert asked.page.one("h1").text == "Delete these 2 mails?"
    assert len(cloud.mails()) == 4
    fields = [(e.attributes["name"], e.attributes["value"]) for e in asked.page.all("input")]
    assert site.done("delete", [*fields, ("sure", "1")]) == "/_dm/"
    assert [mail["subject"] for mail in cloud.mails()] == ["d", "b"]
    assert site.post("delete", {"mail": "2"}).page.one("h1").text == "Delete this mail?"


def test_all_that_are_found_are_deleted_but_not_what_came_since(site, cloud):
    for name in ("a1", "b", "a2"):
        cloud.send(Subject=name)
    asked = site.post("delete", {"all": "1", "text": "a", "subject": "a"})
    assert asked.page.one("h1").text == "Delete these 2 mails?"
    cloud.send(Subject="a3")
    fields = [(e.attributes["name"], e.attributes["value"]) for e in asked.page.all("input")]
    assert site.done("delete", [*fields, ("sure", "1")]) == "/_dm/?subject=a&text=a"
    assert [mail["subject"] for mail in cloud.mails()] == ["a3", "b"]


def test_everything_is_deleted(site, cloud):
    for _ in range(PAGE + 20):
        cloud.send()
    asked = site.post("delete", {"all": "1"})
    assert asked.page.one("h1").text == "Delete these 120 mails?"
    assert "and 110 more" in asked.page.text
    site.done("delete", {"all": "1", "newest": "1000", "sure": "1"})
    assert cloud.mails() == []
    assert site.page().one("h2").text == "No mail yet"
    assert cloud.sql("SELECT sum(mails) FROM used") == [(120,)]  # the quota stays used


def test_nothing_is_deleted_where_nothing_is_meant(site, cloud):
    cloud.send()
    assert site.post("delete", {"sure": "1"}).status == 400
    assert site.post("delete", {"mail": "x", "sure": "1"}).status == 400
    assert site.done("delete", {"mail": "9", "sure": "1"}) == "/_dm/"
    assert site.done("delete", {"all": "1", "text": "nothing", "sure": "1"}) == "/_dm/?text=nothing"
    assert len(cloud.mails()) == 1


def test_new_mail_is_told_of(site, cloud):
    def count() -> str:
        return site.get(site.page().one("p", id="newer").attributes["data-count"]).text

    assert count() == "0"
    path = site.page("?text=order").one("p", id="newer").attributes["data-count"]
    cloud.send(Subject="order")
    cloud.send(Subject="other")
    assert site.get(path).text == "1"
    assert site.get("newer?since=0").text == "2"
    assert count() == "0"


def test_without_scripts_the_page_refreshes_where_that_is_wanted(site, cloud):
    cloud.send()
    page = site.page()
    assert not page.all("meta", **{"http-equiv": "refresh"})
    (link,) = [a for a in page.all("a") if a.text == "Refresh every 10 seconds"]
    page = site.page(link.attributes["href"])
    assert page.one("meta", **{"http-equiv": "refresh"}).attributes["content"] == "10"
    assert [a.attributes["href"] for a in page.all("a") if a.text == "Stop refreshing"] == ["/_dm/"]
