"""Faults and limits, set and lifted from a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmcli.sandbox.control import faults, limits
from dmcli.sandbox.control.effects import EFFECTS

if TYPE_CHECKING:
    from cloud import Cloud
    from pages import Document

NONE = dict.fromkeys(("value", "action", "recipient", "times", "nth", "rate", "seed", "retry_after"), "")


def kept(cloud: Cloud) -> list[faults.Fault]:
    return faults.list_faults(cloud.sandbox)


def limited(cloud: Cloud) -> dict[str, str]:
    return {limit.action: limit.text for limit in limits.list_limits(cloud.sandbox)}


def row(page: Document) -> str:
    return page.all("tr")[1].text


def test_the_form_has_all_that_a_fault_has(site):
    page = site.page("faults")
    assert "No faults" in page.text
    form = page.one("form", action="/_dm/faults")
    assert form
    names = {e.attributes.get("name") for e in page.elements if e.tag in ("input", "select")}
    assert names >= set(faults.Fault._fields[: faults.Fault._fields.index("id")])
    assert [o.attributes["value"] for o in page.all("option") if o.attributes.get("value") in EFFECTS] == list(EFFECTS)


def test_a_fault_strikes_as_it_was_set(site, cloud):
    form = NONE | {"effect": "error", "value": "Throttling.User", "action": "CreateTag", "times": "2", "recipient": ""}
    assert site.done("faults", form) == "/_dm/faults"
    assert cloud.refused("CreateTag", TagName="a") == (400, "Throttling.User")
    assert "1: error Throttling.User CreateTag any 2 times 1 1 Remove" in row(site.page("faults"))
    cloud.refused("CreateTag", TagName="a")
    assert "2 times; spent" in row(site.page("faults"))
    cloud.ok("CreateTag", TagName="a")


def test_every_field_is_taken(site, cloud):
    form = {
        "effect": "status", "value": "502", "after": "1", "html": "1", "action": "SingleSendMail",
        "recipient": "*@EXAMPLE.com", "times": "3", "nth": "", "rate": "0.5", "seed": "7", "retry_after": "200",
    }  # fmt: skip
    site.done("faults", form)
    (fault,) = kept(cloud)
    assert fault == faults.Fault(
        "status", "502", after=True, action="SingleSendMail", recipient="*@example.com", times=3, rate=0.5, seed=7,
        html=True, retry_after=200, id=1,
    )  # fmt: skip
    assert row(site.page("faults")) == (
        "1: status 502, as a web page, after the call was done, asks to wait 200 ms SingleSendMail *@example.com "
        "50% (seed 7), at most 3 0 0 Remove"
    )
    site.done("faults", NONE | {"effect": "hang", "nth": "2"})
    assert "only number 2" in site.page("faults").text


def test_what_cannot_be_meant_is_said_and_nothing_is_lost(site, cloud):
    for form, said in (
        ({"effect": "error"}, "needs a value"),
        ({"effect": "drop", "value": "x"}, "takes no value"),
        ({"effect": "error", "value": "InvalidTagName.Duplicat"}, "did you mean"),
        ({"effect": "drop", "times": "many"}, "times 'many' is not a number"),
        ({"effect": "drop", "action": "SendAll"}, "'SendAll' is no action"),
    ):
        answer = site.post("faults", NONE | form | {"recipient": "ada*", "after": "1"})
        page = answer.page
        assert answer.status == 400
        assert said in page.one("p", role="alert").text
        assert page.one("input", name="recipient").attributes["value"] == "ada*"
        assert "checked" in page.one("input", name="after").attributes
    assert kept(cloud) == []


def test_faults_are_removed_one_or_all(site, cloud):
    for _ in range(3):
        site.done("faults", NONE | {"effect": "drop"})
    site.done("faults/remove", {"fault": "2"})
    assert [fault.id for fault in kept(cloud)] == [1, 3]
    site.done("faults/remove")
    assert kept(cloud) == []
    assert site.post("faults/remove", {"fault": "x"}).status == 400


def test_limits_are_set_and_lifted(site, cloud):
    assert site.done("limits", {"action": "CreateTag", "rate": " 1 / min "}) == "/_dm/faults#limits"
    cloud.ok("CreateTag", TagName="a")
    assert cloud.refused("CreateTag", TagName="b") == (400, "Throttling.User")
    site.done("limits/documented")
    assert limited(cloud) == {"BatchSendMail": "20/min", "CreateTag": "1/min", "SingleSendMail": "100/s"}
    assert "CreateTag: 1/min" in site.page("faults").text
    site.done("limits/remove", {"action": "CreateTag"})
    cloud.ok("CreateTag", TagName="b")
    site.done("limits/remove")
    assert limited(cloud) == {}


def test_a_limit_that_is_none_is_said_to_be(site, cloud):
    for form in ({"action": "CreateTag", "rate": "fast"}, {"action": "SendAll", "rate": "1/s"}):
        answer = site.post("limits", form)
        assert answer.status == 400
        assert answer.page.one("p", role="alert").text
        assert answer.page.one("input", name="rate", required="").attributes["value"] == form["rate"]
    assert limited(cloud) == {}
