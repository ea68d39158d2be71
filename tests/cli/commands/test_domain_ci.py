"""`domain check` in continuous integration: JUnit XML and annotations."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest


def report_in(path):
    """The cases of a report by suite and name: outcome and message; the totals are held against them."""
    root = ET.parse(path).getroot()  # noqa: S314  our own file
    assert root.tag == "testsuites"
    cases = {}
    for suite in root:
        for case in suite:
            assert case.get("classname") == suite.get("name")
            told = [(child.tag, child.get("message")) for child in case]
            cases[suite.get("name"), case.get("name")] = told[0] if told else ("passed", "")
        for outcome, total in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
            assert int(suite.get(total)) == len(suite.findall(f"testcase/{outcome}"))
            assert int(root.get(total)) == len(root.findall(f"testsuite/testcase/{outcome}"))
        assert int(suite.get("tests")) == len(suite)
    assert int(root.get("tests")) == len(cases)
    return cases


def test_a_report_has_a_case_for_each_record(box, tmp_path):
    path = tmp_path / "dns.xml"
    box("domain create fail.example.com")
    box("domain check sandbox.test fail.example.com --junit {}", path, code=5)
    cases = report_in(path)
    records = ("verified", "ownership", "spf", "dkim", "dmarc", "mx", "cname")
    assert {cases["sandbox.test", record] for record in records} == {("passed", "")}
    assert {cases["fail.example.com", record][0] for record in records} == {"failure"}
    assert cases["fail.example.com", "mx"][1] == "MX fail.example.com is missing: 10 mx01.dm.aliyun.com"


def test_a_report_says_what_is_there_instead(box, tmp_path):
    path = tmp_path / "dns.xml"
    box("sandbox dns set sandbox.test TXT 'v=spf1 -all'")
    assert "dm -p sandbox domain doctor sandbox.test" in box("domain check sandbox.test --junit {}", path, code=5).err
    wanted = "v=spf1 include:spf1.dm.aliyun.com -all"
    assert report_in(path)["sandbox.test", "spf"][1] == f"TXT sandbox.test is missing: {wanted}; found: v=spf1 -all"


def test_what_is_not_needed_fails_only_where_it_is_asked_for(box, tmp_path):
    path = tmp_path / "dns.xml"
    box("domain create cname.example.com")
    box("domain check cname.example.com --junit {}", path)
    assert report_in(path)["cname.example.com", "cname"][0] == "skipped"
    box("domain check cname.example.com --strict --junit {}", path, code=5)
    assert report_in(path)["cname.example.com", "cname"][0] == "failure"


def test_what_ended_the_check_is_an_error_in_the_report(box, tmp_path):
    path = tmp_path / "dns.xml"
    box("domain check sandbox.test 99 --junit {}", path, code=10)
    cases = report_in(path)
    assert cases["sandbox.test", "verified"] == ("passed", "")
    assert cases["99", "verified"][0] == "error"


def test_a_domain_that_is_not_there_is_an_error_in_the_report(box, tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    path = tmp_path / "dns.xml"
    result = box("domain check sandbox.test none.example.com --junit {}", path, code=10)
    assert "::error title=dm::there is no domain named 'none.example.com'" in result.err
    assert {outcome for outcome, _ in report_in(path).values()} == {"error"}


def test_a_report_that_cannot_be_written_is_told_before_the_wait(box, tmp_path, pauses):
    box("domain create fail.example.com")
    refused = box("domain check fail.example.com --wait --junit {}/none/dns.xml", tmp_path, code=8)
    assert "none/dns.xml" in refused.err
    assert pauses == []
    box("domain check sandbox.test --junit {}", tmp_path, code=2)


def test_ensure_writes_the_same_report(box, tmp_path):
    path = tmp_path / "dns.xml"
    box("domain ensure mail.example.com --junit {}", path)
    assert report_in(path)["mail.example.com", "verified"] == ("passed", "")


@pytest.mark.parametrize(
    ("variable", "failed", "incomplete"),
    [
        ("GITHUB_ACTIONS", "::error title=fail.example.com::not verified", "::warning title=cname.example.com::usable"),
        ("GITLAB_CI", "ERROR: fail.example.com: not verified", "WARNING: cname.example.com: usable"),
    ],
)
def test_annotations_where_they_are_read(box, monkeypatch, variable, failed, incomplete):
    box("domain create fail.example.com")
    box("domain create cname.example.com")
    plain = box("domain check sandbox.test fail.example.com cname.example.com", code=5)
    monkeypatch.setenv(variable, "true")
    result = box("domain check sandbox.test fail.example.com cname.example.com", code=5)
    assert [line for line in result.err.splitlines() if line.startswith(failed)]
    assert [line for line in result.err.splitlines() if line.startswith(incomplete)]
    assert "sandbox.test:" not in result.err
    assert result.out == plain.out
    assert not set(plain.err.splitlines()) - set(result.err.splitlines())
    quiet = box("-q domain check fail.example.com cname.example.com", code=5).err
    assert failed in quiet
    assert incomplete not in quiet


def test_a_refusal_is_annotated(box, monkeypatch):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert "::error title=dm::99: " in box("domain check 99", code=10).err
