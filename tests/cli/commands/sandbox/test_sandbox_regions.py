"""Regions of the sandbox: accounts of their own, by --region in the process and by endpoint over HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from urllib.request import urlopen

import pytest
from patience import PATIENT
from shell import argv

ABROAD = "--region ap-southeast-1"
SEND = "send single --to ada@example.com --subject s --text t"


def domains(box, options: str = "") -> list[str]:
    return [row["DomainName"] for row in box(f"domain list -o json {options}").json["data"]["domain"]]


def test_what_one_region_has_is_not_found_in_another(box):
    box("domain create mail.example.com")
    box(f"domain create mail.example.net {ABROAD}")
    assert domains(box) == ["sandbox.test", "mail.example.com"]
    assert domains(box, "--region cn-hangzhou") == domains(box)
    assert domains(box, ABROAD) == ["sandbox.test", "mail.example.net"]
    box("address create shop@sandbox.test --type trigger")
    box(f"{SEND} --from shop@sandbox.test")
    assert "InvalidMailAddress.NotFound" in box(f"{SEND} --from shop@sandbox.test {ABROAD}", code=10).err


def test_mail_limits_and_all_else_belong_to_a_region(box):
    sent = box(f"{SEND} {ABROAD}")
    assert "see it: dm --region ap-southeast-1 sandbox mail list" in sent.err
    assert "no mail yet" in box("sandbox mail list").err
    assert len(box(f"sandbox mail list -o json {ABROAD}").json["mails"]) == 1
    box(f"sandbox limit documented {ABROAD}")
    assert box("sandbox limit list").err == "nothing is limited\n"
    box("sandbox reset --yes")
    assert len(box(f"sandbox mail list -o json {ABROAD}").json["mails"]) == 1


@pytest.mark.parametrize(
    "line",
    [
        "mail show",
        "mail show 7",
        "fault remove 7",
        "limit lift SingleSendMail",
        "calls show 7",
        "snapshot restore clean",
        "snapshot drop clean",
    ],
)
def test_what_is_not_found_leads_to_the_list_of_its_region(bare, line):
    (group, _), at = line.split(maxsplit=1), "dm --region ap-southeast-1 sandbox"
    assert f"see: {at} {group} list" in bare(f"sandbox {line} {ABROAD}", code=10).err
    assert f"see: dm sandbox {group} list" in bare(f"sandbox {line}", code=10).err


def test_what_there_is_to_do_next_is_in_the_same_region(bare):
    at = "dm --region ap-southeast-1"
    assert f"{at} sandbox snapshot take" in bare(f"sandbox snapshot list {ABROAD}").err
    assert f"{at} sandbox snapshot restore a" in bare(f"sandbox snapshot take a {ABROAD}").err
    assert f"send one: {at} -p sandbox send single" in bare(f"sandbox mail list {ABROAD}").err
    bare(f"-p sandbox {SEND} {ABROAD}")
    for what in ("html", "codes"):
        assert f"see: {at} sandbox mail text 1" in bare(f"sandbox mail {what} 1 {ABROAD}", code=10).err


def test_an_endpoint_is_that_of_one_region(box):
    box(f"domain create mail.example.net {ABROAD}")
    command = argv(f"sandbox serve --port 0 {ABROAD}")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        url = server.stdout.readline().strip()
        assert f"serving on {url} as ap-southeast-1" in server.stderr.readline()
        for options in ("", ABROAD, "--region us-east-1"):  # as the service does, it heeds no RegionId
            assert domains(box, f"--endpoint {url} {options}") == ["sandbox.test", "mail.example.net"]
        assert "see it: dm sandbox mail list" in box(f"{SEND} --endpoint {url} --region us-east-1").err
        with urlopen(f"{url}/_dm/api/health", timeout=PATIENT) as answer:  # noqa: S310
            assert json.load(answer)["region"] == "ap-southeast-1"
        server.terminate()
        server.wait(PATIENT)


@pytest.mark.parametrize("fresh", ["", "--fresh"])
def test_a_command_is_run_in_a_region(fresh):
    see = "import json, os; print(json.dumps([os.environ['ALIBABA_CLOUD_REGION_ID'], os.environ['DM_SANDBOX_DB']]))"
    region, path = json.loads(ran(f"{fresh} {ABROAD} -- {{}} -c {{}}", sys.executable, see))
    assert region == "ap-southeast-1"
    assert os.path.basename(path) == "sandbox-ap-southeast-1.db"
    # What it runs finds its own region, without a word and by name.
    both = "dm tag create from-the-run; dm sandbox calls list; dm --region ap-southeast-1 sandbox calls list"
    assert ran(f"{fresh} {ABROAD} -- sh -ec {{}}", both).count("CreateTag") == 2


def ran(line: str, *values: object) -> str:
    env = {**os.environ, "PATH": os.pathsep.join((os.path.dirname(sys.executable), os.environ["PATH"]))}
    done = subprocess.run(
        argv(f"sandbox run {line}", *values), check=True, capture_output=True, text=True, timeout=PATIENT, env=env
    )
    return done.stdout


@pytest.mark.parametrize("region", ["nowhere", "../x", "ap-southeast"])
def test_a_region_that_is_none_is_refused(box, tmp_path, region):
    for line in ("tag list", "sandbox mail list", "sandbox reset --yes"):
        said = box(line + " --region {}", region, code=2).err
        assert f"--region: unknown region '{region}'; DirectMail is served in cn-hangzhou, " in said
    assert [path.name for path in tmp_path.glob("sandbox*.db")] == ["sandbox.db"]
