"""What is said of the sandbox's truth, held to what the sandbox does and to what the vendor's SDK has."""

from __future__ import annotations

import inspect
import itertools
import json
import re
from importlib import import_module
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import alibabacloud_dm20151123.models as sdk
import pytest
from lab import CALLS
from rows import each
from variants import elsewhere, invalid, valid

from dmcli.api import catalogue, codes
from dmcli.api.actions.others import LACKING
from dmcli.errors import InputError
from dmcli.sandbox.facts import SOURCES
from dmcli.sandbox.fidelity.statements import COPIED, GUESSED, KINDS, MISSING, all_statements, find_statements
from dmcli.sandbox.fidelity.subjects import SUBJECTS
from dmcli.sandbox.gateway.params import INTERNAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab import Lab, Outcome

NAMES = sorted(CALLS)
FACTS = {
    name: facts
    for area in catalogue.AREAS
    for name, facts in import_module(f"dmcli.sandbox.actions.{area}").FACTS.items()
}
_KEYS = re.compile(r"result\['(\w+)'\]")


@pytest.fixture(scope="module", params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    """Each action; all tests of one come together."""
    return str(request.param)


@pytest.fixture(scope="module")
def varied(lab: Lab, name: str) -> dict[str, list[Outcome]]:
    """What became of calls of an action that differ in one parameter, for each of its parameters."""
    action = catalogue.get(name)
    return {param.name: valid(lab, action, param) for param in action.params}


@pytest.fixture(scope="module")
def outcomes(lab: Lab, name: str, varied: dict[str, list[Outcome]]) -> list[Outcome]:
    """What became of all calls of an action."""
    action = catalogue.get(name)
    return [
        lab.call(name, CALLS[name], look=False),
        *itertools.chain.from_iterable(varied.values()),
        *invalid(lab, action),
        elsewhere(lab, action),
    ]


# --- the data and the sandbox


def test_each_action_has_its_facts():
    assert list(FACTS) == [action.name for action in catalogue.all_actions()]


def test_the_parameters_without_effect_are_those(varied, name):
    idle = set()
    for param, outcomes in varied.items():
        assert any(outcome.status == 200 for outcome in outcomes), param
        assert len(outcomes) > 1
        if all(outcome == outcomes[0] for outcome in outcomes):
            idle.add(param)
    assert idle == set(FACTS[name].unread)


def test_the_codes_are_those(outcomes, name):
    action, facts = catalogue.get(name), FACTS[name]
    of_params = {param.malformed or f"Invalid{param.name}.Malformed" for param in action.params}
    of_params |= {param.missing or f"Missing{param.name}" for param in action.params}
    answered = {outcome.code for outcome in outcomes} - {""}
    told = json.dumps([outcome.reply for outcome in outcomes if outcome.status == 200])
    answered |= {code for code in facts.undeclared_codes if (known := codes.find(code)) and known.message in told}
    never = set(facts.never)
    stated = (set(action.errors) - never) | set(facts.undeclared_codes)
    assert never <= set(action.errors)
    assert set(facts.likely) <= set(action.errors) - never
    assert facts.section or not facts.likely  # all of its codes are
    assert not set(facts.undeclared_codes) & set(action.errors)
    assert not answered & never
    assert answered - of_params == stated - of_params
    assert answered >= stated


def test_the_fields_that_never_change_are_those(outcomes, name):
    facts = FACTS[name]
    seen: dict[str, set[str]] = {}
    for outcome in outcomes:
        if outcome.status == 200:
            for field, value in fields(outcome.reply):
                seen.setdefault(field, set()).add(value if isinstance(value, str) else json.dumps(value))
    del seen["RequestId"]
    assert {field: values.pop() for field, values in seen.items() if len(values) == 1} == {**facts.same, **facts.always}


def fields(reply: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """The values in a reply with the names of their fields, that of its list for what is in a list."""
    if isinstance(reply, dict):
        for key, value in reply.items():
            yield from fields(value, key)
    elif isinstance(reply, list):
        for one in reply:
            yield from fields(one, name)
    else:
        yield name, reply


# --- the data and the vendor's SDK


@each("name", NAMES)
def test_parameters_are_the_sdks_or_printed(name):
    facts, declared = FACTS[name], {param.name for param in catalogue.get(name).params}
    printed = set(facts.printed)
    assert printed <= declared
    assert bool(printed or name == "DescAccountSummary") == bool(facts.section)
    assert facts.sdk == hasattr(sdk, f"{name}ResponseBody")
    if facts.sdk:
        request = getattr(sdk, f"{name}Request", None)  # there is none without parameters
        known = keys(request) - set(INTERNAL) if request else set()
        assert declared - known <= printed
        assert known <= declared
    else:
        assert printed == declared


def test_fields_of_a_reply_are_the_sdks_or_said_to_be_others(outcomes, name):
    facts = FACTS[name]
    found = {field for outcome in outcomes if outcome.status == 200 for field in names(outcome.reply)}
    old, own = set(facts.old), set(facts.own)
    assert not old & own
    known = set().union(*map(keys, models(getattr(sdk, f"{name}ResponseBody")))) if facts.sdk else found
    assert found - known == old | own


def keys(model: type) -> set[str]:
    """The names on the wire of what a model of the SDK holds."""
    return set(_KEYS.findall(inspect.getsource(model.to_map)))


def models(model: type) -> Iterator[type]:
    """A model of the SDK and those in it."""
    yield model
    for hint in get_type_hints(model.__init__, vars(inspect.getmodule(model))).values():
        for part in (hint, *get_args(hint)):
            if hasattr(part, "to_map"):
                yield from models(part)


def names(reply: Any) -> Iterator[str]:
    """The names of all fields of a reply, also of those that hold others."""
    for one in reply if isinstance(reply, list) else []:
        yield from names(one)
    for key, value in reply.items() if isinstance(reply, dict) else []:
        yield key
        yield from names(value)


# --- the statements


def test_statements_have_a_kind_a_sentence_and_a_source():
    for one in all_statements():
        assert one.kind in KINDS
        assert one.text.endswith("."), one
        assert any(f"{one.source} ".startswith(f"{source} ") for source in SOURCES), one


def test_each_source_says_something():
    said = {one.source for one in all_statements()}
    assert [name for name in SOURCES if not any(f"{source} ".startswith(f"{name} ") for source in said)] == []


def test_nothing_is_said_twice():
    said = [(one.about, one.text) for one in all_statements()]
    assert len(said) == len(set(said))


def test_all_are_spoken_of_in_order():
    kinds: dict[str, list[str]] = {}
    for one in all_statements():
        kinds.setdefault(one.about, []).append(one.kind)
    assert list(kinds) == [*FACTS, *SUBJECTS, *LACKING]
    for said in kinds.values():
        assert said == sorted(said, key=list(KINDS).index)


def test_what_is_not_there_is_missing():
    for name in LACKING:
        (one,) = find_statements([name])
        assert (one.kind, one.source) == (MISSING, "SDK 2017")


def test_facts_become_sentences():
    said = {
        one.text: (one.kind, one.source)
        for one in find_statements(["SenderStatisticsDetailByParam", "DedicatedIpNonePoolList"])
    }
    assert said["More in the reply: TagName."] == (GUESSED, "no source")
    assert said["Always the same here: ZoneId cn-hangzhou-k."] == (MISSING, "SDK 1.11")
    assert said["More parameters: ConfigSetId, IpPoolId, NextStart."] == (COPIED, "SDK 1.11")
    assert said["Refused with: InvalidDate.Malformed, InvalidBetweenTime.Malformed."] == (GUESSED, "other actions")


def test_codes_that_nobody_has_have_no_source():
    made = {one.text.partition(":")[0]: one.source for one in all_statements() if one.kind == GUESSED}
    assert made["InvalidTagName.Duplicate"] == "no source"
    assert made["InvalidMailAddressName.Duplicate"] == "other actions"


def test_statements_are_chosen_by_name_and_kind():
    some = find_statements(["quota", "DeleteTag"], GUESSED)
    assert {one.about for one in some} == {"quota", "DeleteTag"}
    assert {one.kind for one in some} == {GUESSED}
    assert find_statements(["UpdateMailAddressMsgCallbackUrl"]) == find_statements(["UpdateMailAddressMsgCallBackUrl"])
    assert sum(len(find_statements(kind=kind)) for kind in KINDS) == len(all_statements())


def test_a_name_that_is_none_is_refused():
    with pytest.raises(InputError, match="did you mean CreateTag"):
        find_statements(["CreatTag"])
    with pytest.raises(InputError, match="did you mean signatures"):
        find_statements(["signature"])
