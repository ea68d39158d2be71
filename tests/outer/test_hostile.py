"""A mail that wants to do all that HTML can does nothing at all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pages import kinds

from dmcli.api.wire import Reply
from dmcli.sandbox.server.server import Server

if TYPE_CHECKING:
    from cloud import Cloud
    from pages import Site

OUT = "http://evil.example/"
HOSTILE = (Path(__file__).parent / "hostile.html").read_text(encoding="utf-8").strip()


@pytest.fixture
def hostile(site: Site, cloud: Cloud) -> Site:
    """A sandbox that was sent such a mail."""
    cloud.send("ada@example.com", Subject="<script>alert('subject')</script>", HtmlBody=HOSTILE, TextBody=HOSTILE)
    return site


@pytest.fixture
def quiet(hostile: Site, trap, opened):
    """A window in which nothing may happen but requests to the sandbox."""
    watched = opened()
    caught = trap.caught
    yield watched
    watched.page.wait_for_timeout(500)
    assert watched.dialogs == []
    assert [url for url in watched.sent if not url.startswith((hostile.url, "data:", "blob:", "about:"))] == []
    assert trap.caught == caught


def test_the_trap_catches_what_leaves(trap, opened):
    caught = trap.caught
    watched = opened()
    watched.page.set_content(f"<img src='{OUT}pixel'>")
    watched.page.wait_for_timeout(500)
    assert trap.caught > caught
    assert f"{OUT}pixel" in watched.sent


def test_nothing_is_connected_to_ahead(hostile, visited):
    body = hostile.get("mail/1/body")
    # What a policy does not cover: the same mail under the same headers, but with its links.
    whole = Reply(200, dict(body.headers), HOSTILE.encode())
    with Server(lambda _: whole) as server:
        assert visited(server.url) > 0
    assert visited(f"{hostile.url}/_dm/mail/1/body") == 0
    assert visited(f"{hostile.url}/_dm/mail/1") == 0


def test_nothing_happens_when_it_is_looked_at(hostile: Site, quiet) -> None:
    for path in ("mail/1", "mail/1/html?width=phone"):
        quiet.page.goto(f"{hostile.url}/_dm/{path}")
        frame = quiet.page.frame_locator("iframe.sheet")
        assert frame.locator("p").inner_text() == "Dear customer"
        quiet.page.wait_for_timeout(500)
        assert quiet.page.url == f"{hostile.url}/_dm/{path}"


def test_nothing_happens_when_it_is_opened_by_itself(hostile: Site, quiet) -> None:
    quiet.page.goto(f"{hostile.url}/_dm/mail/1/body")
    assert quiet.page.locator("p").inner_text() == "Dear customer"
    quiet.page.wait_for_timeout(500)
    assert quiet.page.url == f"{hostile.url}/_dm/mail/1/body"


def test_no_page_of_it_does_anything(hostile: Site, quiet) -> None:
    for path in kinds(hostile):
        quiet.page.goto(f"{hostile.url}{path}")
    assert quiet.errors == []


@pytest.mark.parametrize(
    ("path", "what"),
    [(path, what) for path in ("mail/1", "mail/1/body") for what in ("send", "own", "script")] + [("mail/1", "top")],
)
def test_its_forms_and_scripts_do_nothing_when_they_are_clicked(
    hostile: Site, cloud: Cloud, quiet, what: str, path: str
) -> None:
    quiet.page.goto(f"{hostile.url}/_dm/{path}")
    at = quiet.page if path.endswith("body") else quiet.page.frame_locator("iframe.sheet")
    at.locator(f"#{what}").click()
    quiet.page.wait_for_timeout(300)
    assert quiet.page.url == f"{hostile.url}/_dm/{path}"
    assert len(cloud.mails()) == 1


def test_a_link_that_is_clicked_opens_elsewhere_and_says_nothing_of_us(hostile: Site, trap, opened) -> None:
    watched = opened()
    headers = []
    watched.page.context.route(
        "**/*",
        lambda route: (
            (headers.append(route.request.headers), route.fulfill(body="<script>document.title = opener</script>"))
            if "evil.example" in route.request.url
            else route.continue_()
        ),
    )
    watched.page.goto(f"{hostile.url}/_dm/mail/1")
    with watched.page.context.expect_page() as popup:
        watched.page.frame_locator("iframe.sheet").locator("#link").click()
    popup.value.wait_for_load_state()
    assert popup.value.url == f"{OUT}link"
    assert popup.value.title() == "null"  # scripts run there, as in any browser, and have no way back
    assert "referer" not in headers[0]
    assert len(headers) == 1  # no ping
    assert watched.page.url == f"{hostile.url}/_dm/mail/1"


def test_a_link_that_stays_in_the_frame_leads_nowhere(hostile, opened):
    watched = opened()
    watched.page.goto(f"{hostile.url}/_dm/mail/1")
    watched.page.frame_locator("iframe.sheet").locator("#self").click()
    watched.page.wait_for_timeout(300)
    assert watched.page.url == f"{hostile.url}/_dm/mail/1"
    assert f"{OUT}self" not in watched.sent


def test_the_frame_cannot_see_the_page_around_it(hostile: Site, quiet) -> None:
    quiet.page.goto(f"{hostile.url}/_dm/mail/1")
    frame = quiet.page.frames[1]
    assert frame.evaluate("origin") == "null"
    assert "SecurityError" in frame.evaluate(
        "(() => { try { parent.document; return '' } catch (e) { return e.name } })()"
    )
