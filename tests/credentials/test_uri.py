"""Servers of keys: where they may be, what they may answer, and what is never shown of their address."""

from __future__ import annotations

import pytest
from rows import each

from dmcli.client.transport import HttpExchange
from dmcli.credentials.provider import ProviderContext
from dmcli.credentials.uri import _near, provider
from dmcli.errors import ConfigError
from dmcli.secret import Secret

CANARY = "c4n4ry"
LIST = "tag list -o json"
VARIABLE = "ALIBABA_CLOUD_CREDENTIALS_URI"
CONTEXT = ProviderContext({}, lambda: None, None)


def test_the_environment_may_name_one(bare, server, cloud, monkeypatch):
    monkeypatch.setenv(VARIABLE, f"{cloud.url}/{CANARY}?token={CANARY}")
    result = bare("--endpoint {} --debug " + LIST, server.url)
    assert result.json["data"]["tag"]
    assert cloud.asked == [f"GET /{CANARY}?token={CANARY}"]
    check = bare("--endpoint {} config check -o json", server.url)
    assert (
        next(row["source"] for row in check.json if row["name"] == "keys")
        == f"credentials URI {cloud.url} of environment ({VARIABLE})"
    )
    assert CANARY not in result.err + check.out
    monkeypatch.setenv("ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS", "true")
    error = bare(LIST, code=3).err
    assert "wants keys from a URI, which ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS forbids; unset it" in error


@pytest.mark.parametrize(
    ("uri", "origin"),
    [
        ("http://127.0.0.1/x", "http://127.0.0.1"),
        ("http://127.9.9.9:8000", "http://127.9.9.9:8000"),
        ("http://localhost:1?a=b", "http://localhost:1"),
        ("http://[::1]:8000/", "http://[::1]:8000"),
        ("http://169.254.169.254/keys", "http://169.254.169.254"),
        ("http://100.100.100.200/keys", "http://100.100.100.200"),
        ("https://keys.example.com/x", "https://keys.example.com"),
        ("https://10.0.0.1:8443", "https://10.0.0.1:8443"),
    ],
)
def test_where_it_may_be(uri, origin):
    found = provider(Secret(uri), "x", CONTEXT)
    assert found.source == f"credentials URI {origin} of x"
    assert found.owner != provider(Secret(uri + "1"), "x", CONTEXT).owner
    assert found.owner == provider(Secret(uri), "y", CONTEXT).owner


@each(
    "uri",
    [
        "http://keys.example.com/",
        "http://10.0.0.1/",
        "http://127.0.0.1.example.com/",
        "http://X127.0.0.1/",
        "http://localhost.example.com/",
        "http://127.1/",
        "http://0x7f000001/",
        "http://2130706433/",
        "http://100.100.100.201/",
        "http://169.255.0.1/",
        "http://[::ffff:10.0.0.1]/",
        "http://[fe80::1]/",
        "http://[2001:db8::1]:80/",
    ],
)
def test_plain_http_goes_over_no_network(uri):
    with pytest.raises(ConfigError, match="is not encrypted and not on this machine; use https"):
        provider(Secret(f"{uri}{CANARY}"), "x", CONTEXT)


@each(
    "uri",
    [
        "",
        "ftp://127.0.0.1/",
        "127.0.0.1:80",
        "http://user:c4n4ry@127.0.0.1/",
        "http://127.0.0.1 /c4n4ry",
        "http://127.0.0.1/c4n4ry\n",
        "http://127.0.0.1/c4n4ry\u0430",
        "http://127.0.0.1:port/",
        "http://127.0.0.1#c4n4ry",
        "http:///c4n4ry",
        "http://[:::]x/",
        "HTTP://127.0.0.1/",
    ],
)
def test_what_is_no_uri(uri):
    with pytest.raises(ConfigError) as caught:
        provider(Secret(uri), "x", CONTEXT)
    assert "the credentials URI of x is none; give one such as http://127.0.0.1:8000/keys" in caught.value.message


def test_what_it_is_asked(find, cloud, monkeypatch):
    patience, carry = [], HttpExchange.__call__

    def watched(self, request):
        patience.append(request.patience)
        return carry(self, request)

    monkeypatch.setattr(HttpExchange, "__call__", watched)
    find(**{VARIABLE: f"{cloud.url}/keys"})()
    assert cloud.asked == ["GET /keys"]
    ((headers, body),) = cloud.heard
    assert (headers["accept"], body) == ("application/json", b"")
    assert patience == [10.0]


def test_addresses_that_are_none_are_not_near():
    assert not _near("[:::]")


@pytest.mark.parametrize(
    ("status", "keys", "code", "said"),
    [
        (404, {}, 3, "refused keys (HTTP 404)"),
        (302, {}, 3, "refused keys (HTTP 302)"),
        (503, {}, 4, "it is busy; it is safe to run this again (HTTP 503)"),
        (
            200,
            {"Code": "Fail", "Message": CANARY},
            3,
            f" of environment ({VARIABLE}) answered with something else than keys; a Code of Success must be in it",
        ),
        (200, [CANARY], 3, "answered with something else than keys"),
        (200, {"Code": "Success", "AccessKeyId": "x", "AccessKeySecret": CANARY}, 3, "gave no SecurityToken"),
    ],
)
def test_what_it_may_answer(bare, cloud, monkeypatch, status, keys, code, said):
    monkeypatch.setenv(VARIABLE, f"{cloud.url}/{CANARY}")
    cloud.status, cloud.keys = status, keys
    error = bare("tag list -q", code=code).err
    assert said in error
    assert CANARY not in error


def test_an_answer_that_is_no_json(bare, cloud, monkeypatch):
    monkeypatch.setenv(VARIABLE, cloud.url + "/x")
    cloud.keys = b"<html>c4n4ry"
    error = bare("tag list", code=3).err
    assert "answered with something else than keys" in error
    assert CANARY not in error


def test_nobody_there(bare, monkeypatch):
    monkeypatch.setenv(VARIABLE, f"http://127.0.0.1:1/{CANARY}")
    error = bare("tag list", code=4).err
    assert "no keys from the credentials URI http://127.0.0.1:1 of environment" in error
    assert CANARY not in error
