"""`domain check`: results are told whatever comes after them, and a wait outlasts a service that is busy."""

from __future__ import annotations

import json

import pytest
from shell import on_a_terminal

from dmcli.api.wire import Reply
from dmcli.sandbox.server.server import Server


class Moody:
    """The sandbox's exchange, but the first checks are answered with these errors (HTTP status and code)."""

    def __init__(self, exchange, *errors):
        self.exchange, self.errors = exchange, list(errors)

    def __call__(self, request):
        if b"Action=CheckDomain" in request.body and self.errors:
            status, code = self.errors.pop(0)
            said = {"RequestId": "R", "Code": code, "Message": f"{code} it is"}
            return Reply(status, {"content-type": "application/json"}, json.dumps(said).encode())
        return self.exchange(request)


@pytest.fixture
def moody(sandbox, box):
    """Runs `dm domain check ...` against a sandbox whose first checks give errors."""

    def run(line, errors, code=0):
        with Server(Moody(sandbox.exchange, *errors)) as server:
            return box("--endpoint {} domain check " + line + " -o json", server.url, code=code)

    return run


BUSY, AWAY, DENIED = (400, "Throttling.User"), (503, "ServiceUnavailable"), (403, "Forbidden.RAM")
WAIT = "--wait --interval 0s --timeout 20s"


def test_results_before_a_refusal_are_told(dm):
    result = dm("domain check sandbox.test 99 sandbox.test -o json", code=10)
    assert [(c["domain"], c["status"]) for c in result.json] == [("sandbox.test", 0)]
    error = json.loads(result.err.splitlines()[-1])["error"]
    assert error["message"].startswith("99: ")


def test_a_refusal_outranks_a_failed_check_which_is_told_all_the_same(dm):
    dm("domain create fail.example.com")
    result = dm("domain check fail.example.com 99 -o json", code=10)
    assert [(c["domain"], c["status"]) for c in result.json] == [("fail.example.com", None)]
    assert "not verified: fail.example.com" in result.err


def test_a_first_refusal_has_no_results(dm):
    assert dm("domain check 99 sandbox.test -o json", code=10).out == ""


def test_a_wait_outlasts_a_busy_service(moody):
    result = moody(f"sandbox.test {WAIT}", errors=(*[BUSY] * 3, *[AWAY] * 3))
    assert [(c["domain"], c["verified"]) for c in result.json] == [("sandbox.test", True)]
    assert [line for line in result.err.splitlines() if "checking again" in line] == [
        "sandbox.test: Throttling.User; checking again in 0 s",
        "sandbox.test: ServiceUnavailable; checking again in 0 s",
    ]


def test_a_service_busy_to_the_end_is_exit_4(moody):
    result = moody("sandbox.test --wait --interval 1s --timeout 1s", errors=[AWAY] * 99, code=4)
    assert result.out == ""
    assert result.err.count("checking again") == 1


def test_the_last_known_outcome_is_told_when_the_service_goes_away(box, moody):
    box("domain create fail.example.com")
    line = "fail.example.com --wait --interval 1s --timeout 1s"
    result = moody(line, errors=[(400, "CheckDomain.Failed"), *[AWAY] * 6], code=4)
    assert [(c["domain"], c["status"]) for c in result.json] == [("fail.example.com", None)]


def test_what_waiting_cannot_mend_ends_the_wait_at_once(moody):
    result = moody(f"sandbox.test {WAIT}", errors=(*[BUSY] * 3, DENIED), code=3)
    assert result.err.count("checking again") == 1


def test_without_a_wait_there_is_one_check(moody):
    result = moody("sandbox.test", errors=[BUSY] * 3, code=4)
    assert "checking again" not in result.err


def test_a_query_is_put_to_the_same_objects_on_a_terminal_and_in_a_pipe(box):
    box("domain create a.example.com")
    asked = "domain check a.example.com --query '[].keys(@)'"
    assert box(asked, tty=True).out == box(f"{asked} -o json").out


@pytest.mark.parametrize("options", ["", "-o csv"])
def test_a_check_that_failed_is_said_in_words(box, options):
    box("domain create fail.example.com")
    for tty in (True, False):
        assert "check failed" in box(f"domain check fail.example.com {options}", code=5, tty=tty).out
    assert box("domain check fail.example.com -o json", code=5).json[0]["status"] is None


def test_verified_and_the_exit_code_say_the_same(box):
    box("domain create icp.example.com")
    keys = ("verified", "usable", "fully_verified")
    (loose,) = box("domain check icp.example.com -o json").json
    (strict,) = box("domain check icp.example.com --strict -o json", code=5).json
    assert [loose[key] for key in keys] == [True, True, False]
    assert [strict[key] for key in keys] == [False, True, False]


def test_what_is_missing_is_said_by_name(box):
    box("domain create pending.corp.test")
    result = box("domain check pending.corp.test -o json", code=5)
    said = result.err.splitlines()[0]
    assert said.startswith("pending.corp.test: not verified, missing: ")
    assert "Tracking (CNAME dmtrace.pending.corp.test)" in said
    (told,) = result.json
    assert {row["name"] for row in told["missing"] if row["record"] == "mx"} == {"pending.corp.test"}


def test_a_wait_says_one_line_a_change_and_looks_less_and_less_often(box, pauses):
    box("domain create mail.example.com")
    box("sandbox state set domains checks:4")
    result = box("domain check mail.example.com --wait --interval 10s --timeout 10m -o json")
    lines = [line for line in result.err.splitlines() if line.startswith("mail.example.com: ")]
    assert [line.partition(":")[2].split(",")[0] for line in lines] == [" not verified", " verified"]
    assert lines[0].endswith("after 0 s; checking again in 10 s")
    assert lines[1].endswith("after 48 s")
    assert pauses == [10, 15, 22.5]


def test_on_a_terminal_a_wait_is_redrawn_in_place_and_leaves_nothing(box):
    box("domain create pending.corp.test")
    line = "-p sandbox domain check pending.corp.test --wait --interval 1s --timeout 2s"
    code, shown = on_a_terminal(line)
    assert code == 5
    drawn, _, left = shown.partition("\x1b[?25h")  # the cursor is back
    assert "next look in 1 s" in drawn
    assert "\r\n  Tracking (CNAME dmtrace.pending.corp.test)" in drawn
    assert "missing" not in left
    assert "not verified after 2 s" in left.replace("\r\n", "")


@pytest.mark.parametrize(("options", "environ"), [("", {"TERM": "dumb"}), ("--debug", {}), ("-q", {})])
def test_where_nothing_can_be_redrawn_there_are_lines(box, options, environ):
    box("domain create pending.corp.test")
    line = f"-p sandbox {options} domain check pending.corp.test --wait --interval 1s --timeout 1s"
    shown = on_a_terminal(line, **environ)[1]
    assert ("pending.corp.test: not verified, missing" in shown) == (options != "-q")
    assert "\x1b[?25h" not in shown


def test_domains_are_waited_for_at_the_same_time(box, pauses):
    names = [f"{name}.example.com" for name in ("a", "b", "c")]
    for name in names:
        box("domain create {}", name)
    box("sandbox state set domains checks:3")
    result = box("domain check {} --wait --interval 10s --timeout 1m -o json", names)
    assert [(told["domain"], told["verified"]) for told in result.json] == [(name, True) for name in names]
    assert pauses == [10, 15]


def test_no_wait_for_an_icp_filing(box, pauses):
    box("domain create icp.example.com")
    result = box("domain check icp.example.com --strict --wait", code=5)
    assert "ICP filing is missing, which no wait brings" in result.err
    assert pauses == []
