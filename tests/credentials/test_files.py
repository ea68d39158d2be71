"""Files that hold secrets: whose they must be, who may read them, and what is never made of their content."""

from __future__ import annotations

import json
import os
import sys

import pytest

CANARY = "c4n4ry"
STATIC = {"mode": "AK", "access_key_id": "dm-sandbox-id", "access_key_secret": "dm-sandbox-secret"}
YAML = "default: p\nprofiles:\n  p: {access_key_id: dm-sandbox-id, access_key_secret: dm-sandbox-secret}\n"
JSON = json.dumps({"current": "p", "profiles": [{"name": "p", **STATIC}]})
INI = "[default]\ntype = access_key\naccess_key_id = dm-sandbox-id\naccess_key_secret = dm-sandbox-secret\n"
FILES = {
    ".config/dm/config.yaml": YAML,
    ".aliyun/config.json": JSON,
    ".alibabacloud/credentials.ini": INI,
    ".alibabacloud/credentials": INI,
}
LIST = "tag list -o json"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")


@pytest.fixture(params=FILES)
def file(request, put, tmp_path):
    """Each of the files, in its place."""
    return put(tmp_path / request.param, FILES[request.param])


def test_a_private_file_serves(bare, server, file):
    result = bare("--endpoint {} " + LIST, server.url)
    assert result.json["data"]["tag"]
    assert result.err == ""


def test_of_the_two_names_that_the_libraries_have_for_one_file_that_of_the_python_one_counts(find, put, tmp_path):
    for name in ("credentials", "credentials.ini"):
        put(tmp_path / ".alibabacloud" / name, INI.replace("dm-sandbox-id", name))
    assert find()().access_key_id == "credentials.ini"


def test_a_file_that_all_can_read_is_refused(bare, server, file):
    file.chmod(0o644)
    error = bare("--endpoint {} tag list", server.url, code=3).err
    assert f"{file} holds a secret and is open to every user of this machine (mode 0644)" in error
    assert f"chmod 600 {file}" in error


def test_a_file_that_its_group_can_read_is_warned_of(bare, server, file):
    file.chmod(0o640)
    result = bare("--endpoint {} " + LIST, server.url)
    assert result.json["data"]["tag"]
    assert f"warning: {file} holds a secret and is open to its group (mode 0640)" in result.err


def test_a_link_is_followed_to_a_file_of_ours(bare, server, file, tmp_path):
    kept = file.rename(tmp_path / "kept")
    file.symlink_to(kept)
    assert bare("--endpoint {} " + LIST, server.url).json["data"]["tag"]
    kept.chmod(0o644)
    assert "is open to every user" in bare("--endpoint {} tag list", server.url, code=3).err


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a file away")
@pytest.mark.parametrize("linked", [False, True])
def test_a_file_of_another_user_is_refused(bare, server, file, tmp_path, linked):
    os.chown(file, 12345, 12345)
    if linked:
        file.symlink_to(file.rename(tmp_path / "kept"))
    error = bare("--endpoint {} tag list", server.url, code=3).err
    assert f"{file} holds a secret and belongs to another user (id 12345); use a copy of your own" in error


BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nprofiles: {p: {access_key_secret: *c}}\n"
HOSTILE = [
    (
        ".config/dm/config.yaml",
        "profiles:\n  p:\n    access_key_id: !!python/object/apply:os.system [c4n4ry]\n",
        "line 3: ",
    ),
    (".config/dm/config.yaml", "profiles: !!python/object:os.system {c4n4ry: x}\n", "line 1: "),
    (".config/dm/config.yaml", BOMB, "line 1: "),
    (".config/dm/config.yaml", "a: " + "[" * 100_000, "line 1: "),
    (".config/dm/config.yaml", "# c4n4ry\n" * 6_000_000, "is larger than 1048576 bytes"),
    (".config/dm/config.yaml", "\x00c4n4ry", "line 1: a control character has no place in it"),
    (".aliyun/config.json", '{"profiles": ' + "[" * 100_000, "is not a file the vendor's CLI writes"),
    (".aliyun/config.json", '{"profiles": [{"name": "c4n4ry", "name": "x"}]}', "is not a file the vendor's CLI writes"),
    (".aliyun/config.json", '{"profiles": [{"name": NaN}]}', "is not a file the vendor's CLI writes"),
    (".aliyun/config.json", '{"profiles": {"c4n4ry": 1}}', "is not a file the vendor's CLI writes"),
    (".aliyun/config.json", '"c4n4ry"' + " " * 50_000_000, "is larger than 1048576 bytes"),
    (".alibabacloud/credentials.ini", "[c4n4ry", "is not an INI file"),
    (".alibabacloud/credentials.ini", "[default]\nx = c4n4ry\n" * 2_300_000, "is larger than 1048576 bytes"),
    (".alibabacloud/credentials.ini", "[default]\ntype = %(c4n4ry)s\n", "has mode '%(c4n4ry)s'"),
]


@pytest.mark.parametrize(
    ("name", "text", "said"), HOSTILE, ids=[f"{n.rpartition('/')[2]}-{s[:12]}" for n, _, s in HOSTILE]
)
def test_hostile_files_are_refused_in_a_sentence(bare, put, tmp_path, name, text, said):
    put(tmp_path / name, text)
    error = bare("tag list", code=3).err
    assert said in error
    assert error.count("\n") == 1
    if "%" not in text:
        assert CANARY not in error


def test_a_file_that_cannot_be_read_is_a_failure_of_the_disk(bare, put, tmp_path):
    (tmp_path / ".aliyun" / "config.json").mkdir(parents=True)
    assert "cannot read" in bare("tag list", code=8).err


def test_values_of_other_kinds_count_as_text_or_not_at_all(find, put, tmp_path):
    odd = {**STATIC, "access_key_id": 123, "retry_count": 1.5, "site": None, "verified": True, "x": {"y": CANARY}}
    put(tmp_path / ".aliyun" / "config.json", json.dumps({"current": "p", "profiles": [{"name": "p", **odd}]}))
    assert find()().access_key_id == "123"
