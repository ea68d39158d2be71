"""Profiles: reading the file strictly, the order of sources, regions and endpoints, edits that spare other lines."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from rows import each

from dmcli.api.regions import REGIONS
from dmcli.config.content import read
from dmcli.config.edit import add_profile, delete_profile, rename_profile, set_default, set_value
from dmcli.config.file import KNOWN, load_file
from dmcli.config.settings import Flags, resolve
from dmcli.errors import ConfigError, InputError, NotFoundError
from dmcli.secret import Secret

EXAMPLE = Path(__file__).parents[2] / "config.example.yaml"
TEXT = """\
# Our profiles
default: work   # most of the time

profiles:
  # the account that matters
  work:
    access_key_id: EXAMPLE-ID
    access_key_secret: example-secret
    region: ap-southeast-1
    from: 'news@example.com'
    # what we look at
    output: json

  # trying things
  test:
    endpoint: http://127.0.0.1:8025
    signature: v3
"""


@pytest.fixture
def environ(tmp_path):
    return {"HOME": str(tmp_path), "DM_CONFIG": str(tmp_path / "config.yaml")}


@pytest.fixture
def write(environ):
    def write(text=TEXT, mode=0o600):
        path = Path(environ["DM_CONFIG"])
        path.write_bytes(text.encode())
        path.chmod(mode)
        return str(path)

    return write


@pytest.fixture
def vendor(environ):
    def vendor(text, mode=0o600):
        path = Path(environ["HOME"], ".aliyun", "config.json")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text if isinstance(text, str) else json.dumps(text))
        path.chmod(mode)

    return vendor


def test_a_file_is_read(write):
    file = load_file(write())
    assert file.default == "work"
    assert read(TEXT).profiles == yaml.safe_load(TEXT)["profiles"]
    shown = {"access_key_id": "EXAMPLE-ID", "region": "ap-southeast-1", "from": "news@example.com", "output": "json"}
    assert file.profiles == {"work": shown, "test": yaml.safe_load(TEXT)["profiles"]["test"]}
    assert file.secrets == {"work": {"access_key_secret": Secret("example-secret")}, "test": {}}
    assert file.entry("none")[1:] == ({}, {})
    assert file.warnings == ()


def test_values_are_text_as_typed(write):
    text = "api_version: 2015-11-23\n    access_key_id: 0123\n    from: yes\n    lang: ~\n    region:\n"
    file = load_file(write(f"profiles:\n  123:\n    {text}"))
    assert file.profiles == {"123": {"api_version": "2015-11-23", "access_key_id": "0123", "from": "yes"}}


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "---\n", "profiles:\n", "profiles: {}\n", "default: ~\n"])
def test_a_file_may_hold_nothing(write, text):
    file = load_file(write(text))
    assert (file.default, file.profiles) == ("", {})


def test_a_missing_file_holds_nothing(tmp_path):
    assert load_file(str(tmp_path / "none.yaml")).profiles == {}


@each(
    ("text", "line", "problem"),
    [
        ("profiles:\n  work:\n    regoin: x\n", 3, "unknown key 'regoin' in profile 'work'; did you mean 'region'?"),
        ("default: a\n\nprofile: {}\n", 3, "unknown key 'profile'; did you mean 'profiles'?"),
        ("profiles:\n  a:\n    region: x\n    lang: en\n    region: y\n", 5, "the key 'region' stands there twice"),
        ("profiles:\n  a: {}\n  a: {}\n", 3, "the key 'a' stands there twice"),
        ("profiles:\n  a: {region: x\n", 3, "not valid YAML: "),
        ("profiles:\n\t- x\n", 2, "not valid YAML: "),
        ("default: a: b\n", 1, "not valid YAML: mapping values are not allowed"),
        ("profiles: &p\n  a: {}\n", 1, "YAML tags and anchors have no place"),
        ("default: *p\n", 1, "lists and aliases have no place"),
        ("a: &a {x: y}\nb: &b {c: *a, d: *a}\nc: {e: *b, f: *b}\n", 1, "YAML tags and anchors have no place"),
        ("profiles:\n  a:\n    <<: *b\n", 3, "lists and aliases have no place"),
        ("profiles:\n  a:\n    region: !!python/object/apply:os.system [x]\n", 3, "lists and aliases have no place"),
        ("profiles:\n  a:\n    region: !!python/name:os.system\n", 3, "YAML tags and anchors have no place"),
        ("profiles:\n  a:\n    region:\n      - x\n", 4, "lists and aliases have no place"),
        ("profiles:\n  a:\n    region:\n      x: y\n", 4, "values must be one piece of text"),
        ("profiles:\n  a: text\n", 2, "profile 'a' must hold 'key: value' lines"),
        ("profiles: text\n", 1, "'profiles' must hold 'key: value' lines"),
        ("default: {a: b}\n", 1, "'default' must be one piece of text"),
        ("just text\n", 1, "the file must hold 'key: value' lines"),
        ("profiles:\n  sandbox: {}\n", 2, "the profile 'sandbox' is built in"),
        ("profiles:\n  'a b': {}\n", 2, "the profile name (not shown) will not do"),
        ("profiles:\n  {region: x}: y\n", 2, "values must be one piece of text"),
        ("default: a\n# \x07\n", 2, "a control character"),
        ("default: a\n---\ndefault: b\n", 3, "a second YAML document"),
        ("a: " + "[" * 100_000, 1, "lists and aliases have no place"),
        ("{a: " * 100_000, 1, "values must be one piece of text"),
    ],
)
def test_mistakes_are_named_with_their_line(write, text, line, problem):
    path = write(text)
    with pytest.raises(ConfigError) as caught:
        load_file(path)
    assert caught.value.message.startswith(f"{path} line {line}: {problem}")


def test_a_file_of_more_than_a_mebibyte_is_none(write):
    assert load_file(write(TEXT + "#" * ((1 << 20) - len(TEXT.encode())))).profiles
    with pytest.raises(ConfigError, match="is larger than 1048576 bytes; give the path of a file with a text"):
        load_file(write(TEXT + "#" * ((1 << 20) - len(TEXT.encode()) + 1)))


def test_a_mistake_shows_no_secret(write):
    path = write("profiles:\n  a: {access_key_secret:TOPSECRET+/=}\n")
    with pytest.raises(ConfigError, match="line 2: unknown key") as caught:
        load_file(path)
    assert "TOPSECRET" not in caught.value.message
    file = load_file(write())
    assert "example-secret" not in repr(file) + repr(tuple(file)) + str(file.entry("work"))
    assert "example-secret" not in repr(read(TEXT))
    assert "EXAMPLE-ID" not in repr(file)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_only_a_file_with_secrets_must_be_private(write, environ):
    with pytest.raises(ConfigError, match="chmod 600"):
        load_file(write(mode=0o644))
    assert load_file(write("default: sandbox\n", 0o644)).warnings == ()
    write(mode=0o640)
    (warning,) = resolve(Flags(), environ).warnings
    assert "open to its group" in warning


def test_without_anything_the_defaults_hold(environ):
    settings = resolve(Flags(), environ)
    assert settings == (
        *("", "cn-hangzhou", "https://dm.aliyuncs.com", "", "", "en", "v1", "", "", False),
        {
            "profile": "not set",
            "region": "built in",
            "endpoint": "region cn-hangzhou",
            "from": "not set",
            "output": "not set",
            "lang": "built in",
            "signature": "built in",
            "api_version": "not set",
            "ca_bundle": "not set",
        },
        (),
    )


def test_the_default_profile_is_used(write, environ):
    path = write()
    settings = resolve(Flags(), environ)
    assert (settings.profile, settings.region, settings.output) == ("work", "ap-southeast-1", "json")
    assert (settings.sender, settings.endpoint) == ("news@example.com", "https://dm.ap-southeast-1.aliyuncs.com")
    assert settings.sources["profile"] == f"default in {path}"
    assert settings.sources["from"] == f"profile 'work' in {path}"


def test_each_value_comes_from_the_highest_source_that_has_it(write, environ):
    path = write(
        "default: low\nprofiles:\n  high: {lang: zh}\n"
        "  low: {lang: en, output: csv, region: us-east-1, from: a@b.c, api_version: 2017-06-22}\n"
    )
    environ |= {"DM_LANG": "en", "DM_OUTPUT": "yaml", "ALICLOUD_REGION_ID": "ap-southeast-1"}
    settings = resolve(Flags(), environ)
    assert (settings.lang, settings.output, settings.region, settings.sender) == (
        "en",
        "yaml",
        "ap-southeast-1",
        "a@b.c",
    )
    assert settings.sources["lang"] == "DM_LANG"
    assert settings.sources["region"] == "ALICLOUD_REGION_ID"
    environ |= {"ALIBABACLOUD_REGION_ID": "ap-southeast-2", "DM_PROFILE": "high", "DM_OUTPUT": ""}
    settings = resolve(Flags(), environ)
    assert (settings.lang, settings.output, settings.region) == ("zh", "csv", "ap-southeast-2")
    assert settings.sources["lang"] == f"profile 'high' in {path}"
    assert settings.sources["profile"] == "DM_PROFILE"
    environ["ALIBABA_CLOUD_REGION_ID"] = "eu-central-1"
    settings = resolve(Flags(lang="en", output="json"), environ)
    assert (settings.lang, settings.output, settings.region) == ("en", "json", "eu-central-1")
    assert settings.sources["output"] == "--output"
    assert resolve(Flags(profile="low"), environ).region == "us-east-1"
    assert resolve(Flags(profile="low"), environ).api_version == "2017-06-22"


def test_a_generic_name_counts_for_a_region_of_ours_only(write, environ):
    write()
    environ |= {"REGION": "us-west-2"}
    assert resolve(Flags(), environ).region == "ap-southeast-1"
    environ |= {"REGION": "ap-southeast-2"}
    assert resolve(Flags(), environ).sources["region"] == "REGION"
    environ |= {"REGION_ID": "us-east-1"}
    assert resolve(Flags(), environ).sources["region"] == "REGION_ID"
    environ |= {"ALICLOUD_REGION_ID": "eu-central-1"}
    assert resolve(Flags(), environ).region == "eu-central-1"


@pytest.mark.parametrize(
    ("locale", "lang", "source"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh", "LANG"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "de_DE"}, "en", "LC_MESSAGES"),
        ({"LANG": "de_DE", "LC_MESSAGES": "C", "LC_ALL": "zh_TW"}, "zh", "LC_ALL"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, "zh", "LANG"),
        ({"LANG": "C"}, "en", "LANG"),
    ],
)
def test_language_follows_the_locale(environ, locale, lang, source):
    settings = resolve(Flags(), environ | locale)
    assert (settings.lang, settings.sources["lang"]) == (lang, source)


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("https://dm.aliyuncs.com", "https://dm.aliyuncs.com"),
        ("HTTPS://Dm.Aliyuncs.com/", "https://dm.aliyuncs.com"),
        ("dm.example.com:8443", "https://dm.example.com:8443"),
        ("http://mail_proxy:80", "http://mail_proxy:80"),
        ("127.0.0.1:8025", "http://127.0.0.1:8025"),
        ("localhost", "http://localhost"),
        ("[::1]:8025", "http://[::1]:8025"),
        ("[2001:db8::1]", "https://[2001:db8::1]"),
        ("localhost.example.com", "https://localhost.example.com"),
    ],
)
def test_endpoints(environ, given, url):
    settings = resolve(Flags(endpoint=given), environ)
    assert settings.endpoint == url
    assert settings.sources["endpoint"] == "--endpoint"


@pytest.mark.parametrize(
    "given",
    [
        "ftp://h",
        "https://",
        "https://h/path",
        "https://h?x",
        "https://h#x",
        "h:0",
        "h:70000",
        "h:x",
        "a b",
        "-h",
        "h.",
        "é",
    ],
)
def test_what_is_no_endpoint(environ, given):
    with pytest.raises(InputError, match=r"--endpoint: .* is no endpoint"):
        resolve(Flags(endpoint=given), environ)
    with pytest.raises(ConfigError, match=r"DM_ENDPOINT: .* is no endpoint"):
        resolve(Flags(), environ | {"DM_ENDPOINT": given})


def test_a_password_in_an_endpoint_is_not_shown(environ):
    with pytest.raises(InputError) as caught:
        resolve(Flags(endpoint="https://user:hunter2@host"), environ)
    assert "hunter2" not in caught.value.message


def test_a_region_outranks_an_endpoint_from_further_down(write, environ):
    write(
        "default: d\nprofiles:\n"
        "  d: {region: cn-hangzhou, endpoint: proxy.example.com}\n  r: {region: ap-southeast-2}\n"
    )
    settings = resolve(Flags(), environ)
    assert settings.region == "cn-hangzhou"
    assert (settings.endpoint, settings.warnings) == ("https://proxy.example.com", ())
    settings = resolve(Flags(region="ap-southeast-1"), environ)
    assert settings.endpoint == "https://dm.ap-southeast-1.aliyuncs.com"
    assert "--region chooses region ap-southeast-1" in settings.warnings[0]
    assert resolve(Flags(profile="r"), environ).endpoint == "https://dm.ap-southeast-2.aliyuncs.com"
    settings = resolve(Flags(region="cn-north-9", endpoint="other.example.com"), environ)
    assert (settings.region, settings.endpoint) == ("cn-north-9", "https://other.example.com")
    assert resolve(Flags(profile="r"), environ | {"DM_ENDPOINT": "x.example.com"}).region == "ap-southeast-2"


def test_a_known_endpoint_brings_its_region(write, environ):
    settings = resolve(Flags(endpoint="dm.ap-southeast-1.aliyuncs.com"), environ)
    assert (settings.region, settings.sources["region"]) == ("ap-southeast-1", "the host of --endpoint")
    write("default: d\nprofiles:\n  d: {region: cn-hangzhou, endpoint: dm.ap-southeast-1.aliyuncs.com}\n")
    assert resolve(Flags(), environ).region == "cn-hangzhou"


@pytest.mark.parametrize(
    ("flags", "variables", "kind", "message"),
    [
        (Flags(region="ap-southeast-3"), {}, InputError, "--region: unknown region 'ap-southeast-3'; "),
        (Flags(), {"ALIBABA_CLOUD_REGION_ID": "cn-x"}, ConfigError, "ALIBABA_CLOUD_REGION_ID: unknown region 'cn-x'; "),
        (
            Flags(output="jsno"),
            {},
            InputError,
            "--output: 'jsno' is not one of table, json, yaml, csv, ndjson; did you",
        ),
        (Flags(lang="fr"), {}, InputError, "--lang: 'fr' is not one of en, zh"),
        (Flags(), {"DM_OUTPUT": "xml"}, ConfigError, "DM_OUTPUT: 'xml' is not one of"),
        (Flags(profile="wrok"), {}, ConfigError, "--profile: there is no profile 'wrok' in "),
        (Flags(), {"DM_PROFILE": "none"}, ConfigError, "DM_PROFILE: there is no profile 'none' in "),
        (Flags(profile="sig"), {}, ConfigError, "profile 'sig' in "),
        (Flags(profile="ver"), {}, ConfigError, "profile 'ver' in "),
        (Flags(profile="ctl"), {}, ConfigError, "profile 'ctl' in "),
    ],
)
def test_values_that_will_not_do(write, environ, flags, variables, kind, message):
    write(
        'profiles:\n  work: {}\n  sig: {signature: v2}\n  ver: {api_version: 2020-01-01}\n  ctl: {from: "a\\nBcc: b"}\n'
    )
    with pytest.raises(kind) as caught:
        resolve(flags, environ | variables)
    assert type(caught.value) is kind
    assert caught.value.message.startswith(message)
    if flags.profile == "wrok":
        assert "profiles: work, sig, ver, ctl, sandbox; did you mean 'work'?" in caught.value.message
    if "region" in message:
        assert all(region in caught.value.message for region in REGIONS)
    assert "Bcc" not in caught.value.message


def test_the_nearest_region_is_suggested(environ):
    with pytest.raises(InputError, match=r"did you mean 'cn-hangzhou'\?"):
        resolve(Flags(region="cn-hanzhou"), environ)


def test_a_default_that_is_not_there_matters_only_when_it_is_used(write, environ):
    write("default: gone\nprofiles:\n  work: {}\n")
    assert resolve(Flags(profile="work"), environ).profile == "work"
    with pytest.raises(ConfigError, match="there is no profile 'gone'"):
        resolve(Flags(), environ)


@pytest.mark.parametrize(("word", "version"), [("HMAC-SHA1", "v1"), ("acs3-hmac-sha256", "v3"), ("V3", "v3")])
def test_signature_names(write, environ, word, version):
    write(f"default: a\nprofiles:\n  a: {{signature: {word}}}\n")
    assert resolve(Flags(), environ).signature == version


def test_the_sandbox_takes_nothing_of_an_account(write, environ, vendor):
    write(TEXT.replace("output: json", "output: json\n    lang: zh\n    endpoint: proxy.example.com"))
    vendor({"current": "d", "profiles": [{"name": "d", "region_id": "ap-southeast-2"}]})
    environ |= {"ALIBABA_CLOUD_REGION_ID": "us-east-1"}
    settings = resolve(Flags(profile="sandbox"), environ)
    assert settings[:8] == ("sandbox", "cn-hangzhou", "", "noreply@sandbox.test", "json", "zh", "v1", "")
    environ |= {"DM_PROFILE": "sandbox", "DM_ENDPOINT": "127.0.0.1:8025"}
    settings = resolve(Flags(region="ap-southeast-1"), environ)
    assert settings[1:3] == ("ap-southeast-1", "http://127.0.0.1:8025")
    assert (settings.sandbox, settings.warnings) == (True, ())


def test_the_sandbox_may_be_the_default(write, environ):
    write("default: sandbox\n")
    settings = resolve(Flags(), environ)
    assert (settings.profile, settings.sandbox, settings.endpoint) == ("sandbox", True, "")


def test_the_vendors_region_comes_last(write, environ, vendor):
    vendor(
        {
            "current": "b",
            "profiles": [
                {"name": "a", "region_id": "us-east-1", "retry_count": 1},
                {"name": "b", "region_id": "ap-southeast-2"},
            ],
        },
        0o644,  # the region is no secret
    )
    settings = resolve(Flags(), environ)
    assert settings.region == "ap-southeast-2"
    assert settings.sources["region"] == f"profile 'b' in {environ['HOME']}/.aliyun/config.json"
    assert resolve(Flags(), environ | {"ALICLOUD_PROFILE": "a"}).region == "us-east-1"
    assert resolve(Flags(), environ | {"ALIBABA_CLOUD_IGNORE_PROFILE": "true"}).region == "cn-hangzhou"
    assert resolve(Flags(), environ | {"ALIBABA_CLOUD_CLI_PROFILE_DISABLED": "True"}).region == "cn-hangzhou"
    write()
    assert resolve(Flags(), environ).region == "ap-southeast-1"


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"profiles": [1]}', '{"current": "x", "profiles": [{"name": "y"}]}', "[" * 99999]
)
def test_a_broken_vendor_file_does_not_matter_for_the_region(environ, vendor, text):
    vendor(text)
    assert resolve(Flags(), environ).region == "cn-hangzhou"


def test_every_example_profile_resolves(environ):
    shutil.copy(EXAMPLE, environ["DM_CONFIG"])
    os.chmod(environ["DM_CONFIG"], 0o600)
    file = load_file(environ["DM_CONFIG"])
    assert len(file.profiles) == 9
    found = {name: resolve(Flags(profile=name), environ) for name in (*file.profiles, "sandbox")}
    assert {settings.region for settings in found.values()} == {"cn-hangzhou", "ap-southeast-1", "ap-southeast-2"}
    assert {settings.signature for settings in found.values()} == {"v1", "v3"}
    assert found["testserver"].endpoint == "http://127.0.0.1:8025"
    assert {key for values in read(EXAMPLE.read_text("utf-8")).profiles.values() for key in values} == {*KNOWN}
    assert resolve(Flags(), environ).profile == "hangzhou"
    assert not any(values.get("access_key_id", "").startswith("LTAI") for values in file.profiles.values())


# Edits


def test_set_default_changes_one_word():
    assert set_default(TEXT, "test") == TEXT.replace("default: work ", "default: test ")
    assert set_default(TEXT, "sandbox") == TEXT.replace("default: work ", "default: sandbox ")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("profiles:\n  a: {}\n", "default: a\nprofiles:\n  a: {}\n"),
        ("# head\n\nprofiles:\n  a: {}", "# head\n\ndefault: a\nprofiles:\n  a: {}"),
        ("default:\nprofiles: {a: {}}\n", "default: a\nprofiles: {a: {}}\n"),
        ("default:   # none\nprofiles: {a: {}}\n", "default: a   # none\nprofiles: {a: {}}\n"),
        ("profiles: {a: {}}\r\ndefault: 'x y' # z\r\n", "profiles: {a: {}}\r\ndefault: a # z\r\n"),
        ("{default: x, profiles: {a: {}}}\n", "{default: a, profiles: {a: {}}}\n"),
        ("profiles:\n  a:\ndefault: gone", "profiles:\n  a:\ndefault: a"),
    ],
)
def test_set_default_in_other_shapes(before, after):
    assert set_default(before, "a") == after


def test_set_default_on_nothing():
    assert set_default("", "sandbox") == "default: sandbox\n"
    assert set_default("# mine", "sandbox") == "# mine\ndefault: sandbox\n"


def test_set_default_wants_a_profile_that_is_there():
    with pytest.raises(
        NotFoundError, match=r"there is no profile 'tset'; profiles: work, test, sandbox; did you mean 'test'\?"
    ):
        set_default(TEXT, "tset")


def test_add_profile_comes_last_and_keeps_the_rest():
    new = '  new:\n    access_key_id: EXAMPLE\n    access_key_secret: "a+b/c=="\n    from: "生产 <a@b.c>"\n'
    values = {"access_key_id": "EXAMPLE", "access_key_secret": "a+b/c==", "region": "", "from": "生产 <a@b.c>"}
    assert add_profile(TEXT, "new", values) == TEXT + new
    assert add_profile(TEXT.rstrip("\n"), "new", values) == TEXT + new
    crlf = TEXT.replace("\n", "\r\n")
    assert add_profile(crlf, "new", values) == crlf + new.replace("\n", "\r\n")


@each(
    ("before", "after"),
    [
        ("", "profiles:\n  m:\n    lang: zh\n"),
        ("# c\n", "# c\nprofiles:\n  m:\n    lang: zh\n"),
        ("default: m\n", "default: m\nprofiles:\n  m:\n    lang: zh\n"),
        ("profiles:\n# end", "profiles:\n  m:\n    lang: zh\n# end"),
        ("profiles: # ours\ndefault: m\n", "profiles: # ours\n  m:\n    lang: zh\ndefault: m\n"),
        ("profiles: {}\n", "profiles: \n  m:\n    lang: zh\n"),
        ("profiles:\n    a:\n        lang: en\n", "profiles:\n    a:\n        lang: en\n    m:\n        lang: zh\n"),
        ("profiles:\n  a: {}\n", "profiles:\n  a: {}\n  m:\n    lang: zh\n"),
        ("profiles:\n  a:\n\n# d\ndefault: a\n", "profiles:\n  a:\n  m:\n    lang: zh\n\n# d\ndefault: a\n"),
        (
            "profiles:\n  a:\n    lang: en\n    # region: x\n  # b:\n\n# d\ndefault: a\n",
            "profiles:\n  a:\n    lang: en\n    # region: x\n  # b:\n  m:\n    lang: zh\n\n# d\ndefault: a\n",
        ),
        (
            "profiles:\n  a:\n    from: |-\n      x # y\ndefault: a\n",
            "profiles:\n  a:\n    from: |-\n      x # y\n  m:\n    lang: zh\ndefault: a\n",
        ),
        (
            "profiles:\n a: {lang: en,\n  output: csv}\n",
            "profiles:\n a: {lang: en,\n  output: csv}\n m:\n   lang: zh\n",
        ),
    ],
)
def test_add_profile_in_other_shapes(before, after):
    assert add_profile(before, "m", {"lang": "zh"}) == after


@pytest.mark.parametrize("text", ["{profiles: {a: {}}}\n", "profiles: {a: {}}\n", "default: a\n...\n"])
def test_add_profile_refuses_what_it_cannot_edit(text):
    with pytest.raises(ConfigError, match="change it in an editor"):
        add_profile(text, "n", {"lang": "zh"})


def test_replacing_keeps_comments_and_other_profiles():
    values = {"access_key_id": "OTHER", "region": "us-east-1", "output": "csv", "lang": "zh"}
    assert add_profile(TEXT, "work", values, replace=True) == TEXT.replace("EXAMPLE-ID", "OTHER").replace(
        "    access_key_secret: example-secret\n", ""
    ).replace("ap-southeast-1", "us-east-1").replace("    from: 'news@example.com'\n", "").replace(
        "output: json\n", "output: csv\n    lang: zh\n"
    )
    assert read(add_profile(TEXT, "test", {}, replace=True)).profiles["test"] == {}
    assert add_profile("profiles:\n  a:   # x\n  b:\n", "a", {"lang": "en"}, replace=True) == (
        "profiles:\n  a:   # x\n    lang: en\n  b:\n"
    )


def test_what_add_profile_refuses():
    with pytest.raises(InputError, match="the profile 'work' exists already"):
        add_profile(TEXT, "work", {"lang": "zh"})
    with pytest.raises(InputError, match="'sandbox' is built in"):
        add_profile(TEXT, "sandbox", {})
    with pytest.raises(InputError, match="will not do; use up to 64 letters"):
        add_profile(TEXT, "a b", {})
    with pytest.raises(InputError, match=r"no value 'regoin'; did you mean 'region'\?"):
        add_profile(TEXT, "n", {"regoin": "x"})
    with pytest.raises(InputError, match="access_key_secret has a line break") as caught:
        add_profile(TEXT, "n", {"access_key_secret": "hush\nhush"})
    assert "hush" not in caught.value.message
    with pytest.raises(ConfigError, match=r"config.yaml line 1: not valid YAML"):
        add_profile("a: b: c\n", "n", {})


names = st.from_regex(r"[\w.@][\w.@-]{0,8}", fullmatch=True).filter(lambda name: name != "sandbox")
texts = st.text(st.characters(min_codepoint=0x20, exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cn")), min_size=1)
texts = texts.filter(lambda text: "\ufeff" not in text)
values = st.dictionaries(st.sampled_from(KNOWN), st.one_of(texts, st.sampled_from(("null", "yes", "1", "~"))))
layouts = st.sampled_from(
    (
        "",
        TEXT,
        TEXT.replace("\n", "\r\n"),
        TEXT.rstrip(),
        "# c\nprofiles:\n  # d\n\ndefault: ~\n# e\n",
        "profiles:\n    a:\n      lang: 'en'  # x\n    b: {region: x, output: 'y'}\n\n    c:\n# end\ndefault: a\n",
    )
)


@given(layouts, names, values)
def test_an_added_profile_reads_back_and_nothing_else_changes(text, name, wanted):
    before = read(text)
    if name in before.profiles:
        return
    result = add_profile(text, name, wanted)
    assert read(result).profiles == before.profiles | {name: wanted}
    assert read(result).default == before.default
    kept = iter(result.splitlines())
    assert all(line in kept for line in text.splitlines())  # all the old lines, in their order
    loaded = yaml.safe_load(result)["profiles"]  # every other reader takes the values for the same texts
    assert loaded[name] == (wanted or None)
    chosen = set_default(result, name)
    assert read(chosen)[:2] == (name, before.profiles | {name: wanted})
    assert len(chosen.splitlines()) - len(result.splitlines()) == ("default" not in before.tree)


@given(st.sampled_from((TEXT, TEXT.replace("\n", "\r\n"), TEXT.rstrip())), st.sampled_from(("work", "test")), values)
def test_a_replaced_profile_reads_back_and_comments_stay(text, name, wanted):
    result = add_profile(text, name, wanted, replace=True)
    assert read(result).profiles == read(text).profiles | {name: wanted}
    assert [line for line in result.splitlines() if line.lstrip().startswith("#")] == [
        line for line in text.splitlines() if line.lstrip().startswith("#")
    ]


COMMENTED = """\
# head
default: work   # by day
profiles:
  # the main one
  work:            # ours
    access_key_id: 'EXAMPLE-ID'   # quoted as somebody liked it
    region:        # that of the vendor's CLI
    # lang: zh
    output: "json"

  # for tests
  test: {}
# end
"""


def test_one_value_is_set_and_taken_out():
    assert set_value(COMMENTED, "work", "output", "csv") == COMMENTED.replace('"json"', "csv")
    assert set_value(COMMENTED, "work", "region", "us-east-1") == COMMENTED.replace(
        "region:        # that", "region: us-east-1        # that"
    )
    assert set_value(COMMENTED, "work", "output", "") == COMMENTED.replace('    output: "json"\n', "")
    assert set_value(COMMENTED, "work", "lang", "zh") == COMMENTED.replace('"json"\n', '"json"\n    lang: zh\n')
    assert set_value(COMMENTED, "work", "lang", "") == COMMENTED
    assert set_value(COMMENTED, "test", "lang", "zh") == COMMENTED.replace("test: {}", "test: \n    lang: zh")
    with pytest.raises(InputError, match=r"did you mean 'region'\?"):
        set_value(COMMENTED, "work", "regoin", "x")
    with pytest.raises(NotFoundError, match=r"did you mean 'work'\?"):
        set_value(COMMENTED, "wrok", "lang", "zh")
    with pytest.raises(InputError, match="built in"):
        set_value(COMMENTED, "sandbox", "lang", "zh")


def test_a_renamed_profile_stays_in_its_place():
    renamed = COMMENTED.replace("default: work", "default: yard").replace("  work:  ", "  yard:  ")
    assert rename_profile(COMMENTED, "work", "yard") == renamed
    assert rename_profile(COMMENTED, "test", "on") == COMMENTED.replace("test: {}", '"on": {}')
    for new, said in (("test", "exists already"), ("work", "exists already"), ("sandbox", "built in"), ("a b", "64")):
        with pytest.raises(InputError, match=said):
            rename_profile(COMMENTED, "work", new)


def test_a_deleted_profile_takes_its_own_lines():
    without = COMMENTED.replace("default: work   # by day\n", "")
    start, end = without.index("  work:"), without.index("\n  # for tests")
    assert delete_profile(COMMENTED, "work") == without[:start] + without[end:]
    assert delete_profile(COMMENTED, "test") == COMMENTED.replace("  test: {}\n", "")
    assert delete_profile("profiles:\n  a:\n    lang: en", "a") == "profiles:\n"
    with pytest.raises(ConfigError, match="change it in an editor"):
        delete_profile("profiles: {a: {}, b: {}}\n", "a")


@given(
    layouts,
    st.sampled_from(("work", "test", "a", "b", "c")),
    names,
    st.sampled_from(KNOWN),
    st.one_of(texts, st.just("")),
)
def test_edits_of_a_profile_read_back_and_change_nothing_else(text, name, new, key, value):
    before = read(text)
    if name not in before.profiles or new in before.profiles:
        return

    def kept(result, of):
        """All lines of `result` stand in `of` too, in this order."""
        rest = iter(of.splitlines())
        return all(line in rest for line in result.splitlines())

    renamed = rename_profile(text, name, new)
    assert list(read(renamed).profiles) == [new if one == name else one for one in before.profiles]
    assert read(renamed).default == (new if before.default == name else before.default)
    assert rename_profile(renamed, new, name) == text
    deleted = delete_profile(text, name)
    assert read(deleted).profiles == {one: values for one, values in before.profiles.items() if one != name}
    assert kept(deleted, text)
    if "{region" in text and name == "b":  # nothing is added to what stands on one line
        return
    changed = set_value(text, name, key, value)
    expected = {label: one for label, one in {**before.profiles[name], key: value}.items() if one}
    assert read(changed).profiles == before.profiles | {name: expected}
    old, now = text.splitlines(), changed.splitlines()
    assert abs(len(old) - len(now)) <= 1
    assert sum(line not in now for line in old) <= 1
