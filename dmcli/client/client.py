"""Calling DirectMail over any exchange: sign a request, run it, walk the pages of a list."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Any

from dmcli.api import catalogue
from dmcli.api.model import Effect
from dmcli.api.request import Signed, sign
from dmcli.client.attempts import Operation
from dmcli.client.retry import PATIENCE, Outcome, Step
from dmcli.client.verdict import Verdict, error_class, error_text, judge
from dmcli.errors import DmError, UnknownOutcomeError, UnreachableError
from dmcli.record import Record
from dmcli.words import marked, tr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Protocol

    from dmcli.api.codes.causes import Explained
    from dmcli.api.kinds.reference import Ref
    from dmcli.api.model import Action
    from dmcli.api.paging import Page
    from dmcli.api.request import KeySource, Target
    from dmcli.api.wire import Exchange, Request
    from dmcli.client.attempts import Retrier
    from dmcli.client.verdict import Result

    class Reader(Protocol):
        """What reads lists: the client, or what answers in its place."""

        def call(self, action: Action, params: Mapping[str, str]) -> dict[str, Any]:
            """One call; the reply's object."""

        def pages(self, action: Action, params: Mapping[str, str], size: int = 0) -> Iterator[Page]:
            """The pages of a list, each fetched when it is asked for."""

        def rows(self, action: Action, params: Mapping[str, str]) -> Iterator[dict[str, Any]]:
            """The rows of a list, over all pages."""


_FORBIDDEN = frozenset({"Forbidden", "Forbidden.RAM", "NoPermission"})
_NO_LOOK = marked("Do not simply run it again; find out first what became of it.")
_REPEATS = marked("the service gives the same page again and again; narrow the list with --keyword, or use --limit")
_STANDS_STILL = marked(
    "the service's cursor does not advance after {seen:,} rows, so that the rest of the list cannot be read; "
    "try again, or ask for less at a time"
)
_FEWER = marked(
    "the service has {total:,} rows by its own count and gave {seen:,} of them, so that the list is not whole; "
    "try again"
)


class Client(Record):
    """Calls actions.

    >>> from dmcli.api.request import Keys, Target
    >>> from dmcli.api.wire import Reply
    >>> from dmcli.client.attempts import Retrier
    >>> from dmcli.secret import Secret
    >>> def exchange(request):  # HttpExchange() is the one over the network
    ...     return Reply(200, {}, b'{"RequestId": "1", "QuotaLevel": 3}')
    >>> keys = lambda **_: Keys("testid", Secret("testsecret"))
    >>> client = Client(exchange, keys, Target("https://dm.aliyuncs.com", "cn-hangzhou"), Retrier())
    >>> client.call(catalogue.get("DescAccountSummary"), {})["QuotaLevel"]
    3

    `keys` gives the keys to sign with, fresh ones when it is told to renew them; `nonce` a fresh text for each attempt.
    `command` is how the person runs `dm` for this account, and `absent` what to do when nobody answers, for advice.
    `service` is who is called, in words, and `ram` what its permissions begin with.
    """

    exchange: Exchange
    keys: KeySource
    target: Target
    retrier: Retrier
    nonce: Callable[[], str] = lambda: os.urandom(16).hex()
    command: str = "dm"
    absent: str = ""
    service: str = "DirectMail"
    ram: str = "dm"

    def call(
        self,
        action: Action,
        params: Mapping[str, str],
        announce: Callable[[], None] = lambda: None,
        look: Callable[[], Verdict | None] | None = None,
    ) -> dict[str, Any]:
        """One call; the reply's object. Raises DmError."""
        return self.ask(action, params, announce=announce, look=look).answer

    def ask(
        self,
        action: Action,
        params: Mapping[str, str],
        version: str = "",
        form: str = "JSON",
        announce: Callable[[], None] = lambda: None,
        look: Callable[[], Verdict | None] | None = None,
    ) -> Verdict:
        """One call, in as many attempts as its effect allows; its answer with the reply it stood in. Raises DmError.

        `version` is the API version (empty for the region's), `form` JSON or XML. `announce` is called just before the
        first byte of each attempt; what it raises ends the call. A create whose answer was lost is
        looked for by `look`, else in its listing, and the answer made of what stands there; then there is no reply.
        """
        version = version or self.target.version_of(action, params)

        def request() -> Request:
            moment, nonce = self.retrier.now(), self.nonce()
            call = Signed(action.name, version, self.target, self.keys(), moment, nonce, form, action.methods[0])
            return sign(call, params, action.in_query)._replace(patience=PATIENCE[action.effect], announce=announce)

        result = self.retrier.run(
            Operation(
                action.name,
                action.effect,
                self.exchange,
                request,
                partial(judge, form=form, service=self.service),
                already_done=action.already_done,
                renew=lambda: self.keys() != self.keys(renew=True),
                read_back=look or self._how_to_read_back(action, params),
            )
        )
        if result.step is not Step.FINISH:
            raise self._error(action, params, result)
        if result.verdict.outcome is Outcome.ALREADY_DONE:
            self.retrier.tell(tr("{action}: an earlier attempt, whose answer was lost, did it", action=action.name))
            return result.verdict._replace(answer={"RequestId": result.verdict.request_id})
        return result.verdict

    def _how_to_read_back(self, action: Action, params: Mapping[str, str]) -> Callable[[], Verdict | None] | None:
        """How to find what a create made; None where names need not be unique, so that one may have been there."""
        ref = action.creates
        return (
            partial(self._find_created, action, ref, params)
            if ref and action.already_done and ref.name in params
            else None
        )

    def _find_created(self, action: Action, ref: Ref, params: Mapping[str, str]) -> Verdict | None:
        """What a create made, as far as its listing tells; None where it does not."""
        from dmcli.api.kinds.addresses import Domain, Email
        from dmcli.api.paging import value_of

        fold = str.lower if isinstance(action.param(ref.name).kind, (Domain, Email)) else str
        try:
            listed = self.rows(catalogue.get(ref.listing), {})
            rows = [row for row in listed if fold(str(value_of(row, ref.name))) == fold(params[ref.name])]
        except DmError:
            return None
        if not rows:
            return None
        self.retrier.tell(
            tr("{action}: the answer was lost, but the {noun} is there", action=action.name, noun=tr(ref.noun))
        )
        return Verdict(Outcome.DONE, {ref.id: value_of(rows[0], ref.id)})

    def _error(self, action: Action, params: Mapping[str, str], result: Result) -> DmError:
        """The exception for a call that ended without an answer."""
        verdict, kind = result.verdict, error_class(result, action.effect)
        hint = self.absent if verdict.outcome is Outcome.NOT_SENT else ""
        if verdict.code in _FORBIDDEN:
            hint = tr("The permission that these keys lack is {permission}.", permission=f"{self.ram}:{action.name}")
        if kind is UnknownOutcomeError:
            hint = self.look_first(action, params)
        return kind(
            error_text(result, action.effect),
            hint=hint,
            code=verdict.code,
            request_id=verdict.request_id,
            http_status=verdict.status,
            explained=_explained(verdict.code, action, params),
        )

    def look_first(self, action: Action, params: Mapping[str, str]) -> str:
        """What to do before a call of unknown outcome is made again."""
        import shlex

        look = action.look.format_map({name: shlex.quote(value.split(",")[0]) for name, value in params.items()})
        if not look:
            return tr(_NO_LOOK)
        return tr("Do not simply run it again; look first: {command} {look}", command=self.command, look=look)

    def pages(self, action: Action, params: Mapping[str, str], size: int = 0) -> Iterator[Page]:
        """The pages of a list, each fetched when it is asked for. `size` 0 is the catalogue's page size."""
        yield from walk(self.call, action, self._assumed(action) | dict(params), size)

    def _assumed(self, action: Action) -> dict[str, str]:
        """What a list cannot do without, such as its first and last day, where the caller gives nothing of it."""
        needed = [param for param in action.params if param.required and param.default]
        return {param.name: param.kind.to_wire(param.default, self.retrier.now()) for param in needed}

    def rows(self, action: Action, params: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        """The rows of a list, over all pages."""
        for page in self.pages(action, params):
            yield from page.rows


def walk(
    call: Callable[[Action, Mapping[str, str]], dict[str, Any]],
    action: Action,
    params: Mapping[str, str],
    size: int = 0,
) -> Iterator[Page]:
    """The pages of a list, each fetched by a `call` when it is asked for.

    Raises UnreachableError where they repeat, and after the last where the service has more rows than it gave.
    """
    from dmcli.api.paging import Circle, first_page, most_rows, next_page, page_of, total_of

    if action.paging is None:
        raise ValueError(action.name)
    asked = dict(params) | first_page(action.paging, size)
    circle, seen, most = Circle(), 0, 0
    least: int | None = None  # of the totals that the replies had
    while True:
        page = page_of(action, call(action, asked))
        seen += len(page.rows)
        total = total_of(action.paging, page.reply)
        least = total if least is None else least if total is None else min(least, total)
        most = most or most_rows(action.paging, page.reply)
        following = next_page(action.paging, asked, page.reply, len(page.rows), seen)
        if following and following.get(action.paging.cursor) == asked.get(action.paging.cursor, ""):
            raise UnreachableError(tr(_STANDS_STILL, seen=seen))
        mark = following.get(action.paging.cursor) or page.rows
        if (mark and circle.closes(mark)) or (most and seen > most):
            raise UnreachableError(tr(_REPEATS))
        yield page._replace(more=bool(following))
        del page, mark  # before the next is fetched, so that there is one at a time
        if not following:
            # A list may grow or shrink while it is read: the least of its totals is what there was all the time. Of a
            # list with a cursor the service's documentation calls the total deprecated; there the cursor tells the end.
            if action.paging.page and least is not None and seen < least:
                raise UnreachableError(tr(_FEWER, total=least, seen=seen))
            return
        asked |= following


def _explained(code: str, action: Action, params: Mapping[str, str]) -> Explained:
    """What a code means for this call, where it is one of several things."""
    if not code:
        return {}
    from dmcli.api.codes.causes import Asked, explain_call

    return explain_call(code, Asked(action.name, action.effect is Effect.SEND, params))
