"""The exchange over HTTP, against servers made of bare sockets: what is sent, what is read, what is not known."""

from __future__ import annotations

import gc
import socket
import ssl
import struct
import threading
import warnings
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import trustme
from patience import PATIENT, SOON, eventually, refusing

import dmcli
from dmcli.api.wire import Ambiguous, NotSent, Request
from dmcli.cli.run.debug import trace
from dmcli.client import transport
from dmcli.client.connection import Watch
from dmcli.client.transport import HttpExchange, proxy_for, trust_store
from dmcli.errors import ConfigError

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nX-Acs-Request-Id: 7\r\n\r\n{}"


@contextmanager
def answering(*replies: bytes):
    """A server that answers each request with the next of the replies; yields its URL and what it received."""
    received: list[bytes] = []
    connections: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve():
            with suppress(OSError):  # a client that has seen enough hangs up
                serve_all()

        def serve_all():
            left = list(replies)
            while left:
                connection, _ = listening.accept()
                connections.append(1)
                with connection:
                    connection.settimeout(PATIENT)
                    while left:
                        data = connection.recv(65536)
                        if not data:
                            break
                        while b"body" not in data:
                            data += connection.recv(65536)
                        received.append(data)
                        reply = left.pop(0)
                        connection.sendall(reply)
                        if reply != OK:
                            break

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", received, connections
        listening.close()
    thread.join(PATIENT)


@pytest.fixture
def exchange():
    made = HttpExchange()
    yield made
    made.close()


def post(url: str, patience: float = PATIENT) -> Request:
    return Request("POST", f"{url}/", {"host": "h", "x-test": "1", "content-type": "text/plain"}, b"body", patience)


def test_headers_body_and_reply(exchange):
    with answering(OK) as (url, received, _):
        reply = exchange(post(url))
    assert (reply.status, reply.body, reply.headers["x-acs-request-id"]) == (200, b"{}", "7")
    head, _, body = received[0].decode().partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    assert (first, body) == ("POST / HTTP/1.1", "body")
    ours = [f"user-agent: dm/{dmcli.__version__}", "accept-encoding: identity", "Content-Length: 4"]
    assert sorted(lines) == sorted(["host: h", "x-test: 1", "content-type: text/plain", *ours])


def test_one_connection_is_kept(exchange):
    with answering(OK, OK, OK) as (url, received, connections):
        for _ in range(3):
            exchange(post(url))
    assert (len(received), len(connections)) == (3, 1)


def test_a_redirect_is_not_followed(exchange):
    moved = b"HTTP/1.1 307 Moved\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n"
    with answering(moved) as (url, received, _):
        assert exchange(post(url)).status == 307
    assert len(received) == 1


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (b"", "Remote end closed connection without response"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort", "IncompleteRead(5 bytes read, 95 more expected)"),
        (b"garbage\r\n\r\n", "garbage"),
    ],
    ids=["closed", "cut short", "garbage"],
)
def test_no_reply_after_the_request_is_ambiguous_and_never_sent_again(exchange, reply, told):
    with answering(reply) as (url, received, _), pytest.raises(Ambiguous) as caught:
        exchange(post(url))
    assert str(caught.value).strip() == f"the connection to {url.partition('//')[2]} broke: {told}"
    assert len(received) == 1


def test_silence_is_ambiguous(exchange):
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(Ambiguous, match=rf"no complete reply within {SOON} s"),
    ):
        exchange(post(f"http://127.0.0.1:{silent.getsockname()[1]}", SOON))


def test_a_reply_may_have_eight_mebibytes_its_headers_among_them(exchange):
    head = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n"
    body = bytes(range(256)) * 2**15
    with answering(head + body[len(head) :]) as (url, _, _):
        assert exchange(post(url)).body == body[len(head) :]
    with answering(head + body[len(head) - 1 :]) as (url, _, _), pytest.raises(Ambiguous) as caught:
        exchange(post(url))
    assert str(caught.value) == "the reply is larger than 8388608 bytes"


@pytest.mark.parametrize("length", [b"content-length: 1%s\r\n\r\n", b"transfer-encoding: chunked\r\n\r\nf%s\r\n"])
def test_what_length_is_announced_is_no_matter(exchange, length):
    reply = b"HTTP/1.1 200 OK\r\n" + length % (b"0" * 15) + b"{}"
    with answering(reply) as (url, _, _), pytest.raises(Ambiguous, match=r"^the connection to 127.* broke: "):
        exchange(post(url))


def test_no_connection_is_not_sent(exchange):
    with refusing() as place, pytest.raises(NotSent) as caught:
        exchange(post(f"http://{place}"))
    said = str(caught.value)
    assert said.startswith(f"cannot reach {place}: Failed to establish a new connection: [Errno ")
    assert "refused" in said


def test_without_any_time_nothing_is_sent(exchange):
    for patience in (0.0, -1.0):
        with pytest.raises(NotSent, match=r"^cannot reach 127\.0\.0\.1:1: no time is left for it$"):
            exchange(post("http://127.0.0.1:1", patience))


def test_an_unknown_host_is_not_sent(exchange):
    with pytest.raises(NotSent, match="no-such-host"):
        exchange(post("http://no-such-host.invalid"))


def test_netrc_is_not_read(exchange, tmp_path):
    (tmp_path / ".netrc").write_text("default login a password b\n", encoding="utf-8")
    (tmp_path / ".netrc").chmod(0o600)
    with answering(OK) as (url, received, _):
        exchange(post(url))
    assert b"authorization" not in received[0].lower()


def test_the_trace_shows_what_the_service_says_harmlessly(exchange):
    reply = OK.replace(b": 7", b": 7\x1b]0;owned\x07")
    lines: list[str] = []
    with answering(reply) as (url, _, _):
        trace(exchange, lines.append)(post(url))
    assert lines[0].startswith("debug: > POST http://127.0.0.1:")
    assert lines[1].startswith("debug: < HTTP 200, 2 bytes, ")
    assert lines[1].endswith(r" 7\x1b]0;owned\x07")


def test_the_trace_shows_nothing_of_a_url_but_its_host(exchange):
    lines: list[str] = []
    with answering(OK) as (url, received, _):
        asked = url.replace("//", "//user:c4n4ry@") + "/c4n4ry?c4n4ry=1#c4n4ry"
        trace(exchange, lines.append)(Request("GET", asked, {"x-token": "c4n4ry"}, b"body", 5.0))
    assert b"c4n4ry" in received[0]
    assert lines[0] == f"debug: > GET {url} body(0)"
    assert "c4n4ry" not in "".join(lines)


@pytest.mark.parametrize("end", ["/c4n4ry", "?c4n4ry", "#c4n4ry", ""])
def test_messages_name_nothing_of_a_url_but_its_host(exchange, end):
    with pytest.raises(NotSent) as caught:
        exchange(Request("GET", f"http://no-such-host.invalid{end}", {}, b"", 5.0))
    assert str(caught.value).startswith("cannot reach no-such-host.invalid: ")
    assert "c4n4ry" not in str(caught.value)


@contextmanager
def serving(*handlers):
    """A server that hands each connection to the next of the handlers; yields its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve():
            for handle in handlers:
                with suppress(OSError):
                    connection, _ = listening.accept()
                    with connection:
                        connection.settimeout(PATIENT)
                        handle(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        listening.close()
    thread.join(PATIENT)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A server's TLS context, and the file that makes its certificate trusted."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "service.test").configure_cert(context)
    trusted = str(tmp_path_factory.mktemp("tls") / "authority.pem")
    authority.cert_pem.write_to_path(trusted)
    return context, trusted


def read_request(connection, end=b"body"):
    data = b""
    while end not in data:
        data += connection.recv(65536)
    return data


def reset(connection):
    """End the connection with a reset, after the client has begun to talk."""
    connection.recv(1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def plain(connection):
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def silent(connection):
    while connection.recv(65536):
        pass


def broken_tls(context, *, tunnel=False, answers=0):
    """TLS done right and a request read; then bytes that are no TLS."""

    def handle(connection):
        if tunnel:
            read_request(connection, b"\r\n\r\n")
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        raw = socket.socket(fileno=socket.dup(connection.fileno()))
        with raw, context.wrap_socket(connection, server_side=True) as secure:
            for _ in range(answers):
                read_request(secure)
                secure.sendall(OK)
            read_request(secure)
            raw.sendall(b"this is no TLS record at all")
            with suppress(OSError):
                raw.recv(65536)

    return handle


@pytest.mark.parametrize("handle", [reset, plain, silent], ids=["reset", "plain HTTP", "silence"])
def test_a_failed_handshake_is_not_sent(exchange, handle):
    with serving(handle) as port, pytest.raises(NotSent, match="cannot reach localhost"):
        exchange(post(f"https://localhost:{port}", SOON))


def test_a_handshake_is_not_waited_for_longer_than_the_request_may_take(exchange):
    with (
        socket.create_server(("127.0.0.1", 0)) as deaf,  # the system takes the connection, nobody talks
        pytest.raises(NotSent, match=r"cannot reach 127\.0\.0\.1:\d+: .*timed out"),
    ):
        exchange(post(f"https://127.0.0.1:{deaf.getsockname()[1]}", SOON))


def test_a_certificate_that_is_not_trusted_is_a_matter_of_configuration(exchange, certificate):
    told = r"^the TLS certificate of localhost:\d+ is not trusted: .*certificate verify failed"
    with serving(broken_tls(certificate[0])) as port, pytest.raises(ConfigError, match=told):
        exchange(post(f"https://localhost:{port}"))


def test_broken_tls_after_the_request_is_ambiguous(exchange, certificate):
    with serving(broken_tls(certificate[0])) as port, pytest.raises(Ambiguous, match="broke"):
        HttpExchange(certificate[1])(post(f"https://localhost:{port}"))


def test_what_became_of_one_request_says_nothing_of_the_next(exchange, certificate):
    with serving(broken_tls(certificate[0], answers=1), reset) as port:
        url = f"https://localhost:{port}"
        exchange = HttpExchange(certificate[1])
        assert exchange(post(url)).status == 200
        with pytest.raises(Ambiguous):
            exchange(post(url))
        with pytest.raises(NotSent):
            exchange(post(url))


def through(monkeypatch, port):
    monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("no_proxy", "")


def forbidding(connection):
    read_request(connection, b"\r\n\r\n")
    connection.sendall(b"HTTP/1.1 403 Forbidden\r\n\r\n")


@pytest.mark.parametrize("handle", [forbidding, reset, plain], ids=["refuses", "resets", "is none"])
def test_a_proxy_that_does_not_connect_is_not_sent(exchange, monkeypatch, handle):
    with serving(handle) as port:
        through(monkeypatch, port)
        with pytest.raises(NotSent):
            exchange(post("https://service.test"))


def test_broken_tls_behind_a_proxy_after_the_request_is_ambiguous(exchange, monkeypatch, certificate):
    with serving(broken_tls(certificate[0], tunnel=True)) as port:
        through(monkeypatch, port)
        with pytest.raises(Ambiguous):
            HttpExchange(certificate[1])(post("https://service.test"))


# --- proxies


def test_a_proxy_is_used_and_its_password_goes_nowhere_else(monkeypatch, certificate):
    heard = []

    def proxy(connection):
        heard.append(read_request(connection, b"\r\n\r\n"))
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with certificate[0].wrap_socket(connection, server_side=True) as secure:
            heard.append(read_request(secure))
            secure.sendall(OK)

    with serving(proxy) as port:
        monkeypatch.setenv("https_proxy", f"http://user:p4ssw0rd@127.0.0.1:{port}")
        exchange = HttpExchange(certificate[1])
        assert exchange(post("https://service.test")).status == 200
        exchange.close()
    assert heard[0].startswith(b"CONNECT service.test:443 ")
    assert b"Proxy-Authorization: Basic dXNlcjpwNHNzdzByZA==" in heard[0]
    assert b"authorization" not in heard[1].lower()


@pytest.mark.parametrize("variable", ["no_proxy", "NO_PROXY"])
def test_no_proxy_is_respected(exchange, monkeypatch, variable):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv(variable, "service.invalid")
    with pytest.raises(NotSent, match=r"service\.invalid"):
        exchange(post("http://service.invalid"))


def test_no_proxy_may_be_what_no_url_is(exchange, monkeypatch):
    monkeypatch.setenv("no_proxy", "::1,localhost")
    with answering(OK) as (url, received, _):
        monkeypatch.setenv("http_proxy", url)
        assert exchange(post("http://service.test")).status == 200
    assert received[0].startswith(b"POST http://service.test/ ")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_is_never_reached_through_a_proxy(exchange, monkeypatch, host):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with answering(OK) as (url, _, _):
        assert exchange(post(url.replace("127.0.0.1", host))).status == 200


@pytest.mark.parametrize("address", ["http://100.100.100.200", "http://169.254.1.1:80", "http://[::1]:99"])
def test_nor_is_the_metadata_service(monkeypatch, address):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    for path in ("", "/latest", "?from=http://example.com"):
        assert transport._find_proxies(address + path) == {}
        assert transport._find_proxies(f"http://example.com{path}?to={address}")["http"] == "http://127.0.0.1:9"


def test_a_proxy_that_wants_a_password_is_a_stranger_over_plain_http(exchange, monkeypatch):
    refusal = b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n"
    with answering(refusal) as (url, received, _):
        monkeypatch.setenv("http_proxy", url)
        assert exchange(post("http://service.test")).status == 407
    assert received[0].startswith(b"POST http://service.test/ ")


@pytest.mark.parametrize(
    ("proxy", "named"),
    [
        ("http://user:p4ss[word@host:80", "https_proxy"),
        ("socks5://user:p4ssword@127.0.0.1:9", "the environment"),
        ("http://:p4ss@", "https_proxy"),
        ("p4ss word://x", "https_proxy"),
    ],
)
def test_a_proxy_that_is_no_url_is_a_matter_of_configuration(exchange, monkeypatch, proxy, named):
    monkeypatch.setenv("https_proxy", proxy)
    with pytest.raises(ConfigError) as caught:
        exchange(post("https://service.test"))
    assert str(caught.value) == (
        f"the proxy that {named} names cannot be used; give a URL such as http://proxy.example.com:3128"
    )


@pytest.mark.parametrize(
    ("proxy", "shown"),
    [
        ("http://proxy.test:3128", "proxy.test:3128"),
        ("http://user:p4ss@proxy.test:3128", "proxy.test:3128"),
        ("http://user:p4@ss@proxy.test:3128", "proxy.test:3128"),
    ],
)
def test_a_proxy_is_shown_without_its_password(monkeypatch, proxy, shown):
    monkeypatch.setenv("https_proxy", proxy)
    assert proxy_for("https://service.test") == shown
    assert proxy_for("http://service.test") == ""


# --- TLS


def test_tls_before_1_2_is_not_spoken(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    trustme.CA().issue_cert("localhost").configure_cert(context)

    def old(connection):
        with context.wrap_socket(connection, server_side=True):
            pass

    with serving(old) as port, pytest.raises(NotSent, match=r"(?i)version"):
        HttpExchange(certificate[1])(post(f"https://localhost:{port}"))


def test_the_bundle_may_be_a_folder(certificate, tmp_path, exchange):
    with serving(broken_tls(certificate[0])) as port, pytest.raises(ConfigError, match="not trusted"):
        HttpExchange(str(tmp_path))(post(f"https://localhost:{port}"))


def test_the_bundle_is_read_once_and_not_at_all_for_plain_http(certificate, tmp_path):
    bundle = tmp_path / "bundle.pem"
    bundle.write_bytes(Path(certificate[1]).read_bytes())
    exchange = HttpExchange(str(bundle))

    def once(connection):
        with certificate[0].wrap_socket(connection, server_side=True) as secure:
            read_request(secure)
            secure.sendall(OK)

    with serving(once, once) as port:
        for _ in range(2):
            assert exchange(post(f"https://localhost:{port}")).status == 200
            exchange.close()
            bundle.unlink(missing_ok=True)
    with answering(OK) as (url, _, _):
        assert HttpExchange(str(bundle))(post(url)).status == 200


def test_a_proxy_over_tls_is_verified_by_the_bundle_too(monkeypatch, certificate):
    with serving(broken_tls(certificate[0])) as port:
        monkeypatch.setenv("http_proxy", f"https://localhost:{port}")
        with pytest.raises(Ambiguous, match="broke"):
            HttpExchange(certificate[1])(post("http://service.test"))
    with serving(broken_tls(certificate[0])) as port:
        monkeypatch.setenv("http_proxy", f"https://localhost:{port}")
        with pytest.raises(ConfigError, match="not trusted"):
            HttpExchange()(post("http://service.test"))


def test_a_packed_reply_is_not_unpacked(exchange):
    with (
        answering(OK.replace(b"X-Acs", b"Content-Encoding: gzip\r\nX-Acs")) as (url, _, _),
        pytest.raises(Ambiguous, match=r"is packed \(gzip\), which was not asked for"),
    ):
        exchange(post(url))


@pytest.mark.parametrize("made", [None, "no certificate at all"])
def test_a_bundle_without_certificates_is_a_matter_of_configuration(tmp_path, made):
    path = tmp_path / "bundle.pem"
    if made:
        path.write_text(made, encoding="utf-8")
    reason = "[X509: NO_CERTIFICATE_OR_CRL_FOUND]" if made else "No such file or directory"
    for use in (lambda: HttpExchange(str(path))(post("https://localhost:1")), lambda: trust_store(str(path))):
        with pytest.raises(ConfigError) as caught:
            use()
        assert str(caught.value).startswith(f"the CA bundle {path} cannot be used: {reason}")


def test_what_is_trusted_is_the_bundle_that_was_chosen_or_the_usual_one(certificate, tmp_path):
    assert trust_store(certificate[1]) == certificate[1]
    assert trust_store(str(tmp_path)) == str(tmp_path)
    with open(trust_store(""), encoding="utf-8") as usual:
        assert "BEGIN CERTIFICATE" in usual.read()


# --- sessions


def test_cookies_are_not_kept(exchange):
    received = []

    def baking(connection):
        for _ in range(2):
            received.append(read_request(connection))
            connection.sendall(OK.replace(b"X-Acs", b"set-cookie: a=b\r\nX-Acs"))

    with serving(baking) as port:
        exchange(post(f"http://127.0.0.1:{port}"))
        exchange(post(f"http://127.0.0.1:{port}"))
    assert b"cookie" not in received[1].lower()


def test_a_connection_that_was_idle_for_long_is_not_used_again():
    time = [0.0]
    exchange = HttpExchange(clock=lambda: time[0])
    served = []

    def once(connection):
        read_request(connection)
        connection.sendall(OK)
        served.append(connection.recv(1))  # waits until the client hangs up

    with serving(once, once) as port:
        exchange(post(f"http://127.0.0.1:{port}"))
        time[0] += 20.5
        exchange(post(f"http://127.0.0.1:{port}"))
        exchange.close()
    assert served == [b"", b""]


@pytest.mark.parametrize("idle", [False, True], ids=["closed", "idle"])
def test_after_a_failure_connections_are_closed_without_the_garbage_collector(idle):
    time = [0.0]
    exchange = HttpExchange(clock=lambda: time[0])
    hung_up = threading.Event()

    def fail(connection):
        read_request(connection)

    def answer(connection):
        read_request(connection)
        connection.sendall(OK)
        assert connection.recv(1) == b""
        hung_up.set()

    gc.disable()
    try:
        with serving(fail, answer) as port:
            with pytest.raises(Ambiguous):
                exchange(post(f"http://127.0.0.1:{port}"))
            exchange(post(f"http://127.0.0.1:{port}"))
            if idle:
                time[0] += 20.5
                with answering(OK) as (url, _, _):
                    exchange(post(url))
            else:
                exchange.close()
            closed = hung_up.wait(PATIENT)
            gc.collect()  # or the server waits too
    finally:
        gc.enable()
        exchange.close()
    assert closed


def test_a_connection_is_used_again_within_twenty_seconds():
    time = [0.0]
    exchange = HttpExchange(clock=lambda: time[0])
    with answering(OK, OK) as (url, _, connections):
        exchange(post(url))
        time[0] += 20.0
        exchange(post(url))
        assert len(connections) == 1
    exchange.close()


def test_threads_do_not_mark_each_others_requests():
    exchange = HttpExchange()
    with answering(OK) as (url, _, _):
        exchange(post(url))
    seen = []
    thread = threading.Thread(target=lambda: seen.append(exchange.begun))
    thread.start()
    thread.join()
    assert (exchange.begun, seen) == (True, [False])
    exchange.close()


def test_threads_may_begin_together(exchange):
    heard, other_done = threading.Event(), threading.Event()
    seen = []

    def slow(connection):
        read_request(connection)
        heard.set()
        other_done.wait(PATIENT)
        connection.sendall(OK)

    with serving(slow) as port, answering(OK) as (url, _, _):
        request = post(f"http://127.0.0.1:{port}")
        thread = threading.Thread(target=lambda: seen.append(exchange(request).status))
        thread.start()
        assert heard.wait(PATIENT)
        assert exchange(post(url)).status == 200
        other_done.set()
        thread.join()
    assert seen == [200]


def test_a_word_on_the_socket_may_take_what_is_left():
    time = [0.0]
    watch = Watch(lambda: time[0], 30.0, lambda: None)
    with socket.socket() as sock:
        time[0] = 29.0
        watch.limit(sock)
        assert sock.gettimeout() == 1.0
        assert watch.broken == ""
        for late in (30.0, 31.0):
            time[0] = late
            with pytest.raises(TimeoutError):
                watch.limit(sock)
            assert watch.broken == "there was no complete reply within 30 s"


def test_closing_what_was_never_opened():
    HttpExchange().close()


def test_a_large_request_arrives_whole(exchange):
    body = bytes(range(256)) * 4096 + b"body"
    got = []

    def swallow(connection):
        got.append(read_request(connection))
        connection.sendall(OK)

    with serving(swallow) as port:
        request = post(f"http://127.0.0.1:{port}")._replace(body=body)
        assert exchange(request).status == 200
    assert got[0].endswith(body)


def test_a_peer_that_does_not_read_is_not_waited_for_forever(exchange):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        request = post(f"http://127.0.0.1:{deaf.getsockname()[1]}", SOON)
        with pytest.raises(Ambiguous, match=rf"within {SOON} s"):
            exchange(request._replace(body=b"x" * 64 * 1024 * 1024))


def test_patience_that_has_run_out_between_two_pieces_ends_the_reply():
    late = [False]
    exchange = HttpExchange(clock=lambda: 1e6 if late[0] else 0.0)

    def slow(connection):
        read_request(connection)
        late[0] = True
        connection.sendall(OK[:20])
        connection.recv(1)

    with serving(slow) as port, pytest.raises(Ambiguous, match="no complete reply within 30 s"):
        exchange(post(f"http://127.0.0.1:{port}", 30.0))
    exchange.close()


def test_a_request_is_announced_just_before_its_first_byte():
    """The connection stands then, and what the announcement raises ends the exchange with nothing sent."""
    from dmcli.errors import LocalIOError

    came = []

    def take(connection):
        came.append(connection.recv(1))

    def announce():
        raise LocalIOError("no room for the intent")

    with serving(take) as port:
        exchange = HttpExchange()
        request = Request("POST", f"http://127.0.0.1:{port}/", {}, b"a=b", announce=announce)
        with pytest.raises(LocalIOError, match="no room"):
            exchange(request)
        assert not exchange.begun
        exchange.close()
        eventually(lambda: came == [b""])
