"""What is taken for keys, and for a moment at which they end."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest

from dmcli.api.request import Keys
from dmcli.credentials.provider import (
    CLOUD_NAMES,
    KeyNames,
    ProviderContext,
    check_keys,
    epoch,
    fingerprint,
    read_keys,
    static_provider,
)
from dmcli.errors import ConfigError
from dmcli.secret import Entry, Secret

CANARY = "c4n4ry"
NAMES = KeyNames(("id", "identity"), ("secret",), ("token",), ("end", "expires"))
WHOLE = {"identity": "i", "secret": "s", "token": "t"}


def keys_in(answer, now=0.0, *, token=False) -> Keys:
    return read_keys(answer, NAMES, "it", now, token=token)


def refused(answer, now=0.0, *, token=False) -> str:
    with pytest.raises(ConfigError) as caught:
        keys_in(answer, now, token=token)
    assert CANARY not in caught.value.message
    return caught.value.message


def test_nothing_that_a_way_may_use_is_shown():
    assert repr(ProviderContext({"A": CANARY}, lambda: None, None)) == "ProviderContext()"


def test_keys_are_read_under_the_first_of_their_names_that_has_a_value():
    assert keys_in(WHOLE) == Keys("i", Secret("s"), Secret("t"))
    assert keys_in({**WHOLE, "id": "first"}).access_key_id == "first"
    assert keys_in({**WHOLE, "id": "", "end": 0, "expires": 9}) == Keys("i", Secret("s"), Secret("t"), expires=9.0)


def test_a_token_there_need_not_be_unless_it_is_wanted():
    answer = {"id": "i", "secret": "s"}
    assert keys_in(answer) == Keys("i", Secret("s"))
    assert refused(answer, token=True) == "it gave no token; keys must be whole, look at what it gives"
    assert refused({**answer, "token": 5}).startswith("it gave no token; ")


@pytest.mark.parametrize("answer", [None, [], "id", {}, {"secret": CANARY}, {"id": 1, "secret": CANARY}])
def test_what_has_no_id(answer):
    assert refused(answer) == "it gave no id or identity; keys must be whole, look at what it gives"


@pytest.mark.parametrize(("part", "name"), [("identity", "id"), ("secret", "secret"), ("token", "token")])
def test_what_no_key_has(part, name):
    said = f"{name} of it has a blank, line break or other character no key has; copy it anew"
    assert refused({**WHOLE, part: f"{CANARY} "}) == said
    names = ("identity", "secret", "token")
    secrets = {key: Secret(text) for key, text in {**WHOLE, part: f"{CANARY} "}.items()}
    with pytest.raises(ConfigError, match=f"^{part} of a file has a blank"):
        static_provider(Entry("a file", {"identity": secrets["identity"].reveal()}, secrets), names)


@pytest.mark.parametrize(("end", "now"), [(1, 1.0), (1000, 1000.0), (1000, 1000.5), ("1970-01-01T00:16:40Z", 1000.0)])
def test_keys_end_at_the_moment_they_name(end, now):
    assert "gave keys that have ended already" in refused({**WHOLE, "end": end}, now)
    assert keys_in({**WHOLE, "end": end}, now - 1.0).expires == float(end if isinstance(end, int) else 1000)


@pytest.mark.parametrize("end", ["soon", 10**11, -1, 1.5, [1], "2026-13-01"])
def test_an_end_that_is_no_moment(end):
    assert refused({**WHOLE, "end": end}) == "it gave an end that is no time such as 2026-01-31T12:00:00Z"


def test_a_moment_is_in_utc_unless_it_says_otherwise(shanghai):
    assert epoch("2026-01-31T12:00:00Z") == epoch("2026-01-31T12:00:00") == 1769860800.0
    assert epoch("2026-01-31T20:00:00+08:00") == 1769860800.0
    assert (epoch(0), epoch(10**11 - 1)) == (0.0, 99999999999.0)


@pytest.mark.parametrize(
    ("moment", "end"),
    [
        ("0001-01-01T00:00:00Z", 0.0),
        ("0001-01-01T00:00:00+08:00", 0.0),
        ("9999-12-31T23:59:59Z", 253402300799.0),
        ("9999-12-31T23:59:59-10:00", 253402300799.0),
    ],
)
def test_a_moment_beyond_all_calendars_can_be_shown(moment, end):
    assert epoch(moment) == end
    assert datetime.fromtimestamp(end, UTC).year in (1970, 9999)


def test_a_fingerprint_parts_what_it_is_made_of():
    assert fingerprint("a", "b") == hashlib.sha256(b"a\0b").hexdigest()
    made = [fingerprint("a", "b"), fingerprint("ab"), fingerprint("a", "", "b"), fingerprint("b", "a")]
    assert len(set(made)) == 4
    assert fingerprint("\udc80")  # an environment may have what is no text


@pytest.mark.parametrize("names", [("id", "secret", "token"), ("ID", "SECRET", "")])
def test_keys_stand_in_an_entry_whole_or_not_at_all(names):
    values, secrets = {names[0]: "i"}, {names[1]: Secret("s"), "token": Secret("t")}
    provider = static_provider(Entry("x", values, secrets), names)
    keys = Keys("i", Secret("s"), Secret("t" if names[2] else ""))
    assert (provider.source, provider.owner, provider.fetch(), provider.cache) == ("x", "i", keys, "")
    assert static_provider(Entry("x", {}, {}), names) is None
    for entry, there, missing in ((Entry("x", values, {}), *names[:2]), (Entry("x", {}, secrets), *names[1::-1])):
        with pytest.raises(ConfigError, match=f"x has {there} but no {missing}; keys are taken whole from one place"):
            static_provider(entry, names)


def test_keys_of_the_cloud_have_these_names():
    names = tuple(name for (name,) in CLOUD_NAMES)
    assert names == ("AccessKeyId", "AccessKeySecret", "SecurityToken", "Expiration")
    assert check_keys(Keys("i", Secret("s"), Secret("t")), names, "x") == Keys("i", Secret("s"), Secret("t"))
