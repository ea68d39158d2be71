"""Profiles at the command line: made, listed, shown, chosen and checked, secrets never shown."""

from __future__ import annotations

import json
import stat

import pytest

SECRET = "s3cr3t-of-the-test"
FILE = f"""\
# our profiles
default: work
profiles:
  work:            # the main account
    access_key_id: work-key-id
    access_key_secret: {SECRET}
    region: ap-southeast-1
    from: noreply@mail.example.com
    output: json
  local:
    access_key_id: dm-sandbox-id
    access_key_secret: dm-sandbox-secret
    endpoint: http://127.0.0.1:1
"""


@pytest.fixture
def file(tmp_path):
    made = tmp_path / ".config" / "dm" / "config.yaml"
    made.parent.mkdir(parents=True)
    made.write_text(FILE, encoding="utf-8")
    made.chmod(0o600)
    return made


def test_path(bare, tmp_path, monkeypatch):
    assert bare("config path").out == f"{tmp_path}/.config/dm/config.yaml\n"
    monkeypatch.setenv("DM_CONFIG", "/elsewhere.yaml")
    assert bare("config path").out == "/elsewhere.yaml\n"


def test_list_and_show_mask_secrets(bare, file):
    listed = bare("config list -o json").json
    assert [(row["name"], row["default"]) for row in listed] == [("work", True), ("local", False), ("sandbox", False)]
    assert [row["name"] for row in bare("-p local config list -o json").json if row["in_use"]] == ["local"]
    lost = bare("-p lcoal config list -o json")
    assert not any(row["in_use"] for row in lost.json)
    assert "did you mean 'local'" in lost.err
    for result in (
        bare("config list -o table"),
        bare("config show"),
        bare("config show -o table"),
    ):
        assert SECRET not in result.out + result.err
        assert "work-key-id" not in result.out
    shown = bare("config show work -o json").json
    assert (shown["region"], shown["access_key_secret"], shown["access_key_id"]) == ("ap-southeast-1", "***", "***-id")
    for command in ("show", "use"):
        assert "profiles: work, local, sandbox" in bare("config {} nope", command, code=10).err


def test_the_profile_that_is_shown_is_the_one_in_use(bare, file, monkeypatch):
    assert bare("config show -o json").json["name"] == "work"
    monkeypatch.setenv("DM_PROFILE", "local")
    assert bare("config show -o json").json["name"] == "local"
    assert bare("-p sandbox config show -o json").json["name"] == "sandbox"


def test_use_edits_one_line(bare, file):
    bare("config use local")
    assert file.read_text(encoding="utf-8") == FILE.replace("default: work", "default: local")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "nope" in bare("config use nope", code=10).err


def test_check_names_the_source_and_no_secret(bare, file, monkeypatch):
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")  # nothing is reached: what is known is told all the same
    rows = {row["name"]: row for row in bare("config check", code=4).json}
    assert rows["region"]["value"] == "ap-southeast-1"
    assert "work" in rows["region"]["source"]
    assert rows["endpoint"]["value"] == "https://dm.ap-southeast-1.aliyuncs.com"
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "environment-id")
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", SECRET)
    monkeypatch.setenv("ALIBABA_CLOUD_SECURITY_TOKEN", SECRET)
    result = bare("config check -o json", code=4)
    rows = {row["name"]: row for row in result.json}
    assert "environment" in rows["keys"]["source"].lower() or "ALIBABA_CLOUD" in rows["keys"]["source"]
    assert rows["security_token"]["value"] == "yes"
    assert SECRET not in result.out + result.err


def test_errors_name_the_line(bare, file):
    file.write_text("profiles:\n  a:\n    regoin: x\n", encoding="utf-8")
    error = bare("domain list", code=3).err
    assert "line 3" in error
    assert "region" in error
    file.chmod(0o644)
    file.write_text(FILE, encoding="utf-8")
    assert "chmod 600" in bare("domain list", code=3).err


def test_without_keys_the_error_tells_the_ways_out(bare):
    error = bare("account show", code=3).err
    for text in ("dm config init", "ALIBABA_CLOUD_ACCESS_KEY_ID", "sandbox"):
        assert text in error


def test_guards_between_sandbox_and_cloud(bare, monkeypatch):
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI5tLooksReal")
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", SECRET)
    assert "http" in bare("--endpoint http://127.0.0.1:1 tag list", code=3).err
    assert bare("-p sandbox tag list -o json").json["data"]["tag"]
    bare("-p sandbox --endpoint https://dm.aliyuncs.com tag list", code=3)


def test_a_refused_connection_is_exit_4(bare, file):
    error = json.loads(bare("-p local tag list -o json", code=4).err)["error"]
    assert "safe to run this again" in error["message"]


def test_a_profile_of_our_own_reaches_the_server(bare, file, server):
    file.write_text(FILE.replace("http://127.0.0.1:1", server.url), encoding="utf-8")
    assert bare("-p local tag list -o json").json["data"]["tag"]


def test_an_action_the_service_no_longer_has(bare, file, server):
    """No SDK has it, so the service of today may lack it."""
    file.write_text(FILE.replace("http://127.0.0.1:1", server.url), encoding="utf-8")
    bare("sandbox fault add error InvalidAction.NotFound --action GetSendEmailCountByMailFrom")
    error = bare("-p local stats sender noreply@sandbox.test", code=1).err
    assert "dm address show noreply@sandbox.test" in error


@pytest.mark.parametrize("signature", ["v1", "v3"])
def test_both_signatures_and_a_token(bare, file, server, signature, monkeypatch):
    text = FILE.replace(
        "http://127.0.0.1:1", f"{server.url}\n    security_token: a/+=token\n    signature: {signature}"
    )
    file.write_text(text, encoding="utf-8")
    sent = bare(
        "-p local send single --from noreply@sandbox.test --to a@example.com --subject '您好~*' --text t -o json",
    )
    assert sent.json["EnvId"]


def test_init_without_a_terminal_says_what_to_do(bare):
    assert "config.example.yaml" in bare("config init", code=2).err


def test_init_asks_and_hides_the_secret(terminal, tmp_path):
    """On a real terminal: what is typed as the secret is not echoed, and the file is for its owner alone."""
    answers = ["shop-key", SECRET, "", "cn-hangzhou", "noreply@shop.cn"]
    code, seen = terminal("config init shop", answers=answers, HOME=str(tmp_path))
    assert code == 0, seen
    assert SECRET not in seen
    made = tmp_path / ".config" / "dm" / "config.yaml"
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    text = made.read_text(encoding="utf-8")
    assert SECRET in text
    assert "default: shop" in text


def test_init_without_a_terminal(bare, tmp_path):
    made = tmp_path / ".config" / "dm" / "config.yaml"
    init = "config init -p shop --access-key-id shop-key --secret-stdin"
    said = bare(f"{init} --region ap-southeast-1 --from 'Shop <news@shop.cn>'", stdin=f"{SECRET}\n")
    assert SECRET not in said.out + said.err
    assert "dm -p shop status --check" in said.err  # the first look that the README advises
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    shown = bare("config show -o json").json
    assert shown == {
        "name": "shop",
        "access_key_id": "***key",
        "access_key_secret": "***",
        "region": "ap-southeast-1",
        "from": "Shop <news@shop.cn>",
    }
    assert "--force" in bare(init, code=2, stdin=SECRET).err
    assert "give one" in bare("config init other -p shop --access-key-id k --secret-stdin", code=2, stdin=SECRET).err
    assert "--access-key-id" in bare("config init -p other --secret-stdin", code=2, stdin=SECRET).err
    assert "built in" in bare("config init -p sandbox --access-key-id k --secret-stdin", code=2, stdin=SECRET).err
    bare("config init -p temporary --access-key-id STS.abc --secret-stdin", stdin=f"{SECRET}\n{'a/+=token' * 200}\n")
    assert "a/+=token" in made.read_text(encoding="utf-8")
    assert bare("config show temporary -o json").json["security_token"] == "***"


@pytest.mark.parametrize(
    ("identity", "secret", "said"),
    [
        ("my key", SECRET, "no key has"),
        ("<your-id>", SECRET, "placeholder"),
        ("your-access-key-id", SECRET, "placeholder"),
        ("LTAIxxxxxxxxxxxxxxxx", SECRET, "placeholder"),
        ("LTAI5t-Short", SECRET, "LTAI"),
        ("STS.abc", SECRET, "the security token is missing"),
        ("key", "LTAI5tExampleExample", "place of the secret"),
        ("the-same-text", "the-same-text", "place of the secret"),
        ("key", f"{SECRET} and more", "no key has"),
        ("key", "\n", "is missing"),
    ],
)
def test_init_refuses_what_no_keys_are(bare, tmp_path, identity, secret, said):
    error = bare("config init -p a --access-key-id {} --secret-stdin", identity, code=2, stdin=secret).err
    assert said in error
    assert SECRET not in error
    assert not (tmp_path / ".config").exists()


def test_init_takes_the_name_and_asks_for_an_id_that_can_be_one(terminal, tmp_path):
    answers = ["<your-id>", "shop-key", SECRET, "", ""]
    code, seen = terminal("config init -p shop --region us-east-1", answers=answers, HOME=str(tmp_path))
    assert code == 0, seen
    assert "placeholder" in seen
    assert "region: us-east-1" in (tmp_path / ".config" / "dm" / "config.yaml").read_text(encoding="utf-8")


def test_set_changes_one_line(bare, file):
    would = bare("config set region us-east-1 --dry-run -o json")
    assert would.json["region"] == "us-east-1"
    assert "nothing was changed" in would.err
    assert file.read_text(encoding="utf-8") == FILE
    bare("config set region us-east-1")
    bare("-p local config set lang zh")
    bare("config set output ''")
    bare("config set access_key_secret --stdin", stdin="another-secret\n")
    expected = FILE.replace("ap-southeast-1", "us-east-1").replace("    output: json\n", "") + "    lang: zh\n"
    assert file.read_text(encoding="utf-8") == expected.replace(SECRET, "another-secret")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("regoin us-east-1", "did you mean 'region'"),
        ("region us-east", "did you mean 'us-east-1'"),
        ("endpoint a/b", "is no endpoint"),
        ("from nobody", "nobody"),
        ("output xml", "not one of"),
        ("signature v2", "not one of"),
        ("access_key_id 'a b'", "no key has"),
        ("access_key_secret hush", "--stdin"),
        ("credential_process hush", "--stdin"),
        ("keychain yes", "dm config init"),
        ("region", "is missing"),
        ("lang en -p sandbox", "built in"),
    ],
)
def test_set_refuses_what_will_not_do(bare, file, line, said):
    error = bare(f"config set {line}", code=2).err
    assert said in error
    assert "hush" not in error
    assert file.read_text(encoding="utf-8") == FILE


def test_rename_and_delete(bare, file):
    assert bare("config rename work office --dry-run -o json").json["name"] == "office"
    assert "nothing was changed" in bare("config delete work --dry-run").err
    assert file.read_text(encoding="utf-8") == FILE
    bare("config rename work office")
    renamed = FILE.replace("default: work", "default: office").replace("  work: ", "  office: ")
    assert file.read_text(encoding="utf-8") == renamed
    assert "exists already" in bare("config rename office local", code=2).err
    for line in ("rename sandbox mine", "delete sandbox --yes"):
        assert "built in" in bare(f"config {line}", code=2).err
    for line in ("delete ofice --yes", "delete ofice --dry-run", "rename ofice new", "show ofice", "use ofice"):
        said = bare(f"config {line} -o table", code=10).err  # the profile says json
        assert said.startswith(f"dm: there is no profile 'ofice' in {file}; profiles: office, local, sandbox"), line
        assert "did you mean 'office'" in said, line
    said = " ".join(bare("config set --help").out.split())
    assert (
        "Setting: access_key_id, region, endpoint, from, output, lang, signature, api_version, ca_bundle; with" in said
    )
    for line in ("set region cn-hangzhou", "show"):  # what a run is to use is a setting, as everywhere
        assert "--profile: there is no profile 'ofice'" in bare(f"config {line} -p ofice", code=3).err
    assert "--yes" in bare("config delete office", code=2).err
    said = bare("config delete office --yes").err
    assert "no default profile now" in said
    assert file.read_text(encoding="utf-8") == "# our profiles\nprofiles:\n" + renamed[renamed.index("  local:") :]
