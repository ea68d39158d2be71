"""The exchange over HTTP: the only module that knows requests. Connections are kept alive, nothing is sent twice."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import dmcli
from dmcli.api.wire import Ambiguous, NotSent, Reply, Request
from dmcli.client.connection import Watch, watched_class
from dmcli.errors import ConfigError, DmError
from dmcli.words import marked, tr

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    import requests
    from requests.adapters import HTTPAdapter

CONNECT_TIMEOUT = 5.0  # seconds
# Seconds after which a connection is not used again: a server that closes it in the same moment would leave a request
# of unknown outcome. Replies of the vendor's gateways announce 25.
_IDLE = 20.0
_CONNECTIONS = 50  # that threads may have open at a time; further ones are closed after a request
# Bytes of a reply that are read at a time, since a server may announce any length; nearly all replies are one piece, of
# which no copy is made.
_PIECE = 1024 * 1024
_HEADERS = {"accept-encoding": "identity", "user-agent": f"dm/{dmcli.__version__}"}
# The value may have a password in it, so it is not repeated.
_NO_PROXY = marked("the proxy that {where} names cannot be used; give a URL such as http://proxy.example.com:3128")
# Addresses that no proxy can reach for us: this machine, and the cloud's metadata service for the instance.
_DIRECT = ("127.", "localhost", "[::1]", "169.254.", "100.100.100.200")


class HttpExchange:
    """Carries requests over kept connections: no redirects, cookies, netrc or retries; TLS 1.2 on, verified.

    >>> exchange = HttpExchange()
    >>> exchange(Request("GET", "http://127.0.0.1:1/", {}, b""))  # nobody listens there; else a Reply
    Traceback (most recent call last):
    dmcli.api.wire.NotSent: cannot reach 127.0.0.1:1: ...
    >>> exchange.close()

    `ca_bundle` is a file or folder of certificates to trust in place of the usual ones. Proxies are the environment's.
    Several threads may share one.
    """

    def __init__(self, ca_bundle: str = "", *, clock: Callable[[], float] = time.monotonic) -> None:
        self._ca_bundle = ca_bundle
        self._clock = clock
        self._opened: HTTPAdapter | None = None
        self._context: ssl.SSLContext | None = None
        self._proxies: dict[str, dict[str, str]] = {}
        self._used = clock()
        self._thread = threading.local()
        self._opening = threading.Lock()

    @property
    def begun(self) -> bool:
        """Whether a byte of this thread's last request was written."""
        watch: Watch | None = getattr(self._thread, "watch", None)
        return watch is not None and watch.begun

    def __call__(self, request: Request) -> Reply:
        """Send the request and read its reply.

        Raises NotSent, Ambiguous, ConfigError when TLS trust fails, and what its stream raises of DmError.
        """
        if request.patience <= 0:  # a pause was longer than it was meant to be
            raise NotSent(tr("cannot reach {host}: no time is left for it", host=_host(request)))
        watch = self._thread.watch = Watch(self._clock, request.patience, request.announce)
        try:
            with self._adapter().send(
                _prepared(request),
                stream=True,
                timeout=(min(CONNECT_TIMEOUT, request.patience), request.patience),
                proxies=self._proxies_of(request),
            ) as answer:
                headers = {name.lower(): value for name, value in answer.headers.items()}
                packed = headers.get("content-encoding", "identity")
                body = b"" if packed != "identity" else b"".join(answer.raw.stream(_PIECE))
        except DmError:
            raise
        except Exception as error:  # noqa: BLE001  the libraries raise ValueError and more for replies that are none
            _forget_frames(error)
            if watch.refusal:
                raise watch.refusal from None
            raise _failure(request, error, watch) from None
        finally:
            self._used = self._clock()
        if packed != "identity":
            raise Ambiguous(
                tr(
                    "the reply from {host} is packed ({encoding}), which was not asked for",
                    host=_host(request),
                    encoding=packed,
                )
            )
        return Reply(answer.status_code, headers, body)

    def close(self) -> None:
        """Close all connections."""
        if self._opened:
            self._opened.close()

    def _adapter(self) -> HTTPAdapter:
        """The way to connections; they are closed first when they have been idle for too long."""
        with self._opening:
            if self._opened is None:
                self._opened = _watched_adapter(lambda: self._thread.watch, self._trusting)
            elif self._clock() - self._used > _IDLE:
                self._opened.close()
            return self._opened

    def _trusting(self) -> ssl.SSLContext:
        """What verifies servers, made once: certificates take longer to read than a call takes, and HTTP needs none."""
        with self._opening:
            if self._context is None:
                self._context = _context(_trust_path(self._ca_bundle))
            return self._context

    def _proxies_of(self, request: Request) -> dict[str, str]:
        """The proxies for the request's origin, looked for once, since that takes long."""
        if request.origin not in self._proxies:
            self._proxies[request.origin] = _find_proxies(request.url)
        return self._proxies[request.origin]


def _prepared(request: Request) -> requests.PreparedRequest:
    """The request as the library sends it: without a session, which would look at redirects, cookies and netrc."""
    from requests import PreparedRequest

    prepared = PreparedRequest()
    body = request.body if request.stream is None else request.stream  # of a stream the length is announced
    prepared.prepare(request.method, request.url, {**_HEADERS, **request.headers}, data=body)
    return prepared


def _watched_adapter(current: Callable[[], Watch], trusting: Callable[[], ssl.SSLContext]) -> HTTPAdapter:
    """An adapter whose connections are watched, and verified by one context: its own would read the bundle for each."""
    from requests.adapters import HTTPAdapter

    class Watched(HTTPAdapter):
        def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
            pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
            if not pool.num_connections:  # a new pool: later ones of the same host have the class already
                pool.ConnectionCls = watched_class(pool.ConnectionCls, current)
            return pool

        def build_connection_pool_key_attributes(self, *args: Any, **kwargs: Any) -> Any:
            host, pool = super().build_connection_pool_key_attributes(*args, **kwargs)
            return host, {"ssl_context": trusting()} if host["scheme"] == "https" else pool

        def cert_verify(self, *args: Any, **kwargs: Any) -> None:
            """The context does it."""

        def proxy_manager_for(self, proxy: Any, **kwargs: Any) -> Any:
            more = {"proxy_ssl_context": trusting()} if proxy.lower().startswith("https:") else {}
            return super().proxy_manager_for(proxy, **kwargs, **more)

    return Watched(pool_maxsize=_CONNECTIONS)


def _forget_frames(error: BaseException | None) -> None:
    """Let a failure and what led to it go of the calls they passed through.

    The library keeps its failures in variables of these calls, a circle that would keep its connections open.
    """
    while error:
        error.__traceback__ = None
        error = error.__context__


def _failure(request: Request, error: Exception, watch: Watch) -> Exception:
    """What a failed request means: whether its first byte was written decides, not the kind of the failure."""
    import ssl

    from requests.exceptions import InvalidSchema

    cause = _innermost(error)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return ConfigError(
            tr("the TLS certificate of {host} is not trusted: {reason}", host=_host(request), reason=_text(cause))
        )
    if isinstance(error, InvalidSchema):  # SOCKS needs a library that dm does not bring
        return ConfigError(tr(_NO_PROXY, where=tr("the environment")))
    if watch.begun:
        return Ambiguous(
            watch.broken or tr("the connection to {host} broke: {reason}", host=_host(request), reason=_text(cause))
        )
    return NotSent(tr("cannot reach {host}: {reason}", host=_host(request), reason=_text(cause)))


def _find_proxies(url: str) -> dict[str, str]:
    """The environment's proxies for a URL, none for addresses that only this machine reaches. Raises ConfigError."""
    from urllib.parse import urlsplit

    from requests.utils import get_environ_proxies
    from urllib3.util import parse_url

    if url.partition("://")[2].startswith(_DIRECT):
        return {}
    found = get_environ_proxies(url)
    for name, proxy in found.items():
        try:
            usable = name == "no" or bool(parse_url(proxy).host and urlsplit(proxy))  # both will read it
        except ValueError:
            usable = False
        if not usable:
            raise ConfigError(tr(_NO_PROXY, where=f"{name}_proxy"))
    return found


def proxy_for(url: str) -> str:
    """The proxy that a URL is reached through, without any password; empty where there is none. Raises ConfigError."""
    from requests.utils import select_proxy

    return (select_proxy(url, _find_proxies(url)) or "").rpartition("@")[2].rpartition("://")[2]


def trust_store(ca_bundle: str) -> str:
    """The file or folder of certificates that are trusted: the bundle that was chosen, else the usual one.

    Raises ConfigError when there are no certificates in it.
    """
    path = _trust_path(ca_bundle)
    _context(path)
    return path


def _trust_path(ca_bundle: str) -> str:
    """The same, without a look at it."""
    from requests.utils import DEFAULT_CA_BUNDLE_PATH

    return ca_bundle or DEFAULT_CA_BUNDLE_PATH


def _context(path: str) -> ssl.SSLContext:
    """What verifies servers by a file or folder of certificates, over TLS 1.2 at least. Raises ConfigError."""
    import os

    from urllib3.util import create_urllib3_context

    context = create_urllib3_context()
    try:
        if os.path.isdir(path):
            context.load_verify_locations(capath=path)
        else:
            context.load_verify_locations(path)
    except OSError as error:  # ssl.SSLError too
        raise ConfigError(
            tr("the CA bundle {path} cannot be used: {reason}", path=path, reason=error.strerror or error)
        ) from None
    return context


def _innermost(error: BaseException) -> BaseException:
    """What the libraries wrapped, layer by layer."""
    while True:
        inner = next((arg for arg in error.args if isinstance(arg, BaseException)), getattr(error, "reason", None))
        if not isinstance(inner, BaseException) or inner is error:
            return error
        error = inner


def _text(error: BaseException) -> str:
    """The text of an error, without the connection that urllib3 names before it."""
    return str(error).rpartition("): ")[2]


def _host(request: Request) -> str:
    return request.origin.split("://")[1]
