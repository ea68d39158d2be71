"""Calling over exchanges that are plain functions: what each outcome ends in, and walking pages."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from params import params_of
from rows import each

from dmcli.api import catalogue
from dmcli.api.model import Action, Effect
from dmcli.api.paging import first_page, next_page, page_of, rows_of, value_of
from dmcli.api.request import Keys, Target
from dmcli.api.wire import Ambiguous, NotSent, Reply, Request
from dmcli.client.attempts import Operation, Retrier
from dmcli.client.client import Client
from dmcli.client.retry import Outcome
from dmcli.client.verdict import Verdict
from dmcli.errors import (
    CheckFailedError,
    ConfigError,
    NotFoundError,
    RefusedError,
    UnknownOutcomeError,
    UnreachableError,
)
from dmcli.secret import Secret

KEYS = Keys("testid", Secret("testsecret"))
TARGET = Target("https://dm.aliyuncs.com", "cn-hangzhou")
WHEN = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC)

READ, WRITE = catalogue.get("DescAccountSummary"), catalogue.get("ModifyPWByDomain")
CREATE, DELETE = catalogue.get("CreateTag"), catalogue.get("DeleteTag")
SEND = catalogue.get("SingleSendMail")
EACH = (READ, WRITE, CREATE, DELETE, SEND)
PARAMS = {"TagName": "spring", "ToAddress": "a@example.com,b@example.com"}


def reply(status: int, headers: dict[str, str] | None = None, **fields) -> Reply:
    return Reply(status, headers or {}, json.dumps(fields).encode())


def error(code: str, status: int = 400, **headers: str) -> Reply:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return reply(status, names, Code=code, Message="the message", RequestId="r1")


OK = reply(200, RequestId="r0", TagId="7")
NO_TAGS = reply(200, RequestId="r0", TotalCount=0, data={"tag": []})
THE_TAG = reply(200, RequestId="r0", TotalCount=1, data={"tag": [{"TagName": "spring", "TagId": "7"}]})


class Made:
    """A client over a list of what happens at each call, with time and chance of its own."""

    def __init__(self, *happens, keys=lambda **_: KEYS, deadline: float = 60.0) -> None:
        self.happens = list(happens)
        self.requests: list[dict[str, str]] = []
        self.patience: list[float] = []
        self.sleeps: list[float] = []
        self.told: list[str] = []
        self.time = 1000.0
        self.takes = 0.0  # seconds that each exchange takes
        nonces = count()
        retrier = Retrier(
            deadline=deadline,
            now=lambda: WHEN + timedelta(seconds=self.time - 1000.0),
            clock=lambda: self.time,
            sleep=self._sleep,
            chance=lambda: 0.5,
            tell=self.told.append,
        )
        self.client = Client(self._exchange, keys, TARGET, retrier, nonce=lambda: str(next(nonces)), command="dm -p x")

    def _sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.time += seconds

    def _exchange(self, request) -> Reply:
        self.requests.append(params_of(request))
        self.patience.append(request.patience)
        self.time += self.takes
        happens = self.happens.pop(0)
        if isinstance(happens, Exception):
            raise happens
        return happens(self) if callable(happens) else happens

    def ends(self, action: Action, kind=None):
        """The answer, or the exception, which must be of exactly that kind; everything foreseen must have happened."""
        if kind is None:
            answer = self.client.call(action, PARAMS)
        else:
            with pytest.raises(kind) as caught:
                self.client.call(action, PARAMS)
            assert type(caught.value) is kind
            answer = caught.value
        assert not self.happens
        assert len({request["SignatureNonce"] for request in self.requests}) == len(self.requests)
        return answer


LOST, UNSENT = Ambiguous("the connection broke"), NotSent("cannot reach dm.aliyuncs.com: refused")


@each("action", EACH, named=lambda action: action.effect.name)
@each(
    "happens",
    [UNSENT, error("Throttling.User"), error("X", 429), Reply(429, {}, b"slow down")],
)
def test_what_was_not_done_is_tried_again_whatever_it_is(action, happens):
    made = Made(happens, happens, OK)
    assert made.ends(action) == {"RequestId": "r0", "TagId": "7"}
    assert made.sleeps == ([0.05, 0.1] if happens is UNSENT else [0.5, 1.0])


@pytest.mark.parametrize("action", EACH, ids=lambda action: action.effect.name)
def test_in_the_end_it_is_safe_to_run_again(action):
    attempts = 4 if action is READ else 3
    ended = Made(*[UNSENT] * attempts).ends(action, UnreachableError)
    expected = f"refused (tried {attempts} times); nothing was done, it is safe to run this again"
    assert ended.message == f"cannot reach dm.aliyuncs.com: {expected}"
    assert (ended.code, ended.request_id, ended.http_status) == ("", "", None)
    ended = Made(*[error("Throttling")] * attempts).ends(action, UnreachableError)
    assert (ended.code, ended.request_id, ended.http_status) == ("Throttling", "r1", 400)


AMBIGUOUS = [
    LOST,
    error("InternalError", 500),
    error("ServiceUnavailable", 503),
    error("InternalError", 400),
    error("Unheard.Of", 502),
    error("Unheard.Of", 408),
    error("SignatureNonceUsed"),
    Reply(502, {}, b"<html>bad gateway</html>"),
    Reply(500, {}, b""),
    Reply(408, {}, b""),
    Reply(200, {}, b'{"EnvId": "1"'),
    Reply(200, {}, b"[]"),
    Reply(200, {}, b""),
    Reply(200, {}, b'{"RequestId": NaN}'),
    Reply(200, {}, b'{"RequestId": "a", "RequestId": "b"}'),
    Reply(200, {}, b"[" * 100_000),
    Reply(200, {}, b'<?xml version="1.0"?><A><RequestId>r</RequestId></A>'),
    reply(200, EnvId="1"),
]


@each("happens", AMBIGUOUS)
def test_a_send_that_may_have_been_accepted_is_tried_once(happens):
    made = Made(happens)
    ended = made.ends(SEND, UnknownOutcomeError)
    assert ended.message.endswith("; it may or may not have been accepted")
    assert ended.hint == ("Do not simply run it again; look first: dm -p x stats details --to a@example.com")
    assert made.sleeps == []


@each("happens", AMBIGUOUS)
@each("action", [READ, WRITE, DELETE], named=lambda action: action.effect.name)
def test_reads_and_what_may_be_repeated_are_tried_again(action, happens):
    assert Made(happens, happens, OK).ends(action)["RequestId"] == "r0"
    ended = Made(*[happens] * (4 if action is READ else 3)).ends(action, UnreachableError)
    assert ended.message.endswith("it is safe to run this again")


STRANGERS = [
    Reply(200, {}, b"<html>log in</html>"),
    Reply(200, {}, b"\r\n<!doctype html>"),
    Reply(200, {"content-type": "text/html;charset=utf-8"}, b"Welcome"),
    Reply(307, {"location": "https://portal.example.com/login?x=1"}, b""),
    Reply(302, {"location": "/login"}, b""),
    Reply(404, {}, b"<html>not found</html>"),
    Reply(407, {}, b"Proxy Authentication Required"),
]


@each("happens", STRANGERS)
@each("action", EACH, named=lambda action: action.effect.name)
def test_who_is_not_the_service_is_not_asked_again(action, happens):
    ended = Made(happens).ends(action, UnknownOutcomeError if action is SEND else UnreachableError)
    assert f"something other than DirectMail answered with HTTP {happens.status}" in ended.message
    if "location" in happens.headers:
        assert (" and points to portal.example.com:" in ended.message) == ("portal" in happens.headers["location"])
    assert "check the endpoint and the proxy" in ended.message


@each("form", ["JSON", "XML"])
@each("happens", [STRANGERS[0], STRANGERS[5], *AMBIGUOUS[7:13]])
def test_both_formats_share_one_verdict(form, happens):
    made = Made(happens)
    with pytest.raises(UnknownOutcomeError):
        made.client.ask(SEND, PARAMS, form=form)


@pytest.mark.parametrize(
    ("happens", "action", "kind"),
    [
        (error("InvalidMailAddress.NotFound", 404), SEND, NotFoundError),
        (error("Forbidden.RAM", 403), READ, ConfigError),
        (error("SignatureDoesNotMatch"), SEND, ConfigError),
        (error("CheckDomain.Failed"), WRITE, CheckFailedError),
        (error("InvalidTagName.Duplicate"), CREATE, RefusedError),
        (error("InvalidTag.NotFound", 404), DELETE, NotFoundError),
        (error("Brand.New.Code"), SEND, RefusedError),
        (reply(400, code="lower.case", message="the message", requestId="r1"), READ, RefusedError),
        (
            Reply(400, {}, b'<?xml version="1.0"?><Error><Code>A</Code><Message>the message</Message></Error>'),
            READ,
            RefusedError,
        ),
        (Reply(400, {}, b"<Error><Code>A</Code><Message>the message</Message></Error>"), READ, RefusedError),
        (Reply(400, {}, b"\n <Error><Code>A</Code><Message>the message</Message></Error>"), READ, RefusedError),
    ],
)
def test_a_refusal_is_final(happens, action, kind):
    ended = Made(happens).ends(action, kind)
    assert ended.message == "the message"
    assert ended.http_status == happens.status


def test_a_refusal_without_a_message_is_its_code():
    assert Made(reply(400, Code="A.B", RequestId="r")).ends(READ, RefusedError).message == "A.B"


def test_code_ok_is_no_error():
    assert Made(reply(200, Code="OK", Success=True, RequestId="r")).ends(WRITE)["Code"] == "OK"


def test_an_xml_error_is_read_with_its_entities():
    message = b"a &lt;b&gt; &amp;amp; &quot;c&quot; &apos;d&apos;\xff"
    body = b"<Error><RequestId>r</RequestId><Code>InvalidBody</Code><Message>" + message + b"</Message></Error>"
    made = Made(Reply(400, {}, body))
    with pytest.raises(RefusedError) as caught:
        made.client.ask(SEND, {}, form="XML")
    assert (caught.value.code, caught.value.request_id) == ("InvalidBody", "r")
    assert caught.value.message == "a <b> &amp; \"c\" 'd'\ufffd"


@pytest.mark.parametrize("declared", [b'<?xml version="1.0"?>', b""])
def test_an_xml_answer_is_an_answer_where_xml_was_asked_for(declared):
    body = declared + b"<A><RequestId>r</RequestId></A>"
    verdict = Made(Reply(200, {}, body)).client.ask(READ, {}, form="XML")
    assert verdict.answer == {"RequestId": "r"}
    assert verdict.reply.body == body


def test_the_string_to_sign_never_reaches_a_message():
    message = "Specified signature is not matched. server string to sign is:POST&S3cret server string to sign is:S3cret"
    ended = Made(reply(400, Code="SignatureDoesNotMatch", Message=message)).ends(WRITE, ConfigError)
    assert ended.message == "Specified signature is not matched."


# --- creates: the answer is lost, the listing is asked


def test_a_create_whose_answer_was_lost_is_found_in_its_listing():
    made = Made(LOST, THE_TAG)
    assert made.ends(CREATE) == {"TagId": "7"}
    assert [request["Action"] for request in made.requests] == ["CreateTag", "QueryTagByParam"]
    assert made.told == ["CreateTag: the answer was lost, but the tag is there"]
    assert made.sleeps == [0.05]


def test_a_create_that_is_not_there_is_made():
    made = Made(LOST, NO_TAGS, OK)
    assert made.ends(CREATE) == {"RequestId": "r0", "TagId": "7"}
    assert made.told == []


def test_a_create_that_was_slow_is_found_when_the_next_attempt_says_so():
    made = Made(LOST, NO_TAGS, error("InvalidTagName.Duplicate"), THE_TAG)
    assert made.ends(CREATE) == {"TagId": "7"}


def test_a_create_nobody_can_tell_of_is_unknown():
    made = Made(LOST, NO_TAGS, LOST, NO_TAGS, LOST, NO_TAGS)
    ended = made.ends(CREATE, UnknownOutcomeError)
    assert ended.message == "the connection broke (tried 3 times); it may or may not have been created"
    assert ended.hint == "Do not simply run it again; look first: dm -p x tag list"


def test_a_listing_that_cannot_be_read_tells_nothing():
    made = Made(LOST, error("Forbidden", 400), LOST, error("Forbidden", 400), LOST, error("Forbidden", 400))
    made.ends(CREATE, UnknownOutcomeError)


@pytest.mark.parametrize("after", [UNSENT, error("Throttling"), error("IllegalTimestamp")])
def test_a_create_in_doubt_stays_so_when_the_next_attempts_fail(after):
    happens = [after] if after is not UNSENT and b"Illegal" in after.body else [after, after]
    Made(LOST, NO_TAGS, *happens).ends(CREATE, UnknownOutcomeError)


def test_a_create_in_doubt_that_is_refused_says_so():
    ended = Made(LOST, NO_TAGS, error("InvalidTagNumber.Malformed")).ends(CREATE, RefusedError)
    assert ended.message == "the message; an earlier attempt got no answer and may have done it"


def test_where_names_may_repeat_a_create_is_never_adopted_nor_made_twice():
    action = catalogue.get("CreateTemplate")
    made = Made(LOST)
    with pytest.raises(UnknownOutcomeError) as caught:
        made.client.call(action, {"TemplateName": "news"})
    assert caught.value.hint.endswith("look first: dm -p x template list")


@pytest.mark.parametrize(
    ("name", "param", "typed", "kept", "found"),
    [
        ("CreateDomain", "DomainName", "Mail.Example.com", "mail.example.com", True),
        ("CreateMailAddress", "AccountName", "A@Example.com", "a@example.com", True),
        ("CreateReceiver", "ReceiversName", "Team", "team", False),
        ("CreateReceiver", "ReceiversName", "Team", "Team", True),
    ],
)
def test_names_are_compared_as_the_service_keeps_them(name, param, typed, kept, found):
    action = catalogue.get(name)
    listing = {
        "data": {part: [{param: kept, action.creates.id: "9"}] for part in ("domain", "mailAddress", "receiver")}
    }
    made = Made(LOST, reply(200, RequestId="r", TotalCount=1, **listing), *([] if found else [OK]))
    answer = made.client.call(action, {param: typed})
    assert answer == ({action.creates.id: "9"} if found else {"RequestId": "r0", "TagId": "7"})


# --- codes that tell that an earlier attempt was done


@pytest.mark.parametrize(
    ("action", "code", "kind"),
    [
        (DELETE, "InvalidTag.NotFound", NotFoundError),
        (WRITE, "InvalidDomainPassword.equalcurrent", RefusedError),
    ],
    ids=["delete", "password"],
)
def test_what_an_earlier_attempt_did_is_done(action, code, kind):
    made = Made(LOST, error(code))
    assert made.ends(action) == {"RequestId": "r1"}
    assert made.told == [f"{action.name}: an earlier attempt, whose answer was lost, did it"]
    Made(UNSENT, error(code)).ends(action, kind)  # nobody did it before


def test_a_change_in_doubt_that_is_refused_says_so():
    ended = Made(LOST, error("InvalidDomainName.Malformed")).ends(WRITE, RefusedError)
    assert "may have done it" in ended.message
    ended = Made(LOST, UNSENT, UNSENT).ends(WRITE, UnreachableError)
    assert ended.message.endswith(
        "refused (tried 3 times); the change may have been made, and it is safe to run this again"
    )


# --- the clock


def expired(made: Made, ahead: float) -> Reply:
    from email.utils import format_datetime

    date = WHEN + timedelta(seconds=made.time - 1000.0 - made.takes / 2 + ahead)
    return error("InvalidTimeStamp.Expired", date=format_datetime(date, usegmt=True))


@each("ahead", [7200, -7200, 61, 86400, -86400])
@each("action", EACH, named=lambda action: action.effect.name)
def test_a_clock_that_is_wrong_is_corrected_once(action, ahead):
    made = Made(lambda made: expired(made, ahead), OK, OK)
    made.takes = 4.0
    made.client.call(action, PARAMS)
    where = "behind" if ahead > 0 else "ahead of"
    assert made.told == [
        f"warning: this machine's clock is {abs(ahead)} s {where} the service's; signing with the service's time"
    ]
    made.client.call(action, PARAMS)  # from then on it is right from the start
    assert [r["Timestamp"] for r in made.requests] == [
        (WHEN + timedelta(seconds=s)).strftime("%Y-%m-%dT%H:%M:%SZ") for s in (0, 4 + ahead, 8 + ahead)
    ]
    assert made.sleeps == []


@pytest.mark.parametrize(
    ("ahead", "told"),
    [
        (0, "agrees with the service's to a second: run this again"),
        (-1, "agrees with the service's to a second: run this again"),
        (2, "is 2 s behind the service's: set it"),
        (-2, "is 2 s ahead of the service's: set it"),
        (60, "is 60 s behind the service's: set it"),
        (-60, "is 60 s ahead of the service's: set it"),
        (86401, "is 86401 s behind the service's: set it"),
        (-86401, "is 86401 s ahead of the service's: set it"),
    ],
)
def test_a_clock_that_is_right_or_wrong_beyond_reason_is_not_corrected(ahead, told):
    ended = Made(lambda made: expired(made, ahead)).ends(SEND, ConfigError)
    assert ended.message == f"the message; this machine's clock {told}"


@pytest.mark.parametrize("headers", [{}, {"date": "yesterday"}, {"date": ""}])
def test_a_reply_without_a_date_corrects_nothing(headers):
    ended = Made(error("InvalidTimeStamp.Expired", **headers)).ends(READ, ConfigError)
    assert ended.message == "the message; this clock may be wrong: set it"


def test_a_clock_corrected_after_another_service_is_corrected_back():
    made = Made(lambda made: expired(made, 7200), OK, lambda made: expired(made, 0), OK)
    for _ in range(2):
        made.client.call(SEND, PARAMS)
    assert [text.partition(";")[0] for text in made.told] == [
        "warning: this machine's clock is 7200 s behind the service's",
        "warning: this machine's clock agrees with the service's to a second",
    ]
    assert made.requests[-1]["Timestamp"] == WHEN.strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize("then", [7200, 14400])
def test_a_clock_is_corrected_once_in_a_call(then):
    made = Made(lambda made: expired(made, 7200), lambda made: expired(made, then))
    made.ends(SEND, ConfigError)
    assert len(made.told) == 1


def test_a_clock_that_was_corrected_is_not_what_is_wrong_when_it_is_refused_again():
    made = Made(lambda made: expired(made, 7200), OK, lambda made: expired(made, 7260))
    made.client.call(SEND, PARAMS)
    made.ends(SEND, ConfigError)
    assert len(made.told) == 1


# --- temporary keys


@pytest.mark.parametrize("when", ["attempt", "renewal"])
def test_keys_that_fail_do_not_hide_what_an_earlier_attempt_may_have_done(when):
    asked = []

    def keys(*, renew: bool = False) -> Keys:
        asked.append(renew)
        if renew or (when == "attempt" and len(asked) == 3):  # the second was to look whether it is there
            raise UnreachableError("no keys from STS")
        return KEYS

    happens = [LOST, NO_TAGS, *([error("InvalidSecurityToken.Expired")] if when == "renewal" else [])]
    ended = Made(*happens, keys=keys).ends(CREATE, UnknownOutcomeError)
    begins = "the message" if when == "renewal" else "the connection broke"
    assert ended.message.startswith(f"{begins}; then no keys from STS")


def test_keys_that_fail_at_once_are_all_that_is_told():
    def keys(**_) -> Keys:
        raise UnreachableError("no keys from STS")

    made = Made(keys=keys)
    assert made.ends(SEND, UnreachableError).message == "no keys from STS"
    assert made.client.retrier.under_way == ""


def test_temporary_keys_that_ended_are_renewed_once():
    asked = []

    def keys(*, renew: bool = False) -> Keys:
        asked.append(renew)
        return KEYS._replace(access_key_id=f"STS.{asked.count(True)}", expires=1.0)

    made = Made(error("InvalidSecurityToken.Expired"), OK, keys=keys)
    made.ends(SEND)
    assert asked == [False, False, True, False]
    assert [request["AccessKeyId"] for request in made.requests] == ["STS.0", "STS.1"]
    asked.clear()
    Made(*[error("InvalidSecurityToken.Expired")] * 2, keys=keys).ends(SEND, ConfigError)
    assert asked.count(True) == 1


def test_keys_that_stay_the_same_are_not_tried_again():
    made = Made(error("InvalidSecurityToken.Expired"), keys=lambda **_: KEYS._replace(expires=1.0))
    made.ends(SEND, ConfigError)


def test_keys_that_cannot_be_renewed_are_not_tried_again():
    Made(error("InvalidSecurityToken.Expired")).ends(SEND, ConfigError)


# --- waiting


def test_the_service_is_given_the_time_it_asks_for():
    made = Made(error("Throttling.User", x_acs_retry_after="2000"), OK)
    made.ends(SEND)
    assert made.sleeps == [2.0]
    assert made.told == ["Throttling.User; trying again in 2 s"]


@pytest.mark.parametrize("header", ["-1", "NaN", "soon"])
def test_a_time_that_is_none_is_not_asked_for(header):
    made = Made(error("Throttling.User", x_acs_retry_after=header), OK)
    made.ends(SEND)
    assert made.sleeps == [0.5]


def test_the_service_cannot_make_us_wait_past_the_deadline():
    made = Made(error("Throttling.User", x_acs_retry_after=str(10**12)))
    made.ends(SEND, UnreachableError)
    assert made.sleeps == []
    made = Made(error("Throttling.User", x_acs_retry_after=str(10**12)), OK, deadline=61)
    made.ends(SEND)
    assert made.sleeps == [60.0]


def test_a_short_wait_is_not_told():
    made = Made(UNSENT, error("Throttling", x_acs_retry_after="999"), OK)
    made.ends(READ)
    assert made.told == []
    made = Made(error("Throttling", x_acs_retry_after="1000"), OK)
    made.ends(READ)
    assert made.told == ["Throttling; trying again in 1 s"]


def test_attempts_share_one_deadline():
    made = Made(LOST, LOST, LOST, deadline=50)
    made.takes = 20.0
    made.ends(READ, UnreachableError)
    assert made.patience == [20.0, 20.0, pytest.approx(50 - 40 - 0.15)]


def test_a_send_has_the_whole_deadline():
    made = Made(OK)
    made.ends(SEND)
    assert made.patience == [60.0]
    made = Made(OK, deadline=600)
    made.ends(SEND)
    assert made.patience == [60.0]


def test_a_run_that_only_fails_stops_retrying():
    made = Made(*[UNSENT] * 1000)
    for _ in range(100):
        with pytest.raises(UnreachableError):
            made.client.call(READ, {})
    assert len(made.requests) == 100 + 500 // 14


def test_what_is_under_way_is_known_while_it_is():
    seen = []

    def look(made: Made) -> Reply:
        seen.append(made.client.retrier.under_way)
        return OK

    for action in EACH:
        made = Made(look)
        made.ends(action)
        assert made.client.retrier.under_way == ""
    assert seen == ["", "ModifyPWByDomain", "CreateTag", "DeleteTag", "SingleSendMail"]


def test_an_interruption_leaves_word_of_what_was_under_way():
    def interrupted(_: Made) -> Reply:
        raise KeyboardInterrupt

    made = Made(interrupted)
    with pytest.raises(KeyboardInterrupt):
        made.client.call(SEND, PARAMS)
    assert made.client.retrier.under_way == "SingleSendMail"


def test_keys_that_cannot_be_had_are_told_and_nothing_is_under_way():
    def keys(**_: bool) -> Keys:
        raise ConfigError("no keys")

    made = Made(keys=keys)
    assert made.ends(SEND, ConfigError).message == "no keys"
    assert made.client.retrier.under_way == ""


def test_an_action_without_pages_has_none():
    with pytest.raises(ValueError, match="DescAccountSummary"):
        next(Made().client.pages(READ, {}))


def test_a_call_for_keys_inside_of_a_send_does_not_hide_the_send():
    seen = []

    def keys(**_) -> Keys:
        request = Request("POST", "https://sts.example.com/", {}, b"")
        made.client.retrier.run(
            Operation("AssumeRole", Effect.READ, ask, lambda: request, lambda _: Verdict(Outcome.DONE))
        )
        return KEYS

    def ask(_) -> Reply:
        seen.append(made.client.retrier.under_way)  # nothing is sent yet
        return OK

    def look(made: Made) -> Reply:
        seen.append(made.client.retrier.under_way)
        return OK

    made = Made(look, keys=keys)
    made.ends(SEND)
    assert (seen, made.client.retrier.under_way) == (["", "SingleSendMail"], "")


def test_an_action_nobody_declared_is_taken_for_a_send():
    made = Made(LOST)
    with pytest.raises(UnknownOutcomeError) as caught:
        made.client.call(Action("FaxMail", "", "", Effect.SEND), {})
    assert caught.value.hint == "Do not simply run it again; find out first what became of it."


def client(serve) -> Client:
    return Client(serve, lambda **_: KEYS, TARGET, Retrier(sleep=lambda _: None))


@each("size", [1, 7, 50, 100])
@each("total", [0, 1, 7, 8, 100, 101])
@each(
    "name",
    [
        "QueryTagByParam",
        "GetTrackList",
        "QueryInvalidAddress",
        "QueryReceiverDetail",
        "SenderStatisticsByTagNameAndBatchID",
    ],
)
def test_every_way_of_paging_gives_every_row_once(name, size, total):
    action = catalogue.get(name)
    asked = []

    def serve(request):
        form = params_of(request)
        asked.append(form)
        paging = action.paging
        start = int(form.get(paging.cursor) or 0) if paging.cursor else (int(form.get(paging.page) or 1) - 1) * size
        rows = [{"n": n} for n in range(total)][start : start + size if paging.size else None]
        out: object = rows
        for step in reversed(action.lists[0].split(".")):
            out = {step: out}
        end = start + len(rows)
        more = {"NextStart": str(end) if end < total else ""} if paging.cursor else {"TotalCount": total}
        return reply(200, RequestId="r", **out, **more)

    found = [row["n"] for page in client(serve).pages(action, {}, size) for row in page.rows]
    assert found == list(range(total))
    assert len({form["SignatureNonce"] for form in asked}) == len(asked)


def test_pages_are_fetched_when_they_are_asked_for():
    calls = []

    def serve(_):
        calls.append(1)
        return reply(200, RequestId="r", TotalCount=1000, data={"tag": [{"TagId": "1"}] * 50})

    pages = client(serve).pages(catalogue.get("QueryTagByParam"), {})
    next(pages)
    assert len(calls) == 1


def test_rows_are_found_at_declared_paths_in_any_case():
    assert rows_of({"Data": {"Domain": [{"a": 1}]}}, ("data.domain",)) == ("Data.Domain", [{"a": 1}])
    assert rows_of({"data": [{"a": 1}]}, ("data.stat", "data")) == ("data", [{"a": 1}])
    assert rows_of({"trackList": [{"a": 1}]}, ("data.stat", "trackList"))[0] == "trackList"
    assert rows_of({}, ("data.stat",)) == ("", [])
    assert value_of({"tagName": "x"}, "TagName") == "x"
    assert value_of({"TAGNAME": "x", "TagName": "y"}, "TagName") == "y"
    assert page_of(catalogue.get("QueryTagByParam"), {"data": {}}).rows == []


def test_a_cursor_that_repeats_ends_the_list_where_no_more_can_follow():
    paging, asked = catalogue.get("QueryInvalidAddress").paging, {"NextStart": "x", "Length": "100"}
    assert next_page(paging, asked, {"NextStart": "x"}, 99, 199) == {}
    assert next_page(paging, asked, {"NextStart": "x", "TotalCount": 200}, 100, 200) == {}


def test_a_cursor_that_does_not_advance_is_said():
    def serve(request):
        asked = params_of(request)
        rows = [{"ToAddress": f"{asked.get('NextStart', '')}{number}@b.test"} for number in range(100)]
        return reply(200, RequestId="r", TotalCount=1000, NextStart="x", data={"mailDetail": rows})

    pages = client(serve).pages(catalogue.get("QueryInvalidAddress"), {})
    assert len(next(pages).rows) == 100
    with pytest.raises(UnreachableError, match="cursor does not advance after 200 rows"):
        next(pages)


@pytest.mark.parametrize("name", ["QueryTagByParam", "ConfigSetList"])
@pytest.mark.parametrize("last", [0, 3, None])
def test_a_list_that_ends_before_the_service_has_given_all_is_never_taken_for_whole(name, last):
    """Its last page is empty, short, or has no list at all where others have one."""
    action = catalogue.get(name)
    calls = []

    def serve(_):
        calls.append(1)
        rows = [{"n": f"{len(calls)}.{n}"} for n in range(10 if len(calls) == 1 else last or 0)]
        out: object = rows if len(calls) == 1 or last is not None else "nothing"
        for step in reversed(action.lists[0].split(".")):
            out = {step: out}
        return reply(200, RequestId="r", **({} if len(calls) > 2 else out), TotalCount=25, TotalCounts=25)

    rows = []
    with pytest.raises(UnreachableError, match=r"has 25 rows by its own count and gave 1[03] of them"):
        rows.extend(row for page in client(serve).pages(action, {}, 10) for row in page.rows)
    assert len(rows) == 10 + (last or 0)


def test_a_list_that_grows_or_shrinks_while_it_is_read_is_no_cut_one():
    for totals in ((20, 25, 25), (25, 20)):
        pages = iter(enumerate(totals))

        def serve(_, pages=pages):
            page, total = next(pages)
            rows = [{"TagName": f"{page}.{n}"} for n in range(10)] if page < 2 else []
            return reply(200, RequestId="r", TotalCount=total, data={"tag": rows})

        assert len(list(client(serve).rows(catalogue.get("QueryTagByParam"), {}))) == 20


def test_a_cursor_tells_the_end_of_a_list_whatever_its_total_says():
    """The total of QueryReceiverDetail is deprecated (vendor's page)."""

    def serve(_):
        return reply(200, RequestId="r", TotalCount=25, NextStart="", data={"detail": [{"Email": "a@b.test"}]})

    assert len(list(client(serve).rows(catalogue.get("QueryReceiverDetail"), {}))) == 1


@pytest.mark.parametrize("total", ["²", "٣", "-1", None, "9" * 5000])
def test_a_total_that_is_no_number_counts_as_none(total):
    action = catalogue.get("QueryTagByParam")
    asked = first_page(action.paging, 2)
    assert next_page(action.paging, asked, {"TotalCount": total}, rows=1, seen=1) == {}
    assert next_page(action.paging, asked, {"TotalCount": total}, rows=2, seen=2) == {action.paging.page: "2"}


@pytest.mark.parametrize("name", ["QueryTagByParam", "QueryInvalidAddress"])
def test_a_service_that_repeats_itself_does_not_hold_us(name):
    calls = []

    def serve(_):
        calls.append(1)
        rows = {"data": {"tag": [{"a": 1}] * 50, "mailDetail": [{"a": 1}]}}
        return reply(200, RequestId="r", TotalCount=10**9 + len(calls), NextStart="ab"[len(calls) % 2], **rows)

    with pytest.raises(UnreachableError, match="again and again"):
        list(client(serve).rows(catalogue.get(name), {}))
    assert len(calls) < 10


@pytest.mark.parametrize("name", ["QueryTagByParam", "QueryTemplateByParam"])
@pytest.mark.parametrize("circle", [1, 2, 3, 7])
def test_pages_that_alternate_are_noticed(name, circle):
    calls = []

    def serve(_):
        calls.append(1)
        rows = [{"a": len(calls) % circle, "b": number} for number in range(50)]
        return reply(200, RequestId="r", TotalCount=10**9, data={"tag": rows, "template": rows})

    with pytest.raises(UnreachableError, match="again and again"):
        list(client(serve).rows(catalogue.get(name), {}))
    assert len(calls) <= 4 * circle + 2


@pytest.mark.parametrize("name", ["QueryTagByParam", "QueryInvalidAddress"])
def test_a_list_that_never_ends_is_ended_by_its_own_total(name):
    calls = []

    def serve(_):
        calls.append(1)
        rows = [{"a": len(calls), "b": number} for number in range(50)]
        more = {"data": {"tag": rows, "mailDetail": rows}, "NextStart": str(len(calls))}
        return reply(200, RequestId="r", TotalCount=100 * len(calls), **more)

    with pytest.raises(UnreachableError, match="again and again"):
        list(client(serve).rows(catalogue.get(name), {}))
    assert len(calls) * 50 < 2 * 100 + 10_000 + 100
