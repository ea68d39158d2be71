"""The exchange over HTTP: the only module that knows requests. One keep-alive session, nothing sent twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dmcli
from dmcli.api.wire import Ambiguous, NotSent, Reply, Request
from dmcli.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    import requests
    from requests.adapters import HTTPAdapter

CONNECT_TIMEOUT = 5.0  # seconds
# A short one would turn slow sends into sends of unknown outcome.
READ_TIMEOUT = 60.0
MAX_REPLY = 8 * 1024 * 1024  # bytes


class HttpExchange:
    """Carries requests over one session: no redirects, no cookies, no netrc, no retries, certificates verified.

    `timeouts` are seconds to connect and between two pieces of the reply.
    """

    def __init__(self, timeouts: tuple[float, float] = (CONNECT_TIMEOUT, READ_TIMEOUT)) -> None:
        self.timeouts = timeouts
        self._session: requests.Session | None = None
        self._proxies: dict[str, str] = {}
        self._begun = False

    def __call__(self, request: Request) -> Reply:
        """Send the request and read its reply. Raises NotSent, Ambiguous, or ConfigError when TLS trust fails."""
        import requests

        session = self._session or self._open(request.url)
        self._begun = False
        try:
            with session.request(
                request.method,
                request.url,
                data=request.body,
                headers=request.headers,
                timeout=self.timeouts,
                allow_redirects=False,
                proxies=self._proxies,
                stream=True,
            ) as answer:
                headers = {name.lower(): value for name, value in answer.headers.items()}
                return Reply(answer.status_code, headers, _body(answer))
        except requests.exceptions.RequestException as error:
            raise self._failure(request, error) from None

    def close(self) -> None:
        """Close the session's connections."""
        if self._session:
            self._session.close()

    def _open(self, url: str) -> requests.Session:
        import requests
        from requests.utils import get_environ_proxies

        session = requests.Session()
        session.trust_env = False  # no netrc, no CA bundle by accident; proxies are taken from the environment here
        session.headers.clear()
        session.headers.update({"accept-encoding": "identity", "user-agent": f"dm/{dmcli.__version__}"})
        for scheme in ("https://", "http://"):
            session.mount(scheme, _adapter(self._begin))
        self._proxies = {} if url.startswith("http://") else get_environ_proxies(url)
        self._session = session
        return session

    def _begin(self) -> None:
        self._begun = True

    def _failure(self, request: Request, error: Exception) -> Exception:
        """What a failed request means: whether its first byte was written decides, not the kind of the failure."""
        import ssl

        cause = _innermost(error)
        if isinstance(cause, ssl.SSLCertVerificationError):
            return ConfigError(f"the TLS certificate of {_host(request)} is not trusted: {_text(cause)}")
        if self._begun:
            return Ambiguous(f"the connection to {_host(request)} broke: {_text(cause)}")
        return NotSent(f"cannot reach {_host(request)}: {_text(cause)}")


def _adapter(begin: Callable[[], None]) -> HTTPAdapter:
    """An adapter whose connections call `begin` once they stand and before they write a request.

    A CONNECT to a proxy and the TLS handshake come before.
    """
    from requests.adapters import HTTPAdapter

    class Telling(HTTPAdapter):
        def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
            pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
            if not pool.num_connections:  # a new pool: later ones of the same host have the class already
                pool.ConnectionCls = _telling(pool.ConnectionCls, begin)
            return pool

    return Telling()


def _telling(kind: Any, begin: Callable[[], None]) -> Any:
    """The class of connections that call `begin`, made of the one that the pool or its proxy uses."""

    def request(self: Any, *args: Any, **kwargs: Any) -> None:
        if self.sock is None:
            self.connect()
        begin()
        kind.request(self, *args, **kwargs)

    return type(kind.__name__, (kind,), {"request": request})


def _body(answer: Any) -> bytes:
    body = bytearray()
    for piece in answer.iter_content(65536):
        body += piece
        if len(body) > MAX_REPLY:
            raise Ambiguous(f"the reply is larger than {MAX_REPLY} bytes")
    return bytes(body)


def _innermost(error: BaseException) -> BaseException:
    """What the libraries wrapped, layer by layer."""
    while True:
        inner = next((arg for arg in error.args if isinstance(arg, BaseException)), getattr(error, "reason", None))
        if not isinstance(inner, BaseException) or inner is error:
            return error
        error = inner


def _text(error: BaseException) -> str:
    """The text of an error, without the object addresses that urllib3 prints."""
    return str(error).rsplit(">: ", 1)[-1].rsplit("): ", 1)[-1]


def _host(request: Request) -> str:
    return request.url.split("://", 1)[1].rstrip("/")
