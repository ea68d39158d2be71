"""What one run of `dm` knows: the common options typed so far, and by way of them all that its commands need."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from datetime import UTC
from functools import cached_property
from typing import TYPE_CHECKING, Any

import click

from dmcli.cli.run.language import Form
from dmcli.words import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime, tzinfo

    from dmcli.api.model import Action
    from dmcli.cli.run.resources import Resources
    from dmcli.cli.run.voice import Voice
    from dmcli.client.client import Client, Reader
    from dmcli.config.settings import Settings
    from dmcli.render import Output
    from dmcli.sandbox.emulator import Sandbox


class Session:
    """One run, as every command gets it.

    >>> current = Session({"profile": "sandbox", "output": "json"})
    >>> from dmcli.render import show_document
    >>> show_document({"TagName": "welcome"}, (), current.output())
    {
      "TagName": "welcome"
    }
    >>> current.say("that was all")  # on stderr

    `given` are the common options as typed, by name. With `owns_process` the signals that end a process end the run in
    good order. `command_path` is the running command, by its names alone; `way_on` is what to do should it be ended at
    once, "" for nothing. `form` is how the run tells what goes wrong, known before its options could be read. Start-up
    makes a session, so what it is made of loads when it is first needed.
    """

    def __init__(self, given: dict[str, Any] | None = None) -> None:
        self.given: dict[str, Any] = {} if given is None else given
        self.owns_process = False
        self.command_path = ""
        self.way_on = ""
        self.form = Form("", "en")
        self._resources: Resources | None = None
        self._leave_signals: Callable[[], None] = lambda: None

    def begin(self, command_path: str) -> None:
        """Note which command runs, and end it in good order on a signal. Raises InputError for a theme that is not."""
        from dmcli.cli.run import exits, resources, signals, voice  # noqa: F401  what tells how a run ended
        from dmcli.look import check_theme

        self.command_path = command_path
        check_theme()  # before a mail leaves, not when its result is shown
        if self.owns_process:
            signals.raise_on_signals(lambda wish: exits.report(self, wish))
            self._leave_signals = signals.end_at_once

    def close(self) -> None:
        """Close what was opened; from then on a signal ends the process at once."""
        self._leave_signals()
        if self._resources:
            self._resources.close()

    @cached_property
    def voice(self) -> Voice:
        """What talks to the person."""
        from dmcli.cli.run.voice import Voice

        return Voice(self.given)

    @property
    def resources(self) -> Resources:
        """All that a command may need: settings, keys, client, sandbox, ledger."""
        if not self._resources:
            from dmcli.cli.run.resources import Resources

            self._resources = Resources(self.given, self.voice)
        return self._resources

    @property
    def settings(self) -> Settings:
        """The settings of this run. Raises ConfigError or InputError."""
        return self.resources.settings

    @property
    def client(self) -> Client:
        """The client that commands call."""
        return self.resources.client

    @property
    def from_history(self) -> bool:
        """Whether statistics are read from the history on this machine."""
        return bool(self.given.get("from_history"))

    @property
    def reader(self) -> Reader:
        """Where lists are read: the client, or the history."""
        return self.resources.reader if self.from_history else self.client

    @property
    def sandbox(self) -> Sandbox:
        """The sandbox in this process."""
        return self.resources.sandbox

    def say(self, *lines: str) -> None:
        """Talk to the person, on stderr; nothing under --quiet."""
        self.voice.say(*lines)

    def mark(self, action: Action, typed: Mapping[str, str]) -> None:
        """Say what was done, and that it stayed in the sandbox, so that nobody takes it for the real thing."""
        from collections import defaultdict

        from dmcli.api.model import Effect

        if action.done:
            self.say(tr(action.done).format_map(defaultdict(str, typed)))

        if self.settings.sandbox and self.settings.local and action.effect is not Effect.READ:
            # Over HTTP the endpoint decides on the region, whatever was typed.
            command = "dm sandbox" if self.settings.endpoint else self.resources.sandbox_command  # untranslated
            self.say(
                tr("[sandbox] nothing left this machine; see it: {command} mail list", command=command)
                if action.effect is Effect.SEND and not action.charges
                else tr("[sandbox] nothing left this machine")
            )

    def output(self, default: str = "") -> Output:
        """Where and how results are shown; `default` is the format when none was asked for. Raises InputError."""
        from dmcli.render import Output

        raw, csv_raw, bom = (bool(self.given.get(name)) for name in ("raw", "csv_raw", "bom"))
        return Output(
            self._format() or default,
            self.given.get("query", ""),
            sys.stdout,
            self.color,
            csv_raw=csv_raw,
            raw=raw,
            tell=self.say,
            bom=bom,
            zone=self.zone,
        )

    @contextmanager
    def paged(self) -> Iterator[Output]:
        """Where results go in the block: on a terminal through a pager, should they be longer than the screen."""
        if not (self.owns_process and sys.stdout.isatty()):
            yield self.output()
            return
        from dmcli.cli.run.pager import paged

        with paged(self) as output:
            yield output

    @property
    def color(self) -> bool | None:
        """Whether colours were asked for or refused; None where the terminal decides."""
        return {"always": True, "never": False}.get(self.given.get("color", ""))

    @property
    def zone(self) -> tzinfo | None:
        """The zone in which times are shown; None for that of this machine."""
        from dmcli.cli.common import zone_of

        return zone_of(self.given.get("tz", ""))

    def _format(self) -> str:
        """The output format asked for; empty when the terminal decides."""
        from dmcli.errors import ConfigError

        if self.given.get("output"):
            return str(self.given["output"])
        try:
            return self.settings.output
        except ConfigError:  # told by the commands that need the profile; `dm explain` does not
            return ""

    @property
    def lang(self) -> str:
        """`en` or `zh`; what was typed, or the locale's, when the profile cannot be read."""
        from dmcli.errors import DmError
        from dmcli.words import environment, locale

        try:
            return self.settings.lang
        except DmError:
            return str(self.given.get("lang") or locale(environment())[0])

    @property
    def now(self) -> datetime:
        """The time, in UTC."""
        from datetime import datetime

        return datetime.now(UTC)

    @cached_property
    def service_now(self) -> datetime:
        """The time by which the service counts its days: the sandbox's clock may have been turned."""
        return (self.resources.sandbox_time() if self.settings.sandbox else None) or self.now


def session() -> Session:
    """The session of the running command."""
    root = click.get_current_context().find_root()
    if not isinstance(root.obj, Session):
        root.obj = Session()
    current: Session = root.obj
    return current
