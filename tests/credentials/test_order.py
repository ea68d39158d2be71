"""The order of the sources, each in its turn and none before it."""

from __future__ import annotations

import json

import pytest

from dmcli.config.settings import Flags
from dmcli.errors import ConfigError

ARN = "acs:ram::1234567890123456:role/mailer"
OURS = """\
default: low
profiles:
  low: {access_key_id: low-id, access_key_secret: s}
  high: {access_key_id: high-id, access_key_secret: s}
  none: {region: cn-hangzhou}
"""
KEYS = {"ACCESS_KEY_ID": "id", "ACCESS_KEY_SECRET": "s"}


@pytest.fixture
def sources(cloud, config, vendor, ini, put, tmp_path):
    """By name, in their order: how to add a source to an environment, and what its keys are said to be from."""
    token = str(put(tmp_path / "token", "t"))
    oidc = {"ROLE_ARN": ARN, "OIDC_PROVIDER_ARN": "p", "OIDC_TOKEN_FILE": token, "STS_ENDPOINT": cloud.url}
    dm = tmp_path / ".config" / "dm" / "config.yaml"

    def explicit(environ):
        config(OURS)
        environ["DM_PROFILE"] = "high"

    def default(_):
        config(OURS)

    def prefixed(values):
        return lambda environ: environ.update({f"ALIBABA_CLOUD_{name}": value for name, value in values.items()})

    return {
        "explicit": (explicit, f"profile 'high' in {dm}"),
        "environment": (prefixed(KEYS), "environment (ALIBABA_CLOUD_ACCESS_KEY_ID)"),
        "generic names": (lambda environ: environ.update(KEYS), "environment (ACCESS_KEY_ID)"),
        "OIDC": (prefixed(oidc), "role 'mailer', assumed with the OIDC token of environment (ALIBABA_CLOUD_ROLE_ARN)"),
        "default": (default, f"profile 'low' in {dm}"),
        "command line": (
            lambda _: vendor({"mode": "AK", "access_key_id": "i", "access_key_secret": "s"}),
            f"profile 'p0' in {tmp_path}/.aliyun/config.json",
        ),
        "libraries": (
            lambda _: ini("[default]\ntype = access_key\naccess_key_id = i\naccess_key_secret = s\n"),
            f"profile 'default' in {tmp_path}/.alibabacloud/credentials.ini",
        ),
        "instance": (
            prefixed({"ECS_METADATA": "instance-role"}),
            "ECS role 'instance-role' of environment (ALIBABA_CLOUD_ECS_METADATA)",
        ),
        "server": (
            prefixed({"CREDENTIALS_URI": cloud.url + "/keys"}),
            f"credentials URI {cloud.url} of environment (ALIBABA_CLOUD_CREDENTIALS_URI)",
        ),
    }


def test_each_source_wins_over_all_that_come_after_it(find, cloud, sources):
    environ: dict[str, str] = {}
    for add, source in reversed(sources.values()):
        add(environ)
        found = find(**environ)
        assert cloud.asked == []  # choosing asks nobody
        assert found().source == source
        cloud.asked.clear()


def test_an_explicit_profile_without_keys_leaves_the_turn_to_others(find, config):
    config(OURS)
    assert find(flags=Flags(profile="none", endpoint="https://dm.example.com"))().access_key_id == "low-id"


def test_names_that_others_use_too_have_a_token(find):
    keys = find(ACCESS_KEY_ID="i", ACCESS_KEY_SECRET="s", SECURITY_TOKEN="t")()
    assert keys.security_token.reveal() == "t"


def test_the_sandboxs_keys_are_their_own_owner(find):
    found = find(flags=Flags(profile="sandbox"))
    assert found.owner == found().access_key_id == "dm-sandbox-id"


def test_names_that_others_use_too_count_with_a_warning(bare, server, monkeypatch):
    monkeypatch.setenv("ACCESS_KEY_ID", "dm-sandbox-id")
    assert "no access keys found" in bare("tag list", code=3).err  # half of them is not for us
    monkeypatch.setenv("ACCESS_KEY_SECRET", "dm-sandbox-secret")
    monkeypatch.setenv("SECURITY_TOKEN", "t")
    result = bare("--endpoint {} tag list -o json", server.url)
    assert result.json["data"]["tag"]
    assert result.err == (
        "warning: the keys are from ACCESS_KEY_ID, a name other programs use too; "
        "better set ALIBABA_CLOUD_ACCESS_KEY_ID\n"
    )
    # They never complete keys under names of our own.
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "own-id")
    assert "but no ALIBABA_CLOUD_ACCESS_KEY_SECRET" in bare("tag list", code=3).err
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "own-secret")
    rows = {row["name"]: row["value"] for row in bare("--endpoint {} config check -o json", server.url, code=3).json}
    assert (rows["keys"], rows["security_token"], rows["access"]) == ("***-id", "no", "InvalidAccessKeyId.NotFound")


@pytest.mark.parametrize("variable", ["ALIBABA_CLOUD_IGNORE_PROFILE", "ALIBABA_CLOUD_CLI_PROFILE_DISABLED"])
@pytest.mark.parametrize("yes", ["TRUE", "true", "1"])
def test_files_that_are_to_be_ignored(find, vendor, ini, variable, yes):
    vendor({"mode": "AK", "access_key_id": "cli", "access_key_secret": "s"})
    assert find()().access_key_id == "cli"
    with pytest.raises(ConfigError, match="no access keys found"):
        find(**{variable: yes})
    assert find(**{variable: "no"})().access_key_id == "cli"
    ini("[default]\ntype = access_key\naccess_key_id = ini\naccess_key_secret = s\n")
    if variable.endswith("DISABLED"):
        assert find(**{variable: yes})().access_key_id == "ini"
    else:
        with pytest.raises(ConfigError, match="no access keys found"):
            find(**{variable: yes})


def test_keys_that_stand_somewhere_load_nothing_of_the_network(tmp_path, vendor):
    import subprocess
    import sys

    vendor({"mode": "AK", "access_key_id": "i", "access_key_secret": "s"})
    program = (
        "import json, os, sys; from dmcli import credentials; from dmcli.config.settings import Flags, resolve; "
        "source = credentials.source(resolve(Flags(), os.environ), Flags(), os.environ, lambda: 1 / 0, None); "
        "assert source().access_key_id == 'i'; print(json.dumps(sorted(sys.modules)))"
    )
    environ = {"HOME": str(tmp_path), "PATH": ""}
    done = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=True)
    modules = set(json.loads(done.stdout.splitlines()[-1]))
    assert "dmcli.credentials.chain" in modules
    heavy = {
        "requests",
        "urllib3",
        "ssl",
        "http.client",
        "configparser",
        "keyring",
        "yaml",
        "socket",
    }
    assert not modules & heavy
