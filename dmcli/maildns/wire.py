"""Look-ups over the wire: a server or several, all questions at once, each asked once, under one deadline."""

from __future__ import annotations

import asyncio
import ipaddress
import re
from typing import TYPE_CHECKING, NamedTuple

from dmcli.errors import InputError
from dmcli.maildns.lookup import ANSWER, NO_NAME, NONE, UNKNOWN, Answer
from dmcli.words import marked, tr

if TYPE_CHECKING:
    from collections.abc import Iterator

    import dns.message
    import dns.rdata

_AT_ONCE = 100  # questions on the way; more at once and a resolver drops some
_PATIENCE = (1.0, 2.0, 4.0)  # seconds that an attempt waits, the next server at each
_TRIES = 2  # attempts at name servers: a zone has others, and one that is dead is not waited for until the end
_PORT = 53
_LONGEST = 200  # characters of a server's own remark that are repeated
_MOST_HOSTS = 13  # name servers of a zone whose addresses are looked up; the root has as many
_PAYLOAD = 1232  # bytes over UDP that no path splits (DNS flag day 2020)


class Server(NamedTuple):
    """Where a DNS server is."""

    address: str
    port: int = _PORT


class Asker:
    """Asks DNS servers, as an Ask; the second question for the same is answered by the first.

    `deadline` is a time of the running loop's clock. A `recursive` server is asked to find the answer, any other for
    what it is itself an authority for: an answer without authority is none.
    """

    def __init__(self, servers: tuple[Server, ...], deadline: float, *, recursive: bool = True) -> None:
        self.servers = servers
        self._deadline = deadline
        self._recursive = recursive
        self._asked: dict[tuple[str, str], asyncio.Task[Answer]] = {}
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def __call__(self, name: str, kind: str) -> Answer:
        """What a look-up of `name` comes to."""
        key = (name.lower().removesuffix("."), kind)
        task = self._asked.get(key)
        if task is None:
            task = self._asked[key] = asyncio.ensure_future(self._look(*key))
        return await task

    async def _look(self, name: str, kind: str) -> Answer:
        async with self._slots:
            answer = await self._try(name, kind)
            if self._recursive and answer.failed == "SERVFAIL":
                unchecked = await self._try(name, kind, unchecked=True)
                if unchecked.known:  # without DNSSEC it is there
                    return answer._replace(why=_with_remark(tr("DNSSEC validation fails"), answer.remark), bogus=True)
            return answer

    async def _try(self, name: str, kind: str, *, unchecked: bool = False) -> Answer:
        """The first answer that says something, else the last that does not."""
        answer = Answer(UNKNOWN, why=tr("no time was left"))
        for attempt, patience in enumerate(_PATIENCE if self._recursive else _PATIENCE[:_TRIES]):
            server = self.servers[attempt % len(self.servers)]
            left = self._deadline - asyncio.get_running_loop().time()
            if left <= 0:
                break
            answer = await _ask(server, name, kind, min(patience, left), recursive=self._recursive, unchecked=unchecked)
            if answer.known or (len(self.servers) == 1 and not answer.silent):
                break
        return answer


def server_at(text: str, what: str = marked("resolver")) -> Server:
    """The DNS server at ADDRESS, ADDRESS:PORT or [ADDRESS]:PORT. Raises InputError, in which it is called `what`.

    >>> tuple(server_at("192.0.2.1:5353")), tuple(server_at("[2001:db8::1]:53")), tuple(server_at("2001:db8::1"))
    (('192.0.2.1', 5353), ('2001:db8::1', 53), ('2001:db8::1', 53))
    """
    split = re.fullmatch(r"\[([^\]]*)\](?::([0-9]{1,5}))?|([^:]*):([0-9]{1,5})", text)
    address, port = (split[1] or split[3], split[2] or split[4] or "53") if split else (text, "53")
    try:
        return Server(str(ipaddress.ip_address(address)), _port(int(port)))
    except ValueError:
        raise InputError(
            tr(
                "{text!r} is no {what}: give an IP address, with a port if it is not 53, such as 192.0.2.1:5353",
                text=text,
                what=tr(what),
            )
        ) from None


def _port(number: int) -> int:
    if not 1 <= number <= 65535:  # noqa: PLR2004  what a port may be
        raise ValueError(number)
    return number


def system_servers() -> tuple[Server, ...]:
    """The resolvers that the system is set to use; none where it names none."""
    import dns.resolver

    try:
        return tuple(Server(str(address)) for address in dns.resolver.get_default_resolver().nameservers)
    except dns.resolver.NoResolverConfiguration:
        return ()


async def _ask(server: Server, name: str, kind: str, patience: float, *, recursive: bool, unchecked: bool) -> Answer:
    import dns.asyncquery
    import dns.exception
    import dns.flags
    import dns.message

    where = tr("{address} port {port}", address=server.address, port=server.port)
    try:
        query = dns.message.make_query(name, kind, use_edns=0, payload=_PAYLOAD)
        query.flags |= dns.flags.CD if unchecked else 0
        if not recursive:
            query.flags &= ~dns.flags.RD
        reply, _ = await asyncio.wait_for(
            dns.asyncquery.udp_with_fallback(
                query, server.address, patience, server.port, ignore_unexpected=True, ignore_errors=True
            ),
            patience * 2,  # the second half for TCP
        )
    except (TimeoutError, dns.exception.Timeout):
        return Answer(UNKNOWN, why=tr("no answer from {server}", server=where), silent=True)
    except (OSError, EOFError, dns.exception.DNSException, ValueError) as error:
        return Answer(UNKNOWN, why=tr("{source}: {problem}", source=where, problem=error or type(error).__name__))
    if reply.flags & dns.flags.TC:
        return Answer(UNKNOWN, why=tr("{server} cuts its answer over TCP too", server=where))
    return _read(reply, where, recursive=recursive)


def _read(reply: dns.message.Message, where: str, *, recursive: bool) -> Answer:
    import dns.exception
    import dns.flags
    import dns.message
    import dns.rcode

    code = reply.rcode()
    if code not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
        remarks = [option.text for option in reply.extended_errors() if option.text]
        failed, remark = dns.rcode.to_text(code), remarks[0][:_LONGEST] if remarks else ""
        why = _with_remark(tr("{code} from {server}", code=failed, server=where), remark)
        return Answer(UNKNOWN, why=why, failed=failed, remark=remark)
    if not recursive and not reply.flags & dns.flags.AA:
        return Answer(UNKNOWN, why=tr("{server} is no authority for the name", server=where))
    try:
        chain = reply.resolve_chaining() if isinstance(reply, dns.message.QueryMessage) else None
    except dns.exception.DNSException as error:
        return Answer(UNKNOWN, why=tr("{source}: {problem}", source=where, problem=error))
    if chain is None:
        return Answer(UNKNOWN, why=tr("{server}: no reply to a query", server=where))
    alias = _plain(chain.cnames[0][0].target.to_text()) if chain.cnames else ""
    if chain.answer is not None:
        values = tuple(sorted(text_of(rdata) for rdata in chain.answer))
        return Answer(ANSWER, values, chain.minimum_ttl, alias=alias)
    ttl = min(chain.minimum_ttl, 86400)
    return Answer(NO_NAME if code == dns.rcode.NXDOMAIN else NONE, ttl=ttl, alias=alias)


def _with_remark(said: str, remark: str) -> str:
    """What is said of an answer, with what the server said beside its code (RFC 8914)."""
    return tr("{said} ({remark})", said=said, remark=remark) if remark else said


def text_of(rdata: dns.rdata.Rdata) -> str:
    """A record as a text, names without a dot at the end, the root as a dot."""
    import dns.rdtypes.ANY.MX
    import dns.rdtypes.ANY.TXT

    if isinstance(rdata, dns.rdtypes.ANY.TXT.TXT):
        return b"".join(rdata.strings).decode("utf-8", "backslashreplace")
    if isinstance(rdata, dns.rdtypes.ANY.MX.MX):
        return f"{rdata.preference} {_plain(rdata.exchange.to_text())}"
    return _plain(rdata.to_text())


def _plain(name: str) -> str:
    return name.lower().removesuffix(".") or "."


async def authorities(domain: str, ask: Asker) -> tuple[str, dict[str, tuple[Server, ...]]]:
    """The zone that `domain` is in, and its name servers with their addresses; "" where no zone is found.

    Of more than 13 name servers the rest is left out. Where the resolver is on this machine, name servers on it are
    asked at the same port: they serve zones for tests.
    """
    names = list(above(domain))
    found = await asyncio.gather(*(ask(name, "NS") for name in names))
    for name, answer in zip(names, found, strict=True):
        if answer.state == ANSWER and not answer.alias:
            hosts = answer.values[:_MOST_HOSTS]
            lists = await asyncio.gather(*(_addresses(host, ask) for host in hosts))
            return name, dict(zip(hosts, lists, strict=True))
    return "", {}


async def _addresses(host: str, ask: Asker) -> tuple[Server, ...]:
    four, six = await asyncio.gather(ask(host, "A"), ask(host, "AAAA"))
    port = next((server.port for server in ask.servers if _is_local(server.address)), _PORT)
    return tuple(Server(address, port if _is_local(address) else _PORT) for address in (*four.values, *six.values))


def _is_local(address: str) -> bool:
    return ipaddress.ip_address(address).is_loopback


def above(name: str) -> Iterator[str]:
    """The name and its parents, but for the top-level domain."""
    labels = name.split(".")
    return (".".join(labels[at:]) for at in range(max(1, len(labels) - 1)))
