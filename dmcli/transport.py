"""The exchange over HTTP: the only module that knows requests. One keep-alive session, nothing sent twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dmcli
from dmcli.api.wire import Ambiguous, NotSent, Reply, Request
from dmcli.errors import ConfigError

if TYPE_CHECKING:
    import requests

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

    def __call__(self, request: Request) -> Reply:
        """Send the request and read its reply. Raises NotSent, Ambiguous, or ConfigError when TLS trust fails."""
        import requests

        session = self._session or self._open(request.url)
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
        except requests.exceptions.SSLError as error:
            raise ConfigError(f"the endpoint's TLS certificate is not trusted: {_reason(error)}") from None
        except (requests.exceptions.ConnectTimeout, requests.exceptions.ProxyError) as error:
            raise NotSent(f"cannot reach {_host(request)}: {_reason(error)}") from None
        except requests.exceptions.RequestException as error:
            if _refused(error):
                raise NotSent(f"cannot reach {_host(request)}: {_reason(error)}") from None
            raise Ambiguous(f"the connection to {_host(request)} broke: {_reason(error)}") from None

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
        self._proxies = {} if url.startswith("http://") else get_environ_proxies(url)
        self._session = session
        return session


def _body(answer: Any) -> bytes:
    body = bytearray()
    for piece in answer.iter_content(65536):
        body += piece
        if len(body) > MAX_REPLY:
            raise Ambiguous(f"the reply is larger than {MAX_REPLY} bytes")
    return bytes(body)


def _refused(error: Exception) -> bool:
    """Whether no connection came about at all: refused, unknown host, no route."""
    from urllib3.exceptions import NewConnectionError

    cause = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(cause, NewConnectionError)


def _reason(error: BaseException) -> str:
    """The innermost reason, without the object addresses that urllib3 prints."""
    while True:
        inner = next((arg for arg in error.args if isinstance(arg, BaseException)), getattr(error, "reason", None))
        if not isinstance(inner, BaseException) or inner is error:
            return str(error).rsplit(">: ", 1)[-1].rsplit("): ", 1)[-1]
        error = inner


def _host(request: Request) -> str:
    return request.url.split("://", 1)[1].rstrip("/")
