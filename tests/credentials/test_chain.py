"""Keys: whole from one source, checked, never shown, and not sent where they must not go."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from rows import each

from dmcli import credentials
from dmcli.client.attempts import Retrier
from dmcli.config.settings import Flags, resolve
from dmcli.errors import ConfigError

FILE = """\
default: low
profiles:
  low: {access_key_id: LOW-ID, access_key_secret: low-secret}
  high: {access_key_id: HIGH-ID, access_key_secret: high-secret, security_token: high-token}
  bare: {region: ap-southeast-1}
"""


@pytest.fixture
def environ(tmp_path):
    (tmp_path / ".aliyun").mkdir()
    return {"HOME": str(tmp_path), "DM_CONFIG": str(tmp_path / "config.yaml")}


@pytest.fixture
def write(environ):
    def write(text=FILE):
        path = Path(environ["DM_CONFIG"])
        path.write_text(text)
        path.chmod(0o600)

    return write


@pytest.fixture
def vendor(environ):
    def vendor(current, *profiles, mode=0o600):
        path = Path(environ["HOME"], ".aliyun", "config.json")
        path.write_text(json.dumps({"current": current, "profiles": profiles, "meta_path": ""}))
        path.chmod(mode)

    return vendor


class Plain(NamedTuple):
    """Keys as a test may see them."""

    access_key_id: str
    access_key_secret: str
    security_token: str
    source: str
    warnings: tuple[str, ...]


def _find(environ, **flags):
    typed = Flags(**flags)
    found = credentials.source(resolve(typed, environ), typed, environ, no_network, Retrier())
    keys = found()
    assert keys == found(renew=True)
    assert keys.owner == found.owner
    secret, token = keys.access_key_secret.reveal(), keys.security_token.reveal()
    return Plain(keys.access_key_id, secret, token, keys.source, found.warnings)


def no_network():
    raise AssertionError("keys that stand somewhere need no network")


def _refused(environ, **flags):
    with pytest.raises(ConfigError) as caught:
        _find(environ, **flags)
    return caught.value


def _variables(prefix, **values):
    return {f"{prefix}_{name.upper()}": value for name, value in values.items()}


AK = {"name": "ak", "mode": "AK", "access_key_id": "VENDOR-ID", "access_key_secret": "vendor-secret"}


def test_sources_in_their_order(environ, write, vendor):
    vendor("ak", AK)
    path = environ["DM_CONFIG"]
    assert _find(environ) == (
        "VENDOR-ID",
        "vendor-secret",
        "",
        f"profile 'ak' in {environ['HOME']}/.aliyun/config.json",
        (),
    )
    write()
    assert _find(environ) == ("LOW-ID", "low-secret", "", f"profile 'low' in {path}", ())
    environ |= _variables("ALIBABA_CLOUD", access_key_id="ENV-ID", access_key_secret="env-secret", security_token="t")
    assert _find(environ) == ("ENV-ID", "env-secret", "t", "environment (ALIBABA_CLOUD_ACCESS_KEY_ID)", ())
    assert _find(environ, profile="high") == ("HIGH-ID", "high-secret", "high-token", f"profile 'high' in {path}", ())
    assert _find(environ | {"DM_PROFILE": "high"}).access_key_id == "HIGH-ID"


def test_an_explicit_profile_without_keys_falls_on(environ, write):
    write()
    assert _find(environ, profile="bare").access_key_id == "LOW-ID"
    environ |= _variables("ALICLOUD", access_key_id="ENV-ID", access_key_secret="env-secret")
    assert _find(environ, profile="bare").access_key_id == "ENV-ID"


def test_keys_are_never_mixed_of_two_sources(environ, write):
    write()
    environ |= _variables("ALIBABA_CLOUD", access_key_id="ENV-ID")
    error = _refused(environ)
    assert error.message.startswith("environment (ALIBABA_CLOUD_ACCESS_KEY_ID) has ALIBABA_CLOUD_ACCESS_KEY_ID but no ")
    assert "no ALIBABA_CLOUD_ACCESS_KEY_SECRET;" in error.message
    assert _find(environ, profile="low").access_key_id == "LOW-ID"
    # A token alone is no keys, and does not join those of another source.
    del environ["ALIBABA_CLOUD_ACCESS_KEY_ID"]
    environ["ALIBABA_CLOUD_SECURITY_TOKEN"] = "stray"
    assert _find(environ)[:3] == ("LOW-ID", "low-secret", "")
    write("default: a\nprofiles:\n  a: {access_key_secret: hush}\n")
    error = _refused(environ)
    assert "profile 'a'" in error.message
    assert "has access_key_secret but no access_key_id" in error.message
    assert "hush" not in error.message


def test_spellings_of_the_environment(environ):
    environ |= _variables("ALICLOUD", access_key_id="third", access_key_secret="third-secret", security_token="t3")
    assert _find(environ)[:4] == ("third", "third-secret", "t3", "environment (ALICLOUD_ACCESS_KEY_ID)")
    environ |= _variables(
        "ALIBABACLOUD", access_key_id="second", access_key_secret="second-secret", security_token="t2"
    )
    assert _find(environ)[:3] == ("second", "second-secret", "t2")
    environ |= _variables("ALIBABA_CLOUD", access_key_id="first", access_key_secret="first-secret", security_token="")
    assert _find(environ)[:3] == ("first", "first-secret", "t2")


def test_no_keys_anywhere(environ, write):
    error = _refused(environ)
    assert error.message == (
        "no access keys found; make a profile with 'dm config init', or set ALIBABA_CLOUD_ACCESS_KEY_ID and "
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET, or try without an account: dm --profile sandbox ..."
    )
    assert error.hint == ""
    write("profiles:\n  a: {access_key_id: i, access_key_secret: s}\n  b: {}\n")
    assert "a, b; choose one with --profile" in _refused(environ).hint
    assert "profile 'b'" in _refused(environ, profile="b").hint


@each("bad", ["x\r\nEvil: 1", "x\n", " x", "x ", "x\ty", "x\x00", "ключ", "x\u200b"])
@each("part", ["access_key_id", "access_key_secret", "security_token"])
def test_values_no_key_has(environ, part, bad):
    values = {"access_key_id": "HUSH-ID", "access_key_secret": "hush", "security_token": "hush"} | {
        part: "hush" + bad + "hush"
    }
    environ |= _variables("ALIBABA_CLOUD", **values)
    error = _refused(environ)
    assert f"ALIBABA_CLOUD_{part.upper()} of environment" in error.message
    assert "hush" not in error.message


# The vendor's file


def test_vendor_modes(environ, vendor):
    stale = {**AK, "sts_token": "stale"}
    sts = {**AK, "name": "sts", "mode": "stsTOKEN", "sts_token": "token", "expired_seconds": 900}
    vendor("ak", stale, sts)
    assert _find(environ).security_token == ""
    for variable in ("ALICLOUD_PROFILE", "ALIBABACLOUD_PROFILE", "ALIBABA_CLOUD_PROFILE"):
        keys = _find(environ | {variable: "sts"})
        assert keys[:3] == ("VENDOR-ID", "vendor-secret", "token")
        assert "profile 'sts'" in keys.source
    assert "profile 'ak'" in _find(environ | {"ALIBABA_CLOUD_PROFILE": "ak", "ALICLOUD_PROFILE": "sts"}).source


def test_a_vendor_mode_that_will_not_do_matters_when_it_is_its_turn(environ, vendor, write):
    vendor("role", {**AK, "name": "role", "mode": "CloudSSO"})
    assert "has mode 'CloudSSO'" in _refused(environ).message
    assert "no access keys found" in _refused(environ | {"ALIBABA_CLOUD_CLI_PROFILE_DISABLED": "true"}).message
    assert "no access keys found" in _refused(environ | {"ALIBABA_CLOUD_IGNORE_PROFILE": "TRUE"}).message
    write()
    assert _find(environ).access_key_id == "LOW-ID"


def test_a_vendor_file_without_keys_counts_as_none(environ, vendor):
    vendor("default", {"name": "default", "mode": "AK", "access_key_id": "", "access_key_secret": ""})
    assert "no access keys found" in _refused(environ).message
    vendor("default")
    assert "no access keys found" in _refused(environ).message


def test_vendor_files_that_cannot_serve(environ, vendor):
    path = Path(environ["HOME"], ".aliyun", "config.json")
    vendor("gone", AK)
    assert _refused(environ).message == f"{path} has no profile 'gone'; it has ak"
    said = f"ALIBABA_CLOUD_PROFILE: {path} has no profile 'lost'; it has ak"
    assert _refused(environ | {"ALIBABA_CLOUD_PROFILE": "lost"}).message == said
    vendor("ak", {**AK, "access_key_secret": ""})
    assert "has access_key_id but no access_key_secret" in _refused(environ).message
    path.write_text('{"profiles": [{"name": "hush"')
    error = _refused(environ)
    assert "is not a file the vendor's CLI writes" in error.message
    assert "hush" not in error.message


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_the_vendor_file_must_be_private_and_stays_as_it_is(environ, vendor):
    vendor("ak", AK, mode=0o644)
    assert "chmod 600" in _refused(environ).message
    vendor("ak", AK, mode=0o640)
    path = Path(environ["HOME"], ".aliyun", "config.json")
    before = (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_mode)
    (warning,) = _find(environ).warnings
    assert "open to its group" in warning
    assert (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_mode) == before


# Which keys may go where


def test_the_sandbox_has_keys_of_its_own(environ, write):
    write()
    environ |= _variables("ALIBABA_CLOUD", access_key_id="LTAI-REAL", access_key_secret="real")
    for flags in ({}, {"endpoint": "http://127.0.0.1:8025"}, {"endpoint": "https://sandbox.example.com"}):
        keys = _find(environ, profile="sandbox", **flags)
        assert keys[:4] == ("dm-sandbox-id", "dm-sandbox-secret", "", "built in")
    told = _refused(environ, profile="sandbox", endpoint="https://dm.aliyuncs.com").message
    assert (
        told
        == "the keys (built in) are the sandbox's, and https://dm.aliyuncs.com is the cloud: choose another profile"
    )


@pytest.mark.parametrize(
    ("identity", "endpoint", "allowed"),
    [
        ("LTAI5tExample", "http://127.0.0.1:8025", False),
        ("STS.Example", "http://proxy.example.com", False),
        ("LTAI5tExample", "http://dm.aliyuncs.com", False),
        ("LTAI5tExample", "https://proxy.example.com", True),
        ("LTAI5tExample", "", True),
        ("made-up", "http://127.0.0.1:8025", True),
        ("made-up", "", True),
        ("dm-sandbox-id", "http://127.0.0.1:8025", True),
        ("dm-sandbox-id", "", False),
        ("dm-sandbox-id", "http://DM.ap-southeast-1.aliyuncs.com:80", False),
        ("dm-sandbox-id", "https://dm.aliyuncs.com.example.com", True),
        ("dm-sandbox-id", "http://[::1]:8025", True),
        ("dm-sandbox-id", "http://127.0.0.1", True),
    ],
)
def test_which_keys_may_go_where(environ, identity, endpoint, allowed):
    environ |= _variables("ALIBABA_CLOUD", access_key_id=identity, access_key_secret="hush")
    if allowed:
        assert _find(environ, endpoint=endpoint).access_key_id == identity
    else:
        error = _refused(environ, endpoint=endpoint)
        assert "environment" in error.message
        assert "hush" not in error.message
