"""Roles: what STS is asked, where it is, what its refusals become, and keys that were renewed on the way."""

from __future__ import annotations

import json
import re
import ssl
from contextlib import nullcontext

import pytest
import trustme

from dmcli.client.attempts import Retrier
from dmcli.client.transport import HttpExchange
from dmcli.credentials import sts
from dmcli.errors import ConfigError, LocalIOError, UnreachableError
from dmcli.secret import Entry

CANARY = "c4n4ry"
ARN = "acs:ram::1234567890123456:role/mailer"
PROVIDER = "acs:ram::1234567890123456:oidc-provider/cluster"
AK = {"access_key_id": "made-up-id", "access_key_secret": f"made-up-{CANARY}"}
ROLE = {"mode": "RamRoleArn", **AK, "ram_role_arn": ARN}
OIDC = {"mode": "OIDC", "ram_role_arn": ARN, "oidc_provider_arn": PROVIDER}
LIST = "tag list -o json"
COMMON = {"Format": "JSON", "Version": "2015-04-01"}


@pytest.fixture
def role(cloud, vendor):
    """Writes a profile that takes on a role."""
    return lambda **more: vendor({**ROLE, "sts_endpoint": cloud.url, **more})


def told(cloud):
    """The parameters of the last call, but for those that a signature brings."""
    brought = ("Signature", "SignatureNonce", "SignatureMethod", "SignatureVersion", "Timestamp", "AccessKeyId")
    return {name: value for name, value in cloud.params[-1].items() if name not in brought}


def test_what_sts_is_told(find, cloud, role):
    role()
    keys = find()()
    assert re.fullmatch("[0-9a-f]{32}", cloud.params[0]["SignatureNonce"])
    usual = {"RoleArn": ARN, "RoleSessionName": "dm", "DurationSeconds": "3600", "RegionId": "cn-hangzhou"}
    assert told(cloud) == {**COMMON, **usual, "Action": "AssumeRole"}
    assert keys.owner == f"{ARN} by made-up-id"
    assert keys.source.startswith("role 'mailer', assumed with profile 'p0' in ")
    role(
        ram_session_name="me@home",
        expired_seconds=900,
        policy='{"Statement": ["您 +*~"]}',
        external_id=f"x-{CANARY}",
        sts_region="cn-shanghai",
    )
    find()()
    assert told(cloud) == {
        **COMMON,
        "Action": "AssumeRole",
        "RoleArn": ARN,
        "RoleSessionName": "me@home",
        "DurationSeconds": "900",
        "Policy": '{"Statement": ["您 +*~"]}',
        "ExternalId": f"x-{CANARY}",
        "RegionId": "cn-shanghai",
    }


@pytest.mark.parametrize("prefix", ["ALIBABA_CLOUD", "ALIBABACLOUD", "ALICLOUD"])
def test_what_the_environment_adds(find, cloud, vendor, prefix):
    environ = {
        "ROLE_SESSION_NAME": "env",
        "EXTERNAL_ID": "env-id",
        "STS_REGION": "cn-beijing",
        "STS_ENDPOINT": cloud.url,
    }
    environ = {f"{prefix}_{name}": value for name, value in environ.items()}
    vendor(ROLE)
    find(**environ)()
    expected = {"RoleSessionName": "env", "ExternalId": "env-id", "RegionId": "cn-beijing"}
    assert expected.items() <= told(cloud).items()
    vendor({**ROLE, "role_session_name": "own", "external_id": "own-id", "sts_region": "cn-hangzhou"})
    find(**environ)()
    expected = {"RoleSessionName": "own", "ExternalId": "own-id", "RegionId": "cn-hangzhou"}
    assert expected.items() <= told(cloud).items()


def test_a_role_by_oidc(find, cloud, put, tmp_path):
    token = put(tmp_path / "token", f" first-{CANARY}\n")
    environ = {"ROLE_ARN": ARN, "OIDC_PROVIDER_ARN": PROVIDER, "OIDC_TOKEN_FILE": str(token)}
    environ = {f"ALIBABA_CLOUD_{name}": value for name, value in environ.items()}
    found = find(**environ, ALIBABA_CLOUD_STS_ENDPOINT=cloud.url, ALIBABA_CLOUD_EXTERNAL_ID="not for this")
    keys = found()
    assert told(cloud) == {
        **COMMON,
        "Action": "AssumeRoleWithOIDC",
        "RoleArn": ARN,
        "OIDCProviderArn": PROVIDER,
        "OIDCToken": f"first-{CANARY}",
        "RoleSessionName": "dm",
        "DurationSeconds": "3600",
    }
    headers, _ = cloud.heard[0]
    assert (headers["content-type"], headers["accept"]) == ("application/x-www-form-urlencoded", "application/json")
    source = "role 'mailer', assumed with the OIDC token of environment (ALIBABA_CLOUD_ROLE_ARN)"
    assert (keys.source, keys.owner) == (source, f"{ARN} by {PROVIDER}")
    token.write_text("second\n")
    assert found(renew=True).owner == keys.owner
    assert told(cloud)["OIDCToken"] == "second"
    token.write_text("\n")
    with pytest.raises(ConfigError, match=r"token has no OIDC token; it is named by environment"):
        found(renew=True)
    token.unlink()
    token.mkdir()
    with pytest.raises(LocalIOError):
        found(renew=True)
    for name in environ:  # two of the three are not enough
        with pytest.raises(ConfigError, match="no access keys found"):
            find(**{other: value for other, value in environ.items() if other != name})


def test_keys_by_another_provider_or_token_are_not_taken_for_these(find, cloud, vendor, put, tmp_path):
    for name, provider in (("a", "one"), ("a", "two"), ("b", "one"), ("a", "one"), ("b", "one")):
        path = str(put(tmp_path / name, "token"))
        vendor({**OIDC, "sts_endpoint": cloud.url, "oidc_provider_arn": provider, "oidc_token_file": path})
        find()()
    assert len(cloud.asked) == 3


def test_it_takes_no_longer_than_a_call_may(find, role, cloud, monkeypatch):
    role()
    patience, carry = [], HttpExchange.__call__

    def watched(self, request):
        patience.append(request.patience)
        return carry(self, request)

    monkeypatch.setattr(HttpExchange, "__call__", watched)
    for deadline in (60.0, 5.0, 0.0):
        keys = find(Retrier(deadline=deadline, clock=lambda: 0.0))
        with nullcontext() if deadline else pytest.raises(UnreachableError, match="no time is left"):
            keys(renew=True)
    assert patience == [20.0, 5.0, 0.0]


@pytest.mark.parametrize(
    ("profile", "environ", "url", "region"),
    [
        ({}, {}, "https://sts.aliyuncs.com", "cn-hangzhou"),
        ({"sts_region": "cn-beijing"}, {}, "https://sts.cn-beijing.aliyuncs.com", "cn-beijing"),
        ({}, {"STS_REGION": "cn-beijing"}, "https://sts.cn-beijing.aliyuncs.com", "cn-beijing"),
        ({}, {"VPC_ENDPOINT_ENABLED": "true"}, "https://sts.aliyuncs.com", "cn-hangzhou"),
        ({}, {"STS_REGION": "x", "VPC_ENDPOINT_ENABLED": "TRUE"}, "https://sts-vpc.x.aliyuncs.com", "x"),
        ({"sts_region": "x", "enable_vpc": True}, {}, "https://sts-vpc.x.aliyuncs.com", "x"),
        ({"sts_region": "x", "enable_vpc": False}, {"VPC_ENDPOINT_ENABLED": "true"}, "https://sts.x.aliyuncs.com", "x"),
        (
            {"sts_endpoint": "sts.example.com"},
            {"STS_ENDPOINT": "y.example.com"},
            "https://sts.example.com",
            "cn-hangzhou",
        ),
        ({"sts_region": "x"}, {"STS_ENDPOINT": "y.example.com:8443"}, "https://y.example.com:8443", "x"),
        ({"sts_endpoint": "127.0.0.1:1"}, {}, "http://127.0.0.1:1", "cn-hangzhou"),
        ({"sts_endpoint": "https://[::1]"}, {}, "https://[::1]", "cn-hangzhou"),
    ],
)
def test_where_sts_is(profile, environ, url, region):
    values = {key: str(value).lower() for key, value in profile.items()}
    environ = {f"ALIBABA_CLOUD_{name}": value for name, value in environ.items()}
    assert sts._place(Entry("x", values, {}), environ) == (url, region)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"sts_endpoint": "http://sts.example.com"}, "the STS endpoint of profile 'p0' in "),
        ({"sts_endpoint": "http://sts.example.com"}, " is not encrypted; use https"),
        ({"sts_endpoint": f"https://user:{CANARY}@sts.example.com"}, " is none; give a host such as sts.aliyuncs.com"),
        ({"sts_endpoint": f"sts.example.com/{CANARY}"}, " is none; give a host such as sts.aliyuncs.com"),
        ({"sts_endpoint": "?", "sts_region": "x"}, " is none; give a host such as sts.x.aliyuncs.com"),
        (
            {"sts_endpoint": "?", "sts_region": "x", "enable_vpc": True},
            " is none; give a host such as sts-vpc.x.aliyuncs.com",
        ),
        ({"sts_region": "evil.example.com/"}, "the STS region of profile 'p0' in "),
        ({"sts_region": "x", "sts_endpoint": "http://x.aliyuncs.com"}, " is not encrypted; use https"),
    ],
)
def test_endpoints_that_will_not_do(bare, role, more, said):
    role(**more)
    error = bare(LIST, code=3).err
    assert said in error
    assert CANARY not in error


@pytest.mark.parametrize("keys", ["LTAI5tExample", "STS.Example"])
def test_keys_that_look_real_never_go_unencrypted(bare, cloud, role, keys):
    role(access_key_id=keys, sts_token=f"token-{CANARY}")
    error = bare(LIST, code=3).err
    assert f"look real and {cloud.url} is not encrypted; use https for STS" in error
    assert cloud.asked == []


def test_over_tls(bare, server, cloud, role, tmp_path, monkeypatch):
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    cloud.server.socket = context.wrap_socket(cloud.server.socket, server_side=True)
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    cloud.known["LTAI5tExample"] = cloud.known["made-up-id"]
    role(sts_endpoint=cloud.url.replace("http://127.0.0.1", "https://localhost"), access_key_id="LTAI5tExample")
    assert "is not trusted" in bare("--endpoint {} " + LIST, server.url, code=3).err
    assert cloud.asked == []
    assert bare("--endpoint {} --ca-bundle {} " + LIST, server.url, bundle).json["data"]["tag"]


# What goes wrong

REFUSED = [
    (
        *(403, "NoPermission"),
        "\n    A role is assumed by the RAM users and roles that its trust policy names, never with an account's own ",
    ),
    (404, "EntityNotExist.Role", "dm config check"),
    (401, "AuthenticationFail.NoPermission", "trust policy"),
    (400, "InvalidParameter.RoleArn", "ARN"),
    (400, "InvalidParameter.DurationSeconds", "expired_seconds"),
    (404, "InvalidAccessKeyId.NotFound", "dm config check"),
    (400, "SignatureDoesNotMatch", "dm config check"),
    (400, "Odd.Code", "STS refused AssumeRole for role 'mailer': what STS says"),
]


def test_a_refusal_that_nobody_knows_is_all_that_is_told(bare, cloud, role):
    role()
    cloud.says = [(400, {"Code": "Odd.Code", "Message": "what STS says"})]
    error = bare("tag list", code=3).err
    said = "STS refused AssumeRole for role 'mailer': what STS says (Odd.Code, HTTP 400, request STS-REQUEST)"
    assert error == f"dm: {said}\n"


def test_a_role_is_called_by_the_last_part_of_its_arn(find, cloud, role):
    role(ram_role_arn=ARN.replace("mailer", "team/mailer"))
    assert find()().source.startswith("role 'mailer', assumed with ")


@pytest.mark.parametrize(("status", "code", "remedy"), REFUSED)
def test_a_refusal_has_code_request_id_and_remedy(bare, cloud, role, status, code, remedy):
    role()
    cloud.says = [(status, {"Code": code, "Message": "what STS says"})] * 2
    error = bare("tag list", code=3).err
    first = error.splitlines()[0]
    assert first.startswith("dm: STS refused AssumeRole for role 'mailer': what STS says")
    assert f"({code}, HTTP {status}, request STS-REQUEST)" in first
    assert remedy in error
    document = json.loads(bare(LIST, code=3).err)["error"]
    assert (document["code"], document["request_id"], document["http_status"]) == (code, "STS-REQUEST", status)
    assert CANARY not in error


def test_the_token_that_ended(bare, cloud, vendor, put, tmp_path):
    vendor({**OIDC, "sts_endpoint": cloud.url, "oidc_token_file": str(put(tmp_path / "t", CANARY))})
    cloud.says = [(401, {"Code": "AuthenticationFail.OIDCToken.Expired", "Message": "This JsonWebToken is expired."})]
    error = bare("tag list", code=3).err
    assert "STS refused AssumeRoleWithOIDC for role 'mailer': This JsonWebToken is expired." in error
    assert CANARY not in error


BUSY = (503, {"Code": "ServiceUnavailable", "Message": "busy"})
THROTTLED = (400, {"Code": "Throttling.User", "Message": "slowly"})


def test_what_passes_is_tried_again(bare, server, cloud, role, pauses):
    role()
    cloud.says = [BUSY, THROTTLED, (502, b"<html>bad gateway</html>")]
    assert bare("--endpoint {} " + LIST, server.url).json["data"]["tag"]
    assert len(cloud.asked) == 4
    assert pauses == [0.05, 1.0, 0.2]


def test_what_does_not_pass_is_unreachable(bare, cloud, role):
    role()
    cloud.says = [BUSY] * 4
    assert "no keys from STS: busy; it is safe to run this again" in bare(LIST, code=4).err
    cloud.says = [THROTTLED] * 4
    error = json.loads(bare(f"{LIST} -q", code=4).err)["error"]
    assert (error["code"], error["request_id"]) == ("Throttling.User", "STS-REQUEST")
    role(sts_endpoint="http://127.0.0.1:1")
    error = bare("send single --from a@b.cn --to c@d.cn --subject s --text t", code=4).err
    assert "no keys from STS: cannot reach 127.0.0.1:1" in error


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ((200, {}), "dm: role 'mailer', assumed with profile 'p0' in "),
        ((200, {}), "gave no AccessKeyId; "),
        ((200, {"Credentials": []}), "gave no AccessKeyId; "),
        ((200, {"Credentials": {"AccessKeyId": 5}}), "gave no AccessKeyId; "),
        ((200, {"Credentials": {"AccessKeyId": "x"}}), "gave no AccessKeySecret; "),
        ((200, {"Credentials": {"AccessKeyId": "x", "AccessKeySecret": CANARY}}), "gave no SecurityToken; "),
        ((302, b""), "something other than STS answered with HTTP 302"),
        ((404, b"<html>c4n4ry"), "something other than STS answered with HTTP 404"),
    ],
)
def test_answers_that_are_none(bare, cloud, role, reply, said):
    role()
    cloud.says = [reply]
    error = bare("tag list", code=3).err
    assert said in error
    assert CANARY not in error


def test_answers_that_are_none_by_oidc(bare, cloud, vendor, put, tmp_path):
    vendor({**OIDC, "sts_endpoint": cloud.url, "oidc_token_file": str(put(tmp_path / "t", CANARY))})
    cloud.says = [(200, {}), (404, b"<html>c4n4ry")]
    error = bare("tag list", code=3).err
    assert error.startswith("dm: role 'mailer', assumed with the OIDC token of profile 'p0' in ")
    assert "gave no AccessKeyId; " in error
    assert "something other than STS answered with HTTP 404" in bare("tag list", code=3).err


def test_a_clock_that_is_off_is_corrected_for_all_calls(bare, server, cloud, role, monkeypatch):
    role()
    cloud.ahead = 7200.0
    result = bare("--endpoint {} config check -o json", server.url)
    assert re.search(r"this machine's clock is (7199|7200) s behind the service's", result.err)
    assert len(cloud.asked) == 2
    cloud.ahead = 7200.0 * 24
    role(ram_session_name="other")
    error = bare("--endpoint {} tag list", server.url, code=3).err
    assert re.search(r"expired\.; this machine's clock is 17(2799|2800) s behind the service's: set it", error)


def test_keys_to_ask_with_are_renewed_when_they_have_ended(find, cloud, vendor):
    role = {"mode": "ChainableRamRoleArn", "ram_role_arn": ARN, "sts_endpoint": cloud.url}
    vendor({**role, "source_profile": "p1"}, {"mode": "EcsRamRole", "ram_role_name": "instance-role"})
    ended = (400, {"Code": "InvalidSecurityToken.Expired", "Message": "Specified SecurityToken is expired."})
    cloud.says = [ended]
    cloud.instances = [("instance-0", "x"), ("instance-1", "y")]
    assert find()().access_key_id == "dm-sandbox-id"
    assert [params["AccessKeyId"] for params in cloud.params] == ["instance-0", "instance-1"]
    # Keys that stay what they are, are not tried a second time.
    vendor({**ROLE, "sts_endpoint": cloud.url})
    cloud.says = [ended] * 2
    with pytest.raises(ConfigError, match="STS refused"):
        find()()
    assert len(cloud.says) == 1


def test_an_unreachable_sts_is_told_as_such(find, role):
    role(sts_endpoint="http://127.0.0.1:1")
    with pytest.raises(UnreachableError):
        find()()
