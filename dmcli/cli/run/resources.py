"""What a run needs to work: settings, keys, client, sandbox, ledger; made when first asked for."""

from __future__ import annotations

import os
import time
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dmcli.words import environment, tr

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from dmcli.api.request import Keys, KeySource, Target
    from dmcli.api.wire import Exchange, Reply, Request
    from dmcli.cli.run.voice import Voice
    from dmcli.client.attempts import Retrier
    from dmcli.client.client import Client
    from dmcli.client.transport import HttpExchange
    from dmcli.config.settings import Flags, Settings
    from dmcli.sandbox.emulator import Sandbox
    from dmcli.workflows.history.reader import HistoryReader
    from dmcli.workflows.history.store import History
    from dmcli.workflows.idempotency import Ledger, Scope


_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@%+=:,./-_")  # needs no quotes
_GLANCE = 5.0  # seconds of patience for a look at a clock
_MARGIN = 100  # years that days are counted back and forth in


def _quoted(text: str) -> str:
    """A text as it is typed in a shell; the library for it is slow to load, and most need no quotes."""
    if text and _PLAIN.issuperset(text):
        return text
    import shlex

    return shlex.quote(text)


class _LearningSource:
    """A source of keys from which the voice learns what to hide."""

    def __init__(self, source: KeySource, voice: Voice) -> None:
        self._source, self._voice = source, voice
        self.owner, self.warnings = source.owner, source.warnings
        self.source, self.identity = source.source, source.identity

    def __call__(self, *, renew: bool = False) -> Keys:
        keys = self._source(renew=renew)
        # The id is no secret, but it is hidden all the same.
        self._voice.learn(keys.access_key_secret, keys.security_token, keys.access_key_id)
        return keys


class Resources:
    """What follows from the common options as typed (`given`); close() closes what was opened.

    >>> from dmcli.cli.run.voice import Voice
    >>> resources = Resources({"profile": "sandbox", "region": "ap-southeast-1"}, Voice({}))
    >>> resources.command
    'dm -p sandbox --region ap-southeast-1'
    >>> resources.close()

    `clock` is what deadlines are told by, `pause` and `chance` what retries wait with and are spread by; tests have
    their own.
    """

    clock: Callable[[], float] = staticmethod(time.monotonic)
    pause: Callable[[float], None] = staticmethod(time.sleep)

    @staticmethod
    def chance() -> float:
        """A random number from 0 to 1."""
        from dmcli.client.attempts import any_chance

        return any_chance()

    def __init__(self, given: Mapping[str, Any], voice: Voice) -> None:
        self._given, self._voice = given, voice
        self._known_retrier: Retrier | None = None
        self._known_http: HttpExchange | None = None
        self._open: list[Callable[[], None]] = []

    def close(self) -> None:
        """Close what was opened, the latest first."""
        while self._open:
            self._open.pop()()

    @cached_property
    def flags(self) -> Flags:
        """The flags that choose a profile and override its values."""
        from dmcli.config.settings import Flags

        return Flags(**{name: self._given.get(name, "") for name in Flags._fields})

    @cached_property
    def settings(self) -> Settings:
        """The settings of this run; warnings about their source are said once. Raises ConfigError or InputError."""
        from dmcli.config.settings import resolve

        settings = resolve(self.flags, environment())
        self._warn(settings.warnings)
        return settings

    @cached_property
    def keys(self) -> KeySource:
        """Where the keys come from; nothing is asked for them yet. Raises ConfigError."""
        from dmcli import credentials

        source = credentials.source(self.settings, self.flags, environment(), lambda: self.network, self.retrier)
        self._warn(source.warnings)
        return _LearningSource(source, self._voice)

    @cached_property
    def target(self) -> Target:
        """Where calls go."""
        from dmcli.api.regions import SANDBOX_URL
        from dmcli.api.request import Target

        settings = self.settings
        url = settings.endpoint or SANDBOX_URL
        return Target(url, settings.region, settings.api_version, settings.signature)

    @cached_property
    def exchange(self) -> Exchange:
        """The way to the service: in the process for the sandbox without an endpoint, else over HTTP."""
        return self.network if self.settings.endpoint else self._voice.trace(self._in_process)

    def _in_process(self, request: Request) -> Reply:
        """The sandbox in this process, which a request reaches at once."""
        sandbox = self.sandbox
        request.announce()
        return sandbox.exchange_in_process(request)

    @cached_property
    def network(self) -> Exchange:
        """The way to anything over HTTP."""
        from dmcli.client.transport import HttpExchange

        self._known_http = http = HttpExchange(self.settings.ca_bundle, clock=self.clock)
        self._open.append(http.close)
        return self._voice.trace(http)

    @cached_property
    def retrier(self) -> Retrier:
        """What all calls of this run share."""
        from dmcli.client.attempts import DEADLINE, Retrier

        deadline = self._given.get("deadline") or DEADLINE
        self._known_retrier = Retrier(
            deadline=deadline, clock=self.clock, sleep=self.pause, chance=self.chance, tell=self._voice.say
        )
        return self._known_retrier

    @cached_property
    def sandbox(self) -> Sandbox:
        """The sandbox in this process, of the region that was typed. Raises InputError for none."""
        from dmcli.sandbox.emulator import open_sandbox

        sandbox = open_sandbox(os.environ, self.sandbox_region)
        self._open.append(sandbox.close)
        return sandbox

    @cached_property
    def client(self) -> Client:
        """The client that commands call."""
        from dmcli.client.client import Client

        absent = ""
        if self.settings.sandbox and self.settings.endpoint:
            absent = tr(
                "Start the sandbox there: dm sandbox serve; or leave the endpoint out, and it is in this process."
            )
        return Client(self.exchange, self.keys, self.target, self.retrier, command=self.command, absent=absent)

    def client_of(self, service: str, ram: str, version: str, url: str) -> Client:
        """A client for another service of the vendor: its name, what its permissions begin with, API version, base URL.

        It has the same keys, which may not go everywhere. Raises ConfigError.
        """
        from dmcli import credentials
        from dmcli.client.client import Client

        settings = self.settings._replace(endpoint=url, api_version=version)
        keys = credentials.source(settings, self.flags, environment(), lambda: self.network, self.retrier)
        target = self.target._replace(url=url, api_version=version)
        keys = _LearningSource(keys, self._voice)
        return Client(self.network, keys, target, self.retrier, command=self.command, service=service, ram=ram)

    @cached_property
    def open_platform(self) -> Client:
        """The client of what permits uploads. Raises ConfigError."""
        from dmcli.api.actions.openplatform import RAM, SERVICE, VERSION
        from dmcli.api.regions import open_platform

        url = open_platform(self.target.url)
        if url != self.target.url:
            return self.client_of(SERVICE, RAM, VERSION, url)
        return self.client._replace(target=self.target._replace(api_version=VERSION), service=SERVICE, ram=RAM)

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger of what was sent under a key. Raises ConfigError, LockedError or LocalIOError."""
        from dmcli.workflows.idempotency import open_ledger

        ledger = open_ledger(os.environ, now=lambda: self.retrier.service_time().timestamp(), tell=self._voice.say)
        self._open.append(ledger.close)
        return ledger

    def scope(self, key: str) -> Scope:
        """What an idempotency key belongs to: an account."""
        from dmcli.workflows.idempotency import Scope

        return Scope(*self.account, key)

    @cached_property
    def history(self) -> History:
        """The statistics that are kept on this machine. Raises ConfigError, LockedError or LocalIOError."""
        from dmcli.workflows.history.store import open_history

        history = open_history(os.environ)
        self._open.append(history.close)
        return history

    @cached_property
    def reader(self) -> HistoryReader:
        """What reads statistics of this account from the history. Raises NotFoundError where there is none."""
        from dmcli.workflows.history.reader import HistoryReader
        from dmcli.workflows.history.store import find_kept

        return HistoryReader(find_kept(self.history, *self.account), self._voice.say)

    @property
    def account(self) -> tuple[str, str]:
        """What tells accounts apart on this machine: this endpoint, or this sandbox, and the owner of the keys."""
        return self.settings.endpoint or self.sandbox_place, self.keys.owner

    @property
    def sandbox_region(self) -> str:
        """The region of the sandbox in this process as it was typed, "" where none was. Raises InputError."""
        from dmcli.config.settings import sandbox_region

        return sandbox_region(self.flags)

    @property
    def sandbox_command(self) -> str:
        """How a person would run `dm sandbox` for the same sandbox."""
        region = self.flags.region
        return f"dm --region {region} sandbox" if region else "dm sandbox"  # untranslated: a command

    @property
    def sandbox_place(self) -> str:
        """What tells the sandbox in this process from others."""
        from dmcli.sandbox.store.store import path_of

        return f"sandbox {os.path.abspath(path_of(os.environ, self.sandbox_region))}"

    def sandbox_time(self) -> datetime | None:
        """The time of the sandbox that is called, in this process or over HTTP; None where it does not tell."""
        if not self.settings.endpoint:
            return self.sandbox.now()
        from datetime import MAXYEAR, MINYEAR, datetime

        from dmcli.api.wire import Ambiguous, NotSent, Request
        from dmcli.untrusted import read_json

        try:
            reply = self.network(Request("GET", f"{self.settings.endpoint}/_dm/api/clock", {}, b"", patience=_GLANCE))
            told = datetime.fromisoformat(read_json(reply.body)["now"])
        except (NotSent, Ambiguous, ValueError, TypeError, KeyError):  # the call that follows tells what is wrong
            return None
        return told if MINYEAR + _MARGIN < told.year < MAXYEAR - _MARGIN else None

    @property
    def unfinished(self) -> str:
        """The action whose outcome would stay unknown if the run ended now; empty when nothing is under way."""
        retrier, http = self._known_retrier, self._known_http
        if retrier is None:
            return ""
        return retrier.in_doubt or (retrier.under_way if http is None or http.begun else "")

    @property
    def command(self) -> str:
        """How a person would run another command for the same account: `dm` and the options that choose it."""
        typed = {"-p": self.flags.profile, "--region": self.flags.region, "--endpoint": self.flags.endpoint}
        return " ".join(("dm", *(f"{name} {_quoted(value)}" for name, value in typed.items() if value)))

    def _warn(self, warnings: tuple[str, ...]) -> None:
        for warning in warnings:
            self._voice.say(tr("warning: {warning}", warning=warning))
