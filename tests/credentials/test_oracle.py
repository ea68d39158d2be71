"""The vendor's own library as oracle: from the same environment and files it takes the same keys.

It runs in a process of its own, since it reads the environment once; what it asks of STS and of the metadata service
goes to the cloud of the tests. Where the two differ, the last tests say how.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import sys

import pytest

from dmcli.errors import DmError

ARN = "acs:ram::1234567890123456:role/mailer"
PROVIDER = "acs:ram::1234567890123456:oidc-provider/cluster"
# For each line, which has an environment and the port of the cloud, a process of its own: a fork that loads only what
# reads the environment.
ORACLE = """
import json, logging, os, sys, warnings
warnings.simplefilter("ignore")
import apscheduler.executors.pool, apscheduler.schedulers.background, requests
from Tea.core import TeaCore
logging.disable()
original = TeaCore.do_action

def answer(environ, port):
    os.environ.clear()
    os.environ.update(environ)

    def redirected(request, options=None):
        request.protocol, request.port, request.headers["host"] = "http", port, "127.0.0.1"
        return original(request, options)

    TeaCore.do_action = staticmethod(redirected)
    from alibabacloud_credentials.provider import DefaultCredentialsProvider
    keys = DefaultCredentialsProvider().get_credentials()
    return keys.get_access_key_id(), keys.get_access_key_secret(), keys.get_security_token() or ""

for line in sys.stdin:
    pid = os.fork()
    if not pid:
        try:
            found = answer(*json.loads(line))
        except Exception:
            found = None
        print(json.dumps(found), flush=True)
        os._exit(0)  # its scheduler would keep the process
    os.waitpid(pid, 0)
"""
ENV_AK = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "env-id", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "env-secret"}
ENV_STS = ENV_AK | {"ALIBABA_CLOUD_SECURITY_TOKEN": "env-token"}
ENV_OIDC = {
    "ALIBABA_CLOUD_ROLE_ARN": ARN,
    "ALIBABA_CLOUD_OIDC_PROVIDER_ARN": PROVIDER,
    "ALIBABA_CLOUD_OIDC_TOKEN_FILE": "{token}",
}
ENV_URI = {"ALIBABA_CLOUD_CREDENTIALS_URI": "{url}/keys?a=b"}
ENV_ECS = {"ALIBABA_CLOUD_ECS_METADATA": "instance-role"}
NO_ECS = {"ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true"}
AK = {"mode": "AK", "access_key_id": "made-up-id", "access_key_secret": "made-up-c4n4ry"}
STS = {"mode": "StsToken", "access_key_id": "file-id", "access_key_secret": "file-secret", "sts_token": "file-token"}
ROLE = {**AK, "mode": "RamRoleArn", "ram_role_arn": ARN, "ram_session_name": "me", "expired_seconds": 1200}
CHAINED = {"mode": "ChainableRamRoleArn", "ram_role_arn": ARN, "ram_session_name": "me", "source_profile": "p1"}
OIDC = {
    "mode": "OIDC",
    "ram_role_arn": ARN,
    "oidc_provider_arn": PROVIDER,
    "oidc_token_file": "{token}",
    "role_session_name": "me",
}
PRINTED = {"mode": "StsToken", "access_key_id": "p-id", "access_key_secret": "p-secret", "sts_token": "p-token"}
COMMAND = shlex.join(
    [sys.executable, "-c", f"print({json.dumps({**PRINTED, 'expiration': '2099-01-01T00:00:00Z'})!r})"]
)
INI = "[default]\ntype = access_key\naccess_key_id = ini-id # a comment\naccess_key_secret = ini-secret\n"
INI_ROLE = f"""
[default]
type = ram_role_arn
access_key_id = made-up-id
access_key_secret = made-up-c4n4ry
role_arn = {ARN}
role_session_name = me
policy = {{"Version":"1"}}
"""
INI_OIDC = f"""
[default]
type = oidc_role_arn
role_arn = {ARN}
oidc_provider_arn = {PROVIDER}
oidc_token_file_path = {{token}}
role_session_name = me
"""
# By what it shows: environment, profiles of the command line's file, the libraries' file.
SAME = {
    "nothing": ({}, [], ""),
    "keys of the environment": (ENV_AK, [], ""),
    "temporary keys of the environment": (ENV_STS, [], ""),
    "an OIDC token of the environment": (ENV_OIDC, [], ""),
    "an OIDC token with a name for its session": (ENV_OIDC | {"ALIBABA_CLOUD_ROLE_SESSION_NAME": "me"}, [], ""),
    "keys before a token": (ENV_AK | ENV_OIDC, [], ""),
    "the environment before the files": (ENV_STS, [AK], INI),
    "a token before the files": (ENV_OIDC, [STS], INI),
    "AK": ({}, [AK], ""),
    "StsToken": ({}, [STS], ""),
    "RamRoleArn": ({}, [ROLE], ""),
    "RamRoleArn with all there is": ({}, [{**ROLE, "policy": '{"Version":"1"}', "external_id": "x"}], ""),
    "ChainableRamRoleArn": ({}, [CHAINED, AK], ""),
    "ChainableRamRoleArn of temporary keys": ({}, [CHAINED, {**STS, "access_key_id": "known-id"}], ""),
    "EcsRamRole": ({}, [{"mode": "EcsRamRole", "ram_role_name": "instance-role"}], ""),
    "EcsRamRole without a name": ({}, [{"mode": "EcsRamRole"}], ""),
    "OIDC": ({}, [OIDC], ""),
    "External": ({}, [{"mode": "External", "process_command": COMMAND}], ""),
    "the profile that a variable names": ({"ALIBABA_CLOUD_PROFILE": "p1"}, [AK, STS], ""),
    "the command line's file before the libraries'": ({}, [AK], INI),
    "the command line's file switched off": ({"ALIBABA_CLOUD_CLI_PROFILE_DISABLED": "true"}, [AK], INI),
    "access_key": ({}, [], INI),
    "ram_role_arn": ({}, [], INI_ROLE),
    "oidc_role_arn": ({}, [], INI_OIDC),
    "ecs_ram_role": ({}, [], "[default]\ntype = ecs_ram_role\nrole_name = instance-role\n"),
    "a section that a variable names": ({"ALIBABA_CLOUD_PROFILE": "x"}, [AK], INI.replace("default", "x")),
    "the libraries' file before a role": (ENV_ECS, [], INI),
    "a role of the instance": (ENV_ECS, [], ""),
    "a role before a URI": (ENV_ECS | ENV_URI, [], ""),
    "a URI": (ENV_URI | NO_ECS, [], ""),
    "the libraries' file before a URI": (ENV_URI | NO_ECS, [], INI),
}


@pytest.fixture(scope="module")
def oracle():
    """The keys that the vendor's library takes in an environment."""
    command = [sys.executable, "-c", ORACLE]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

        def keys(environ, port):
            process.stdin.write(json.dumps([environ, port]) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        yield keys


@pytest.fixture
def both(oracle, cloud, find, vendor, ini, put, tmp_path):
    """The keys that each takes, and what each tells STS."""
    token = put(tmp_path / "token", "oidc-token")
    cloud.known["known-id"] = ("file-secret", "file-token")
    # Told by ours alone: a region, what a nonce is for, and the method, which is another.
    ours = {"RegionId", "SignatureNonce", "SignatureMethod", "SignatureVersion", "Signature", "Timestamp"}

    def told():
        params = [{name: value for name, value in one.items() if name not in ours} for one in cloud.params]
        cloud.params.clear()
        return params

    def both(environ, profiles, text):
        filled = {name: value.format(token=token, url=cloud.url) for name, value in environ.items()}
        if profiles:
            vendor(
                *({key: str(token) if value == "{token}" else value for key, value in one.items()} for one in profiles)
            )
        if text:
            ini(text.replace("{token}", str(token)))
        path = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
        theirs = oracle(path | filled, int(cloud.url.rpartition(":")[2]))
        their_calls = told()
        try:
            keys = find(**filled, ALIBABA_CLOUD_STS_ENDPOINT=cloud.url)()
            found = [keys.access_key_id, keys.access_key_secret.reveal(), keys.security_token.reveal()]
        except DmError:
            found = None
        return found, theirs, told(), their_calls

    return both


@pytest.mark.parametrize("case", SAME)
def test_the_same_keys_are_taken(both, case):
    environ, profiles, text = SAME[case]
    if case == "nothing":
        environ = NO_ECS
    ours, theirs, our_calls, their_calls = both(environ, profiles, text)
    assert ours == theirs
    assert (ours is None) == (case == "nothing")
    for call in their_calls + our_calls:
        if call["RoleSessionName"] != "me":
            assert call.pop("RoleSessionName").startswith(("credentials-python-", "dm"))
    assert our_calls == their_calls


# Where the two differ


def test_a_broken_source_stops_the_search(both):
    """Theirs goes on to the next source, so that a slip of the pen lets keys of somebody else be used."""
    half = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "env-id"}
    assert both(half | NO_ECS, [STS], "")[:2] == (None, ["file-id", "file-secret", "file-token"])


def test_keys_are_not_completed_from_elsewhere(both):
    """Theirs completes a profile without a secret from the environment."""
    text = "[default]\ntype = access_key\naccess_key_id = ini-id\n"
    environ = {"ALIBABA_CLOUD_ACCESS_KEY_SECRET": "env-secret"} | NO_ECS
    assert both(environ, [], text)[:2] == (None, ["ini-id", "env-secret", ""])


def test_an_instance_is_asked_only_when_something_says_so(both, cloud):
    """Theirs asks the metadata service whenever nothing else has keys, which takes seconds where there is none."""
    assert both({}, [], "")[:2] == (None, ["dm-sandbox-id", "dm-sandbox-secret", "token-c4n4ry-dm-sandbox-id"])


def test_modes_that_only_their_command_line_knows(both):
    """Their library does not know them; their command line does."""
    ours, theirs, *_ = both(NO_ECS, [{"mode": "CredentialsURI", "credentials_uri": "http://127.0.0.1:1"}], INI)
    assert (ours, theirs) == (None, ["ini-id", "ini-secret", ""])
