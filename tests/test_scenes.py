"""Whole jobs as shell scripts: each of `tests/scenes/` does its job in both languages, and docs/jobs.md shows it."""

from __future__ import annotations

import subprocess

import pytest
from blocks import PROJECT, all_blocks
from console import environment
from patience import PATIENT
from shell import argv

from dmcli.config import LANG

SCENES = sorted((PROJECT / "tests" / "scenes").iterdir())
# What is printed by each, in every language.
SEEN = {
    "ci-verification.sh": (
        "mail.example.com\tnot verified\t",
        "mail.example.com\tverified\t",
        "\ntrue\n",
        "\n493021\n",
    ),
    "list-from-a-file.sh": ("li@example.com\t", "delivered: 2\n", "left in the list: 2\n"),
    "morning-check.sh": (
        "sandbox.test\tverified\tyes\t",
        "invalid@example.com\t550 The recipient's mailbox does not exist\naddresses that took no mail: 1\n",
        "left today: 2000\n",
    ),
    "onboarding-a-sender.sh": ("shop.example.com\tverified\tyes\t", "\n0\n", "help@example.com\n"),
    "two-accounts.sh": ("both have the same tags and templates\n",),
}


def played(path, home, **more):
    """Run a script as cron and CI do, in a folder of its own: its exit code, and what it printed."""
    done = subprocess.run(
        ["/bin/sh", str(path)],
        check=False,
        cwd=home,
        env=environment(home, **more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENT,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("path", SCENES, ids=[path.stem for path in SCENES])
def test_a_scene_does_its_job_in_each_language(path, tmp_path):
    for lang in LANG:
        home = tmp_path / lang
        home.mkdir()
        code, out, err = played(path, home, DM_LANG=lang)
        assert code == 0, f"{out}{err}"
        for line in SEEN[path.name]:
            assert line in out, f"{out}{err}"


@pytest.mark.parametrize("path", SCENES, ids=[path.stem for path in SCENES])
def test_a_scene_says_what_its_job_is_and_stops_at_a_failure(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "#!/bin/sh"
    assert lines[1].startswith("# ")
    assert lines[2] == "set -eu"
    assert lines[3].startswith("export DM_PROFILE=sandbox #")


def test_the_page_of_jobs_shows_each_scene_word_for_word():
    shown = [block.text for block in all_blocks() if block.how == "by tests/test_scenes.py"]
    assert sorted(shown) == sorted(path.read_text(encoding="utf-8") for path in SCENES)


def test_a_scene_that_finds_something_wrong_goes_on_and_says_so(tmp_path):
    create = argv("-p sandbox domain create pending.example.com")
    subprocess.run(create, check=True, env=environment(tmp_path), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    code, out, err = played(PROJECT / "tests" / "scenes" / "morning-check.sh", tmp_path)
    assert code == 5, f"{out}{err}"
    assert "dm: not verified: pending.example.com" in err
    assert out.endswith("left today: 2000\n")
