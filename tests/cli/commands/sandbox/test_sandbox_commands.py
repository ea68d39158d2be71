"""The commands that look into the sandbox from outside, and say what is to happen in it."""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime

import pytest
from patience import PATIENT

from dmcli.api.actions.others import LACKING

SEND = "send single --to ada@example.com --subject s --text t"


@pytest.fixture
def at(box):
    """Runs `dm sandbox ...` with JSON."""
    return lambda line, *values: box(f"sandbox {line} -o json", *values).json


# --- calls


def test_each_call_is_listed_and_shown(dm, at):
    dm("tag create spring")
    dm("tag create spring", code=1)
    refused, done = at("calls list --action CreateTag")["calls"]
    assert (done["status"], done["code"], done["scheme"]) == (200, "", "v1")
    assert (refused["status"], refused["code"]) == (400, "InvalidTagName.Duplicate")
    assert at("calls list --code {}", refused["code"])["calls"] == [refused]
    assert at("calls list --status 200 --since {}", done["id"])["calls"] == []
    shown = at("calls show {}", done["id"])
    assert shown["request"]["params"]["TagName"] == "spring"
    assert shown["request_id"] in shown["reply"]


def test_a_call_on_a_terminal_has_no_empty_lines(box):
    box("tag list")
    seen = box("sandbox calls show 1", tty=True).out
    assert "QueryTagByParam" in seen
    assert "Fault" not in seen
    assert "String signed here" not in seen


def test_calls_are_forgotten(box, at):
    box("tag list")
    assert box("sandbox calls clear").err == "forgot 1 call\n"
    assert box("sandbox calls list -o json").err == "no call yet\n"
    assert "there is no call 1 in the sandbox" in box("sandbox calls show 1", code=10).err


def test_a_wrong_signature_is_explained(box, server, at):
    import requests

    params = {"Action": "DescAccountSummary", "Version": "2015-11-23", "AccessKeyId": "dm-sandbox-id", "Format": "JSON"}
    params |= {"SignatureMethod": "HMAC-SHA1", "SignatureVersion": "1.0", "SignatureNonce": "n1", "Signature": "wrong"}
    params["Timestamp"] = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert requests.get(server.url, params=params, timeout=PATIENT).status_code == 400
    shown = at("calls show 1")
    assert shown["code"] == "SignatureDoesNotMatch"
    signature = shown["request"]["signature"]
    assert signature["server"].startswith("GET&%2F&AccessKeyId%3Ddm-sandbox-id")
    seen = box("sandbox calls show 1", tty=True).out
    assert "String signed here" in seen
    (row,) = csv.DictReader(box("sandbox calls show 1 -o csv").out.splitlines())
    assert row["request.signature.cause"] == signature["cause"]
    assert (row["request.method"], row["ms"]) == ("GET", str(shown["ms"]))


def test_a_list_of_calls_tells_nothing_yet_from_nothing_that_matches(box):
    assert box("sandbox calls list").err == "no call yet\n"
    assert box("sandbox calls list --status 500").err == "no call matches\n"
    assert "did you mean CreateTag" in box("sandbox calls list --action CreateTags", code=2).err
    box("tag list")
    heading, *_, line = box("sandbox calls list", tty=True).out.splitlines()
    assert "Time" in heading
    assert re.search(r" \d{4}-\d\d-\d\d \d\d:\d\d [+-]\d\d:\d\d  QueryTagByParam ", line)


def test_the_stricter_limits_of_two_sources_can_be_had(box, at):
    mail = "send single --to ada@example.com --text T --subject {}"
    rows = at("limits 2019")["limits"]
    assert {"about": "Subject", "stricter": "at most 100 characters", "looser": "at most 256", "holds": "2019"} in rows
    assert "InvalidSubject.Malformed" in box(mail, "s" * 101, code=1).err
    assert box("sandbox limits").err == "the limits of 2019 hold, the stricter ones\n"
    assert box("sandbox limits 2026").err == "the limits of 2026 hold, the looser ones\n"
    box(mail, "s" * 101)
    assert "'2020' is not one of" in box("sandbox limits 2020", code=2).err


# --- the clock


def test_a_turned_clock_is_the_accounts_alone(dm, box):
    box("sandbox clock advance 2d")
    rows = {row["name"]: row["value"] for row in dm("config check -o json").json}
    assert rows["access"] == "ok"
    assert rows["clock"].startswith("this machine's clock ")
    dm(SEND)


# --- faults and limits


def test_a_fault_strikes_the_next_call(dm, box, at):
    made = at("fault add error InvalidSendMail.Spam --action SingleSendMail")
    assert (made["id"], made["times"], made["struck"]) == (1, 1, 0)
    assert "InvalidSendMail.Spam" in dm(SEND, code=1).err
    dm(SEND)
    assert at("fault list")["faults"][0] | {"seen": 0} == made | {"struck": 1, "seen": 0}
    assert at("calls list --code InvalidSendMail.Spam")["calls"][0]["spoilt"] == "error"


def test_a_fault_after_the_commit_leaves_the_outcome_open(dm, at):
    at("fault add drop --after --to 'ada@*' --times 1")
    dm(SEND, code=6)
    assert len(at("mail list")["mails"]) == 1


def test_a_fault_is_removed(box, at):
    at("fault add latency 0 --times 5")
    at("fault add status 503 --html --rate 0.5 --seed 7")
    assert box("sandbox fault remove 1").err == "removed 1 fault\n"
    assert "there is no fault 1" in box("sandbox fault remove 1", code=10).err
    assert "give either the number of a fault from the list, or --all" in box("sandbox fault remove", code=2).err
    assert box("sandbox fault remove --all").err == "removed 1 fault\n"
    assert box("sandbox fault list -o json").err == "nothing is to go wrong\n"


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("error", "the fault error needs a value"),
        ("error Throtling.User", "did you mean Throttling.User"),
        ("drop --action SingleSendMial", "did you mean SingleSendMail or SingleSendMailV2?"),
        ("explode", "'explode' is not one of"),
        ("status 404", "'404' is no status from 500 to 599"),
    ],
)
def test_a_fault_that_cannot_be_is_refused(box, at, fault, said):
    assert said in box(f"sandbox fault add {fault}", code=2).err
    assert at("fault list") == {"faults": []}


def test_a_limit_throttles(box, at):
    assert at("limit set CreateTag 1/h") == {"limits": [{"action": "CreateTag", "rate": "1/h"}]}
    box("tag create one")
    assert "Throttling.User" in box("tag create two", code=4).err
    assert box("sandbox limit lift CreateTag").err == "lifted 1 limit\n"
    box("tag create two")


def test_limits_as_documented_and_none(box, at):
    assert {one["action"]: one["rate"] for one in at("limit documented")["limits"]} == {
        "BatchSendMail": "20/min",
        "SingleSendMail": "100/s",
    }
    assert "SetTag is not limited" in box("sandbox limit lift SetTag", code=10).err
    assert "give either the action whose limit is to be lifted, or --all" in box("sandbox limit lift", code=2).err
    assert box("sandbox limit lift --all").err == "lifted 2 limits\n"
    assert box("sandbox limit list -o json").err == "nothing is limited\n"
    assert "'often' is no rate such as 10/s" in box("sandbox limit set CreateTag often", code=2).err
    assert "'Create' is no action" in box("sandbox limit set Create 1/s", code=2).err


# --- states, clock, snapshots, play


def test_a_domain_waits_for_whoever_decides(box, at):
    states = at("state set domains manual")["states"]
    assert {one["kind"]: one["mode"] for one in states} == {
        "domains": "manual",
        "templates": "immediate",
        "replies": "manual",
    }
    box("domain create mail.example.com")
    box("domain check mail.example.com", code=5)
    assert box("sandbox state verify mail.example.com").err == "the domain mail.example.com is verified\n"
    box("domain check mail.example.com")
    box("sandbox state unverify mail.example.com")
    assert "the sandbox has no domain 'nowhere.test'" in box("sandbox state verify nowhere.test", code=10).err
    assert "'later' is none of immediate" in box("sandbox state set domains later", code=2).err


@pytest.mark.parametrize(("decision", "status"), [("approve", "2"), ("reject", "3")])
def test_a_template_is_reviewed_by_hand(box, at, decision, status):
    at("state set templates manual")
    box("template create t1 --subject s --html '<p>x</p>'")
    box("sandbox state {} t1", decision)
    listed = box("template list -o json --query {}", "data.template[?TemplateName=='t1'].TemplateStatus").out
    assert status in listed


def test_the_clock_is_turned(box, at):
    began = at("clock show")
    assert began["turned"] == 0
    assert at("clock advance 2d")["turned"] == 2 * 86400
    box("tag list")  # signed by this machine's clock, as every client's calls are
    assert at("clock set 2030-01-01T00:00:00Z")["now"].startswith("2030-01-01T00:0")
    assert at("clock reset")["turned"] == 0
    assert "'soon' is no span of time" in box("sandbox clock advance soon", code=2).err
    assert "'soon' is no time such as" in box("sandbox clock set soon", code=2).err


def test_the_sandbox_goes_back_to_a_snapshot(box, at):
    box("tag create before")
    assert "the sandbox is kept as one" in box("sandbox snapshot take one").err
    box("tag create after")
    assert at("snapshot list") == {"snapshots": [{"name": "one"}]}
    box("sandbox snapshot restore one")
    names = box("tag list -o json --query 'data.tag[].TagName'").out
    assert "before" in names
    assert "after" not in names
    assert box("sandbox snapshot drop one").err == "dropped one\n"
    assert "no snapshot yet" in box("sandbox snapshot list -o json").err
    for verb in ("restore", "drop"):
        assert "there is no snapshot 'one'" in box("sandbox snapshot {} one", verb, code=10).err
        assert "'../one' is no name of a snapshot" in box("sandbox snapshot {} ../one", verb, code=2).err


def test_what_readers_do_is_played(box, at):
    box(f"{SEND} --tag welcome --track")
    assert at("play open --mail 1") == {"mail": 1, "event": "open", "posted": "", "answer": ""}
    assert at("play bounce --mail 1")["event"] == "bounce"
    assert "ada@example.com" in box("stats invalid -o json").out
    assert "there is no mail 9" in box("sandbox play open --mail 9", code=10).err
    assert "has no link to click" in box("sandbox play click --mail 1", code=10).err


@pytest.mark.parametrize("strict", [False, True])
def test_unknown_parameters_are_noted_or_refused(box, sandbox, at, strict):
    from dmcli.sandbox.server.server import Server

    sandbox.strict = strict
    with Server(sandbox.exchange) as server:
        box("--endpoint {} api DescAccountSummary Colour=red", server.url, code=1 if strict else 0)
    call = at("calls list")["calls"][0]
    assert call["code"] == ("SandboxUnknownParameter" if strict else "")
    assert strict or at("calls show {}", call["id"])["request"]["unknown"] == ["Colour"]


# --- differences


def test_differences_are_told_by_action_and_kind(box, at):
    shown = at("differences DescDomain quota --kind missing")["differences"]
    assert [one["about"] for one in shown] == ["DescDomain"] * 2 + ["quota"]
    assert shown[-1] == {
        "about": "quota",
        "kind": "missing",
        "text": "The quota does not move with the reputation.",
        "source": "help pages",
    }
    seen = box("sandbox differences DescDomain --kind missing", tty=True).out
    assert "RequireRealTimeDnsRecords" in seen


def test_all_differences_are_told(at):
    about = {one["about"] for one in at("differences")["differences"]}
    assert {"SingleSendMail", "signatures", *LACKING} <= about


def test_differences_of_what_is_not_there_are_refused(box):
    refused = box("sandbox differences CreatTag", code=2)
    assert refused.err.startswith("dm: 'CreatTag' is no action of the service; did you mean CreateTag")
    assert box("sandbox differences QueryTagByParam --kind guessed").err == "there is nothing of this kind\n"


def test_the_latest_mail_is_played(box, at):
    assert "there is no mail in the sandbox; send one" in box("sandbox play bounce --mail latest", code=10).err
    box("send single --to first@example.com --subject s --text t")
    box("send single --to second@example.com --subject s --text t")
    assert at("play bounce --mail latest")["mail"] == 2
    assert box("stats invalid -o json").json["data"]["mailDetail"][0]["ToAddress"] == "second@example.com"
