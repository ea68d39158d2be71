"""The files for GitHub and GitLab on docs/domains.md: all that a runner would give to a shell is run, word for word."""

from __future__ import annotations

import re
import subprocess
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from alidns import Alidns, served
from blocks import all_blocks
from console import environment
from patience import PATIENT
from running import account

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    Step = tuple[str, dict[str, str]]

KEYS = {"DM_ACCESS_KEY_ID": "dm-sandbox-id", "DM_ACCESS_KEY_SECRET": "dm-sandbox-secret"}
QUICK_PIP = {"PIP_NO_DEPS": "1"}  # dmcli is there with all that it needs, which takes pip a second to see
ACTIONS = ("actions/setup-python@", "actions/upload-artifact@")  # the steps that are no shell
FILES = {
    block.text.partition("\n")[0].removeprefix("# "): yaml.safe_load(block.text)
    for block in all_blocks()
    if block.page == "docs/domains.md" and block.language == "yaml"
}


def github(file: dict[Any, Any]) -> Iterator[Step]:
    """The steps of a workflow that has a single job, as GitHub's runner has them."""
    (job,) = file["jobs"].values()
    for step in job["steps"]:
        if "run" in step:
            yield step["run"], {name: _with_secrets(value) for name, value in job["env"].items()}
        else:
            assert step["uses"].startswith(ACTIONS)


def gitlab(file: dict[Any, Any]) -> Iterator[Step]:
    """The lines of a pipeline that has a single job, which GitLab's runner gives to one shell."""
    (job,) = file.values()
    given = {f"ALIBABA_CLOUD_{name.removeprefix('DM_')}": value for name, value in KEYS.items()}
    yield "\n".join([*job["before_script"], *job["script"]]), {**job["variables"], **given}


def _with_secrets(text: str) -> str:
    return re.sub(r"\$\{\{ secrets\.(\w+) \}\}", lambda found: KEYS[found[1]], text)


STEPS = {".github/workflows/mail-domain.yml": github, ".gitlab-ci.yml": gitlab}
MARKS = {".github/workflows/mail-domain.yml": "GITHUB_ACTIONS", ".gitlab-ci.yml": "GITLAB_CI"}


def played(name: str, home: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the steps until one fails; `more` has the endpoints of an account and a DNS. How the last of them ended."""
    home.mkdir(exist_ok=True)
    for script, env in STEPS[name](FILES[name]):
        done = subprocess.run(
            ["/bin/bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            check=False,
            cwd=home,
            env=environment(home, **env, **{MARKS[name]: "true"}, **QUICK_PIP, **more),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENT,
        )
        if done.returncode:
            break
    return done


def test_the_page_has_a_file_for_each():
    assert list(FILES) == list(STEPS)


@pytest.mark.parametrize("name", STEPS)
def test_a_domain_is_verified_and_again(name, tmp_path):
    with account(tmp_path) as endpoint, served(Alidns("example.com")) as dns:
        more = {"DM_ENDPOINT": endpoint, "ALIBABA_CLOUD_ALIDNS_ENDPOINT": dns.url}
        for _ in range(2 if name == next(iter(STEPS)) else 1):
            done = played(name, tmp_path / "work", **more)
            assert done.returncode == 0, done.stderr
            suites = ET.parse(tmp_path / "work" / "mail-domain.xml").getroot()  # noqa: S314  our own file
            assert (suites.get("failures"), suites.get("errors")) == ("0", "0")
        assert len(dns.named("AddDomainRecord")) == 6


def test_what_stands_in_the_way_ends_the_job(tmp_path):
    with account(tmp_path) as endpoint, served(Alidns("example.com")) as dns:
        dns.add("example.com", "mail", "MX", "mx.elsewhere.example")
        more = {"DM_ENDPOINT": endpoint, "ALIBABA_CLOUD_ALIDNS_ENDPOINT": dns.url}
        done = played(".gitlab-ci.yml", tmp_path / "work", **more)
        assert done.returncode == 7
        assert "the name receives mail at mx.elsewhere.example" in done.stdout + done.stderr
