"""Every reply against the vendor's own models: all they know is there, in the type they expect, and survives them."""

from __future__ import annotations

import inspect
import json
from typing import TYPE_CHECKING, Any, get_type_hints

import alibabacloud_dm20151123.models as sdk
from lab import CALLS
from rows import each
from service import found_in

from dmcli.api import catalogue
from dmcli.api.actions.others import LACKING
from dmcli.sandbox.actions import facts_of

if TYPE_CHECKING:
    from lab import Lab


def answer_of(lab: Lab, action: str) -> dict[str, Any]:
    done = lab.call(action, CALLS[action])
    assert done.status == 200, done.reply
    return done.reply


def test_no_action_is_left_out():
    assert set(CALLS) == {action.name for action in catalogue.all_actions()}


@each("action", sorted(found_in("python")))
def test_the_sdk_finds_all_it_knows(lab, action):
    answer = answer_of(lab, action)
    model = getattr(sdk, f"{action}ResponseBody")().from_map(answer)
    assert_kept(model.to_map(), answer)
    assert_complete(model)


def assert_kept(mapped: Any, answer: Any) -> None:
    """What the model gives back is what it got."""
    if isinstance(mapped, dict):
        for name, value in mapped.items():
            assert_kept(value, answer[name])
    elif isinstance(mapped, list):
        assert len(mapped) == len(answer)
        for one, other in zip(mapped, answer, strict=True):
            assert_kept(one, other)
    else:
        assert mapped == answer


def assert_complete(model: Any) -> None:
    """Each field is there and of the model's type."""
    types = get_type_hints(type(model).__init__, vars(inspect.getmodule(type(model))))
    for name, value in vars(model).items():
        if name.startswith("_"):
            continue
        assert value is not None, name
        if isinstance(value, list):
            assert value, f"{name} shows no row"
            for one in value:
                assert isinstance(one, str) or assert_complete(one) is None
        elif hasattr(value, "to_map"):
            assert_complete(value)
        else:
            assert type(value) is types[name], name


def test_rows_are_where_the_catalogue_says_with_the_fields_it_says(lab):
    for action in catalogue.all_actions():
        answer = answer_of(lab, action.name) if action.lists else {}
        for path in action.lists[:1]:
            rows: Any = answer
            for step in path.split("."):
                rows = rows[step]
            assert rows, action.name
            missing = {field.name for field in action.fields} - set(rows[0])
            assert not missing, action.name


@each("action", sorted(set(CALLS) - {"ModifyPWByDomain"}))
def test_a_success_has_no_code(lab, action):
    assert "Code" not in answer_of(lab, action)


@each("action", [action for action in sorted(CALLS) if facts_of(catalogue.get(action)).section])
def test_each_action_of_the_reference_is_there_in_either_version(lab, action):
    done = lab.call(action, {**CALLS[action], "version": "2017-06-22"})
    assert done.status == 200, done.reply


def test_what_is_missing_says_so(cloud):
    known = {name.removesuffix("Request") for name in dir(sdk) if name.endswith("Request")}
    known -= {name for name in known if name.endswith(("Advance", "Shrink"))}
    assert known <= set(CALLS)
    for action in LACKING:
        assert cloud.refused(action) == (400, "SandboxNotImplemented")


def test_both_formats_say_the_same(cloud):
    import xml.etree.ElementTree as ET

    request = cloud.request("QueryTagByParam", {}, Format="XML")
    reply = cloud.sandbox.exchange(request)
    root = ET.fromstring(reply.body.decode())  # noqa: S314
    assert (reply.headers["content-type"], root.tag) == ("text/xml;charset=utf-8", "QueryTagByParamResponse")
    assert root.findtext("data/tag/TagName") == "welcome"
    cloud.ok("CreateTag", TagName="a")
    root = ET.fromstring(cloud.sandbox.exchange(cloud.request("QueryTagByParam", {}, Format="XML")).body.decode())  # noqa: S314
    assert [tag.findtext("TagName") for tag in root.findall("data/tag")] == ["welcome", "a"]
    assert json.dumps(cloud.ok("QueryTagByParam")["TotalCount"]) == root.findtext("TotalCount") == "2"
