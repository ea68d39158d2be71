"""Looking whether mail can be submitted over SMTP: each port is connected to, TLS is set up, and a login is tried.

No mail is sent. The password leaves this machine only once TLS has shown who is there, or where it stays on it.
"""

from __future__ import annotations

import base64
import smtplib
import ssl
import time
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

from dmcli.api import replies
from dmcli.api.regions import SMTP_PORTS, SMTPS_PORT
from dmcli.errors import CheckFailedError, ConfigError, UnreachableError
from dmcli.words import counted, language, listed, tr

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

OK, WARNING, FAILED = "ok", "warning", "failed"
CONNECT, TLS, LOGIN = "connect", "TLS", "login"
_TRUST, _UNREACHABLE, _REFUSED = ConfigError.exit_code, UnreachableError.exit_code, CheckFailedError.exit_code
_SOON = 14  # days before a certificate's end
_HERE = ("127.0.0.1", "::1", "localhost")
_BLOCKED = 25  # the port that many networks block
_MOST_NAMES = 3  # of a certificate, that are shown


class Place(NamedTuple):
    """Where a mail server is: one that begins with TLS (`implicit`), or offers to turn to it."""

    host: str
    port: int
    implicit: bool


class Login(NamedTuple):
    """Who logs in."""

    user: str
    password: str

    def __repr__(self) -> str:
        return f"Login({self.user!r})"


class Step(NamedTuple):
    """What came of a step at a port: ok, warning or failed, a sentence, the server's words, the exit code for it."""

    port: int
    step: str
    state: str
    found: str
    reply: str = ""
    exit: int = 0

    def document(self) -> dict[str, object]:
        """The step as data."""
        return {"port": self.port, "step": self.step, "state": self.state, "found": self.found, "reply": self.reply}


def places_of(host: str, port: int | None, *, implicit: bool) -> list[Place]:
    """The port that is given, or each that the service has, the one that begins with TLS first."""
    if port is not None:
        return [Place(host, port, implicit or port == SMTPS_PORT)]
    return [Place(host, SMTPS_PORT, implicit=True), *(Place(host, one, implicit=False) for one in SMTP_PORTS)]


def check(places: Iterable[Place], login: Login | None, trust: ssl.SSLContext, timeout: float) -> Iterator[Step]:
    """Each step as it is done. The login is tried once, at the first port where that can be."""
    for place in places:
        tried = False
        for step in _look(place, login, trust, timeout):
            yield step
            tried = tried or step.step == LOGIN
        login = None if tried else login


def _look(place: Place, login: Login | None, trust: ssl.SSLContext, timeout: float) -> Iterator[Step]:
    """The steps at one port, up to the first that fails."""
    began = CONNECT
    try:
        with closing(_connection(place, trust, timeout)) as client:
            yield Step(place.port, CONNECT, OK, tr("{host} answers", host=place.host))
            began = TLS
            client.ehlo()
            if not place.implicit and client.has_extn("starttls"):
                client.starttls(context=trust)
                client.ehlo()
            encrypted = _encryption(place, client)
            yield encrypted
            began = LOGIN
            if login and encrypted.state != FAILED:
                yield _log_in(place, client, login)
    except ssl.SSLCertVerificationError as error:
        yield Step(place.port, TLS, FAILED, _untrusted(place.host, error), exit=_TRUST)
    except smtplib.SMTPResponseException as error:
        yield Step(place.port, began, FAILED, *_explained(error.smtp_code, error.smtp_error), exit=_UNREACHABLE)
    except (OSError, smtplib.SMTPException) as error:
        step = TLS if isinstance(error, ssl.SSLError) else began
        yield Step(place.port, step, FAILED, _unreachable(place, step, error), exit=_UNREACHABLE)


def _untrusted(host: str, error: ssl.SSLCertVerificationError) -> str:
    return tr(
        "the certificate of {host} is not trusted: {why}; where something on the way looks into TLS, have its "
        "certificate in a file and give that: --ca-bundle FILE",
        host=host,
        why=error.verify_message,
    )


def _unreachable(place: Place, step: str, error: Exception) -> str:
    """Why there was no answer at a step, and what helps."""
    why = getattr(error, "strerror", None) or error
    if isinstance(error, ssl.SSLError) and place.implicit:
        return tr(
            "{host} does not begin with TLS at this port ({why}): try without --implicit-tls, or port 465",
            host=place.host,
            why=error.reason or error,
        )
    if isinstance(error, ssl.SSLError):
        return tr("no TLS with {host}: {why}", host=place.host, why=error.reason or error)
    if step == CONNECT and "timed out" in str(error) and not place.implicit:  # untranslated: Python's
        return tr(
            "{host} says nothing at this port: a firewall may hold it back, and a server that waits for TLS wants "
            "--implicit-tls",
            host=place.host,
        )
    if place.port == _BLOCKED:
        return tr(
            "{host} does not answer: {why}; many networks, Alibaba Cloud's too, block port 25: use 465 or 80",
            host=place.host,
            why=why,
        )
    return tr("{host} does not answer: {why}; look at host, port and firewall", host=place.host, why=why)


def _connection(place: Place, trust: ssl.SSLContext, timeout: float) -> smtplib.SMTP:
    """A client that was greeted; it names itself without a look into DNS."""
    at, name = (place.host, place.port), "[127.0.0.1]"
    if place.implicit:
        return smtplib.SMTP_SSL(*at, local_hostname=name, timeout=timeout, context=trust)
    return smtplib.SMTP(*at, local_hostname=name, timeout=timeout)


def _encryption(place: Place, client: smtplib.SMTP) -> Step:
    """What TLS is like, of a connection on which it may have begun."""
    secure = client.sock
    if not isinstance(secure, ssl.SSLSocket):
        if place.host in _HERE:
            return Step(place.port, TLS, WARNING, tr("not offered; on this machine the login goes on without"))
        why = tr("{host} offers no TLS at this port, so no password is sent to it", host=place.host)
        return Step(place.port, TLS, FAILED, why, exit=_TRUST)
    found = secure.getpeercert() or {}
    names = [str(value) for pair in found.get("subjectAltName", ()) for value in pair[1:]]
    end = str(found.get("notAfter"))
    days = int((ssl.cert_time_to_seconds(end) - time.time()) // 86400)
    shown = listed(names[:_MOST_NAMES]) + (", ..." if len(names) > _MOST_NAMES else "")
    text = tr(
        "{version}, the certificate is trusted, for {names}, until {end} ({days})",
        version=secure.version(),
        names=shown,
        end=time.strftime("%Y-%m-%d", time.gmtime(ssl.cert_time_to_seconds(end))),
        days=counted(days, "day"),
    )
    return Step(place.port, TLS, WARNING if days < _SOON else OK, text)


def _log_in(place: Place, client: smtplib.SMTP, login: Login) -> Step:
    """One login, by the mechanism that the server offers first of those that send a password."""
    offered = str(client.esmtp_features.get("auth", "")).upper().split()
    if "PLAIN" in offered or "LOGIN" not in offered:
        code, words = client.docmd("AUTH", "PLAIN " + _base64("\0".join(("", *login))))
    else:
        code, words = client.docmd("AUTH", "LOGIN " + _base64(login.user))
        if code == 334:  # noqa: PLR2004  it asks for the password
            code, words = client.docmd(_base64(login.password))
    if code == 235:  # noqa: PLR2004  RFC 4954 section 4.2.3
        found = tr("{user} may send, and no mail was sent", user=login.user)
        return Step(place.port, LOGIN, OK, found, _reply(code, words))
    later = code < 500  # noqa: PLR2004  RFC 5321 section 4.2.1
    return Step(place.port, LOGIN, FAILED, *_explained(code, words), exit=_UNREACHABLE if later else _REFUSED)


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _explained(code: int, words: bytes | str) -> tuple[str, str]:
    """What a refusal means and what helps, and the refusal itself; one of a login is a wrong one, unless it says."""
    reply = _reply(code, words)
    reading = replies.read(reply)
    reason = reading.reason if reading and (reading.sure or code < 500) else "wrong-login"  # noqa: PLR2004
    between = "" if language() == "zh" else " "
    return between.join(replies.texts_of(replies.REASONS[reason], language())), reply


def _reply(code: int, words: bytes | str) -> str:
    """A reply on one line."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {' '.join(text.split())}"
