"""The primary server of a zone: messages to it, signed where there is a key, and what its refusals mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.errors import ConfigError, DmError, InputError, RefusedError, UnreachableError
from dmcli.maildns.waiting import wait_for
from dmcli.words import marked, tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    import dns.message

    from dmcli.maildns.wire import Server
    from dmcli.workflows.publish.tsig import TsigKey

_PATIENCE = 10.0  # seconds for an answer
_AT_ONCE = 10  # questions on the way
_LONG_NAMES = {"hmac-md5": "hmac-md5.sig-alg.reg.int"}
_CHANGED = frozenset({"YXDOMAIN", "YXRRSET", "NXRRSET", "NXDOMAIN"})  # a prerequisite does not hold
_REFUSALS: dict[str, tuple[type[DmError], str]] = {
    "REFUSED": (
        ConfigError,
        marked("{server} refuses {name} with {key}: {remedy}, or give another --server"),
    ),
    "NOTAUTH": (
        ConfigError,
        marked("{server} is not the primary server of {name}, or refuses it with {key}: {remedy}, or --server"),
    ),
    "NOTZONE": (
        InputError,
        marked("{server} says that a name is not in the zone {name}: give the --zone that it is in"),
    ),
    "NOTIMP": (
        RefusedError,
        marked("{server} takes no dynamic updates: use the exports of `dm domain records --as`"),
    ),
}
_OTHER_REFUSAL: tuple[type[DmError], str] = (
    UnreachableError,
    marked("{server} answers {code} for {name}: look at its log, then run this again"),
)


class Primary:
    """A server, by its address, and the key to sign with, which may be none. `title` is its name in a sentence."""

    def __init__(self, server: Server, key: TsigKey | None) -> None:
        self._server, self._key = server, key
        self.title = tr("the server {address} port {port}", address=server.address, port=server.port)

    def ask(self, message: dns.message.Message) -> dns.message.Message:
        """The reply to a message. Raises DmError as `ask_all`."""
        return self.ask_all([message])[0]

    def ask_all(self, messages: Sequence[dns.message.Message]) -> list[dns.message.Message]:
        """The reply to each message, over TCP.

        Raises UnreachableError where there is none that can be read, ConfigError for the key or the clock.
        """
        import asyncio

        import dns.asyncquery
        import dns.exception

        async def gather() -> list[dns.message.Message]:
            slots = asyncio.Semaphore(_AT_ONCE)

            async def ask(message: dns.message.Message) -> dns.message.Message:
                if self._key:
                    message.use_tsig(_tsig(self._key))
                async with slots:
                    return await dns.asyncquery.tcp(message, self._server.address, _PATIENCE, self._server.port)

            return list(await asyncio.gather(*(ask(message) for message in messages)))

        try:
            return wait_for(gather)
        except (OSError, EOFError, dns.exception.DNSException, ValueError) as error:
            raise self._explained(error) from None

    def check(self, reply: dns.message.Message, name: str, *, missing: bool = False) -> None:
        """Raise DmError for a reply that refuses; `missing` lets one pass that says that there is no such name."""
        import dns.rcode

        code = dns.rcode.to_text(reply.rcode())
        if code == "NOERROR" or (missing and code == "NXDOMAIN"):
            return
        if code in _CHANGED and reply.opcode().name == "UPDATE":
            raise RefusedError(
                tr(
                    "{name} has other records than were read, and nothing of this was published: run it again",
                    name=name,
                ),
                code=code,
            )
        key = tr("the TSIG key {name}", name=self._key.name) if self._key else tr("no key")
        remedy = tr("let {key} query and update the zone there", key=key) if self._key else tr("give --key-file")
        kind, said = _REFUSALS.get(code, _OTHER_REFUSAL)
        raise kind(tr(said, server=self.title, name=name, key=key, remedy=remedy, code=code), code=code)

    def _explained(self, error: Exception) -> DmError:
        """What hinders the server's answer, and what to do."""
        import dns.exception
        import dns.tsig

        said = str(error) or type(error).__name__
        match error:
            case dns.tsig.PeerBadKey() | dns.tsig.PeerBadSignature():
                return ConfigError(
                    tr(
                        "{server} does not know this TSIG key, or has another secret for it: "
                        "configure the key there under the same name, algorithm and secret",
                        server=self.title,
                    )
                )
            case dns.tsig.PeerBadTime() | dns.tsig.BadTime():
                return ConfigError(
                    tr("{server} has another time than this machine: set the clock that is wrong", server=self.title)
                )
            case TimeoutError() | dns.exception.Timeout():
                return UnreachableError(tr("no answer from {server}; it is safe to run this again", server=self.title))
            case OSError():
                said = error.strerror or type(error).__name__
                return UnreachableError(
                    tr("{server} cannot be reached: {why}; it is safe to run this again", server=self.title, why=said)
                )
        return UnreachableError(
            tr("{server} gives no DNS answer ({why}): see its log, or give another", server=self.title, why=said)
        )


def _tsig(key: TsigKey) -> Any:
    import dns.tsig

    return dns.tsig.Key(key.name, key.secret.reveal(), _LONG_NAMES.get(key.algorithm, key.algorithm))
