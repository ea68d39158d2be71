"""Keys that end: renewed in time, never at a bad moment, and kept between runs where nobody else can read them."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import socket
import stat
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmcli.api import catalogue
from dmcli.api.request import Keys, Target
from dmcli.client.attempts import Retrier
from dmcli.client.client import Client
from dmcli.client.transport import HttpExchange
from dmcli.config.settings import Flags
from dmcli.credentials import ecs, process, sts, uri
from dmcli.credentials.provider import Provider, ProviderContext
from dmcli.credentials.refresh import RefreshingKeys
from dmcli.errors import ConfigError, UnreachableError
from dmcli.secret import Entry, Secret

if TYPE_CHECKING:
    from pathlib import Path

CANARY = "c4n4ry"
ARN = "acs:ram::1234567890123456:role/mailer"
ROLE = {"mode": "RamRoleArn", "access_key_id": "made-up-id", "access_key_secret": f"made-up-{CANARY}"}
START = 1_900_000_000.0
LIST = "tag list -o json"
ENDED = (400, {"Code": "NoPermission", "Message": "no longer"})


@pytest.fixture
def role(cloud, vendor):
    vendor({**ROLE, "ram_role_arn": ARN, "sts_endpoint": cloud.url})


class Clock:
    """A clock that is set by hand, and what was told meanwhile."""

    def __init__(self) -> None:
        self.time = START
        self.told: list[str] = []

    def retrier(self) -> Retrier:
        """A retrier that lives by this clock."""
        return Retrier(now=lambda: datetime.fromtimestamp(self.time, UTC), sleep=lambda _: None, tell=self.told.append)


@pytest.fixture
def clock(cloud):
    made = Clock()
    cloud.now = lambda: made.time
    return made


def kept(tmp_path) -> list[Path]:
    return sorted((tmp_path / ".cache" / "dm").glob("*"))


def test_keys_are_renewed_when_less_than_five_minutes_are_left(find, cloud, role, clock):
    keys = find(clock.retrier())
    assert keys().expires == START + 3600
    clock.time = START + 3300
    assert keys().expires == START + 3600
    assert len(cloud.asked) == 1
    clock.time = START + 3300.1
    assert keys().expires == START + 3300 + 3600  # the service tells whole seconds
    assert keys().expires == START + 3300 + 3600
    assert len(cloud.asked) == 2
    assert keys(renew=True).expires == START + 3300 + 3600
    assert len(cloud.asked) == 3


def test_a_long_run_never_signs_with_keys_that_end(find, cloud, role, clock, server):
    """Keys are asked for before each request, and never while one is under way."""
    keys, under_way, left = find(clock.retrier()), [], []

    def exchange(request):
        under_way.append(len(cloud.asked))
        left.append(keys._keys.expires - clock.time)
        clock.time += 59.0
        under_way.append(len(cloud.asked))
        return serve(request)

    serve = HttpExchange()
    cloud.lasts = 900.0
    client = Client(exchange, keys, Target(server.url, "cn-hangzhou"), Retrier())
    for _ in range(60):
        client.call(catalogue.get("QueryTagByParam"), {"PageNo": "1", "PageSize": "50"})
    serve.close()
    assert min(left) >= 300.0
    assert all(before == after for before, after in zip(under_way[::2], under_way[1::2], strict=True))
    assert len(cloud.asked) == 6


def test_keys_that_last_less_are_renewed_at_half_of_it(find, cloud, role, clock):
    cloud.lasts = 120.0
    keys = find(clock.retrier())
    keys()
    clock.time += 60
    keys()
    assert len(cloud.asked) == 1
    clock.time += 1
    keys()
    assert len(cloud.asked) == 2


def test_a_renewal_that_fails_leaves_the_keys_while_they_last(find, cloud, role, clock):
    keys = find(clock.retrier())
    first = keys()
    cloud.says = [ENDED] * 99
    clock.time = START + 3400
    assert keys() == first
    said = "keys that end soon could not be renewed: STS refused AssumeRole for role 'mailer': no longer"
    assert clock.told == [f"warning: {first.source}: {said}"]
    # The next attempt is made when half of what was left is over, and so on.
    for time, attempts in ((3499, 2), (3501, 3), (3502, 3), (3551, 4), (3599, 5)):
        clock.time = START + time
        assert keys() == first
        assert len(cloud.asked) == attempts
    clock.time = START + 3600
    with pytest.raises(ConfigError, match="no longer"):
        keys()
    cloud.says.clear()
    assert keys().expires == START + 7200
    clock.time = START + 7200 - 301
    keys()
    assert len(cloud.asked) == 7


def test_a_renewal_that_was_asked_for_and_fails_is_told(find, cloud, role, clock):
    keys = find(clock.retrier())
    keys()
    cloud.says = [ENDED]
    with pytest.raises(ConfigError, match="no longer"):
        keys(renew=True)


def test_keys_that_have_ended_already_are_none(find, cloud, role, clock):
    cloud.lasts = 0.0
    with pytest.raises(ConfigError, match=r"role 'mailer', .* gave keys that have ended already; renew them there"):
        find(clock.retrier())()


@given(st.integers(1, 2000), st.lists(st.tuples(st.integers(0, 500), st.booleans(), st.booleans()), max_size=40))
def test_keys_always_last_and_are_kept_while_they_last_well(lasts, steps):
    """Whatever the lifetime, the pauses between calls, who asks for new ones and whether there are any."""
    clock, fetched, broken = Clock(), [], False

    def fetch() -> Keys:
        if broken:
            raise UnreachableError("no keys")
        fetched.append(clock.time)
        return Keys("id", Secret("s"), Secret("t"), expires=clock.time + lasts)

    keys = RefreshingKeys(Provider("x", "y", fetch), ProviderContext({}, lambda: None, clock.retrier()))
    margin = 300.0
    for seconds, renew, broken in steps:
        clock.time += seconds
        left = fetched[-1] + lasts - clock.time if fetched else 0
        before, wanted = len(fetched), renew or left < margin
        try:
            found = keys(renew=renew)
        except UnreachableError:
            assert broken
            assert renew or left <= 0
            continue
        assert found.expires > clock.time
        assert len(fetched) == before + (wanted and not broken)
        if wanted:
            margin = min(300.0, (found.expires - clock.time) / 2)


# The cache


def test_what_is_kept_is_private_and_its_name_tells_nothing(bare, server, cloud, role, tmp_path):
    old = os.umask(0)
    try:
        bare("--endpoint {} " + LIST, server.url)
    finally:
        os.umask(old)
    (file,) = kept(tmp_path)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert set(file.stem) <= set("0123456789abcdef")
    assert json.loads(file.read_text()).keys() == {"AccessKeyId", "AccessKeySecret", "SecurityToken", "Expiration"}
    assert bare("--endpoint {} " + LIST, server.url).json["data"]["tag"]
    assert len(cloud.asked) == 1


def test_what_is_kept_serves_until_it_ends_soon(find, cloud, role, clock, tmp_path):
    first = find(clock.retrier())()
    clock.time = START + 3299
    second = find(clock.retrier())()
    assert (second, second.access_key_secret) == (first, first.access_key_secret)
    clock.time = START + 3301
    third = find(clock.retrier())()
    assert (third.owner, third.expires) == (f"{ARN} by made-up-id", START + 3301 + 3600)
    assert third.source == second.source
    assert third.source.startswith("role 'mailer', assumed with profile 'p0' in ")
    assert len(cloud.asked) == 2
    assert len(kept(tmp_path)) == 1
    find(clock.retrier())(renew=True)
    assert len(cloud.asked) == 3
    clock.time = START + 9_999_999
    find(clock.retrier())()
    assert json.loads(kept(tmp_path)[0].read_text())["Expiration"] == int(START) + 9_999_999 + 3600


@pytest.mark.parametrize(
    "other",
    [
        {"ram_role_arn": ARN + "2"},
        {"ram_session_name": "other"},
        {"expired_seconds": 900},
        {"policy": "{}"},
        {"external_id": "x"},
        {"sts_region": "cn-beijing"},
        {"access_key_id": "other-id"},
    ],
)
def test_keys_of_another_source_are_not_taken_for_these(find, cloud, vendor, clock, tmp_path, other):
    cloud.known["other-id"] = cloud.known["made-up-id"]
    for more in ({}, other, {}, other):
        vendor({**ROLE, "ram_role_arn": ARN, "sts_endpoint": cloud.url, **more})
        find(clock.retrier())()
    assert len(cloud.asked) == len(kept(tmp_path)) == 2


def test_what_is_kept_need_not_have_a_token(find, config, tmp_path):
    answer = {"Version": 1, "AccessKeyId": "i", "SecretAccessKey": "s", "Expiration": "2099-01-31T12:00:00Z"}
    log = tmp_path / "log"
    text = shlex.join([sys.executable, "-c", f"open({str(log)!r}, 'a').write('x'); print({json.dumps(answer)!r})"])
    config(f"default: p\nprofiles:\n  p: {{credential_process: {json.dumps(text)}}}\n")
    for _ in range(2):
        assert find()().security_token == Secret()
    assert log.read_text() == "x"


def digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def test_the_name_under_which_keys_are_kept_stays_what_it_is():
    """A new version of `dm` finds what an older one kept, and no two ways of getting keys share a name."""
    context = ProviderContext({"B": "2", "A": "1"}, lambda: None, Retrier())
    base = Provider("x", "owner", lambda: None, "base")
    values = {"ram_role_arn": ARN, "oidc_provider_arn": "provider", "oidc_token_file": "/token", "sts_region": "r"}
    role = Entry("x", values, {"external_id": Secret("external")})
    told = ("DurationSeconds=3600", f"RoleArn={ARN}", "RoleSessionName=dm")
    identity = digest("https://sts.r.aliyuncs.com", "r", "external", *told)
    assert [
        uri.provider(Secret("http://127.0.0.1/x"), "x", context).cache,
        ecs.provider("", "x", context).cache,
        ecs.provider("name", "x", context).cache,
        process.provider(Secret("vault"), "x", context).cache,
        sts.assume_role(role, base, context).cache,
        sts.assume_role_with_oidc(role, context).cache,
    ] == [
        digest("URI", "http://127.0.0.1/x"),
        digest("ECS", "", socket.gethostname()),
        digest("ECS", "name", socket.gethostname()),
        digest(digest("command", "vault"), "A=1", "B=2"),
        digest("AssumeRole", identity, "owner", "base"),
        digest("AssumeRoleWithOIDC", identity, "provider", "/token"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"AccessKeyId": "x"}',
        '{"AccessKeyId": "x", "AccessKeySecret": 1}',
        "[" * 99999,
        "\x00",
        '{"AccessKeyId": "x", "AccessKeySecret": "y"}',
    ],
)
def test_a_cache_that_is_none_of_ours_is_replaced(find, cloud, role, clock, tmp_path, text):
    find(clock.retrier())()
    (file,) = kept(tmp_path)
    whole = file.read_text()
    file.write_text(text)
    find(clock.retrier())()
    assert len(cloud.asked) == 2
    assert file.read_text() == whole


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_cache_that_others_may_use_is_replaced(find, cloud, role, clock, tmp_path, mode):
    find(clock.retrier())()
    (file,) = kept(tmp_path)
    file.write_text(file.read_text().replace("dm-sandbox-id", "planted-id"))
    file.chmod(mode)
    assert find(clock.retrier())().access_key_id == "dm-sandbox-id"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a file away")
def test_a_cache_of_another_user_is_replaced(find, cloud, role, clock, tmp_path):
    find(clock.retrier())()
    (file,) = kept(tmp_path)
    planted = tmp_path / "planted"
    planted.write_text(file.read_text().replace("dm-sandbox-id", "planted-id"))
    planted.chmod(0o600)
    os.chown(planted, 12345, 12345)
    file.unlink()
    file.symlink_to(planted)
    assert find(clock.retrier())().access_key_id == "dm-sandbox-id"
    assert planted.stat().st_uid == os.geteuid()


def test_a_cache_that_cannot_be_written_is_no_error(find, cloud, role, clock, tmp_path):
    (tmp_path / ".cache").write_text("in the way")
    assert find(clock.retrier())().access_key_id == "dm-sandbox-id"
    assert find(clock.retrier())().access_key_id == "dm-sandbox-id"
    assert len(cloud.asked) == 2


def test_keys_without_an_end_are_not_kept(find, cloud, vendor, tmp_path):
    cloud.keys = {"Code": "Success", "AccessKeyId": "x", "AccessKeySecret": "y", "SecurityToken": "z"}
    vendor({"mode": "CredentialsURI", "credentials_uri": cloud.url + "/keys"})
    keys = find()
    assert (keys().expires, keys().access_key_id) == (0, "x")
    assert len(cloud.asked) == 1
    assert kept(tmp_path) == []


# Several at once


def test_several_threads_share_one_renewal(find, cloud, role, clock):
    keys = find(clock.retrier())
    barrier = threading.Barrier(8)

    def get(_):
        barrier.wait()
        return keys()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(get, range(8)))) == 1
    assert len(cloud.asked) == 1


def test_several_runs_at_once_do_not_mind_each_other(find, cloud, role, clock, tmp_path):
    sources = [find(clock.retrier()) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda keys: keys(renew=True).access_key_id, sources))
    assert found == {"dm-sandbox-id"}
    (file,) = kept(tmp_path)
    assert json.loads(file.read_text())["AccessKeyId"] == "dm-sandbox-id"


def test_temporary_keys_of_an_account_do_not_go_unencrypted(find, cloud, role, clock):
    cloud.issues = [("STS.Example", "s")]
    keys = find(clock.retrier(), Flags(endpoint="http://127.0.0.1:1"))
    with pytest.raises(ConfigError, match="look real and "):
        keys()
    assert find(clock.retrier())().access_key_id == "STS.Example"


def test_completion_asks_nobody_for_keys_to_know_whose_they_are(find, vendor):
    vendor({**ROLE, "ram_role_arn": ARN, "sts_endpoint": "http://127.0.0.1:1"})
    keys = find()
    assert keys.owner == f"{ARN} by made-up-id"
    with pytest.raises(UnreachableError):
        keys()
