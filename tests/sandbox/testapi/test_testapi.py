"""The test API over real HTTP: what was sent, and what is to go wrong."""

from __future__ import annotations

import http.client
import json
import threading
import time
from email import message_from_bytes, policy
from hashlib import sha256

import pytest
from patience import PATIENT, eventually

from dmcli.sandbox.emulator import Sandbox
from dmcli.sandbox.server.server import Server
from dmcli.sandbox.server.site import site_of
from dmcli.sandbox.testapi import mails


@pytest.fixture
def server(cloud):
    with Server(site_of(cloud.sandbox)) as made:
        yield made


class Answer:
    """What came back."""

    def __init__(self, reply, body):
        self.status, self.headers, self.body = reply.status, reply.headers, body

    @property
    def json(self):
        return json.loads(self.body)


@pytest.fixture
def ask(server):
    """Asks the API."""

    def made(method, path, body=None, **headers):
        connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=PATIENT)
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        connection.request(method, f"/_dm/api{path}", data, headers)
        reply = connection.getresponse()
        answer = Answer(reply, reply.read())
        connection.close()
        return answer

    return made


@pytest.fixture
def get(ask):
    def made(path):
        found = ask("GET", path)
        assert found.status == 200, found.body
        return found.json

    return made


HOSTILE = "<script>alert(1)</script>"


def test_mails_are_listed_and_filtered(cloud, get):
    cloud.send("ada@example.com", Subject="Your code", TagName="welcome")
    cloud.send("li@example.com", Subject="您的验证码", TextBody="验证码：886621，5分钟内有效", TagName="")
    cloud.send("invalid@example.com", Subject="Lost")
    found = get("/mails")
    assert (found["total"], [mail["recipient"] for mail in found["mails"]]) == (
        3,
        ["invalid@example.com", "li@example.com", "ada@example.com"],
    )
    for query, numbers in {
        "to=LI@": [2],
        "sender=noreply": [3, 2, 1],
        "subject=code": [1],
        "text=886621": [2],
        "text=ada": [1],
        "tag=welcome": [1],
        "status=2": [3],
        "since=1": [3, 2],
        "limit=1": [3],
        "before=3&limit=1": [2],
        "unseen=true": [3, 2, 1],
        "env_id=600000000002": [2],
        "env_id=abc": [],
        f"since={int(cloud.now.timestamp()) + 1}": [],
        f"since={int(cloud.now.timestamp())}": [3, 2, 1],
        "subject=%E9%AA%8C": [2],
        "subject=%25": [],
    }.items():
        assert [mail["id"] for mail in get(f"/mails?{query}")["mails"]] == numbers, query


@pytest.mark.parametrize(
    "query", ["colour=red", "since=x", "limit=-1", "limit=5000", "wait=99", "wait=x", "unseen=maybe"]
)
def test_a_filter_that_cannot_be_meant_is_refused(ask, query):
    refused = ask("GET", f"/mails?{query}")
    assert refused.status == 400
    assert refused.json["error"]


def test_one_mail_in_every_form(cloud, ask, get):
    cloud.send(
        "li@example.com",
        Subject="您好",
        HtmlBody='<p>Code <b>493 021</b></p><a href="https://x.test/?a=1&amp;b=2">go</a>',
        TextBody="Your code is 493021: https://x.test/?a=1&b=2",
        FromAlias="小红",
    )
    assert get("/mails/1") == get("/mails/latest") == get("/mails/latest?to=li")
    assert get("/mails/1")["html"].startswith("<p>Code")
    assert get("/mails/1/links")["links"] == ["https://x.test/?a=1&b=2"]
    assert get("/mails/latest/codes")["codes"] == ["493021"]
    html, text, eml = (ask("GET", f"/mails/1/{form}") for form in ("html", "text", "eml"))
    assert html.headers["content-type"] == "text/html; charset=utf-8"
    assert text.body.decode() == "Your code is 493021: https://x.test/?a=1&b=2"
    message = message_from_bytes(eml.body, policy=policy.default)
    assert (message["subject"], message["from"].addresses[0].display_name) == ("您好", "小红")
    assert message.get_body(("plain",)).get_content().strip() == text.body.decode()
    assert message.get_body(("html",)).get_content().strip() == html.body.decode()
    for reply in (html, text, eml):
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in reply.headers["content-security-policy"]


def test_the_files_of_a_mail(cloud, ask, get):
    key, data = "0" * 32, b"\x00\xff\r\n"
    cloud.sql("INSERT INTO upload VALUES (?, 'a', 'text/plain', ?, 0)", key, data)
    names = {"Attachments.1.AttachmentName": "发票.txt", "Attachments.2.AttachmentName": "b"}
    urls = {
        "Attachments.1.AttachmentUrl": f"http://127.0.0.1:1/{key}",
        "Attachments.2.AttachmentUrl": "https://x.test/b",
    }
    cloud.send("li@example.com", **names, **urls)
    first, second = get("/mails/latest/attachments")["attachments"]
    assert (first["number"], first["name"], first["type"], first["bytes"]) == (1, "发票.txt", "text/plain", 4)
    assert first["sha256"] == sha256(data).hexdigest()
    assert (second["bytes"], second["sha256"], second["url"]) == (None, None, "https://x.test/b")
    saved = ask("GET", "/mails/1/attachments/1")
    assert (saved.body, saved.headers["content-type"]) == (data, "application/octet-stream")
    assert [ask("GET", f"/mails/1/attachments/{number}").status for number in (0, 2, 3)] == [404] * 3


@pytest.mark.parametrize("path", ["/mails/9", "/mails/latest", "/mails/9/html", "/calls/99", "/nothing", "/mails/x"])
def test_what_is_not_there_is_404(ask, path):
    missing = ask("GET", path)
    assert missing.status == 404
    assert missing.json["error"]


def test_methods_are_checked(ask):
    assert ask("POST", "/mails").status == 405
    assert ask("DELETE", "/health").status == 405


def test_waiting_for_a_mail(cloud, get, monkeypatch):
    monkeypatch.setattr(mails, "_MOST_WAIT", 2 * PATIENT)
    changed, looks, found = cloud.sandbox.store._changed, [], []
    wait = changed.wait
    monkeypatch.setattr(changed, "wait", lambda seconds: looks.append(seconds) or wait(seconds))
    path = f"to=b@&wait={2 * PATIENT}"
    waiting = threading.Thread(target=lambda: found.append(get(f"/mails/latest?{path}")), daemon=True)
    waiting.start()
    eventually(lambda: looks)
    cloud.send("b@example.com")
    waiting.join(PATIENT)
    assert [mail["recipient"] for mail in found] == ["b@example.com"]
    assert get(f"/mails?{path}&count=1")["total"] == 1


def test_waiting_in_vain_ends_with_what_there_is(ask):
    began = time.monotonic()
    assert ask("GET", "/mails?wait=0.2").json == {"mails": [], "total": 0}
    assert ask("GET", "/mails/latest?wait=0.2").status == 404
    assert time.monotonic() - began >= 0.4


def test_a_mail_of_another_process_is_waited_for_too(tmp_path):
    one, other = Sandbox(str(tmp_path / "a.db")), Sandbox(str(tmp_path / "a.db"))
    from dmcli.sandbox.mail import mailbox

    found = []
    thread = threading.Thread(target=lambda: found.append(mailbox.wait_for_mail(one, 1, PATIENT).total), daemon=True)
    thread.start()
    with other.store.transaction() as connection:
        connection.execute("INSERT INTO message VALUES (1, '', '', '', '', '', 0, '', '', '', '', '', 0, '', '')")
        connection.execute(
            "INSERT INTO mail (message, kind, sender, recipient, bcc, tag, status, reason, class, created, settled) "
            "VALUES (1, 'mail', '', '', 0, '', 0, '', '', 0, 0)"
        )
    thread.join(PATIENT)
    assert found == [1]
    one.close()
    other.close()


def test_mail_is_deleted_by_the_same_filters(cloud, ask, get):
    for name in ("a", "b", "c"):
        cloud.send(f"{name}@example.com")
    assert ask("DELETE", "/mails?to=b@").json == {"deleted": 1}
    assert ask("DELETE", "/mails/latest").json == {"deleted": 1}
    assert [mail["recipient"] for mail in get("/mails")["mails"]] == ["a@example.com"]
    assert ask("DELETE", "/mails").json == {"deleted": 1}
    assert get("/mails") == {"mails": [], "total": 0}
    assert ask("GET", "/mails/latest").status == 404
    # Numbers are not given again, so that whoever remembers one does not miss what comes.
    assert cloud.send("d@example.com") == "600000000004"
    assert get("/mails?since=3")["mails"][0]["id"] == 4
    assert cloud.ok("DescAccountSummary")["DailyQuota"] == 2000


def test_calls_are_logged_with_what_was_asked_and_answered(cloud, ask, get):
    cloud.send()
    cloud.refused("SingleSendMail", **{**cloud.mail, "AccountName": "nobody@example.com"})
    cloud.ok("QueryTagByParam", Nonsense="1")
    newest, refused, sent = get("/calls")["calls"]
    assert [call["action"] for call in (sent, refused, newest)] == ["SingleSendMail"] * 2 + ["QueryTagByParam"]
    assert (refused["code"], refused["status"]) == ("InvalidMailAddress.NotFound", 404)
    assert get(f"/calls/{newest['id']}")["request"]["unknown"] == ["Nonsense"]
    whole = get(f"/calls/{sent['id']}")
    assert whole["request"]["params"]["ToAddress"] == "someone@example.com"
    assert json.loads(whole["reply"])["EnvId"] == "600000000001"
    assert [call["id"] for call in get("/calls?code=InvalidMailAddress.NotFound")["calls"]] == [refused["id"]]
    assert [call["id"] for call in get("/calls?action=SingleSendMail&limit=1")["calls"]] == [refused["id"]]
    assert [call["id"] for call in get(f"/calls?since={sent['id']}&status=200")["calls"]] == [newest["id"]]
    assert ask("DELETE", "/calls").json == {"deleted": 3}
    assert get("/calls") == {"calls": []}


def test_faults(cloud, ask, get):
    made = ask("POST", "/faults", {"effect": "error", "value": "Throttling.User", "action": "SingleSendMail"})
    assert made.json["id"] == 1
    assert cloud.refused("SingleSendMail", **cloud.mail) == (400, "Throttling.User")
    assert get("/faults")["faults"][0]["struck"] == 1
    assert ask("DELETE", "/faults/1").json == {"deleted": 1}
    assert ask("DELETE", "/faults/1").status == 404
    assert ask("DELETE", "/faults").json == {"deleted": 0}


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', {"effect": "explode"}, b'{"effect": "drop", "effect": "hang"}'])
def test_a_body_that_cannot_be_meant_is_refused(ask, body):
    refused = ask("POST", "/faults", body)
    assert refused.status == 400
    assert refused.json["error"]


def test_which_of_two_limits_holds(cloud, ask, get):
    assert get("/sources") == {"limits": "2026"}
    assert ask("PUT", "/sources", {"limits": "2019"}).json == {"limits": "2019"}
    assert cloud.refused("SingleSendMail", **{**cloud.mail, "Subject": "s" * 101}) == (400, "InvalidSubject.Malformed")
    assert ask("PUT", "/sources", {}).status == 400


def test_limits(cloud, ask, get):
    assert ask("PUT", "/limits", {"SingleSendMail": "1/h"}).json == {"limits": {"SingleSendMail": "1/h"}}
    cloud.send()
    assert cloud.refused("SingleSendMail", **cloud.mail) == (400, "Throttling.User")
    assert ask("PUT", "/limits", {"A": "fast"}).status == 400
    assert ask("DELETE", "/limits").json == {"deleted": 1}
    assert get("/limits") == {"limits": {}}
    cloud.send()


def test_the_clock_is_turned_for_all(cloud, ask, get):
    before = get("/clock")
    assert before["turned"] == 0
    assert ask("POST", "/clock", {"advance": "2h"}).json["epoch"] == before["epoch"] + 7200
    cloud.send()
    assert cloud.mails()[0]["created"] == int(before["epoch"]) + 7200
    assert ask("POST", "/clock", {"advance": "-30m"}).json["turned"] == 5400
    assert ask("POST", "/clock", {"set": "2027-01-01T00:00:00Z"}).json["now"] == "2027-01-01T00:00:00+00:00"
    assert ask("POST", "/clock", {"set": "2027-01-01"}).json["now"] == "2027-01-01T00:00:00+00:00"
    assert ask("DELETE", "/clock").json == before
    cloud.send()
    assert cloud.mails()[0]["created"] == int(before["epoch"])


@pytest.mark.parametrize(
    "body", [{}, {"advance": "soon"}, {"set": "noon"}, {"advance": "1h", "set": "2027-01-01"}, {"x": 1}]
)
def test_a_clock_that_cannot_be_meant_is_refused(ask, body):
    assert ask("POST", "/clock", body).status == 400


def test_states(cloud, ask, get):
    at_once = {"domains": "immediate", "templates": "immediate", "replies": "manual"}
    assert get("/states") == {"states": at_once}
    made = ask("PUT", "/states", {"domains": "manual", "templates": "checks:2"}).json
    assert made == {"states": {**at_once, "domains": "manual", "templates": "checks:2"}}
    cloud.ok("CreateDomain", DomainName="new.test")
    assert cloud.ok("CheckDomain", DomainId="2")["DomainStatus"] == 1
    assert ask("POST", "/states", {"verify": "new.test"}).json == {"status": "ok"}
    assert cloud.ok("CheckDomain", DomainId="2")["DomainStatus"] == 0


@pytest.mark.parametrize(
    ("method", "body", "said"),
    [
        ("PUT", {"domains": "soon"}, "is none of immediate"),
        ("PUT", {"mails": "manual"}, "there is no state of 'mails'"),
        ("POST", {"verify": "elsewhere.test"}, "the sandbox has no domain 'elsewhere.test'"),
        ("POST", {"bless": "sandbox.test"}, "nobody can 'bless'"),
        ("POST", {}, "decide something; one can verify, unverify"),
    ],
)
def test_states_that_cannot_be_are_refused(ask, method, body, said):
    refused = ask(method, "/states", body)
    assert refused.status == 400
    assert said in refused.json["error"]


def test_what_readers_do_is_played(cloud, ask, get):
    cloud.send("a@example.com", ClickTrace="1", TagName="welcome")
    played = ask("POST", "/play", {"event": "open", "mail": 1}).json
    assert played == {"mail": 1, "event": "open", "posted": "", "answer": ""}
    cloud.send("b@example.com")
    assert ask("POST", "/play", {"event": "bounce", "mail": 2}).status == 200
    assert cloud.ok("QueryInvalidAddress")["data"]["mailDetail"][0]["ToAddress"] == "b@example.com"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"event": "open", "mail": "1"}, "the number of a mail"),
        ({"event": "open"}, "the number of a mail"),
        ({"event": "open", "mail": 1, "who": "me"}, "the number of a mail"),
        ({"event": "eat", "mail": 1}, "it is one of"),
        ({"event": "open", "mail": 1}, "there is no mail 1"),
    ],
)
def test_what_cannot_be_played_is_refused(ask, body, said):
    refused = ask("POST", "/play", body)
    assert refused.status == 400
    assert said in refused.json["error"]


def test_the_quota(cloud, ask, get):
    assert get("/quota") == {"daily": 2000, "monthly": 60000}
    assert ask("PUT", "/quota", {"daily": 1}).json == {"daily": 1, "monthly": 60000}
    cloud.send()
    assert cloud.refused("SingleSendMail", **cloud.mail) == (400, "InvalidSendMail.Spam")
    for body in ({"daily": "1"}, {"weekly": 1}, {"daily": -1}, {"daily": True}, {"daily": None}):
        assert ask("PUT", "/quota", body).status == 400


def test_a_past_is_added(ask, get):
    added = ask("POST", "/seed", {"days": 3, "mails": 20, "seed": 7}).json
    assert (added["since"], added["until"], added["mails"]) == ("2026-03-12", "2026-03-14", 20)
    assert len(get("/mails")["mails"]) == 20
    refused = ask("POST", "/seed", {"days": 0, "mails": 20})
    assert (refused.status, refused.json["error"]) == (400, "days 0 is not possible; give a number from 1 to 3,660")


@pytest.mark.parametrize("place", [":memory:", "file"])
def test_snapshots_bring_everything_back(tmp_path, place):
    sandbox = Sandbox(place if place == ":memory:" else str(tmp_path / "s.db"))
    from dmcli.sandbox.control.quota import get_quota, set_quota
    from dmcli.sandbox.store import snapshots

    assert snapshots.list_names(sandbox) == []
    snapshots.take(sandbox, "clean")
    set_quota(sandbox, daily=1)
    snapshots.take(sandbox, "poor")
    assert snapshots.list_names(sandbox) == ["clean", "poor"]
    for name, quota in (("clean", 2000), ("poor", 1), ("clean", 2000)):
        assert snapshots.restore(sandbox, name)
        assert get_quota(sandbox)["daily"] == quota
    snapshots.take(sandbox, "poor")
    assert snapshots.drop(sandbox, "poor")
    assert not snapshots.drop(sandbox, "poor")
    assert not snapshots.restore(sandbox, "poor")
    sandbox.close()


def test_snapshots_and_reset_over_http(cloud, ask, get):
    cloud.send()
    assert ask("POST", "/snapshots/one").json == {"status": "ok"}
    assert ask("POST", "/reset").json == {"status": "ok"}
    assert get("/mails")["total"] == 0
    assert get("/snapshots") == {"snapshots": ["one"]}
    assert ask("POST", "/snapshots/one/restore").json == {"status": "ok"}
    assert get("/mails")["total"] == 1
    assert ask("POST", "/snapshots/two/restore").status == 404
    assert ask("DELETE", "/snapshots/one").json == {"status": "ok"}
    assert ask("DELETE", "/snapshots/one").status == 404
    assert ask("POST", "/snapshots/..%2Fx").status == 404


def test_health_and_index(get):
    assert get("/health")["status"] == "ok"
    assert "GET /_dm/api/mails/{mail}/codes" in get("/")["routes"]
    assert get("") == get("/")


def test_a_page_of_elsewhere_gets_nothing(ask):
    assert ask("GET", "/mails", host="evil.example.com").status == 421
    assert ask("POST", "/reset", origin="http://evil.example.com").status == 403
    assert ask("GET", "/mails", **{"sec-fetch-site": "cross-site"}).status == 403


def test_the_escaped_path_is_checked_like_the_plain_one(server):
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"))
    connection.request("GET", "/%5Fdm/%61pi/health", headers={"origin": "http://evil.example.com"})
    assert connection.getresponse().status == 403
    connection.close()
    connection.request("GET", "/%5Fdm/%61pi/health")
    assert json.loads(connection.getresponse().read())["status"] == "ok"
    connection.close()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (f"/mails?before={'9' * 20}", "is not a number from 0 to"),
        (f"/mails?limit={'0' * 30}1", "is not a number from 0 to"),
        (f"/calls?since={'9' * 5000}", "is not a number from 0 to"),
        (f"/mails?to={'x' * 10_001}", "to is too long to look for; give at most 10,000 characters"),
    ],
)
def test_what_is_too_large_is_refused_in_a_sentence(ask, path, said):
    refused = ask("GET", path)
    assert (refused.status, said in refused.json["error"]) == (400, True)


@pytest.mark.parametrize("number", ["%C2%B2", "9" * 5000, "x"])
def test_an_env_id_that_is_none_is_that_of_no_mail(cloud, get, number):
    cloud.send()
    assert get(f"/mails?env_id={number}")["mails"] == []


def test_a_call_takes_little_room_in_the_log_whatever_it_has(cloud, get):
    many = {f"Odd.{number}": "x" * 1900 for number in range(500)}
    cloud.refused("CreateTag", **many)
    stored = cloud.sql("SELECT length(request) FROM call")[0][0]
    assert stored < 100_000
    assert get("/calls/1")["request"]["params"]["..."] == "and more"


def test_credentials_of_other_schemes_are_not_logged(cloud, get):
    request = cloud.request("QueryTagByParam", {})
    request.headers["authorization"] = "Bearer sk-c4n4ry"
    cloud.sandbox.exchange(request)
    assert get("/calls/1")["request"]["headers"]["authorization"] == "***"
    assert "c4n4ry" not in str(cloud.sql("SELECT * FROM call"))
