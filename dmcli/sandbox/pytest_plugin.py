"""The pytest fixture `dm_sandbox`: a DirectMail of the test's own, over HTTP and in the process, fresh each time.

def test_welcome(dm_sandbox):
    my_app.send_welcome("ada@example.com", endpoint=dm_sandbox.endpoint)
    mail = dm_sandbox.wait_for(to="ada@example.com")
    assert dm_sandbox.codes(mail)[0] in mail["text"]
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dmcli.api.wire import Exchange


class DmSandbox:
    """A sandbox, its state in memory. `url` is where it answers; `exchange` is the way in without HTTP.

    def test_a_lost_answer(dm_sandbox):
        dm_sandbox.fault("drop", action="SingleSendMail")
        my_app.send_welcome("ada@example.com", endpoint=dm_sandbox.endpoint)
        assert dm_sandbox.wait_for(to="ada@")["subject"] == "Welcome"
        assert len(dm_sandbox.calls(action="SingleSendMail")) == 2
    """

    def __init__(self) -> None:
        from dmcli.api.regions import SANDBOX_KEY_ID, SANDBOX_KEY_SECRET
        from dmcli.sandbox.certificate import context_for, path_of
        from dmcli.sandbox.emulator import Sandbox
        from dmcli.sandbox.server.server import Server
        from dmcli.sandbox.server.site import site_of

        self._sandbox, self._stack = Sandbox(":memory:"), ExitStack()
        self._server = Server(site_of(self._sandbox), tls=lambda: context_for(path_of(os.environ)))
        self._server.start()
        self.url = self._server.url
        self.endpoint = self.url.removeprefix("http://")
        self.access_key_id, self.access_key_secret = SANDBOX_KEY_ID, SANDBOX_KEY_SECRET

    @property
    def smtp(self) -> tuple[str, int]:
        """Where it takes mail over SMTP too, with STARTTLS: host and port. Raises ConfigError without aiosmtpd."""
        from dmcli.sandbox.certificate import available, context_for, path_of
        from dmcli.sandbox.smtp.server import SmtpServer

        if "smtp" not in self._sandbox.doors:
            tls = context_for(path_of(os.environ)) if available() else None
            self._stack.enter_context(SmtpServer(self._sandbox, tls=tls))
        host, _, port = self._sandbox.doors["smtp"].rpartition(":")
        return host, int(port)

    @property
    def exchange(self) -> Exchange:
        """The same sandbox without HTTP: a Request goes in, a Reply comes out."""
        return self._sandbox.exchange

    @property
    def env(self) -> dict[str, str]:
        """Variables by which `dm` and the vendor's SDKs find the sandbox, its keys and its certificate."""
        from dmcli.sandbox.certificate import trusted
        from dmcli.sandbox.environment import variables

        return variables(self.url, trusted(os.environ), doors=self._sandbox.doors)

    def mails(self, **chosen: Any) -> list[dict[str, Any]]:
        """The mails that match, newest first: `to`, `sender`, `subject`, `text`, `tag`, `status`, `since`, `unseen`."""
        from dmcli.sandbox.mail.mailbox import list_mail

        return list_mail(self._sandbox, 1000, _filter(chosen), whole=True)

    def wait_for(self, timeout: float = 10.0, **chosen: Any) -> dict[str, Any]:
        """The newest mail that matches, once there is one. Raises AssertionError after `timeout` seconds without it."""
        from dmcli.sandbox.mail.mailbox import find_latest

        found = find_latest(self._sandbox, _filter(chosen), timeout)
        if found is None:
            sent = [f"{mail['recipient']}: {mail['subject']}" for mail in self.mails()]
            raise AssertionError(f"no mail matches {chosen} after {timeout:g} s; there are: {sent or 'none'}")
        return found

    def codes(self, mail: dict[str, Any]) -> list[str]:
        """The one-time codes in a mail, the likeliest first."""
        from dmcli.sandbox.mail import extract

        return extract.codes(mail["subject"], extract.read(mail["html"], mail["text"]).text)

    def links(self, mail: dict[str, Any]) -> list[str]:
        """The links in a mail."""
        from dmcli.sandbox.mail import extract

        return extract.read(mail["html"], mail["text"]).links

    def eml(self, mail: dict[str, Any]) -> bytes:
        """A mail as it would have gone over the wire."""
        from dmcli.sandbox.mail.eml import write_message

        return write_message(self._sandbox, mail)

    def delete_mails(self, **chosen: Any) -> int:
        """Delete the mails that match; how many they were."""
        from dmcli.sandbox.mail.mailbox import delete_mail

        return delete_mail(self._sandbox, _filter(chosen))

    def calls(self, *, action: str = "", code: str = "", status: int = 0) -> list[dict[str, Any]]:
        """The calls that were made, the oldest first, with what was asked and answered."""
        from dmcli.sandbox.gateway import call_log

        chosen = call_log.Filter(action, code, status)
        return call_log.list_calls(self._sandbox, call_log.KEPT, chosen, whole=True)[::-1]

    def fault(self, effect: str, value: str = "", **more: Any) -> int:
        """Let calls go wrong: `fault("error", "Throttling.User", action="SingleSendMail", times=2)`; its number."""
        from dmcli.sandbox.control import faults

        return faults.add_fault(self._sandbox, faults.fault_of({"effect": effect, "value": value, **more})).id

    def clear_faults(self) -> None:
        """Let nothing go wrong any more."""
        from dmcli.sandbox.control.faults import remove_faults

        remove_faults(self._sandbox)

    def limit(self, action: str, rate: str) -> None:
        """Allow an action so many calls: `limit("SingleSendMail", "10/s")`."""
        from dmcli.sandbox.control.limits import limit_of, set_limits

        set_limits(self._sandbox, [limit_of(action, rate)])

    def limits(self, year: str) -> None:
        """Where sources disagree on a limit, let the stricter one refuse, `limits("2019")`, or the looser, "2026"."""
        from dmcli.sandbox.control import sources

        sources.set_year(self._sandbox, year)

    def state(self, kind: str, mode: str) -> None:
        """How `domains`, `templates` or `replies` become ready: immediate, checks:3, seconds:60 or manual."""
        from dmcli.sandbox.control import states

        states.set_mode(self._sandbox, kind, mode)

    def decide(self, decision: str, name: str) -> None:
        """Decide by hand: verify or unverify a domain, approve or reject a template, confirm a reply address."""
        from dmcli.sandbox.control import states

        states.decide(self._sandbox, decision, name)

    def play(self, event: str, mail: dict[str, Any] | int, url: str = "") -> str:
        """Let a mail, or the one of that number, be opened, clicked, bounced; what the callback address answered."""
        from dmcli.sandbox.control import events

        number = mail if isinstance(mail, int) else mail["id"]
        return events.play(self._sandbox, event, number, url=url).answer

    def turn_clock(self, advance: str = "", *, set: str = "") -> None:  # noqa: A002  as everywhere else
        """Turn the clock by `advance`, such as "2h", or to `set`, such as "2026-01-31T09:30:00Z"."""
        from dmcli.sandbox.control import clock

        given = {"advance": advance, "set": set}
        clock.turn(self._sandbox, {name: value for name, value in given.items() if value})

    def quota(self, daily: int | None = None, monthly: int | None = None) -> None:
        """Set how many mails may be sent a day and a month."""
        from dmcli.sandbox.control.quota import set_quota

        set_quota(self._sandbox, daily, monthly)

    def seed(self, days: int = 90, mails: int = 10_000, seed: int = 1) -> None:
        """Add a made-up past: so many mails on so many days, the same each time for the same seed and day."""
        from dmcli.sandbox.control.seed import add_past

        add_past(self._sandbox, days, mails, seed)

    def snapshot(self, name: str = "snapshot") -> None:
        """Keep the state as it is now."""
        from dmcli.sandbox.store import snapshots

        snapshots.take(self._sandbox, name)

    def restore(self, name: str = "snapshot") -> None:
        """Go back to a snapshot. Raises KeyError where there is none of that name."""
        from dmcli.sandbox.store import snapshots

        if not snapshots.restore(self._sandbox, name):
            raise KeyError(name)

    def reset(self) -> None:
        """Forget everything, and start anew with what a new sandbox has."""
        self._sandbox.reset()

    def close(self) -> None:
        """Stop answering."""
        self._stack.close()
        self._server.stop()
        self._sandbox.close()


def _filter(chosen: dict[str, Any]) -> Any:
    from dmcli.sandbox.mail.query import filter_of

    return filter_of({name: str(value) for name, value in chosen.items()})


@pytest.fixture
def dm_sandbox() -> Iterator[DmSandbox]:
    """A DirectMail sandbox of this test's own, on a free port of 127.0.0.1."""
    made = DmSandbox()
    yield made
    made.close()
