"""What happens after delivery: it is counted, it is known, and whoever asked for it on this machine is told."""

from __future__ import annotations

import http.server
import threading

import pytest

from dmcli.errors import InputError, NotFoundError, RefusedError
from dmcli.sandbox.control.events import EVENTS, Played, play


@pytest.fixture
def mail(cloud):
    """A tracked mail with a link."""
    cloud.send(
        "ada@example.com",
        HtmlBody='<a href="https://x.test/a">a</a> <a href="https://x.test/b">b</a>',
        TagName="welcome",
        ClickTrace="1",
    )
    return 1


@pytest.fixture
def listener():
    """A server on this machine that is told of events; its URL and what it was told."""
    told = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            told.append(
                (self.path, self.headers["content-type"], self.rfile.read(int(self.headers["content-length"])).decode())
            )
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/hook?x=1", told
    server.shutdown()
    thread.join()
    server.server_close()


def tracked(cloud):
    today = cloud.now.strftime("%Y-%m-%d")
    rows = cloud.ok("GetTrackList", StartTime=today, EndTime=today)["data"]["stat"]
    return {
        name: rows[0][name]
        for name in ("RcptOpenCount", "RcptUniqueOpenCount", "RcptClickCount", "RcptUniqueClickCount")
    }


def detail(cloud):
    today = cloud.now.strftime("%Y-%m-%d")
    window = {"StartTime": f"{today} 00:00", "EndTime": f"{today} 23:59", "ToAddress": "ada@example.com"}
    return cloud.ok("SenderStatisticsDetailByParam", **window)["data"]["mailDetail"][0]


def test_opens_and_clicks_are_counted(cloud, mail):
    for what in ("open", "open", "click"):
        assert play(cloud.sandbox, what, mail) == Played(mail, what)
    assert tracked(cloud) == {
        "RcptOpenCount": "2",
        "RcptUniqueOpenCount": "1",
        "RcptClickCount": "1",
        "RcptUniqueClickCount": "1",
    }


def test_a_click_is_on_a_link_of_the_mail(cloud, mail):
    play(cloud.sandbox, "click", mail)
    play(cloud.sandbox, "click", mail, url="https://x.test/b")
    assert [row[0] for row in cloud.sql("SELECT url FROM event ORDER BY id")] == [
        "https://x.test/a",
        "https://x.test/b",
    ]
    with pytest.raises(NotFoundError, match="it has https://x"):
        play(cloud.sandbox, "click", mail, url="https://elsewhere.test")
    cloud.send("b@example.com", TagName="welcome", ClickTrace="1")
    with pytest.raises(NotFoundError, match="no link to click"):
        play(cloud.sandbox, "click", 2)


def test_nobody_learns_of_a_mail_without_tracking(cloud):
    cloud.send("b@example.com")
    with pytest.raises(RefusedError, match="without tracking"):
        play(cloud.sandbox, "open", 1)


def test_a_bounce_makes_the_address_invalid(cloud, mail):
    play(cloud.sandbox, "bounce", mail)
    assert (detail(cloud)["Status"], detail(cloud)["ErrorClassification"]) == (2, "SmtpNxBox")
    assert cloud.ok("QueryInvalidAddress")["data"]["mailDetail"][0]["ToAddress"] == "ada@example.com"
    assert (
        cloud.refused("SingleSendMail", **{**cloud.mail, "ToAddress": "ada@example.com"})[1] == "InvalidToAddress.Spam"
    )


@pytest.mark.parametrize(("what", "status"), [("soft-bounce", 4), ("spam", 3)])
def test_other_failures_leave_the_address_good(cloud, mail, what, status):
    play(cloud.sandbox, what, mail)
    assert detail(cloud)["Status"] == status
    cloud.send("ada@example.com")


@pytest.mark.parametrize("what", EVENTS)
def test_whoever_asked_on_this_machine_is_told(cloud, mail, listener, what):
    url, told = listener
    cloud.ok("UpdateMailAddressMsgCallBackUrl", MailFrom="noreply@sandbox.test", NotifyUrl=url)
    assert play(cloud.sandbox, what, mail) == Played(mail, what, url, "HTTP 204")
    path, kind, text = told[0]
    assert (path, kind) == ("/hook?x=1", "text/plain; charset=utf-8")
    fields = dict(pair.split("=", 1) for pair in text.split("&"))
    assert fields["event"] == EVENTS[what].name
    assert (fields["rcpt"], fields["account"], fields["tag"]) == ("ada@example.com", "noreply@sandbox.test", "welcome")
    assert fields["env_id"] == "600000000001"
    assert set(fields) >= {
        "X-Notify-Message-ID",
        "msg_id",
        "from",
        "recv_time",
        "end_time",
        "status",
        "err_code",
        "failed_type",
    }


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/hook",
        "https://127.0.0.1/hook",
        "http://127.0.0.1.example.com/",
        "http://localhost.example.com/",
        "http://127.999.1.1:8000/",
        "http://127.0.0.256/",
        "http://127.0.0.1:65536/",
        "http://127.0.0.1:99999/",
        "cn-hangzhou",
    ],
)
def test_nothing_goes_anywhere_else(cloud, mail, url):
    cloud.ok("UpdateMailAddressMsgCallBackUrl", MailFrom="noreply@sandbox.test", NotifyUrl=url)
    assert play(cloud.sandbox, "open", mail) == Played(mail, "open")


def test_a_listener_that_is_not_there_is_told_of(cloud, mail):
    cloud.ok("UpdateMailAddressMsgCallBackUrl", MailFrom="noreply@sandbox.test", NotifyUrl="http://127.0.0.1:9/hook")
    assert play(cloud.sandbox, "open", mail).answer.startswith("failed: ")


def test_what_cannot_happen_is_refused(cloud, mail):
    with pytest.raises(InputError, match="it is one of deliver, open, click"):
        play(cloud.sandbox, "explode", mail)
    with pytest.raises(NotFoundError, match="there is no mail 99"):
        play(cloud.sandbox, "open", 99)
