"""One call in as many attempts as the policy allows: carried, judged and decided until it has ended."""

from __future__ import annotations

import random
import time
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.api.model import Effect
from dmcli.api.wire import Ambiguous, NotSent
from dmcli.errors import DmError
from dmcli.retry import DOUBTFUL, Budget, Outcome, Step, Tried, asked_of, decide
from dmcli.untrusted import read_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from dmcli.api.wire import Exchange, Reply, Request

DEADLINE = 60.0  # seconds for a call with all its attempts
_WORTH_TELLING = 1.0  # seconds of waiting
_SKEW = timedelta(seconds=60)  # less is not what a time stamp is refused for
_MOST_SKEW = timedelta(hours=24)  # more is a clock to set, not to work around
_AGREES = "this machine's clock agrees with the service's to a second"
_CLOCK_CODES = frozenset({"InvalidTimeStamp.Expired", "IllegalTimestamp"})
_TIMEOUT, _TOO_MANY, _SERVER_ERROR = 408, 429, 500


class Verdict(NamedTuple):
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
        from email.utils import parsedate_to_datetime

        if self.reply is None or self.midpoint is None:
            return None
        try:
            date = parsedate_to_datetime(self.reply.headers["date"])
        except (KeyError, ValueError):
            return None
        return date.replace(tzinfo=date.tzinfo or timezone.utc) - self.midpoint


class Work(NamedTuple):
    """One call to be done.

    `attempt` makes one attempt within a number of seconds; the codes it is given mean that an earlier attempt did it.
    `renew` gets new temporary keys, false where there are none to get. `read_back` finds what an attempt may have made;
    it is None where looking would prove nothing.
    """

    name: str
    effect: Effect
    attempt: Callable[[float, tuple[str, ...]], Verdict]
    settled: tuple[str, ...] = ()
    renew: Callable[[], bool] = lambda: False
    read_back: Callable[[], Verdict | None] | None = None


class Ended(NamedTuple):
    """How a call ended: `step` is FINISH, STOP or UNKNOWN; `doubtful` says that some attempt may have been done."""

    step: Step
    verdict: Verdict
    attempts: int
    doubtful: bool


class Run:
    """What the calls of one run share: time, chance, the retry tokens left, and how far the service's clock is off.

    `deadline` is in seconds for each call. `tell` says a line to the person. `under_way` names the action that is being
    tried and is not a mere read: were the run to end now, nobody would know what became of it.
    """

    def __init__(
        self,
        *,
        deadline: float = DEADLINE,
        now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.deadline = deadline
        self.clock = clock
        self.under_way = ""
        self.tell = tell
        self._now, self._sleep, self._chance = now, sleep, chance
        self._tokens = Budget().tokens
        self._offset = timedelta()

    def now(self) -> datetime:
        """The service's time, as far as it is known."""
        return self._now() + self._offset

    def carry(self, exchange: Exchange, request: Request, judge: Callable[[Reply], Verdict]) -> Verdict:
        """Carry one request and judge what comes of it."""
        began, started = self._now(), self.clock()
        try:
            reply = exchange(request)
        except NotSent as error:
            return Verdict(Outcome.NOT_SENT, said=str(error))
        except Ambiguous as error:
            return Verdict(Outcome.AMBIGUOUS, said=str(error))
        midpoint = began + timedelta(seconds=(self.clock() - started) / 2)
        return judge(reply)._replace(reply=reply, midpoint=midpoint)

    def settle(self, work: Work) -> Ended:
        """Try until the policy says that the call has ended. Raises what an attempt raises, unless one may be done."""
        seen: list[Ended] = []
        try:
            return self._settled(work, seen)
        except DmError as error:
            if not seen or not seen[-1].doubtful:
                raise
            # What an earlier attempt may have done outweighs why there could be no other.
            verdict = seen[-1].verdict
            said = f"{verdict.said or verdict.code}; then {error.message}"
            return seen[-1]._replace(step=Step.STOP, verdict=verdict._replace(said=said))

    def _settled(self, work: Work, seen: list[Ended]) -> Ended:
        """The same; `seen` takes what each attempt came to."""
        end, tried, doubtful = self.clock() + self.deadline, Tried(), False
        while True:
            verdict = self._tried(work, end - self.clock(), doubtful=doubtful)
            budget = Budget(self._tokens, end - self.clock())
            asked = asked_of(verdict.reply.headers.get("x-acs-retry-after", "")) if verdict.reply else None
            decision = decide(verdict.outcome, work.effect, tried, budget, chance=self._chance(), asked=asked)
            self._tokens, step = decision.tokens, decision.step
            doubtful = doubtful or verdict.outcome in DOUBTFUL
            ended = Ended(step, verdict, tried.attempts, doubtful)
            seen.append(ended)
            if step in (Step.FINISH, Step.STOP, Step.UNKNOWN):
                return ended
            if step is Step.READ_BACK and work.read_back is None:
                return ended._replace(step=Step.UNKNOWN)
            if step is Step.CORRECT_CLOCK:
                tried = tried._replace(clock_corrected=True)
                if not self._correct_clock(verdict):
                    return ended._replace(step=Step.STOP)
                continue
            if step is Step.RENEW_KEYS:
                tried = tried._replace(keys_renewed=True)
                if not work.renew():
                    return ended._replace(step=Step.STOP)
                continue
            self._pause(verdict, decision.delay)
            if step is Step.READ_BACK and work.read_back:
                found = work.read_back()
                if found or decision.last:
                    return Ended(Step.FINISH if found else Step.UNKNOWN, found or verdict, tried.attempts, doubtful)
            tried = tried._replace(attempts=tried.attempts + 1)

    def _tried(self, work: Work, seconds: float, *, doubtful: bool) -> Verdict:
        before = self.under_way  # an attempt may need a call of its own first, to get keys
        self.under_way = "" if work.effect is Effect.READ else work.name
        try:
            verdict = work.attempt(seconds, work.settled if doubtful else ())
        except DmError:
            self.under_way = before
            raise
        self.under_way = before  # an interruption, or a defect, leaves it as it is
        return verdict

    def _correct_clock(self, verdict: Verdict) -> bool:
        """Take the service's time for all further calls; false where it does not tell, or is not what was wrong."""
        skew = verdict.skew
        if skew is None or abs(skew - self._offset) <= _SKEW or abs(skew) > _MOST_SKEW:
            return False
        self._offset = skew
        self.tell(f"warning: {clock_text(skew)}; signing with the service's time")
        return True

    def _pause(self, verdict: Verdict, delay: float) -> None:
        if delay >= _WORTH_TELLING:
            self.tell(f"{verdict.code or verdict.said}; trying again in {delay:.0f} s")
        self._sleep(delay)


def clock_text(skew: timedelta) -> str:
    """How far this machine's clock is off, in words; `skew` is how far the service's is ahead of it."""
    seconds = round(skew.total_seconds())
    if abs(seconds) <= 1:  # a Date has whole seconds
        return _AGREES
    return f"this machine's clock is {abs(seconds)} s {'behind' if seconds > 0 else 'ahead of'} the service's"


def clock_remedy(verdict: Verdict) -> str:
    """The end of a sentence on a call that was refused for its time."""
    told = "this clock may be wrong" if verdict.skew is None else clock_text(verdict.skew)
    return f"{told}: {'run this again' if told == _AGREES else 'set it'}"


def judge(reply: Reply, settled: tuple[str, ...] = (), form: str = "JSON", service: str = "DirectMail") -> Verdict:
    """What a reply of `service` means. `settled` are codes that here mean success. A pure function.

    Success is HTTP 2xx with a RequestId; `Code` alone says nothing, since ModifyPWByDomain has one when it succeeds.
    Of an XML reply only its top fields are read, enough to tell success from error.
    """
    xml = reply.body.lstrip()[:6] in (b"<?xml ", b"<Error")  # some gateways refuse in XML whatever was asked for
    answer = _xml_fields(reply.body) if xml or form == "XML" else _object(reply.body)
    good = reply.status // 100 == 2  # noqa: PLR2004
    if good and "RequestId" in answer and xml <= (form == "XML"):
        return Verdict(Outcome.DONE, answer, status=reply.status)
    code, message, request_id = (
        str(answer.get(name) or answer.get(name[0].lower() + name[1:]) or "")
        for name in ("Code", "Message", "RequestId")
    )
    if code:
        return Verdict(_outcome(code, reply.status, settled), {}, _redacted(message), code, request_id, reply.status)
    said = f"the reply (HTTP {reply.status}) is not one of {service}'s"
    if reply.status == _TOO_MANY:
        return Verdict(Outcome.THROTTLED, said=f"{said}: too many requests", status=reply.status)
    if reply.status == _TIMEOUT or reply.status >= _SERVER_ERROR or (good and (xml or not _is_page(reply))):
        return Verdict(Outcome.AMBIGUOUS, said=said, status=reply.status)
    where = reply.headers.get("location")
    other = f" and points to {where.split('://')[-1].split('/')[0] or where}" if where else ""
    said = f"something other than {service} answered with HTTP {reply.status}{other}: check the endpoint and the proxy"
    return Verdict(Outcome.STRANGER, said=said, status=reply.status)


def _outcome(code: str, status: int, settled: tuple[str, ...]) -> Outcome:
    """What an error code means for trying again: the code counts first, the status only where no table has it."""
    if code in settled:
        return Outcome.SETTLED
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


def _redacted(message: str) -> str:
    """A message without the string to sign that SignatureDoesNotMatch ends with: it holds every parameter."""
    return message.partition(" server string to sign is:")[0]
