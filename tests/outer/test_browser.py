"""The pages in a real browser: on a phone and a desk, in light and dark, by keyboard, with scripts and without."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pages import kinds

if TYPE_CHECKING:
    from cloud import Cloud
    from pages import Site

HERE = Path(__file__).parent
CONTRAST = (HERE / "contrast.js").read_text(encoding="utf-8")
# What can take the focus, in the order of the page; a group of options counts as one.
REACHABLE = """() => [...document.querySelectorAll("a[href], button, input, select, iframe, summary, [tabindex='0']")]
  .filter((element) => element.type !== "hidden" && element.checkVisibility())
  .map((element, i) => (element.dataset.nth = i))"""
FOCUSED = """() => {
  const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
  return { nth: at.dataset.nth ?? null, tag: at.tagName, text: at.textContent.trim().slice(0, 60),
    outline: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth && box.width > 0 };
}"""
WINDOWS = [(width, scheme) for width in (1280, 360) for scheme in ("light", "dark")]


@pytest.mark.parametrize(("width", "scheme"), WINDOWS)
@pytest.mark.parametrize("filled", ["site", "full"], ids=["empty", "full"])
def test_every_page_fits_and_can_be_read(
    request: pytest.FixtureRequest, opened, filled: str, width: int, scheme: str
) -> None:
    site: Site = request.getfixturevalue(filled)
    watched = opened(width, scheme=scheme)
    for path in [*kinds(site), "/_dm/differences?about=SingleSendMail", "/_dm/nothing"]:
        watched.page.goto(f"{site.url}{path}")
        found = watched.page.evaluate(CONTRAST)
        assert found["low"] == [], path
        assert found["seen"] > 8, path
        assert watched.page.evaluate("document.documentElement.scrollWidth") <= width, path
        back = watched.page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        assert (back == "rgb(246, 247, 249)") == (scheme == "light")
    assert watched.errors == []
    assert watched.dialogs == []


@pytest.mark.parametrize("width", [1280, 360])
def test_everything_is_reached_by_tab_and_shows_it(full: Site, opened, width: int) -> None:
    watched = opened(width)
    page = watched.page
    for path in kinds(full):
        page.goto(f"{full.url}{path}")
        wanted = page.evaluate(REACHABLE)
        reached = []
        while len(reached) <= 3 * len(wanted) + 10:
            page.keyboard.press("Tab")
            at = page.evaluate(FOCUSED)
            if at["tag"] == "BODY":
                break
            reached.append(at)
            assert at["tag"] == "IFRAME" or at["outline"], (path, at)
            assert at["seen"], (path, at)
        order = [int(at["nth"]) for at in reached if at["nth"] is not None]
        assert list(dict.fromkeys(order)) == wanted, path  # a frame, and what scrolls, may hold it for longer


def test_the_skip_link_comes_first_and_skips(full: Site, opened) -> None:
    page = opened().page
    page.goto(f"{full.url}/_dm/")
    page.keyboard.press("Tab")
    skip = page.locator("a.skip")
    assert skip.evaluate("e => e === document.activeElement")
    assert skip.bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "text"


def test_a_mail_is_opened_and_left_by_keyboard(site: Site, cloud: Cloud, opened) -> None:
    cloud.send(Subject="first", HtmlBody="<p>您好</p>")
    cloud.send(Subject="second")
    page = opened().page
    page.goto(f"{site.url}/_dm/")
    page.locator(".mail a").nth(1).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/mail/1")
    assert page.locator("h1").inner_text() == "first"
    page.get_by_role("link", name="Text", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/mail/1/text")
    page.get_by_role("link", name="Newer").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/mail/2")
    page.get_by_role("button", name="Mark unread").focus()
    page.keyboard.press("Space")
    page.wait_for_url("**/_dm/")
    assert page.title() == "(1) Inbox · dm sandbox"


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "none"])
def test_mail_is_searched_selected_and_deleted(site: Site, cloud: Cloud, opened, scripts: bool) -> None:
    for number in range(3):
        cloud.send(f"p{number}@example.com", Subject="订单" if number else "other")
    page = opened(scripts=scripts).page
    page.goto(f"{site.url}/_dm/")
    page.get_by_label("Search").fill("订单")
    page.get_by_label("Unread only").check()
    page.get_by_role("button", name="Search").click()
    assert page.locator(".mail").count() == 2
    page.get_by_label("Select the mail to p1@example.com").check()
    page.get_by_role("button", name="Delete selected").click()
    assert page.locator("h1").inner_text() == "Delete this mail?"
    page.get_by_role("button", name="Delete it").click()
    assert page.locator(".shown").inner_text() == "1 mail found"
    page.get_by_role("button", name="Delete all found").click()
    page.get_by_role("link", name="Keep it").click()
    assert [mail["recipient"] for mail in cloud.mails()] == ["p2@example.com", "p0@example.com"]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "none"])
def test_forms_are_taken(site: Site, cloud: Cloud, opened, scripts: bool) -> None:
    page = opened(scripts=scripts).page
    page.goto(f"{site.url}/_dm/faults")
    page.get_by_label("What happens").select_option("error")
    page.get_by_label("Value").fill("Throttling.User")
    page.get_by_role("button", name="Add the fault").click()
    assert "1: error Throttling.User" in page.locator("table").inner_text()
    assert cloud.refused("CreateTag", TagName="a")[1] == "Throttling.User"
    page.get_by_role("button", name="Set what the service documents").click()
    assert "SingleSendMail: 100/s" in page.locator("main").inner_text()
    page.goto(f"{site.url}/_dm/account")
    page.get_by_label("Mails a day").fill("7")
    page.get_by_role("button", name="Set the quota").click()
    assert "0 of 7 used" in page.locator("main").inner_text()


def test_mail_appears_by_itself(site: Site, cloud: Cloud, opened) -> None:
    page = opened().page
    page.goto(f"{site.url}/_dm/")
    assert page.get_by_text("No mail yet").is_visible()
    cloud.send(Subject="first")
    page.locator(".subject", has_text="first").wait_for()
    assert page.title() == "(1) Inbox · dm sandbox"


def test_mail_does_not_appear_under_somebodys_hands(site: Site, cloud: Cloud, opened) -> None:
    cloud.send(Subject="first")
    page = opened().page
    page.goto(f"{site.url}/_dm/")
    page.locator(".pick input").check()
    cloud.send(Subject="second")
    page.get_by_role("link", name="Show 1 new mail").wait_for()
    assert page.locator(".pick input").is_checked()
    page.get_by_role("link", name="Show 1 new mail").click()
    page.locator(".subject", has_text="second").wait_for()


def test_attachments_are_saved(site: Site, cloud: Cloud, opened) -> None:
    key = "0123456789abcdef0123456789abcdef"
    cloud.sql("INSERT INTO upload VALUES (?, '', 'text/html', ?, 0)", key, b"<script>alert(1)</script>")
    name = {"Attachments.1.AttachmentName": "报价 单.html", "Attachments.1.AttachmentUrl": f"http://127.0.0.1:1/{key}"}
    cloud.send(**name)
    watched = opened()
    watched.page.goto(f"{site.url}/_dm/mail/1/files")
    for role, saved in (("报价 单.html", "报价 单.html"), ("Save as .eml", "mail-1.eml")):
        with watched.page.expect_download() as download:
            watched.page.get_by_role("link", name=role).click()
        assert download.value.suggested_filename == saved
    assert watched.dialogs == []


def test_another_site_can_neither_see_nor_do(site: Site, cloud: Cloud, opened) -> None:
    cloud.send()
    watched = opened()
    page = watched.page
    html = f"""<form method="post" action="{site.url}/_dm/delete" target="out">
        <input name="all" value="1"><input name="sure" value="1"></form><iframe name="out"></iframe>
        <iframe src="{site.url}/_dm/"></iframe><script>document.forms[0].submit()</script>"""
    page.context.route("http://evil.example/**", lambda route: route.fulfill(content_type="text/html", body=html))
    page.goto("http://evil.example/")
    page.wait_for_timeout(700)
    assert len(cloud.mails()) == 1
    assert "someone@example.com" not in "".join(frame.content() for frame in page.frames)
    assert page.evaluate(f"fetch('{site.url}/_dm/').then(r => r.text()).catch(() => 'refused')") == "refused"
