"""Our own files: places, modes, atomic writing, and the private database that several processes may open at once."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import subprocess
import sys

import pytest

from dmcli.errors import ConfigError, LocalIOError
from dmcli.local import files, paths


def _mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


@pytest.mark.parametrize(
    ("environ", "config", "state", "cache"),
    [
        ({"HOME": "/h"}, "/h/.config/dm/config.yaml", "/h/.local/state/dm", "/h/.cache/dm"),
        (
            {"HOME": "/h", "XDG_CONFIG_HOME": "/c", "XDG_STATE_HOME": "/s", "XDG_CACHE_HOME": "/k"},
            "/c/dm/config.yaml",
            "/s/dm",
            "/k/dm",
        ),
        (
            {"HOME": "/h", "XDG_CONFIG_HOME": "rel", "XDG_STATE_HOME": "", "XDG_CACHE_HOME": "./k"},
            "/h/.config/dm/config.yaml",
            "/h/.local/state/dm",
            "/h/.cache/dm",
        ),
        ({"HOME": "/h", "DM_CONFIG": "mine.yaml"}, "mine.yaml", "/h/.local/state/dm", "/h/.cache/dm"),
    ],
)
def test_folders_follow_the_xdg_specification(environ, config, state, cache):
    found = [place(environ, windows=False) for place in (paths.config_path, paths.state_folder, paths.cache_folder)]
    assert found == [config, state, cache]


def test_folders_on_windows():
    environ = {"APPDATA": "R:", "LOCALAPPDATA": "L:", "HOME": "/not", "XDG_CONFIG_HOME": "/not"}
    join = os.path.join
    assert paths.config_path(environ, windows=True) == join("R:", "dm", "config.yaml")
    assert paths.state_folder(environ, windows=True) == join("L:", "dm")
    assert paths.cache_folder(environ, windows=True) == join("L:", "dm", "cache")
    assert paths.home({"USERPROFILE": "U:"}, windows=True) == "U:"


def test_without_a_home_variable_the_system_knows_the_home():
    assert paths.home({}, windows=False) == os.path.expanduser("~")


def test_make_folder_makes_all_that_is_missing_private(tmp_path):
    old = os.umask(0)
    try:
        files.make_folder(str(tmp_path / "a" / "b"))
        files.make_folder(str(tmp_path / "a" / "b"))
    finally:
        os.umask(old)
    assert [_mode(tmp_path / "a"), _mode(tmp_path / "a" / "b")] == [0o700, 0o700]


def test_make_folder_below_a_file(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(LocalIOError, match=r"cannot make the folder .*file: File exists"):
        files.make_folder(str(tmp_path / "file" / "x"))


def test_write_private_makes_a_private_file_whatever_the_umask(tmp_path):
    path = tmp_path / "new" / "file"
    old = os.umask(0)
    try:
        files.write_private(str(path), "生产\r\nx\n")
    finally:
        os.umask(old)
    assert path.read_bytes() == "生产\r\nx\n".encode()
    assert (_mode(path), _mode(path.parent)) == (0o600, 0o700)
    assert os.listdir(path.parent) == ["file"]


def test_write_private_tightens_and_follows_a_link(tmp_path):
    (tmp_path / "kept").mkdir()
    target, link = tmp_path / "kept" / "real", tmp_path / "link"
    target.write_text("old")
    target.chmod(0o644)
    link.symlink_to(target)
    files.write_private(str(link), "new")
    assert link.is_symlink()
    assert (target.read_text(), _mode(target)) == ("new", 0o600)


def test_a_failed_write_leaves_everything_as_it_was(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(LocalIOError, match=r"cannot write .*folder: Is a directory"):
        files.write_private(str(folder), "x")
    (tmp_path / "file").write_text("old")
    with pytest.raises(UnicodeEncodeError):
        files.write_private(str(tmp_path / "file"), "half \ud800")
    assert sorted(os.listdir(tmp_path)) == ["file", "folder"]
    assert (tmp_path / "file").read_text() == "old"


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are POSIX")
def test_a_folder_that_goes_while_a_file_is_written_is_a_failure_like_any_other(tmp_path, monkeypatch):
    def gone(*_):
        shutil.rmtree(tmp_path / "folder")
        raise FileNotFoundError(errno.ENOENT, "No such file or directory")

    monkeypatch.setattr(os, "replace", gone)
    with pytest.raises(LocalIOError, match=r"cannot write .*: No such file or directory"):
        files.write_private(str(tmp_path / "folder" / "file"), "text")


def test_a_disk_that_takes_no_more_keeps_the_old_file(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")
    program = (
        "import resource, sys; from dmcli import errors; from dmcli.local import files\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try: files.write_private(sys.argv[1], 'x' * 100000)\n"
        "except errors.LocalIOError as error: print(error.message)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout == f"cannot write {path}: File too large\n"
    assert (os.listdir(tmp_path), path.read_text()) == (["file"], "old")


@pytest.mark.parametrize(
    ("mode", "outcome"),
    [
        (0o600, ""),
        (0o400, ""),
        (0o640, "warning"),
        (0o660, "warning"),
        (0o604, "error"),
        (0o644, "error"),
        (0o602, "error"),
    ],
)
def test_a_secret_file_minds_its_mode(tmp_path, mode, outcome):
    path = tmp_path / "my file"
    path.write_text("secret")
    path.chmod(mode)
    if outcome == "error":
        with pytest.raises(ConfigError) as caught:
            files.check_private(str(path), files.read_text(str(path))[1])
        assert f"mode {mode:04o}" in caught.value.message
        assert f"chmod 600 '{path}'" in caught.value.message
        return
    text, found = files.read_text(str(path))
    warnings = files.check_private(str(path), found)
    assert text == "secret"
    assert [f"chmod 600 '{path}'" in warning for warning in warnings] == [True] * (outcome == "warning")


def test_a_secret_file_of_another_user_is_refused(monkeypatch):
    mine = os.geteuid()
    assert files.check_private("file", files.Access(0o600, mine)) == []
    monkeypatch.setattr(os, "geteuid", lambda: mine + 7)
    assert files.check_private("file", files.Access(0o400, 0)) == []
    monkeypatch.undo()
    with pytest.raises(ConfigError, match=r"file holds a secret and belongs to another user \(id \d+\)"):
        files.check_private("file", files.Access(0o600, mine + 1))


@pytest.mark.parametrize(
    ("mode", "other", "private"),
    [(0o600, 0, True), (0o400, 0, True), (0o640, 0, False), (0o602, 0, False), (0o600, 1, False)],
)
def test_what_is_private(mode, other, private):
    assert files.Access(mode, os.geteuid() + other).private is private


def test_a_missing_file_reads_as_empty(tmp_path):
    assert files.read_text(str(tmp_path / "none" / "file")) == ("", files.Access())
    assert files.check_private("none", files.Access()) == []


def test_what_is_no_small_text_file_is_refused(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"x" * (1 << 20))
    assert len(files.read_text(str(path))[0]) == 1 << 20
    path.write_bytes(b"x" * ((1 << 20) + 1))
    with pytest.raises(ConfigError, match="larger than 1048576 bytes"):
        files.read_text(str(path))
    path.write_bytes(b"ab\xffcd")
    with pytest.raises(ConfigError, match=r"not UTF-8 text \(byte 3\)"):
        files.read_text(str(path))
    path.write_bytes("\ufeffx".encode())
    assert files.read_text(str(path))[0] == "x"
    with pytest.raises(LocalIOError, match="Is a directory"):
        files.read_text(str(tmp_path))
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ConfigError, match="not a regular file"):
        files.read_text(str(tmp_path / "pipe"))
