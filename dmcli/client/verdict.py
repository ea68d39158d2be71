"""What a reply means, and what to say of a call that failed: pure functions."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from dmcli.api.model import Effect
from dmcli.client.retry import UNANSWERED, Outcome, Step
from dmcli.errors import (
    CheckFailedError,
    ConfigError,
    DmError,
    NotFoundError,
    RefusedError,
    UnknownOutcomeError,
    UnreachableError,
)
from dmcli.record import Record
from dmcli.untrusted import read_json
from dmcli.words import marked, tr

if TYPE_CHECKING:
    from dmcli.api.wire import Reply

_CLOCK_CODES = frozenset({"InvalidTimeStamp.Expired", "IllegalTimestamp"})
_BY_EXIT: dict[int, type[DmError]] = {3: ConfigError, 4: UnreachableError, 5: CheckFailedError, 10: NotFoundError}
# What to say of a call that may have been executed, by what it does.
_MAYBE = marked(
    {
        Effect.READ: "it is safe to run this again",
        Effect.WRITE: "the change may have been made, and it is safe to run this again",
        Effect.CREATE: "it may or may not have been created",
        Effect.DELETE: "it may be gone already, and it is safe to run this again",
        Effect.SEND: "it may or may not have been accepted",
    }
)
_NOTHING_DONE = marked("nothing was done, it is safe to run this again")
_EARLIER = marked("an earlier attempt got no answer and may have done it")
_TIMEOUT, _TOO_MANY, _SERVER_ERROR = 408, 429, 500
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_CALLER = "InvalidIP.NotFound"  # of a send: the address that it comes from is not among those that may
_EXACT = 1  # second, since a Date has whole ones


class Verdict(Record):
    """What one attempt came to: the `answer` where it is there, else what is `said` about it.

    `code`, `request_id` and `status` are the service's. `reply` is as received, None where there was none; `midpoint`
    is when it can be thought to have been made, by this machine's clock.
    """

    outcome: Outcome
    answer: dict[str, Any] = {}  # noqa: RUF012  never changed
    said: str = ""
    code: str = ""
    request_id: str = ""
    status: int | None = None
    reply: Reply | None = None
    midpoint: datetime | None = None

    @property
    def skew(self) -> timedelta | None:
        """How far the service's clock is ahead of this machine's, by the reply's Date; None where that is missing."""
        if self.reply is None or self.midpoint is None:
            return None
        date = _date(self.reply.headers.get("date", ""))
        return date - self.midpoint if date else None


@lru_cache(maxsize=4)  # replies of one second have the same
def _date(header: str) -> datetime | None:
    """The moment of a Date header; None for what is none."""
    # Nearly always `Sun, 06 Nov 1994 08:49:37 GMT`. The library that reads all other forms is slow to load.
    with suppress(ValueError):
        _, day, month, year, clock, zone = header.split(" ")
        if zone == "GMT":
            return datetime.fromisoformat(f"{year}-{_MONTHS.index(month) + 1:02}-{day}T{clock}+00:00")
    from email.utils import parsedate_to_datetime

    try:
        date = parsedate_to_datetime(header)
    except (OverflowError, ValueError):
        return None
    return date.replace(tzinfo=date.tzinfo or UTC)


class Result(Record):
    """How a call ended: `step` is FINISH, STOP or UNKNOWN; `maybe_done` says that some attempt may have been done."""

    step: Step
    verdict: Verdict
    attempts: int
    maybe_done: bool


def error_class(result: Result, effect: Effect) -> type[DmError]:
    """The class of the error for a call that ended without an answer; it has the exit code."""
    outcome = result.verdict.outcome
    if result.step is Step.UNKNOWN:
        return UnknownOutcomeError
    if outcome is Outcome.REFUSED:
        from dmcli.api import codes

        if effect is Effect.SEND and result.verdict.code == _CALLER:
            return RefusedError
        known = codes.find(result.verdict.code)
        return _BY_EXIT.get(known.exit if known else 1, RefusedError)
    if result.maybe_done and effect is Effect.CREATE and outcome is not Outcome.NOT_THE_SERVICE:
        return UnknownOutcomeError  # run again, it could be made a second time
    return ConfigError if outcome in (Outcome.CLOCK, Outcome.EXPIRED) else UnreachableError


def error_text(result: Result, effect: Effect) -> str:
    """What to say of a call that ended without an answer: what was said last, and what is known of the call."""
    verdict = result.verdict
    unanswered = verdict.outcome in (*UNANSWERED, Outcome.NOT_THE_SERVICE)
    unanswered = unanswered or error_class(result, effect) is UnknownOutcomeError
    said = verdict.said or verdict.code
    endings = []
    if unanswered:
        endings = [tr(_MAYBE[effect] if result.maybe_done else _NOTHING_DONE)]
    elif result.maybe_done:
        endings = [tr(_EARLIER)]
    if verdict.outcome is Outcome.CLOCK:
        endings.append(clock_remedy(verdict))
    if unanswered and result.attempts > 1:
        said = tr("{said} (tried {number} times)", said=said.rstrip("."), number=result.attempts)
    return tr("; ").join((said.rstrip("."), *endings)) if endings else said


def clock_text(skew: timedelta) -> str:
    """How far this machine's clock is off, in words; `skew` is how far the service's is ahead of it."""
    seconds = round(skew.total_seconds())
    if abs(seconds) <= _EXACT:
        return tr("this machine's clock agrees with the service's to a second")
    if seconds > 0:
        return tr("this machine's clock is {seconds} s behind the service's", seconds=seconds)
    return tr("this machine's clock is {seconds} s ahead of the service's", seconds=-seconds)


def clock_remedy(verdict: Verdict) -> str:
    """The end of a sentence on a call that was refused for its time."""
    skew = verdict.skew
    if skew is None:
        return tr("this clock may be wrong: set it")
    if abs(round(skew.total_seconds())) <= _EXACT:
        return tr("{clock}: run this again", clock=clock_text(skew))
    return tr("{clock}: set it", clock=clock_text(skew))


def judge(reply: Reply, form: str = "JSON", service: str = "DirectMail") -> Verdict:
    """What a reply of `service` means; `form` is what was asked for, JSON or XML.

    Success is HTTP 2xx with a RequestId that is a text; `Code` alone says nothing, since ModifyPWByDomain has one when
    it succeeds. Of an XML reply only its top fields are read, enough to tell success from error.
    """
    xml = reply.body.lstrip()[:6] in (b"<?xml ", b"<Error")  # some gateways refuse in XML whatever was asked for
    answer = _xml_fields(reply.body) if xml or form == "XML" else _object(reply.body)
    good = reply.status // 100 == 2  # noqa: PLR2004
    named = isinstance(answer.get("RequestId"), str) and answer["RequestId"] != ""
    if good and named and xml <= (form == "XML"):
        return Verdict(Outcome.DONE, answer, status=reply.status)
    code, message, request_id = (
        str(answer.get(name) or answer.get(name[0].lower() + name[1:]) or "")
        for name in ("Code", "Message", "RequestId")
    )
    if code:
        return Verdict(_outcome(code, reply.status), {}, _redact(message), code, request_id, reply.status)
    said = tr("the reply (HTTP {status}) is not one of {service}'s", status=reply.status, service=service)
    if reply.status == _TOO_MANY:
        return Verdict(Outcome.THROTTLED, said=tr("{said}: too many requests", said=said), status=reply.status)
    if reply.status == _TIMEOUT or reply.status >= _SERVER_ERROR or (good and (xml or not _is_page(reply))):
        return Verdict(Outcome.AMBIGUOUS, said=said, status=reply.status)
    where = reply.headers.get("location")
    values = {"service": service, "status": reply.status}
    said = tr("something other than {service} answered with HTTP {status}: check the endpoint and the proxy", **values)
    if where:
        said = tr(
            "something other than {service} answered with HTTP {status} and points to {host}: check the endpoint and "
            "the proxy",
            host=where.split("://")[-1].split("/")[0] or where,
            **values,
        )
    return Verdict(Outcome.NOT_THE_SERVICE, said=said, status=reply.status)


def _outcome(code: str, status: int) -> Outcome:
    """What an error code means for trying again: the code counts first, the status only where no table has it."""
    if "throttling" in code.lower() or status == _TOO_MANY:
        return Outcome.THROTTLED
    if code in _CLOCK_CODES:
        return Outcome.CLOCK
    if code == "InvalidSecurityToken.Expired":
        return Outcome.EXPIRED
    if code == "SignatureNonceUsed":
        return Outcome.REPLAYED
    from dmcli.api import codes

    known = codes.find(code)
    unsure = max(status, known.status if known else status) >= _SERVER_ERROR or status == _TIMEOUT
    return Outcome.AMBIGUOUS if unsure else Outcome.REFUSED


def _is_page(reply: Reply) -> bool:
    """Whether a web page came instead of an answer."""
    return "html" in reply.headers.get("content-type", "") or reply.body.lstrip()[:1] == b"<"


def _object(body: bytes) -> dict[str, Any]:
    try:
        answer = read_json(body)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _xml_fields(body: bytes) -> dict[str, Any]:
    import re

    text = body.decode("utf-8", "replace")
    found = re.findall(r"<(Code|Message|RequestId)>([^<]*)</", text)
    plain = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&"))
    fields = {}
    for name, value in found:
        for entity, character in plain:
            value = value.replace(entity, character)  # noqa: PLW2901  decoded step by step
        fields[name] = value
    return fields


def _redact(message: str) -> str:
    """A message without the string to sign that SignatureDoesNotMatch ends with: it holds every parameter."""
    return message.partition(" server string to sign is:")[0]  # untranslated: it is the service's
