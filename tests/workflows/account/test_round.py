"""The account as code, there and back: what is exported differs in nothing, and what is applied is what is there."""

from __future__ import annotations

import json
from collections import Counter
from itertools import pairwise

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dmcli.api import catalogue
from dmcli.api.model import Effect
from dmcli.cli.commands.account.common import KINDS
from dmcli.workflows.account.comparing import diff, order
from dmcli.workflows.account.parts import BY_KEY, IN_FILE, PARTS
from dmcli.workflows.account.schema import schema

ALL_PRUNED = " ".join(f"--prune {part.key}" for part in IN_FILE if not part.single) + " --prune members --force"


def judge(document, its_schema):
    """Fail where a document is not as its schema has it."""
    from jsonschema import Draft202012Validator  # may make grammars for seconds

    Draft202012Validator(its_schema).validate(document)


def calls(box):
    """The names of all calls, and none of them from now on."""
    made = Counter(row["action"] for row in box("sandbox calls list --limit 100000 -o json").json["calls"])
    box("sandbox calls clear")
    return made


@pytest.fixture
def rich(box, tmp_path, monkeypatch):
    """An account with something of everything, and a folder of its own."""
    monkeypatch.chdir(tmp_path)
    for line in (
        "domain create mail.example.com --dkim-selector mine",
        "dedicated-ip create-pool slow --ip 192.0.2.10,192.0.2.11",
        "dedicated-ip create-pool empty",
        "address create shop@mail.example.com --type trigger",
        "tag create spring --description 'of: the #year'",
        "tag create 012",
        "receiver create VIP --alias v@list --description yes",
        "suppression add bad.test",
        "suppression add ada@example.com",
        "ip-filter add 203.0.113.0/24",
        "ip-filter add 198.51.100.1-198.51.100.9",
        "ip-filter protect on --yes",
        "suppression set-level account",
        "account settings --eventbridge",
    ):
        box(line)
    box("template create 春天 --subject Hi --alias Us --html {}", "<p>a</p>\r\n\t<p>{UserName} </p>\n\n")
    box(
        "config-set create shop --ip-pool 1 --fall-back --validation {}",
        '{"Enabled":true,"ForbiddenStatusList":["b","a"]}',
    )
    box("config-set link shop news@sandbox.test")
    return box


def test_an_export_is_the_same_to_the_byte_and_differs_in_nothing(rich, tmp_path):
    calls(rich)
    rich("account export account.yaml --members")
    made = calls(rich)
    assert {catalogue.get(name).effect for name in made} == {Effect.READ}
    assert made.pop("DescTemplate") == 2
    assert made.pop("DescDomain") == 2
    assert made.pop("QueryReceiverDetail") == 2
    assert set(made.values()) == {1}
    files = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".db"}
    files = {path: text for path, text in files.items() if "sandbox.db" not in path.name}
    text = (tmp_path / "account.yaml").read_text()
    assert "abcABC" not in text
    rich("account export account.yaml --members")
    for path, before in files.items():
        if path.suffix in (".yaml", ".html", ".csv"):
            assert path.read_bytes() == before
    document = yaml.safe_load(text)
    assert document["senders"]["news@sandbox.test"]["config-set"] == "shop"
    assert document["config-sets"]["shop"]["ip-pool"] == "slow"
    assert document["domains"] == {"mail.example.com": {"dkim-selector": "mine"}, "sandbox.test": None}
    assert document["tags"]["012"] is None
    assert document["settings"] == {"eventbridge": True, "ip-protection": True, "suppression-level": "account"}
    judge(document, rich("account export --schema").json)
    calls(rich)
    same = rich("account diff account.yaml -o json").json
    assert {catalogue.get(name).effect for name in calls(rich)} == {Effect.READ}
    assert (same["equal"], same["changes"], same["unread"]) == (True, [], [])
    assert same["read"] == {
        "domains": 2, "ip-pools": 2, "config-sets": 1, "senders": 3, "tags": 3, "lists": 2, "templates": 2,
        "suppressed": 2, "ip-filter": 2, "settings": 1,
    }  # fmt: skip
    # On standard output the texts stand inside, and as JSON it is a file that can be applied too.
    shown = rich("account export").out
    assert yaml.safe_load(shown)["templates"]["春天"]["html"] == "<p>a</p>\r\n\t<p>{UserName} </p>\n\n"
    for name, out in (("inside.yaml", shown), ("inside.json", rich("account export -o json").out)):
        (tmp_path / name).write_text(out, newline="")
        assert "nothing differs" in rich("account diff {}", name).err


def test_another_account_becomes_the_same_and_nothing_is_left_to_do(rich, tmp_path):
    rich("account export account.yaml --members")
    there = "--region ap-southeast-1"
    differs = rich(f"account diff account.yaml {there} -o json", code=5)
    wanted = [(one["change"], one["kind"], one["name"]) for one in differs.json["changes"]]
    assert ("create", "config-sets", "shop") in wanted
    done = rich(f"account apply account.yaml {there} --yes -o json").json
    assert (done["created"], done["failed"]) == (sum(one[0] == "create" for one in wanted), 0)
    assert rich(f"account diff account.yaml {there} -o json").json["equal"]
    assert "there is nothing to do" in rich(f"account apply account.yaml {there}").err
    calls(rich)
    assert rich("account diff --against region:ap-southeast-1 -o json").json["equal"]
    rich(f"{there} tag create other")
    both = rich("account diff --against region:ap-southeast-1 --only tags", code=5)
    assert "other" in both.out
    again = rich(f"account diff --against profile:sandbox {there} --only tags -o json", code=5).json
    assert [(one["change"], one["name"]) for one in again["changes"]] == [("delete", "other")]
    for wrong in ("there", "profile:", "file:x"):
        assert "neither profile:NAME nor region:NAME" in rich("account diff --against {}", wrong, code=2).err
    both = "give a FILE to compare this account with, or --against another account, and not both"
    assert both in rich("account diff", code=2).err
    assert both in rich("account diff account.yaml --against region:us-east-1", code=2).err


# --- any state

LINE = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Zl", "Zp", "Cn"]), max_size=12)
BODY = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)
NAMES = st.sampled_from(["a", "B", "b c", "012", "null", "true", "春天", "x.y", "#z", "- q", "con", "é:"])


def some(names, things, most=4):
    return st.dictionaries(names, things, max_size=most)


def said(**values):
    """Something said of a thing; what is as by default may be there."""
    return st.fixed_dictionaries({}, optional={key.replace("_", "-"): value for key, value in values.items()})


@st.composite
def states(draw):
    """What an account may have: what is fixed follows from the name, so that any state can follow any other."""
    ips = draw(st.dictionaries(st.sampled_from(["192.0.2.10", "192.0.2.11", "192.0.2.12"]), st.sampled_from("pqr")))
    pools = {
        name: {"ips": [ip for ip, pool in ips.items() if pool == name]}
        for name in draw(st.sets(st.sampled_from("pqr")))
    }
    sets = draw(
        some(
            NAMES,
            said(
                description=LINE,
                ip_pool=st.sampled_from(["", *pools]),
                fall_back=st.booleans(),
                forbidden_statuses=st.lists(LINE),
            ),
        )
    )
    domains = draw(st.sets(st.sampled_from(["a.test", "b.test", "c.test"])))
    senders = {
        f"{name}@{domain}": {
            "type": "batch" if name < "n" else "trigger",
            "reply-to": f"{draw(st.sampled_from('rs'))}@example.com",
            "config-set": draw(st.sampled_from(["", *sets])),
        }
        for domain in domains
        for name in draw(st.sets(st.sampled_from("mn")))
    }
    return {
        "domains": dict.fromkeys(domains),
        "ip-pools": pools,
        "config-sets": sets,
        "senders": senders,
        "tags": draw(some(NAMES, said(description=LINE))),
        "lists": {name: {"description": name} for name in draw(st.sets(NAMES, max_size=4))},
        "templates": draw(some(NAMES, said(subject=LINE, alias=LINE, html=BODY))),
        "suppressed": draw(st.lists(st.sampled_from(["x.test", "a@x.test", "b@x.test"]), unique=True)),
        "ip-filter": draw(st.lists(st.sampled_from(["127.0.0.0/8", "203.0.113.1"]), unique=True)),
        "settings": draw(said(eventbridge=st.booleans(), suppression_level=st.sampled_from(["a", "b"]))),
    }


def test_any_state_becomes_any_other_and_comes_back_as_it_was(box, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    @given(states())
    @settings(max_examples=6, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    def check(state):
        judge(state, schema())
        box("sandbox clock advance 32d -q")  # ten senders a month can be deleted
        (tmp_path / "wanted.yaml").write_text(json.dumps(state, ensure_ascii=True))
        box(f"account apply wanted.yaml {ALL_PRUNED} --yes -q -o json")
        assert box("account diff wanted.yaml -o json").json["equal"], state
        box("account export out/account.yaml -q")
        assert "nothing differs" in box("account diff out/account.yaml").err
        exported = yaml.safe_load((tmp_path / "out/account.yaml").read_text())
        judge(exported, schema())
        # The other way round too: what was exported is what was wanted.
        assert set(exported["templates"] or {}) == set(state["templates"])
        assert set(exported["senders"] or {}) == set(state["senders"])

    (tmp_path / "out").mkdir()
    check()


def test_things_are_made_after_what_they_refer_to_and_deleted_before_it():
    assert tuple(part.key for part in IN_FILE) == KINDS  # which help knows without loading them
    seen: set[str] = set()
    for part in PARTS:
        assert {one.refers for one in part.attributes if one.refers} | ({part.within} - {""}) <= seen
        seen.add(part.key)

    @given(states(), states())
    @settings(max_examples=20, suppress_health_check=list(HealthCheck))
    def check(one, other):
        def state_of(data):
            from dmcli.workflows.account.model import Thing

            def thing(part, name, said):
                fields = {key: tuple(sorted(set(v))) if isinstance(v, list) else v for key, v in (said or {}).items()}
                return Thing(name, {k: v for k, v in fields.items() if v != BY_KEY[part].attribute(k).default_of(name)})

            return {
                part: {part: thing(part, part, things)}
                if BY_KEY[part].single
                else {name: thing(part, name, things[name] if isinstance(things, dict) else {}) for name in things}
                for part, things in data.items()
            }

        there, wanted = state_of(one), state_of(other)
        assert diff(there, there) == []
        changes = diff(there, wanted)
        assert order(changes) == changes
        ranks = [part.key for part in PARTS]
        for before, after in pairwise(changes):
            assert (before.verb.value == "delete") <= (after.verb.value == "delete")
            if before.verb is after.verb:
                rising = ranks.index(before.part) <= ranks.index(after.part)
                assert rising or after.verb.value == "delete"

    check()
