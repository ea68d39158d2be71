"""The wheel, the source archive and dm.pyz: the same when made twice, complete, and they run by themselves."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from dmcli.cli.app import GROUPS
from dmcli.cli.topics import TOPICS

PROJECT = Path(__file__).parents[2]
BUILD = [sys.executable, "-m", "build", "-q", "-o"]
EPOCH = {"SOURCE_DATE_EPOCH": "1790000000"}


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
    """Two folders with what was built, each from a copy of the project of its own."""
    folders = [tmp_path_factory.mktemp("dist") for _ in range(2)]
    for folder in folders:
        copy = _copy(tmp_path_factory.mktemp("copy"))
        subprocess.run([*BUILD, str(folder)], cwd=copy, check=True, env={**os.environ, **EPOCH})
    return folders


def test_two_builds_are_the_same_to_the_byte(built: list[Path]) -> None:
    once, twice = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in built)
    assert sorted(name.rpartition(".")[2] for name in once) == ["gz", "whl"]
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
    topics = {f"dmcli/topics/{page}" for page in TOPICS.values()}
    data = {name for name in names if name.startswith("dmcli/") and not name.endswith(".py")}
    assert modules == {name for name in names if name.endswith(".py")}
    assert topics | {"dmcli/py.typed", "dmcli/render/report/page.html"} < data


def test_an_installed_wheel_and_a_zipapp_do_a_job(built: list[Path], tmp_path: Path) -> None:
    (wheel,) = built[0].glob("*.whl")
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    subprocess.run([str(tmp_path / "venv/bin/pip"), "install", "-q", str(wheel)], check=True)
    pyz = tmp_path / "dm.pyz"
    subprocess.run([sys.executable, str(PROJECT / "scripts/make_pyz.py"), str(pyz)], check=True)
    alone = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    for dm in ([str(tmp_path / "venv/bin/dm")], [sys.executable, "-I", str(pyz)]):
        for args, shown in (
            ("help dates", "# Dates and times"),
            ("-p sandbox account show", "Daily"),
            ("-p sandbox domain list -o yaml", "DomainName"),
            ("-p sandbox domain records sandbox.test", "spf1"),
            ("-p sandbox send single --to ada@example.com --subject s --text t --dry-run", "ada@example.com"),
        ):
            done = subprocess.run([*dm, *args.split()], cwd=tmp_path, env=alone, check=True, capture_output=True)
            assert shown in done.stdout.decode(), (dm, args)
