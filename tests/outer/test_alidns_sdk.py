"""What `domain publish` says to Alibaba Cloud DNS, and what it is told, by the vendor's SDK for that service."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from alibabacloud_alidns20150109 import models
from alibabacloud_alidns20150109.client import Client
from alibabacloud_tea_openapi.models import Config
from alidns import Alidns, served

from dmcli.api.regions import SANDBOX_KEY_ID, SANDBOX_KEY_SECRET

DOMAIN = "mail.example.com"


@pytest.fixture
def alidns():
    with served(Alidns("example.com")) as made:
        made.add("example.com", "mail", "TXT", "v=spf1 mx -all", TTL=1200)
        yield made


@pytest.fixture
def sdk(alidns):
    where = alidns.url.removeprefix("http://")
    keys = {"access_key_id": SANDBOX_KEY_ID, "access_key_secret": SANDBOX_KEY_SECRET}
    return Client(Config(**keys, endpoint=where, protocol="http", region_id="cn-hangzhou"))


@pytest.fixture
def published(alidns, tmp_path):
    """The calls of a publish: action and parameters of each."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("ALIBABA", "DM_"))}
    environ |= {"HOME": str(tmp_path), "DM_SANDBOX_DB": str(tmp_path / "sandbox.db")}
    environ |= {"ALIBABA_CLOUD_ALIDNS_ENDPOINT": alidns.url}
    for line in (f"create {DOMAIN}", f"publish {DOMAIN} --provider alidns --yes -o json"):
        command = [sys.executable, "-m", "dmcli", "-p", "sandbox", "domain", *line.split()]
        run = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stderr
    assert len(json.loads(run.stdout)) == 6
    return list(alidns.calls)


def request_of(action, params):
    """The SDK's request with these parameters. Each must be one that its model has."""
    model = getattr(models, f"{action}Request")
    numbers = {name: int(params[name]) for name in ("TTL", "Priority", "PageNumber", "PageSize") if name in params}
    made = model().from_map(params | numbers)
    assert set(made.to_map()) == set(params)
    return made


def test_the_sdk_says_the_same_with_the_same_values(alidns, sdk, published):
    ways = {
        "DescribeDomainRecords": sdk.describe_domain_records,
        "AddDomainRecord": sdk.add_domain_record,
        "UpdateDomainRecord": sdk.update_domain_record,
    }
    assert {action for action, _ in published} == set(ways)
    alidns.zones["example.com"][:] = [row for row in alidns.zones["example.com"] if row["Value"].startswith("v=spf1")]
    alidns.zones["example.com"][0]["Value"] = "v=spf1 mx -all"
    alidns.zones[DOMAIN] = []  # was asked for first
    alidns.calls.clear()
    for action, params in published:
        reply = ways[action](request_of(action, params)).body
        assert reply.request_id == "ALIDNS"
        assert action == "DescribeDomainRecords" or reply.record_id
    assert alidns.calls == published


def test_the_sdk_finds_every_field_of_a_row(alidns, sdk, published):
    reply = sdk.describe_domain_records(models.DescribeDomainRecordsRequest(domain_name="example.com", page_size=500))
    assert reply.body.total_count == len(reply.body.domain_records.record) == 6
    for row, read in zip(alidns.zones["example.com"], reply.body.domain_records.record, strict=True):
        assert read.to_map() == row
