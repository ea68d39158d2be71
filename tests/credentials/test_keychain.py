"""Secrets in the keychain of the system: there and nowhere else, and an error where there is none."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import keyring
import pytest
from keyring.backends import fail
from patience import PATIENT, SOON, eventually

from dmcli.credentials import keychain
from dmcli.errors import ConfigError
from dmcli.secret import Secret

CANARY = "c4n4ry"
FILE = "default: p\nprofiles:\n  p:\n    access_key_id: dm-sandbox-id\n    keychain: yes\n"
LIST = "tag list -o json"
BACKEND = "keyring_in_a_file"


@pytest.fixture
def use(monkeypatch):
    """Makes a backend the keychain of this test."""
    before = keyring.get_keyring()
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    yield keyring.set_keyring
    keyring.set_keyring(before)


@pytest.fixture
def chain(use, tmp_path):
    from keyring_in_a_file import Keyring

    made = Keyring(str(tmp_path / "keyring.json"))
    use(made)
    return made


def test_the_secret_reaches_the_service(bare, server, chain, config):
    config(FILE, 0o644)  # there is no secret in it
    keychain.store("dm-sandbox-id", Secret("dm-sandbox-secret"), Secret(f"token-{CANARY}"))
    result = bare("--endpoint {} --debug " + LIST, server.url)
    assert result.json["data"]["tag"]
    check = bare("--endpoint {} config check -o json", server.url)
    rows = {row["name"]: row for row in check.json}
    assert rows["keys"]["source"].startswith("keychain, for profile 'p' in ")
    assert rows["security_token"]["value"] == "yes"
    shown = bare("config show -o json")
    assert shown.json == {"name": "p", "access_key_id": "***-id", "keychain": "yes"}
    assert CANARY not in result.err + check.out + shown.out


def test_a_token_that_is_no_longer_there_is_taken_out(chain):
    keychain.store("id", Secret("one"), Secret("token"))
    assert len(chain.all()) == 2
    keychain.store("id", Secret("two"), Secret())
    assert chain.all() == {"dmcli id access_key_secret": "two"}
    keychain.store("id", Secret("three"), Secret())
    assert chain.all() == {"dmcli id access_key_secret": "three"}


def test_keys_without_a_token(find, chain, config):
    config(FILE)
    keychain.store("dm-sandbox-id", Secret("dm-sandbox-secret"), Secret())
    keys = find()()
    assert (keys.owner, keys.access_key_id, keys.security_token) == ("dm-sandbox-id", "dm-sandbox-id", Secret())
    assert keys.source.startswith("keychain, for profile 'p' in ")


def test_init_puts_the_secrets_there_and_nowhere_else(terminal, tmp_path):
    environ = {
        "HOME": str(tmp_path),
        "PYTHONPATH": str(Path(__file__).parent),
        "PYTHON_KEYRING_BACKEND": f"{BACKEND}.Keyring",
        "KEYRING_IN_A_FILE": str(tmp_path / "keyring.json"),
    }
    answers = ["shop-key", f"secret-{CANARY}", f"token-{CANARY}", "cn-hangzhou", "noreply@shop.cn"]
    code, seen = terminal("config init shop --keychain", answers=answers, **environ)
    assert code == 0, seen
    text = (tmp_path / ".config" / "dm" / "config.yaml").read_text(encoding="utf-8")
    assert 'access_key_id: shop-key\n    region: cn-hangzhou\n    from: noreply@shop.cn\n    keychain: "yes"\n' in text
    assert CANARY not in text + seen
    code, seen = terminal("--endpoint http://127.0.0.1:9 config check -o json", **environ)
    assert code == 4, seen
    assert "keychain, for profile 'shop'" in seen
    kept = (tmp_path / "keyring.json").read_text(encoding="utf-8")
    assert f'"dmcli shop-key access_key_secret": "secret-{CANARY}"' in kept
    assert f'"dmcli shop-key security_token": "token-{CANARY}"' in kept


def test_init_asks_nothing_where_there_is_no_keychain(terminal, tmp_path):
    environ = {"HOME": str(tmp_path), "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    code, seen = terminal("config init shop --keychain", **environ)
    assert code == 3
    assert "there is no safe keychain here, only keyring.backends.fail.Keyring; set one up" in " ".join(seen.split())
    assert "AccessKey" not in seen
    assert not (tmp_path / ".config").exists()


def test_the_secrets_go_with_the_last_profile_that_has_them(bare, chain, config, use):
    config(FILE + "  q:\n    access_key_id: dm-sandbox-id\n    keychain: yes\n")
    bare(
        "config init r --keychain --access-key-id STS.other --secret-stdin", stdin=f"secret-{CANARY}\ntoken-{CANARY}\n"
    )
    keychain.store("dm-sandbox-id", Secret("one"), Secret("token"))
    assert len(chain.all()) == 4
    assert "dm config init" in bare("config set access_key_secret --stdin", stdin="two\n", code=2).err
    bare("config delete p --yes")
    assert len(chain.all()) == 4
    bare("config delete q --yes")
    assert chain.all() == {
        "dmcli STS.other access_key_secret": f"secret-{CANARY}",
        "dmcli STS.other security_token": f"token-{CANARY}",
    }
    use(fail.Keyring())
    assert "the secret of key ***her stays in the keychain" in bare("config delete r --yes").err


def test_a_keychain_without_the_secret(bare, chain, config):
    config(FILE)
    error = bare("tag list", code=3).err
    assert "the keychain, for profile 'p' in " in error
    assert "has no secret of the key id ***-id; put it there: dm config init --keychain" in error
    keychain.store("dm-sandbox-id", Secret(f"{CANARY}\n"), Secret())
    error = bare("tag list", code=3).err
    assert "access_key_secret of keychain, for profile 'p' in " in error
    assert CANARY not in error


def test_without_the_package_it_is_said_how_to_get_it(bare, config, monkeypatch):
    config(FILE)
    monkeypatch.setitem(sys.modules, "keyring", None)
    error = bare("tag list", code=3).err
    assert error == "dm: the keychain needs the package keyring; install it: pip install 'dmcli[keychain]'\n"


def test_no_keychain_and_unsafe_ones(bare, use, config, tmp_path):
    config(FILE)
    use(fail.Keyring())
    with pytest.raises(ConfigError):
        keychain.check()
    assert "there is no safe keychain here, only keyring.backends.fail.Keyring" in bare("tag list", code=3).err

    from keyring_in_a_file import Keyring

    class Plaintext(Keyring):
        priority = 0.5

    use(Plaintext(str(tmp_path / "plain")))
    with pytest.raises(ConfigError, match=r"there is no safe keychain here, only .*\.Plaintext; set one up"):
        keychain.store("id", Secret("s"), Secret())
    assert not (tmp_path / "plain").exists()
    Plaintext.priority = 1  # the least that keyring itself recommends
    keychain.check()
    keychain.store("id", Secret("s"), Secret())
    assert (tmp_path / "plain").exists()


def test_a_keychain_that_fails(bare, use, config):
    from keyring_in_a_file import Keyring

    class Broken(Keyring):
        def get_password(self, *_):
            raise RuntimeError(CANARY)

    use(Broken("unused"))
    config(FILE)
    error = bare("tag list", code=3).err
    assert "the keychain failed (RuntimeError); see that it works: python -m keyring diagnose" in error
    assert CANARY not in error


def test_a_keychain_that_waits_for_somebody(bare, use, config, monkeypatch):
    from keyring_in_a_file import Keyring

    unlocked, waiting = threading.Event(), []

    class Locked(Keyring):
        def get_password(self, *_):
            waiting.append(threading.current_thread())
            unlocked.wait(PATIENT)

    monkeypatch.setattr(keychain, "LIMIT", SOON)
    use(Locked("unused"))
    config(FILE)
    try:
        error = bare("tag list", code=3).err
        eventually(lambda: waiting)
    finally:
        unlocked.set()
    assert f"the keychain did not answer within {SOON} s; unlock it and run this again" in error
    assert [thread.daemon for thread in waiting] == [True]  # the end of the run does not wait for it either


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("keychain: yes", "has keychain: yes but no access_key_id; add it there"),
        ("access_key_id: i\n    access_key_secret: c4n4ry\n    keychain: on", "has both keychain: yes and a secret"),
        ("access_key_id: i\n    security_token: c4n4ry\n    keychain: true", "has both keychain: yes and a secret"),
        ("access_key_id: i\n    keychain: c4n4ry", "must be yes or no; correct it"),
    ],
)
def test_a_profile_that_cannot_be_meant(bare, config, lines, said):
    config(f"default: p\nprofiles:\n  p:\n    {lines}\n")
    error = bare("tag list", code=3).err
    assert said in error
    assert CANARY not in error


@pytest.mark.parametrize("no", ["NO", "'no'", "false", "'False'", "off", "'OFF'", "''"])
def test_no_is_no(find, config, no):
    config(f"default: p\nprofiles:\n  p: {{access_key_id: i, access_key_secret: s, keychain: {no}}}\n")
    assert find()().access_key_id == "i"
