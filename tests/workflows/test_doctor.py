"""`dm doctor` and `dm config check`: what is wrong is named, and keeps no other check from looking."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest
from faulty import Faulty
from patience import PATIENT

from dmcli.sandbox.emulator import Sandbox
from dmcli.sandbox.server.server import Server

KEYS = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "dm-sandbox-id", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "dm-sandbox-secret"}


@pytest.fixture
def keys(monkeypatch):
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)


def findings(result) -> dict[str, list[tuple[str, str]]]:
    """What was found, by check."""
    found: dict[str, list[tuple[str, str]]] = {}
    for row in result.json:
        found.setdefault(row["check"], []).append((row["state"], row["found"]))
    return found


def doctor(dm, line="", *values, code=0):
    return findings(dm(f"{line} doctor -o json", *values, code=code))


def failed(found):
    return [check for check, all_of_it in found.items() if any(state == "failed" for state, _ in all_of_it)]


def test_all_is_well_in_the_sandbox(dm):
    found = doctor(dm)
    assert list(found) == ["versions", "files", "profile", "keys", "proxy", "DNS", "TLS", "service"]
    assert {state for all_of_it in found.values() for state, _ in all_of_it} == {"ok"}
    assert "requests 2." in found["versions"][0][1]
    assert "profile sandbox (--profile), region cn-hangzhou" in found["profile"][0][1]
    assert found["keys"] == [("ok", "***-id from built in")]
    answered, (state, said) = found["service"]
    assert answered == ("ok", "a signed call was answered")
    assert state == "ok"
    assert said.startswith("this machine's clock ")  # how far it is off depends on how long the call took


def test_over_http_the_address_is_looked_up(bare, server, keys):
    found = doctor(bare, "--endpoint {}", server.url)
    assert found["DNS"] == [("ok", "127.0.0.1 is 127.0.0.1")]
    assert found["TLS"] == [("ok", "none: the endpoint is plain HTTP")]
    assert found["proxy"] == [("ok", "none")]


def test_over_tls_the_certificate_is_looked_at(bare, faulty_tls, keys):
    found = doctor(bare, "--endpoint {}", faulty_tls.url)
    state, said = found["TLS"][0]
    assert state == "ok"
    assert said.startswith("TLSv1.3, the certificate is trusted and good for ")


@pytest.mark.usefixtures("trusted", "keys")
def test_a_certificate_that_ends_soon_is_a_warning(bare, sandbox, secured):
    context = secured("localhost", not_after=datetime.now(UTC) + timedelta(days=3))
    server = Faulty(sandbox, tls=context, host="localhost")
    found = doctor(bare, "--endpoint {}", server.url)
    server.close()
    assert found["TLS"] == [("warning", "TLSv1.3, the certificate is trusted and good for 2 days")]


@pytest.mark.usefixtures("keys")
def test_a_certificate_nobody_vouches_for_is_exit_3(bare, faulty_tls, monkeypatch):
    monkeypatch.delenv("DM_CA_BUNDLE")
    found = doctor(bare, "--endpoint {}", faulty_tls.url, code=3)
    assert failed(found) == ["TLS"]
    assert found["service"] == [("skipped", "it needs what failed above: TLS")]
    assert "the certificate of localhost is not trusted: " in found["TLS"][0][1]


@pytest.mark.usefixtures("keys")
def test_nobody_there_is_exit_4(bare):
    found = doctor(bare, "--endpoint https://no-such-host.invalid", code=4)
    assert failed(found) == ["DNS"]
    assert [state for name in ("TLS", "service") for state, _ in found[name]] == ["skipped", "skipped"]
    assert "no-such-host.invalid cannot be resolved" in found["DNS"][0][1]


def test_a_proxy_is_named_without_its_password(bare, monkeypatch, keys):
    monkeypatch.setenv("https_proxy", "http://user:p4ssw0rd@127.0.0.1:9")
    result = bare("--endpoint https://service.test doctor -o json", code=4)
    found = findings(result)
    assert found["proxy"] == [("ok", "127.0.0.1:9, from the environment")]
    assert "goes through the proxy" in found["DNS"][0][1]
    assert found["TLS"] == [("ok", "not spoken here")]
    assert "p4ss" not in result.out + result.err


def test_without_keys_all_else_is_looked_at(bare):
    result = bare("--endpoint http://127.0.0.1:9 doctor -o json", code=3)
    found = findings(result)
    assert failed(found) == ["keys"]
    assert 'something is wrong: keys"' in result.err


def test_a_profile_that_is_not_there_leaves_little_to_look_at(bare):
    assert failed(doctor(bare, "-p gone", code=3)) == ["profile"]


@pytest.mark.usefixtures("keys")
def test_a_clock_that_is_off_is_a_warning(bare, tmp_path):
    ahead = Sandbox(str(tmp_path / "a.db"), now=lambda: datetime.now(UTC) + timedelta(hours=2))
    with Server(ahead.exchange) as server:
        found = doctor(bare, "--endpoint {}", server.url)
    ahead.close()
    state, said = found["service"][1]
    assert state == "warning"
    assert said.startswith("this machine's clock is ")
    assert 7200 - PATIENT <= int(said.split(" is ")[1].split(" s ")[0]) <= 7200 + PATIENT


def test_open_files_are_found(box, tmp_path):
    box("tag list")
    folder = tmp_path / ".config" / "dm"
    folder.mkdir(parents=True)
    (folder / "config.yaml").write_text("profiles:\n  a:\n    region: cn-hangzhou\n", encoding="utf-8")
    (tmp_path / ".local" / "state" / "dm").mkdir(parents=True)
    ledger = tmp_path / ".local" / "state" / "dm" / "sends.db"
    ledger.write_bytes(b"")
    (folder / "config.yaml").chmod(0o640)
    ledger.chmod(0o604)
    cache = tmp_path / ".cache" / "dm"
    cache.mkdir(parents=True)
    (cache / "x.json").write_text("{}", encoding="utf-8")
    (cache / "x.json").chmod(0o600)
    found = doctor(box, code=3)
    states = [state for state, _ in found["files"]]
    assert states == ["warning", "failed", "ok"]
    assert "chmod 600" in found["files"][0][1]
    assert str(ledger) in found["files"][2][1]
    assert "x.json" not in found["files"][2][1]  # what the completion cache holds is no news


@pytest.mark.skipif(os.geteuid() != 0, reason="root may open other users' files")
def test_the_check_reads_no_file_it_only_looks_at(box, tmp_path):
    (tmp_path / ".aliyun").mkdir()
    (tmp_path / ".aliyun" / "config.json").write_text("not json", encoding="utf-8")
    (tmp_path / ".aliyun" / "config.json").chmod(0o600)
    assert failed(doctor(box)) == []


# --- config check


def rows(result) -> dict[str, str]:
    return {row["name"]: row["value"] for row in result.json}


def test_check_makes_a_signed_call(dm):
    shown = rows(dm("config check -o json"))
    assert shown["access"] == "ok"
    assert shown["clock"].startswith("this machine's clock ")


def test_check_names_the_permission_that_is_missing(bare, sandbox, keys):
    from dmcli.api.wire import Reply

    refusal = Reply(403, {}, b'{"Code": "Forbidden.RAM", "Message": "not authorized", "RequestId": "R"}')
    with Server(lambda _: refusal) as server:
        result = bare("--endpoint {} config check -o json", server.url, code=3)
    assert rows(result)["access"] == "Forbidden.RAM"
    assert "dm:DescAccountSummary" in result.err


def test_check_tells_a_wrong_secret(bare, server, keys, monkeypatch):
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "wrong")
    result = bare("--endpoint {} config check -o json", server.url, code=3)
    assert rows(result)["access"] == "SignatureDoesNotMatch"


def test_check_without_an_answer(bare, keys):
    result = bare("--endpoint http://127.0.0.1:9 config check -o json", code=4)
    assert rows(result)["access"] == "none"
