"""The role of an instance: the second version of the metadata service only, and one sentence where there is none."""

from __future__ import annotations

import json

import pytest
from alibabacloud_credentials.provider.ecs_ram_role import EcsRamRoleCredentialsProvider

from dmcli.client.transport import HttpExchange
from dmcli.credentials import ecs
from dmcli.errors import ConfigError

CANARY = "c4n4ry"
IMDS = "/latest/meta-data/ram/security-credentials/"
TOKEN, NAME, KEYS = "PUT /latest/api/token", f"GET {IMDS}", f"GET {IMDS}instance-role"
LIST = "tag list -o json"


def test_the_environment_may_say_so(bare, server, cloud, monkeypatch):
    monkeypatch.setenv("ALIBABA_CLOUD_ECS_METADATA", "instance-role")
    assert bare("--endpoint {} " + LIST, server.url).json["data"]["tag"]
    assert cloud.asked == [TOKEN, KEYS]
    rows = {row["name"]: row for row in bare("--endpoint {} config check -o json", server.url).json}
    assert rows["keys"]["source"] == rows["expires"]["source"]
    assert rows["expires"]["source"] == "ECS role 'instance-role' of environment (ALIBABA_CLOUD_ECS_METADATA)"
    monkeypatch.setenv("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "True")
    assert "no access keys found" in bare(LIST, code=3).err
    assert len(cloud.asked) == 2


def test_nobody_is_asked_unless_something_says_so(bare, cloud):
    assert "no access keys found" in bare(LIST, code=3).err
    assert cloud.asked == []


def test_the_role_that_the_instance_has(find, cloud, vendor):
    vendor({"mode": "EcsRamRole"})
    keys = find()()
    assert cloud.asked == [TOKEN, NAME, KEYS]
    (token, _), *others = cloud.heard
    assert token["x-aliyun-ecs-metadata-token-ttl-seconds"] == "60"
    assert [headers["x-aliyun-ecs-metadata-token"] for headers, _ in others] == [f"metadata-{CANARY}"] * 2
    assert {body for _, body in cloud.heard} == {b""}
    assert keys.owner == "ECS role"
    assert keys.source.startswith("the ECS role of profile 'p0' in ")
    assert find(ALIBABA_CLOUD_ECS_METADATA="x").owner == "ECS role"


def test_it_is_asked_where_the_vendors_library_asks():
    provider = EcsRamRoleCredentialsProvider(role_name="x")
    host = vars(provider)["_EcsRamRoleCredentialsProvider__metadata_service_host"]
    assert f"http://{host}" == ecs.URL


def test_a_name_may_have_all_that_names_of_roles_have(cloud, find, vendor):
    vendor({"mode": "EcsRamRole"})
    cloud.role = "Mailer.Role-1_z"
    find()()
    assert cloud.asked[-1] == f"GET {IMDS}Mailer.Role-1_z"


def test_the_switch_forbids_it_to_profiles_too(bare, cloud, vendor, monkeypatch):
    vendor({"mode": "EcsRamRole"})
    monkeypatch.setenv("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")
    error = bare(LIST, code=3).err
    assert "wants the ECS metadata service, which ALIBABA_CLOUD_ECS_METADATA_DISABLED forbids; unset it" in error
    assert cloud.asked == []


def test_without_a_metadata_service_it_is_one_sentence(bare, vendor, monkeypatch):
    vendor({"mode": "EcsRamRole"})
    monkeypatch.setattr(ecs, "URL", "http://127.0.0.1:1")
    first, hint = bare("tag list", code=4).err.splitlines()
    assert first.startswith("dm: no keys from the ECS metadata service (127.0.0.1:1): cannot reach 127.0.0.1:1: ")
    assert hint == "    This machine may be no ECS instance; elsewhere take another way of getting keys."


def test_it_is_not_waited_for_long(cloud, find, vendor, monkeypatch):
    vendor({"mode": "EcsRamRole"})
    patience, carry = [], HttpExchange.__call__

    def watched(self, request):
        patience.append(request.patience)
        return carry(self, request)

    monkeypatch.setattr(HttpExchange, "__call__", watched)
    find()()
    assert patience == [1.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (404, 3, "refused a token (HTTP 404)"),
        (403, 3, "refused a token (HTTP 403)"),
        (500, 4, "it is busy; it is safe to run this again (HTTP 500)"),
        (429, 4, "it is busy; it is safe to run this again (HTTP 429)"),
    ],
)
def test_a_service_that_does_not_serve(bare, cloud, vendor, status, code, said):
    vendor({"mode": "EcsRamRole"})
    cloud.status = status
    error = bare("tag list -q", code=code).err
    assert said in error
    assert cloud.asked == [TOKEN] * (1 if code == 3 else 4)


@pytest.mark.parametrize("token", [b"", b"two\r\nc4n4ry: lines", b"<html>c4n4ry </html>", b"\xff"])
def test_a_token_that_is_none_is_not_used(bare, cloud, vendor, token):
    vendor({"mode": "EcsRamRole"})
    cloud.metadata = lambda *_: (200, token)
    error = bare("tag list", code=3).err
    assert "the metadata service gave a token that is none" in error
    assert CANARY not in error


def test_a_role_that_the_instance_does_not_have(bare, cloud, vendor):
    vendor({"mode": "EcsRamRole", "ram_role_name": "other-role"})
    error = bare("tag list", code=3).err
    assert "refused the keys of role 'other-role' (HTTP 404)" in error
    assert "Attach a RAM role to the instance" in error


def test_an_instance_without_a_role(bare, cloud, vendor, monkeypatch):
    vendor({"mode": "EcsRamRole"})
    answer = cloud.metadata
    monkeypatch.setattr(cloud, "metadata", lambda *asked: (404, b"") if asked[1] == IMDS else answer(*asked))
    first, hint = bare("tag list", code=3).err.splitlines()
    assert first.endswith(" refused the name of a role (HTTP 404)")
    assert hint == "    Attach a RAM role to the instance, and name that one."


@pytest.mark.parametrize("role", ["<html>", "a b", "", "x" * 65, "a/../b"])
def test_a_name_that_is_none(bare, cloud, vendor, role):
    vendor({"mode": "EcsRamRole"})
    cloud.role = role
    assert "has no name that could be one; attach a RAM role" in bare("tag list", code=3).err


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (
            {"Code": "Failed", "AccessKeyId": CANARY},
            "answered with something else than keys; a Code of Success must be",
        ),
        ({"AccessKeyId": CANARY}, "answered with something else than keys"),
        ([CANARY], "answered with something else than keys"),
        ({"Code": "Success"}, "gave no AccessKeyId; "),
        ({"Code": "Success", "AccessKeyId": "x", "AccessKeySecret": f"{CANARY}\n"}, "gave no SecurityToken; "),
        (
            {"Code": "Success", "AccessKeyId": "x", "AccessKeySecret": f"{CANARY}\n", "SecurityToken": "x"},
            "AccessKeySecret of the ECS role of ",
        ),
        (
            {
                "Code": "Success",
                "AccessKeyId": "x",
                "AccessKeySecret": "y",
                "SecurityToken": CANARY,
                "Expiration": "soon",
            },
            "gave an Expiration that is no time such as 2026-01-31T12:00:00Z",
        ),
        (
            {
                "Code": "Success",
                "AccessKeyId": "x",
                "AccessKeySecret": "y",
                "SecurityToken": "z",
                "Expiration": "2020-01-01",
            },
            "gave keys that have ended already",
        ),
    ],
)
def test_answers_that_are_no_keys(bare, cloud, vendor, keys, said):
    vendor({"mode": "EcsRamRole"})
    cloud.keys = keys
    error = bare("tag list", code=3).err
    assert said in error
    assert CANARY not in error


def test_instances_that_share_a_home_do_not_share_keys(find, cloud, vendor, monkeypatch):
    import socket

    vendor({"mode": "EcsRamRole"})
    for host in ("one", "two", "one"):
        monkeypatch.setattr(socket, "gethostname", lambda host=host: host)
        find()()
    assert cloud.asked == [TOKEN, NAME, KEYS] * 2


@pytest.mark.parametrize("name", ["a b", "x" * 65, "a/b", "\u043a"])
def test_names_no_role_has(find, name):
    with pytest.raises(ConfigError, match="must be up to 64 letters, digits and"):
        find(ALIBABA_CLOUD_ECS_METADATA=name)


def test_the_keys_are_whole_documents(bare, cloud, vendor):
    vendor({"mode": "EcsRamRole"})
    cloud.keys = json.loads('{"Code": "Success"}')
    cloud.keys["Nested"] = {"AccessKeyId": CANARY}
    assert CANARY not in bare("tag list", code=3).err
