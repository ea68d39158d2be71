"""`domain publish` in the sandbox: its own DNS is the provider where none is named."""

from __future__ import annotations

from dmcli.sandbox.control.dns import list_records, set_records
from dmcli.sandbox.dns.authority import ZoneRecord

DOMAIN = "mail.example.com"
MERGED = "v=spf1 mx include:spf1.dm.aliyun.com ~all"


def test_the_sandbox_is_published_to_by_itself(box, sandbox):
    box("domain create {}", DOMAIN)
    set_records(sandbox, [ZoneRecord(DOMAIN, "TXT", value, ttl=120) for value in ("other", "v=spf1 mx ~all")])
    rows = {row["record"]: row for row in box("domain publish {} --yes -o json", DOMAIN).json}
    assert {record for record, row in rows.items() if row["change"] == "add"} == set(rows) - {"spf"}
    assert all(row["published"] for row in rows.values())
    there = {(one.name, one.type, one.value) for one in list_records(sandbox)}
    assert there >= {(row["name"], row["type"], row["new"]) for row in rows.values()}
    assert len(there) == len(rows) + 1
    assert {(one.value, one.ttl) for one in list_records(sandbox, DOMAIN) if one.type == "TXT"} == {
        ("other", 120),
        (MERGED, 120),
    }
    assert box("domain check {} --strict -o json", DOMAIN).json[0]["fully_verified"] is True  # by what its DNS has
    again = box("domain publish {} -o json", DOMAIN).json
    assert {row["change"] for row in again} == {"there"}


def test_a_new_dkim_key_takes_the_place_of_the_old_one(box, sandbox):
    box("domain create {}", DOMAIN)
    box("domain publish {} --yes -q", DOMAIN)
    said = box("domain rotate-dkim {} --yes", DOMAIN).err
    assert f"dm domain publish {DOMAIN} --replace-dkim" in said
    told = box("domain check {} --strict -o json", DOMAIN)
    (checked,) = told.json
    assert (checked["verified"], checked["fully_verified"], checked["checks"]["dkim"]) == (True, False, False)
    assert [record["record"] for record in checked["missing"]] == ["dkim"]
    lacks = f"verified, but it lacks DKIM (TXT aliyun-cn-hangzhou._domainkey.{DOMAIN})"
    assert told.err.splitlines() == [f"warning: {DOMAIN} is {lacks}"]
    before = len(list_records(sandbox))
    refused = box("domain publish {} --yes", DOMAIN, code=7).err
    assert "--replace-dkim puts the new key in the place of the old one" in refused
    shown = box("domain publish {} --replace-dkim --dry-run -o json", DOMAIN).json
    assert [row["change"] for row in shown if row["record"] == "dkim"] == ["replace"]
    assert {row["change"] for row in shown if row["record"] != "dkim"} == {"there"}
    rows = box("domain publish {} --replace-dkim --yes -o json", DOMAIN).json
    assert [row["published"] for row in rows if row["change"] == "replace"] == [True]
    assert len(list_records(sandbox)) == before
    assert {one["change"] for one in box("domain publish {} -o json", DOMAIN).json} == {"there"}
    assert box("domain check {} --strict -o json", DOMAIN).json[0]["fully_verified"] is True


def test_mail_that_is_received_elsewhere_is_left_alone(box, sandbox):
    box("domain create {}", DOMAIN)
    set_records(sandbox, [ZoneRecord(DOMAIN, "MX", "mx.elsewhere.test", 10)])
    assert "not published: MX" in box("domain publish {} --yes", DOMAIN, code=7).err
    assert [one.value for one in list_records(sandbox, DOMAIN) if one.type == "MX"] == ["mx.elsewhere.test"]


def test_another_sandbox_is_not_published_to(box, bare, server, monkeypatch):
    box("domain create {}", DOMAIN)
    line = f"--endpoint {server.url} domain publish {DOMAIN} --provider sandbox --yes"
    assert "no --endpoint" in box(line, code=2).err
    for part in ("ID", "SECRET"):
        monkeypatch.setenv(f"ALIBABA_CLOUD_ACCESS_KEY_{part}", f"dm-sandbox-{part.lower()}")
    assert "--profile sandbox" in bare(line, code=2).err
