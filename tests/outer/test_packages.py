"""What a release is made of: the same when made twice, complete, and it runs by itself wherever people install it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.utils import canonicalize_name

from dmcli import __version__
from dmcli.cli.app import GROUPS
from dmcli.cli.topics import TOPICS

PROJECT = Path(__file__).parents[2]
BUILD = [sys.executable, "-m", "build", "-q", "-o"]
EPOCH = {"SOURCE_DATE_EPOCH": "1790000000"}
BESIDE = Path(sys.executable).parent  # uv and pipx


def _copy(target: Path) -> Path:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=PROJECT,
        check=True,
        capture_output=True,
    ).stdout.decode()
    for name in filter(None, listed.split("\0")):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_bytes((PROJECT / name).read_bytes())
    return target


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two folders with what was built, each from a copy of its own and in a time zone of its own."""
    folders = [tmp_path_factory.mktemp("dist") for _ in range(2)]
    for folder, zone in zip(folders, ("UTC", "Asia/Shanghai"), strict=True):
        copy = _copy(tmp_path_factory.mktemp("copy"))
        env = {**os.environ, **EPOCH, "TZ": zone}
        subprocess.run([*BUILD, str(folder)], cwd=copy, check=True, env=env)
        (wheel,) = folder.glob("*.whl")
        for script, *args in (("make_pyz.py", wheel, folder / "dm.pyz"), ("make_sbom.py", folder / "dmcli.cdx.json")):
            subprocess.run([sys.executable, PROJECT / "scripts" / script, *args], check=True, env=env)
    return folders


def test_two_builds_are_the_same_to_the_byte(built: list[Path]) -> None:
    once, twice = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in built)
    assert sorted(name.rpartition(".")[2] for name in once) == ["gz", "json", "pyz", "whl"]
    assert once == twice


def test_a_wheel_has_what_packagers_look_for(built: list[Path]) -> None:
    (wheel,) = built[0].glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    share = {name.partition(".data/data/share/")[2] for name in names if ".data/data/" in name}
    assert share == {
        "bash-completion/completions/dm",
        "zsh/site-functions/_dm",
        "fish/vendor_completions.d/dm.fish",
        "doc/dmcli/config.example.yaml",
        "man/man1/dm.1",
        *(f"man/man1/dm-{name}.1" for name in GROUPS),
    }
    modules = {path.relative_to(PROJECT).as_posix() for path in (PROJECT / "dmcli").rglob("*.py")}
    topics = {f"dmcli/topics/{folder}{page}" for page in TOPICS.values() for folder in ("", "zh/")}
    data = {name for name in names if name.startswith("dmcli/") and not name.endswith(".py")}
    assert modules == {name for name in names if name.endswith(".py")}
    assert topics | {"dmcli/py.typed", "dmcli/render/report/page.html"} < data


def test_a_source_archive_has_what_a_wheel_is_built_from(built: list[Path]) -> None:
    (archive,) = built[0].glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        names = {member.name.partition("/")[2] for member in tar if member.isfile()}
    package = {
        path.relative_to(PROJECT).as_posix() for path in (PROJECT / "dmcli").rglob("*.*") if path.suffix != ".pyc"
    }
    beside = {
        "LICENSE",
        "README.md",
        "CHANGELOG.md",
        "config.example.yaml",
        "constraints.txt",
        "setup.py",
        "pyproject.toml",
    }
    shells = {f"completions/{name}" for name in ("dm.bash", "_dm", "dm.fish", "dm.ps1")}
    assert {name for name in package if os.path.isfile(PROJECT / name)} | beside | shells <= names
    assert {name.partition("/")[0] for name in names if "/" in name} == {
        "dmcli",
        "dmcli.egg-info",
        "docs",
        "completions",
    }


def test_the_parts_list_follows_the_schema_and_names_every_package_of_dm_pyz(built: list[Path]) -> None:
    text = (built[0] / "dmcli.cdx.json").read_text("utf-8")
    listed = json.loads(text)
    assert JsonStrictValidator(SchemaVersion.from_version(listed["specVersion"])).validate_str(text) is None
    assert (listed["metadata"]["component"]["name"], listed["metadata"]["component"]["version"]) == (
        "dmcli",
        __version__,
    )
    parts = {f"{canonicalize_name(part['name'])}-{part['version']}" for part in listed["components"]}
    with zipfile.ZipFile(built[0] / "dm.pyz") as archive:
        inside = {name.partition(".dist-info")[0] for name in archive.namelist() if ".dist-info/" in name}
    assert len(inside) > 10
    assert {name.replace("_", "-") for name in inside} - parts == {f"dmcli-{__version__}"}
    assert all(part["licenses"] and part["purl"] for part in listed["components"])


def _pythons() -> dict[str, str]:
    """Every supported Python of this machine, by minor version; .ci/run looks in the same places."""
    found = {}
    homes = sorted(Path("~/.pyenv/versions").expanduser().glob("3.1[1-3]*/bin/python3"))
    for python in (sys.executable, *(shutil.which(f"python3.{minor}") for minor in (11, 12, 13)), *homes):
        if python:
            ask = [python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
            done = subprocess.run(ask, capture_output=True, text=True, check=False)
            if done.returncode == 0:
                found.setdefault(done.stdout.strip(), str(python))
    return found


@pytest.mark.parametrize(("version", "python"), _pythons().items())
def test_people_install_the_wheel_their_way(built: list[Path], tmp_path: Path, version: str, python: str) -> None:
    (wheel,) = built[0].glob("*.whl")
    tools = {
        "UV_TOOL_DIR": tmp_path / "uv",
        "UV_TOOL_BIN_DIR": tmp_path / "uv/bin",
        "PIPX_HOME": tmp_path / "pipx",
        "PIPX_BIN_DIR": tmp_path / "pipx/bin",
        "PIPX_MAN_DIR": tmp_path / "pipx/man",
    }
    env = {**os.environ, **{name: str(folder) for name, folder in tools.items()}}
    subprocess.run([python, "-m", "venv", str(tmp_path / "pip")], check=True)
    for command in (
        [tmp_path / "pip/bin/pip", "install", "-q", wheel],
        [BESIDE / "uv", "tool", "install", "-q", "--python", python, wheel],
        [BESIDE / "pipx", "install", "-q", "--python", python, wheel],
    ):
        subprocess.run(command, check=True, env=env)
    for way in ("pip", "uv", "pipx"):
        done = subprocess.run([tmp_path / way / "bin/dm", "--version", "-o", "json"], check=True, capture_output=True)
        told = json.loads(done.stdout)
        assert (told["dm"], told["python"].rpartition(".")[0]) == (__version__, version), way
    assert {path.name for path in (tmp_path / "pipx/man/man1").iterdir()} == {"dm.1", *(f"dm-{g}.1" for g in GROUPS)}


def test_pip_and_uv_install_what_is_pinned_and_nothing_else(built: list[Path], tmp_path: Path) -> None:
    (wheel,) = built[0].glob("*.whl")
    pins = PROJECT / "constraints.txt"
    (tmp_path / "dm.txt").write_text(f"{wheel} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n")
    python = tmp_path / "venv/bin/python"
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    subprocess.run([python, "-m", "pip", "install", "-q", "-U", "pip"], check=True)
    install = ["install", "-q", "--require-hashes", "-c", pins, "-r", tmp_path / "dm.txt"]
    subprocess.run([python, "-m", "pip", *install], check=True)
    subprocess.run([python, "-m", "pip", "install", "-q", "--require-hashes", "-r", pins], check=True)
    subprocess.run([python, "-m", "pip", "check"], check=True)
    forged = tmp_path / "forged.txt"
    forged.write_text(re.sub(r"(?<=sha256:).{8}", "0" * 8, pins.read_text("utf-8")))
    subprocess.run([BESIDE / "uv", "venv", "-q", tmp_path / "uv"], check=True)
    uv = [BESIDE / "uv", "pip", "install", "-q", "--no-cache", "--python", tmp_path / "uv"]
    refused = subprocess.run([*uv, "-c", forged, wheel], check=False, capture_output=True, text=True)
    assert refused.returncode != 0
    assert "Hash mismatch" in refused.stderr
    subprocess.run([*uv, "-c", pins, wheel], check=True)


def test_the_steps_of_the_image_leave_a_dm_that_runs(built: list[Path], tmp_path: Path) -> None:
    (wheel,) = built[0].glob("*.whl")
    for file in (wheel, PROJECT / "constraints.txt"):
        shutil.copy(file, tmp_path)
    text = (PROJECT / "Containerfile").read_text("utf-8")
    step = text.partition("\nRUN ")[2].partition("\n\n")[0].replace("\\\n", "")
    step = re.sub("/opt(?=/dm)|/tmp", str(tmp_path), step)
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "base"], check=True)
    path = {"PATH": f"{tmp_path}/base/bin:{os.environ['PATH']}"}
    subprocess.run(step, shell=True, check=True, env={**os.environ, **path}, capture_output=True)
    done = subprocess.run([tmp_path / "dm/bin/dm", "--version"], check=True, capture_output=True, text=True)
    assert done.stdout == f"dm {__version__}\n"
    assert [line for line in text.splitlines() if line.startswith("USER ")] == ["USER 65534:65534"]


def test_an_installed_wheel_and_a_zipapp_do_a_job(built: list[Path], tmp_path: Path) -> None:
    (wheel,) = built[0].glob("*.whl")
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    subprocess.run([str(tmp_path / "venv/bin/pip"), "install", "-q", str(wheel)], check=True)
    pyz = built[0] / "dm.pyz"
    alone = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    for dm in ([str(tmp_path / "venv/bin/dm")], [sys.executable, "-I", str(pyz)]):
        for args, shown in (
            ("help dates", "# Dates and times"),
            ("--lang zh help dates", "# 日期和时间"),
            ("-p sandbox account show", "Daily"),
            ("-p sandbox domain list -o yaml", "DomainName"),
            ("-p sandbox domain records sandbox.test", "spf1"),
            ("-p sandbox send single --to ada@example.com --subject s --text t --dry-run", "ada@example.com"),
        ):
            done = subprocess.run([*dm, *args.split()], cwd=tmp_path, env=alone, check=True, capture_output=True)
            assert shown in done.stdout.decode(), (dm, args)
