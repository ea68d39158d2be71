"""Statistics as a page: the drawing, and the figures that it draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pages import Document


def totals(page: Document) -> dict[str, str]:
    return dict(zip([dt.text for dt in page.all("dt")], [dd.text for dd in page.all("dd")], strict=True))


def lines(page: Document) -> dict[str, list[str]]:
    """The figures of each day and tag."""
    found: dict[str, list[str]] = {}
    for element in page.elements:
        if element.tag == "th" and element.attributes["role"] == "rowheader":
            figures = found.setdefault(element.text, [])
        elif element.tag == "td":
            figures.append(element.text)
    return found


def test_no_mail_no_statistics(site):
    page = site.page("stats")
    assert "No mail in these days" in page.text
    assert not page.all("svg")


def test_mail_is_counted_by_day_and_tag(site, cloud):
    cloud.pass_time(days=-40)
    cloud.send("old@example.com")
    cloud.pass_time(days=11)  # the first of the thirty days
    cloud.send("first@example.com")
    cloud.pass_time(days=29)
    cloud.send("a@example.com,invalid@example.com,spam@example.com,fail@example.com", TagName="welcome")
    cloud.send("slow@example.com")
    cloud.sql(
        "INSERT INTO event (mail, kind, at) VALUES (3, 'open', 0), (3, 'open', 1), (3, 'click', 2), (4, 'open', 3)"
    )
    page = site.page("stats")
    assert totals(page) == {
        "Sent": "6", "Delivered": "2", "Invalid address": "1", "Spam": "1", "Failed": "1", "On its way": "1",
        "Opened": "2", "Clicked": "1",
    }  # fmt: skip
    assert lines(page) == {
        "2026-03-15": ["5", "1", "1", "1", "1", "1", "2", "1"],
        "2026-02-14": ["1", "1", "0", "0", "0", "0", "0", "0"],
        "welcome": ["4", "1", "1", "1", "1", "0", "2", "1"],
        "no tag": ["2", "1", "0", "0", "0", "1", "0", "0"],
    }
    cloud.pass_time(minutes=2)
    assert totals(site.page("stats"))["Delivered"] == "3"


def test_the_days_are_the_services(site, cloud):
    cloud.pass_time(hours=13)  # 17:00 UTC, 01:00 of the next day in China
    cloud.send()
    assert "2026-03-16" in lines(site.page("stats"))


def test_what_confirms_an_address_is_no_mail_of_the_account(site, cloud):
    made = cloud.ok("CreateMailAddress", AccountName="x@sandbox.test", Sendtype="batch", ReplyAddress="r@example.com")
    cloud.ok("CheckReplyToMailAddress", MailAddressId=made["MailAddressId"])
    assert "No mail in these days" in site.page("stats").text


def test_the_drawing_has_a_bar_for_each_outcome_of_each_day(site, cloud):
    cloud.send("a@example.com,b@example.com,spam@example.com")
    page = site.page("stats")
    svg = page.one("svg")
    assert svg.attributes["role"] == "img"
    assert svg.attributes["aria-label"]
    delivered, spam = page.all("rect")
    assert delivered.text == "2026-03-15: 2 delivered"
    assert spam.text == "2026-03-15: 1 spam"
    assert float(delivered.attributes["height"]) == pytest.approx(50)  # of 100, on a scale to 4
    assert float(spam.attributes["y"]) == pytest.approx(25)
    assert [li.text for li in page.all("li", class_="outcome")] == ["delivered", "spam"]
