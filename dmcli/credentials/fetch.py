"""Asking a service for keys: over the same engine as all calls, its refusals told in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmcli.api.model import Effect
from dmcli.client.attempts import Operation
from dmcli.client.retry import PATIENCE, UNANSWERED, Outcome, Step
from dmcli.client.verdict import Verdict, clock_remedy
from dmcli.credentials.provider import CLOUD_NAMES, read_keys
from dmcli.errors import ConfigError, UnreachableError
from dmcli.record import Record
from dmcli.untrusted import read_json
from dmcli.words import tr

if TYPE_CHECKING:
    from collections.abc import Callable

    from dmcli.api.request import Keys
    from dmcli.api.wire import Reply, Request
    from dmcli.credentials.provider import ProviderContext

_TOO_MANY, _SERVER_ERROR = 429, 500


class KeyRequest(Record):
    """What is asked of a service that has keys, and how its reply is judged.

    `name` is the question and `service` who is asked, in words. `request` makes the request of an attempt, `judge` says
    what a reply means. `patience` is in seconds for an attempt. `renew` gets new keys to ask with, false where there
    are none; `hint` is advice, by the code of a refusal or an empty one.
    """

    name: str
    service: str
    request: Callable[[], Request]
    judge: Callable[[Reply], Verdict]
    patience: float = PATIENCE[Effect.READ]
    renew: Callable[[], bool] = lambda: False
    hint: Callable[[str], str] = lambda _: ""


def ask(key_request: KeyRequest, context: ProviderContext) -> Verdict:
    """The answer, in as many attempts as a reading call may have.

    Raises UnreachableError when there is none, ConfigError when the service refuses; and what asking itself raises.
    """
    result = context.retrier.run(
        Operation(
            key_request.name,
            Effect.READ,
            context.send,
            lambda: key_request.request()._replace(patience=key_request.patience),
            key_request.judge,
            renew=key_request.renew,
        )
    )
    verdict = result.verdict
    if result.step is Step.FINISH:
        return verdict
    said = verdict.said or verdict.code
    if verdict.outcome is Outcome.CLOCK:
        said = tr("; ").join((said, clock_remedy(verdict)))
    told = {"service": key_request.service, "what": key_request.name, "reason": said}
    if unanswered := verdict.outcome in UNANSWERED:
        message = tr("no keys from {service}: {reason}; it is safe to run this again", **told)
    else:
        message = tr("{service} refused {what}: {reason}" if said else "{service} refused {what}", **told)
    raise (UnreachableError if unanswered else ConfigError)(
        message,
        hint=key_request.hint(verdict.code),
        code=verdict.code,
        request_id=verdict.request_id,
        http_status=verdict.status,
    )


def by_status(reply: Reply) -> Verdict:
    """What a reply means that tells success by its status alone; the answer has its `body`."""
    if reply.status == 200:  # noqa: PLR2004
        return Verdict(Outcome.DONE, {"body": reply.body})
    busy = reply.status == _TOO_MANY or reply.status >= _SERVER_ERROR
    outcome, said = (Outcome.THROTTLED, tr("it is busy")) if busy else (Outcome.REFUSED, "")
    return Verdict(outcome, said=said, status=reply.status)


def read_reply(body: str | bytes, source: str, now: float) -> Keys:
    """The keys that a metadata service or a server of keys answers with. Raises ConfigError for any other answer."""
    try:
        answer = read_json(body)
    except ValueError:
        answer = None
    if not isinstance(answer, dict) or answer.get("Code") != "Success":
        raise ConfigError(
            tr("{source} answered with something else than keys; a Code of Success must be in it", source=source)
        )
    return read_keys(answer, CLOUD_NAMES, source, now, token=True)
