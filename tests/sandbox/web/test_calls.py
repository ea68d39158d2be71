"""The log of calls as a page, and one call in full."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from pages import misspelt

from dmcli.sandbox.control import faults
from dmcli.sandbox.control.effects import SpoiltError

if TYPE_CHECKING:
    from pages import Document


def facts(page: Document) -> dict[str, str]:
    """The facts that a page lists, by their names."""
    return dict(zip([dt.text for dt in page.all("dt")], [dd.text for dd in page.all("dd")], strict=True))


def cells(page: Document, title: str) -> list[str]:
    return [td.text for td in page.all("td", **{"data-title": title})]


def test_no_calls_yet(site):
    assert "dm -p sandbox account show" in site.page("calls").one("pre").text


def test_calls_are_listed_newest_first_and_filtered(site, cloud):
    cloud.ok("QueryTagByParam")
    cloud.refused("CreateTag", TagName="welcome")
    cloud.send()
    page = site.page("calls")
    assert cells(page, "Action") == ["SingleSendMail", "CreateTag", "QueryTagByParam"]
    assert cells(page, "Status") == ["200", "400", "200"]
    assert cells(page, "Code") == ["", "InvalidTagName.Duplicate", ""]
    assert set(cells(page, "Signature")) == {"HMAC-SHA1"}
    assert cells(site.page("calls?action=CreateTag"), "Action") == ["CreateTag"]
    page = site.page("calls?code=InvalidTagName.Duplicate")
    assert cells(page, "Action") == ["CreateTag"]
    assert [o.text for o in page.all("option") if "selected" in o.attributes] == ["InvalidTagName.Duplicate"]
    assert "No call matches" in site.page("calls?action=None").text


def test_many_calls_come_in_pages(site, cloud):
    for _ in range(201):
        cloud.ok("QueryTagByParam")
    assert len(cells(site.page("calls"), "Action")) == 100
    assert {a.attributes["href"] for a in site.page("calls?page=2").all("a", rel="next")} == {"/_dm/calls?page=3"}
    last = site.page("calls?page=3")
    assert len(cells(last, "Action")) == 1
    assert not last.all("a", rel="next")


def test_a_call_in_full(site, cloud):
    cloud.send("ada@example.com", Subject="您好")
    cloud.ok("QueryTagByParam", Colour="blue", Password="Secret-123456", KeyWord="")
    page = site.page("calls/2")
    shown = facts(page)
    assert shown["Answer"] == "200"
    assert shown["Colour"] == "blue"
    assert shown["Password"] == "***"
    assert shown["KeyWord"] == "empty"
    assert shown["host"] == "sandbox.local"
    assert shown["Signature"].startswith("HMAC-SHA1, key dm-sandbox-id") or "=" in shown["Signature"]
    assert "No page of the service describes Colour, Password" in page.text
    assert "Secret-123456" not in page.text
    reply = "".join(page.all("pre")[-1].pieces)
    assert json.loads(reply)["TotalCount"] == 1
    assert reply.startswith('{\n  "TotalCount": 1,\n')
    assert page.one("a", rel="next").attributes["href"] == "/_dm/calls/1"
    sent = site.page("calls/1")
    assert sent.one("a", href="/_dm/mail/1").text == "ada@example.com"
    assert sent.one("a", rel="prev").attributes["href"] == "/_dm/calls/2"


def test_a_code_is_explained(site, cloud):
    cloud.refused(
        "SingleSendMail", AccountName="no@sandbox.test", **{k: v for k, v in cloud.mail.items() if k != "AccountName"}
    )
    page = site.page("calls/1")
    assert "no such sender address" in facts(page)["Meaning"]
    assert "dm address list" in [code.text for code in page.all("code")]


def test_a_wrong_signature_is_explained_and_the_strings_are_parted(site, cloud):
    cloud.sandbox.exchange(misspelt(cloud, "x"))
    page = site.page("calls/1")
    assert "it encodes a blank as + where %20 is expected" in page.text
    ours, theirs = [mark.text for mark in page.all("mark")]
    assert (ours, theirs) == ("520", "B")
    both = [pre for pre in page.all("pre") if pre.text.startswith("POST&%2F&")]
    assert "a%2520bx" in both[0].text
    assert "a%2Bbx" in both[1].text


def test_a_signature_that_nobody_can_explain(site, cloud):
    request = cloud.request("QueryTagByParam", {"KeyWord": "a"}, AccessKeyId="dm-sandbox-id")
    cloud.sandbox.exchange(request._replace(body=request.body.replace(b"Signature=", b"Signature=AAAA")))
    page = site.page("calls/1")
    assert "most likely its secret is not dm-sandbox-secret" in page.text
    assert "What the server signed" in page.text
    assert not page.all("mark")


def test_a_fault_that_struck_is_named(site, cloud):
    faults.add_fault(cloud.sandbox, faults.fault_of({"effect": "drop", "after": True}))
    with pytest.raises(SpoiltError):
        cloud.send()
    assert cells(site.page("calls"), "Fault") == ["drop"]
    shown = facts(site.page("calls/1"))
    assert shown["Fault"] == "fault 1, told to close the connection without an answer"
    assert shown["Sent"] == "someone@example.com"  # it was done all the same


def test_xml_is_laid_out(site, cloud):
    request = cloud.request("QueryTagByParam", {}, Format="XML")
    cloud.sandbox.exchange(request)
    reply = "".join(site.page("calls/1").all("pre")[-1].pieces)
    assert "\n  <TotalCount>1</TotalCount>\n" in reply
