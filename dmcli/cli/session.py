"""What one run of `dm` knows: the flags typed so far, and what follows from them, made when first asked for."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from dmcli.api.model import Action
    from dmcli.api.request import Keys, KeySource, Target
    from dmcli.api.wire import Exchange
    from dmcli.client.attempts import Run
    from dmcli.client.client import Client
    from dmcli.client.transport import HttpExchange
    from dmcli.config.settings import Flags, Settings
    from dmcli.render import Output
    from dmcli.sandbox.emulator import Sandbox
    from dmcli.secret import Secret
    from dmcli.workflows.idempotency import Ledger, Scope


class Stopped(BaseException):
    """A signal asked the process to end: its `number` and `name`."""

    def __init__(self, number: int, name: str) -> None:
        super().__init__(name)
        self.number, self.name = number, name


class _Noted:
    """A source of keys; what is secret in them is noted, so that it can be hidden wherever it turns up."""

    def __init__(self, source: KeySource, secrets: set[Secret]) -> None:
        self._source, self._secrets = source, secrets
        self.owner, self.warnings = source.owner, source.warnings

    def __call__(self, *, renew: bool = False) -> Keys:
        from dmcli.secret import Secret

        keys = self._source(renew=renew)
        # The id is no secret, but nobody's business either.
        self._secrets |= {keys.access_key_secret, keys.security_token, Secret(keys.access_key_id)}
        return keys


class Session:
    """Settings, client and output of this run. `given` are the common options as typed, by name; `secrets` it has seen.

    `pause` and `chance` are what retries wait with and wait for; tests have their own. With `owns_process` the signals
    that end a process end the run in good order.
    """

    pause: Callable[[float], None] = staticmethod(time.sleep)

    @staticmethod
    def chance() -> float:
        """A random number from 0 to 1."""
        import random

        return random.random()  # noqa: S311  it spreads retries, nothing more

    def __init__(self) -> None:
        self.given: dict[str, Any] = {}
        self.secrets: set[Secret] = set()
        self.owns_process = False
        self.command_path = ""
        self._open: list[Callable[[], None]] = []

    def begin(self, command_path: str) -> None:
        """Note which command runs, by its names alone, and heed signals from now on."""
        self.command_path = command_path
        if not self.owns_process:
            return
        import signal

        def stop(number: int, _: object) -> None:
            raise Stopped(number, signal.Signals(number).name)

        for name in ("SIGTERM", "SIGHUP"):  # Windows has no SIGHUP
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is signal.SIG_DFL:  # nohup's wish is respected
                signal.signal(number, stop)

    @cached_property
    def flags(self) -> Flags:
        """The flags that choose a profile and override its values."""
        from dmcli.config.settings import Flags

        return Flags(**{name: self.given.get(name, "") for name in Flags._fields})

    @cached_property
    def settings(self) -> Settings:
        """The settled settings; warnings about their source are said once. Raises ConfigError or InputError."""
        from dmcli.config.settings import resolve

        settings = resolve(self.flags, os.environ)
        for warning in settings.warnings:
            self.say(f"warning: {warning}")
        return settings

    @cached_property
    def keys(self) -> KeySource:
        """Where the keys come from; nothing is asked for them yet. Raises ConfigError."""
        from dmcli import credentials

        keys = _Noted(
            credentials.source(self.settings, self.flags, os.environ, lambda: self.network, self.run), self.secrets
        )
        for warning in keys.warnings:
            self.say(f"warning: {warning}")
        return keys

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
        return self.network if self.settings.endpoint else self._traced(self.sandbox.exchange)

    @cached_property
    def network(self) -> Exchange:
        """The way to anything over HTTP, told of with --debug."""
        return self._traced(self.http)

    @cached_property
    def http(self) -> HttpExchange:
        """The way to anything over HTTP."""
        from dmcli.client.transport import HttpExchange

        http = HttpExchange(self.settings.ca_bundle)
        self._open.append(http.close)
        return http

    @cached_property
    def run(self) -> Run:
        """What all calls of this run share."""
        from dmcli.client.attempts import DEADLINE, Run

        deadline = self.given.get("deadline") or DEADLINE
        return Run(deadline=deadline, sleep=self.pause, chance=self.chance, tell=self.say)

    @cached_property
    def sandbox(self) -> Sandbox:
        """The sandbox in this process."""
        from dmcli.sandbox.emulator import open_sandbox

        sandbox = open_sandbox(os.environ)
        self._open.append(sandbox.close)
        return sandbox

    def close(self) -> None:
        """Close what was opened."""
        while self._open:
            self._open.pop()()

    @cached_property
    def client(self) -> Client:
        """The client that commands call."""
        from dmcli.client.client import Client

        absent = ""
        if self.settings.sandbox and self.settings.endpoint:
            absent = "Start the sandbox there: dm sandbox serve; or leave the endpoint out, and it is in this process."
        return Client(self.exchange, self.keys, self.target, self.run, command=self.command, absent=absent)

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger of what was sent under a key. Raises ConfigError, LockedError or LocalIOError."""
        from dmcli.workflows.idempotency import open_ledger

        ledger = open_ledger(os.environ)
        self._open.append(ledger.close)
        return ledger

    def scope(self, key: str) -> Scope:
        """What a key belongs to: this endpoint, or this sandbox, and whoever's keys sign."""
        from dmcli.workflows.idempotency import Scope

        return Scope(self.settings.endpoint or self.sandbox_place, self.keys.owner, key)

    @property
    def sandbox_place(self) -> str:
        """What tells the sandbox in this process from others."""
        from dmcli.sandbox.store.store import path_of

        return f"sandbox {os.path.abspath(path_of(os.environ))}"

    @property
    def unfinished(self) -> str:
        """The action whose outcome nobody would know if the run ended now; empty when nothing is under way."""
        run: Run | None = self.__dict__.get("run")
        http: HttpExchange | None = self.__dict__.get("http")
        return run.under_way if run and (http is None or http.begun) else ""

    @property
    def command(self) -> str:
        """How a person would run another command for the same account: `dm` and the options that choose it."""
        import shlex

        typed = {"-p": self.flags.profile, "--region": self.flags.region, "--endpoint": self.flags.endpoint}
        return " ".join(("dm", *(f"{name} {shlex.quote(value)}" for name, value in typed.items() if value)))

    @property
    def now(self) -> datetime:
        """The time, in UTC."""
        from datetime import datetime, timezone

        return datetime.now(timezone.utc)

    @property
    def lang(self) -> str:
        """`en` or `zh`; what was typed, or the locale's, when the profile cannot be read."""
        from dmcli.config.settings import locale
        from dmcli.errors import DmError

        try:
            return self.settings.lang
        except DmError:
            return str(self.given.get("lang") or locale(os.environ)[0])

    @property
    def format(self) -> str:
        """The output format asked for; empty when the terminal decides."""
        from dmcli.errors import ConfigError

        if self.given.get("output"):
            return str(self.given["output"])
        try:
            return self.settings.output
        except ConfigError:  # told to whoever needs the profile; `dm explain` does not
            return ""

    def output(self, default: str = "") -> Output:
        """Where and how results are shown; `default` is the format when none was asked for."""
        from dmcli.render import Output

        raw = bool(self.given.get("csv_raw"))
        return Output(self.format or default, self.given.get("query", ""), sys.stdout, csv_raw=raw)

    def say(self, *lines: str) -> None:
        """Talk to the person, on stderr; nothing under --quiet. Nothing depends on its being heard.

        Line breaks within a line are shown as escapes.
        """
        if not self.given.get("quiet"):
            from dmcli.untrusted import brief

            with suppress(OSError):
                for line in lines:
                    click.echo(brief(self.hide(line)), err=True)

    def hide(self, text: str) -> str:
        """The text without any secret that this run came to know, for what others put into a message."""
        from dmcli.secret import hidden

        return hidden(text, self.secrets)

    def mark(self, action: Action) -> None:
        """Say that a change stayed in the sandbox, so that nobody takes it for the real thing."""
        from dmcli.api.model import Effect

        if self.settings.sandbox and self.settings.local and action.effect is not Effect.READ:
            see = "; see it: dm sandbox mail list" if action.effect is Effect.SEND else ""
            self.say(f"[sandbox] nothing left this machine{see}")

    def _traced(self, exchange: Exchange) -> Exchange:
        """The exchange; with --debug there is a line on stderr for each call: names and sizes, no values."""
        if not self.given.get("debug"):
            return exchange
        from dmcli.cli.run.debug import traced

        def write(line: str) -> None:
            with suppress(OSError):
                click.echo(line, err=True)

        return traced(exchange, write)


def session() -> Session:
    """The session of the running command."""
    found = click.get_current_context().find_root().obj
    if not isinstance(found, Session):
        found = click.get_current_context().find_root().obj = Session()
    return found
