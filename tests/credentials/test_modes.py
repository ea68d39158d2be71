"""Every way that the vendor's tools know to get keys, through the real command line against the sandbox's server."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

import pytest

CANARY = "c4n4ry"
ARN = "acs:ram::1234567890123456:role/mailer"
PROVIDER = "acs:ram::1234567890123456:oidc-provider/cluster"
AK = {"access_key_id": "made-up-id", "access_key_secret": f"made-up-{CANARY}"}
SANDBOX = {"access_key_id": "dm-sandbox-id", "access_key_secret": "dm-sandbox-secret"}
ROLE = {"ram_role_arn": ARN, "ram_session_name": "me", "sts_endpoint": "{sts}", "external_id": f"external-{CANARY}"}
EXTERNAL = {"mode": "StsToken", **SANDBOX, "sts_token": f"token-{CANARY}"}
IMDS = "/latest/meta-data/ram/security-credentials/"
STS, TOKEN, NAME, KEYS = "POST /", "PUT /latest/api/token", f"GET {IMDS}", f"GET {IMDS}instance-role"
LIST = "tag list -o json"


def command(answer):
    """A command that prints an answer."""
    return shlex.join([sys.executable, "-c", f"print({json.dumps(answer)!r})"])


# By mode: the profiles, what is asked of the cloud, and what the source is called.
MODES = {
    "AK": ([SANDBOX], [], "profile 'p0' in "),
    "": ([SANDBOX], [], "profile 'p0' in "),
    "StsToken": ([{**SANDBOX, "sts_token": f"token-{CANARY}"}], [], "profile 'p0' in "),
    "RamRoleArn": ([{**AK, **ROLE}], [STS], "role 'mailer', assumed with profile 'p0' in "),
    "ChainableRamRoleArn": (
        [{**ROLE, "source_profile": "p1"}, {"mode": "AK", **AK}],
        [STS],
        "role 'mailer', assumed with profile 'p1' in ",
    ),
    "EcsRamRole": ([{"ram_role_name": "instance-role"}], [TOKEN, KEYS], "ECS role 'instance-role' of profile 'p0' in "),
    "RamRoleArnWithRoleName": (
        [{"ram_role_name": "instance-role", **ROLE}],
        [TOKEN, KEYS, STS],
        "role 'mailer', assumed with ECS role 'instance-role' of profile 'p0' in ",
    ),
    "OIDC": (
        [{**ROLE, "oidc_provider_arn": PROVIDER, "oidc_token_file": "{token}"}],
        [STS],
        "role 'mailer', assumed with the OIDC token of profile 'p0' in ",
    ),
    "CredentialsURI": (
        [{"credentials_uri": f"{{sts}}/keys/{CANARY}?token={CANARY}"}],
        [f"GET /keys/{CANARY}?token={CANARY}"],
        "credentials URI {sts} of profile 'p0' in ",
    ),
    "External": (
        [{"process_command": command(EXTERNAL)}],
        [],
        f"command '{Path(sys.executable).name}' of profile 'p0' in ",
    ),
}


def filled(profile, cloud, token):
    """A profile with the addresses of this test in it."""
    return {
        key: value.replace("{sts}", cloud.url).replace("{token}", str(token)) if isinstance(value, str) else value
        for key, value in profile.items()
    }


@pytest.fixture
def token(put, tmp_path):
    return put(tmp_path / "token", f"oidc-{CANARY}\n", 0o644)


@pytest.fixture(params=["as written", "in capitals"])
def mode(request, cloud, vendor, token):
    """Each mode, the file in its place."""

    def mode(name):
        first, *others = MODES[name][0]
        word = name.upper() if request.param == "in capitals" else name
        vendor({"mode": word, **filled(first, cloud, token)}, *(filled(one, cloud, token) for one in others))

    return mode


@pytest.mark.parametrize("name", MODES)
def test_every_mode_reaches_the_service(bare, server, cloud, mode, name):
    mode(name)
    _, asked, source = MODES[name]
    result = bare("--endpoint {} --debug " + LIST, server.url)
    assert result.json["data"]["tag"]
    assert cloud.asked == asked
    # A second run uses what the first one kept.
    rows = {row["name"]: row for row in bare("--endpoint {} config check -o json", server.url).json}
    assert cloud.asked == asked
    assert rows["keys"]["value"] == "***-id"
    assert rows["keys"]["source"].startswith(source.replace("{sts}", cloud.url))
    assert ("expires" in rows) is bool(asked)
    assert rows["security_token"]["value"] == ("no" if name in ("AK", "") else "yes")
    for shown in (result.out, result.err, json.dumps(rows)):
        assert CANARY not in shown
        assert "dm-sandbox-secret" not in shown


def test_what_debug_shows_of_calls_for_keys(bare, server, cloud, vendor):
    vendor({"mode": "RamRoleArnWithRoleName", **filled(ROLE, cloud, ""), "credentials_uri": "x"})
    lines = bare("--endpoint {} --debug " + LIST, server.url).err.splitlines()
    asked = [line.removeprefix("debug: > ") for line in lines if line.startswith("debug: > ")]
    assert asked[:3] == [f"PUT {cloud.url}", f"GET {cloud.url}", f"GET {cloud.url}"]
    for shown in ("Action=AssumeRole ", "RoleArn(", "SecurityToken(", "Signature("):
        assert shown in asked[3]
    assert asked[3].startswith(f"POST {cloud.url} ")
    assert asked[4].startswith(f"POST {server.url} ")
    assert "mailer" not in "".join(lines)
    assert "instance-role" not in "".join(lines)
    assert not any(CANARY in line for line in lines)


@pytest.mark.parametrize("mode", ["CloudSSO", "OAuth", "RsaKeyPair", "BearerToken", "Anonymous", "NoSuchMode"])
def test_other_modes_are_refused_in_a_sentence(bare, vendor, mode):
    secrets = dict.fromkeys(("private_key", "access_token", "oauth_refresh_token", "bearer_token"), CANARY)
    vendor({"mode": mode, **AK, **secrets})
    error = bare(LIST, code=3).err
    assert "profile 'p0' in " in error
    assert f"has mode '{mode}', of which dm cannot take keys; these will do: AK, StsToken, RamRoleArn, " in error
    assert error.count("\n") == 1
    assert CANARY not in error


# By what is wrong: the profiles and what is said.
WRONG = {
    "no token": ([{"mode": "StsToken", **AK}], "has no sts_token; add it, or choose mode AK"),
    "no keys for a role": (
        [{"mode": "RamRoleArn", "ram_role_arn": ARN}],
        "has no access_key_id to take its role on with",
    ),
    "half of the keys": (
        [{"mode": "RamRoleArn", "access_key_id": "x", "ram_role_arn": ARN}],
        "but no access_key_secret",
    ),
    "no role": ([{"mode": "RamRoleArn", **AK}], "has no ram_role_arn; add the ARN"),
    "no source": ([{"mode": "ChainableRamRoleArn", "ram_role_arn": ARN}], "has no source_profile"),
    "a source that is not there": (
        [{"mode": "ChainableRamRoleArn", "ram_role_arn": ARN, "source_profile": "p7"}],
        "has source_profile 'p7', which has no keys in that file",
    ),
    "a source without keys": (
        [{"mode": "ChainableRamRoleArn", "ram_role_arn": ARN, "source_profile": "p1"}, {"mode": "AK"}],
        "has source_profile 'p1', which has no keys in that file",
    ),
    "a source that is itself": (
        [{"mode": "ChainableRamRoleArn", "ram_role_arn": ARN, "source_profile": "p0"}],
        "takes its keys from itself (p0 > p0); break the loop",
    ),
    "a circle": (
        [
            {"mode": "ChainableRamRoleArn", "ram_role_arn": ARN, "source_profile": "p1"},
            {"mode": "ChainableRamRoleArn", "ram_role_arn": ARN, "source_profile": "p2"},
            {"mode": "ChainableRamRoleArn", "ram_role_arn": ARN, "source_profile": "p1"},
        ],
        "takes its keys from itself (p0 > p1 > p2 > p1); break the loop",
    ),
    "no provider": ([{"mode": "OIDC", "ram_role_arn": ARN}], "has no oidc_provider_arn; add it"),
    "no token file": (
        [{"mode": "OIDC", "ram_role_arn": ARN, "oidc_provider_arn": PROVIDER}],
        "has no oidc_token_file; add it",
    ),
    "no URI": ([{"mode": "CredentialsURI"}], "has no credentials_uri; add it"),
    "an external id of two lines": (
        [{"mode": "RamRoleArn", **AK, "ram_role_arn": ARN, "external_id": f"{CANARY}\n"}],
        "the ExternalId of profile 'p0'",
    ),
    "a token file of two lines": (
        [{"mode": "OIDC", "ram_role_arn": ARN, "oidc_provider_arn": PROVIDER, "oidc_token_file": "a\x00b"}],
        "has a control character; correct it",
    ),
    "a command that no system takes": (
        [{"mode": "External", "process_command": "dm \ud800"}],
        "cannot be run: it has a character that no command has",
    ),
    "no command": ([{"mode": "External"}], "has no process_command; add it"),
    "a short life": (
        [{"mode": "RamRoleArn", **AK, "ram_role_arn": ARN, "expired_seconds": 899}],
        "a number of 900 or more",
    ),
    "no life": (
        [{"mode": "RamRoleArn", **AK, "ram_role_arn": ARN, "expired_seconds": "1h"}],
        "a number of 900 or more",
    ),
    "a role of two lines": (
        [{"mode": "RamRoleArn", **AK, "ram_role_arn": ARN + "\r\nx"}],
        "the RoleArn of profile 'p0'",
    ),
    "an ECS role that is a path": (
        [{"mode": "EcsRamRole", "ram_role_name": "../x"}],
        "the ECS role of profile 'p0' in ",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_profile_that_cannot_work_is_told_in_a_sentence(bare, cloud, vendor, wrong):
    profiles, said = WRONG[wrong]
    vendor(*profiles)
    error = bare(LIST, code=3).err
    assert said in error
    assert error.count("\n") == 1
    assert CANARY not in error
    assert cloud.asked == []


def test_a_chain_of_roles(bare, server, cloud, vendor):
    cloud.issues = [
        ("first-id", f"first-{CANARY}"),
        ("second-id", f"second-{CANARY}"),
        ("dm-sandbox-id", "dm-sandbox-secret"),
    ]
    role = filled(ROLE, cloud, "") | {"mode": "ChainableRamRoleArn"}
    vendor({**role, "source_profile": "p1"}, {**role, "source_profile": "p2"}, {**role, **AK, "mode": "RamRoleArn"})
    assert bare("--endpoint {} " + LIST, server.url).json["data"]["tag"]
    assert [params["AccessKeyId"] for params in cloud.params] == ["made-up-id", "first-id", "second-id"]


@pytest.mark.parametrize("variable", ["ALIBABA_CLOUD_PROFILE", "ALIBABACLOUD_PROFILE", "ALICLOUD_PROFILE"])
def test_the_environment_chooses_a_profile(find, cloud, vendor, ini, variable):
    vendor({"mode": "AK", **AK}, {"mode": "AK", **SANDBOX})
    assert find(**{variable: "p1"})().access_key_id == "dm-sandbox-id"
    ini("[other]\ntype = access_key\naccess_key_id = ini-id\naccess_key_secret = s\n")
    assert find(**{variable: "other"})().access_key_id == "ini-id"


def test_a_profile_that_neither_file_has(bare, vendor, ini, monkeypatch, tmp_path):
    monkeypatch.setenv("ALIBABA_CLOUD_PROFILE", "other")
    vendor({"mode": "AK", **AK})
    said = f"ALIBABA_CLOUD_PROFILE: {tmp_path}/.aliyun/config.json has no profile 'other'; it has p0"
    assert said in bare("tag list", code=3).err
    ini("[default]\n")
    assert said in bare("tag list", code=3).err


# The file of the vendor's libraries

INI = {
    "access_key": ("access_key_id = dm-sandbox-id # ours\naccess_key_secret = dm-sandbox-secret", []),
    "ram_role_arn": (
        f"access_key_id = made-up-id\naccess_key_secret = made-up-{CANARY}\nrole_arn = {ARN}\npolicy = {{{{}}}}",
        [STS],
    ),
    "oidc_role_arn": (f"role_arn = {ARN}\noidc_provider_arn = {PROVIDER}\noidc_token_file_path = {{token}}", [STS]),
    "ecs_ram_role": ("role_name = instance-role", [TOKEN, KEYS]),
    "ECS_RAM_ROLE": ("", [TOKEN, NAME, KEYS]),
}


@pytest.mark.parametrize("kind", INI)
def test_every_type_of_the_libraries_file(bare, server, cloud, ini, token, monkeypatch, kind):
    text, asked = INI[kind]
    monkeypatch.setenv("ALIBABA_CLOUD_STS_ENDPOINT", cloud.url)
    ini(f"[default]\ntype = {kind}\n{text.format(token=token)}\n[other]\n")
    result = bare("--endpoint {} --debug " + LIST, server.url)
    assert result.json["data"]["tag"]
    assert cloud.asked == asked
    assert CANARY not in result.err
    check = bare("--endpoint {} config check -o json", server.url)
    assert "profile 'default' in " in next(row["source"] for row in check.json if row["name"] == "keys")
    assert CANARY not in check.out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[default]\ntype = rsa_key_pair\nprivate_key_file = /c4n4ry\n", "has mode 'rsa_key_pair', of which dm cannot"),
        ("[default]\naccess_key_id = x\n", "has mode '', of which dm cannot take keys; these will do: access_key, "),
        ("access_key_secret = c4n4ry\n", "is not an INI file"),
        ("[default]\n[default]\nx = c4n4ry\n", "is not an INI file"),
        ("[default]\nc4n4ry\n", "is not an INI file"),
        ("[default]\ntype = access_key\naccess_key_id = x\n", "has access_key_id but no access_key_secret"),
    ],
)
def test_a_libraries_file_that_cannot_work(bare, ini, text, said):
    ini(text)
    error = bare(LIST, code=3).err
    assert said in error
    assert error.count("\n") == 1
    assert CANARY not in error


def test_where_the_libraries_file_is(bare, find, ini, put, tmp_path, monkeypatch):
    static = "[default]\ntype = access_key\naccess_key_id = {}\naccess_key_secret = s\n"
    ini(static.format("usual"))
    assert find()().access_key_id == "usual"
    other = str(put(tmp_path / "other.ini", static.format("other")))
    assert find(ALIBABA_CLOUD_CREDENTIALS_FILE=other)().access_key_id == "other"
    monkeypatch.setenv("ALIBABA_CLOUD_CREDENTIALS_FILE", "/none.ini")
    assert "ALIBABA_CLOUD_CREDENTIALS_FILE names /none.ini, and nothing is there" in bare(LIST, code=3).err
    monkeypatch.setenv("ALIBABA_CLOUD_CREDENTIALS_FILE", str(put(tmp_path / "bare.ini", "[a]\n[b]\n")))
    assert "has no profile 'default'; it has a, b" in bare(LIST, code=3).err
    monkeypatch.setenv("ALIBABA_CLOUD_PROFILE", "c")
    assert "ALIBABA_CLOUD_PROFILE: " in bare(LIST, code=3).err
    monkeypatch.setenv("ALIBABA_CLOUD_IGNORE_PROFILE", "TRUE")
    assert "no access keys found" in bare(LIST, code=3).err


def test_a_libraries_file_without_a_default_is_passed_by(bare, ini):
    ini("[a]\ntype = access_key\n")
    assert "no access keys found" in bare(LIST, code=3).err
