"""Whose account is in use, told without a call; and how it stands."""

from __future__ import annotations

import os
import stat

FILE = """\
default: shop
profiles:
  shop:
    access_key_id: shop-key-id
    access_key_secret: shop-secret
    region: us-east-1
    from: Shop <news@shop.cn>
  vault:
    credential_process: ./vault
"""


def rows_of(result):
    return {row["name"]: row for row in result.json}


def write(tmp_path, monkeypatch, text=FILE):
    file = tmp_path / "profiles.yaml"
    file.write_text(text, encoding="utf-8")
    file.chmod(0o600)
    monkeypatch.setenv("DM_CONFIG", str(file))
    return file


def test_it_says_what_is_in_use_and_why(bare, tmp_path, monkeypatch):
    file = write(tmp_path, monkeypatch)
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")  # a call would fail
    rows = rows_of(bare("status -o json"))
    assert (rows["profile"]["value"], rows["profile"]["source"]) == ("shop", f"default in {file}")
    assert rows["region"]["value"] == "us-east-1"
    assert rows["endpoint"]["value"] == "https://dm.us-east-1.aliyuncs.com"
    assert rows["from"]["value"] == "Shop <news@shop.cn>"
    assert (rows["access_key_id"]["value"], rows["access_key_id"]["source"]) == (
        "***-id",
        f"profile 'shop' in {file}",
    )
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "environment-key")
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "environment-secret")
    seen = bare("status -o table")
    assert "***key" in seen.out
    assert "ALIBABA_CLOUD_ACCESS_KEY_ID" in seen.out
    assert "environment-key" not in seen.out
    assert "shop-key-id" not in seen.out
    monkeypatch.setenv("DM_PROFILE", "sandbox")
    rows = rows_of(bare("status -o json"))
    assert (rows["profile"]["value"], rows["profile"]["source"]) == ("sandbox", "DM_PROFILE")
    assert rows["endpoint"]["value"] == "in this process"
    assert rows_of(bare("config check -o json"))["endpoint"] == rows["endpoint"]
    for command in ("status", "config check"):
        assert "在本进程内" in bare(f"{command} --lang zh").out, command


def test_no_command_is_run_for_keys(bare, tmp_path, monkeypatch):
    write(tmp_path, monkeypatch)
    monkeypatch.chdir(tmp_path)
    command = tmp_path / "vault"
    command.write_text("#!/bin/sh\ntouch was-run\n", encoding="utf-8")
    os.chmod(command, stat.S_IRWXU)
    rows = rows_of(bare("-p vault status -o json"))
    assert rows["access_key_id"]["value"] == "asked for by the first call"
    assert "vault" in rows["access_key_id"]["source"]
    bare("-p vault status --check", code=3)
    assert (tmp_path / "was-run").exists()


def test_without_keys_the_rest_is_told(bare):
    result = bare("status -o json", code=3)
    assert rows_of(result)["profile"]["value"] == "-"
    assert "dm config init" in result.err


def test_check_tells_state_quota_and_problems(bare, box, tmp_path, monkeypatch, server):
    write(
        tmp_path, monkeypatch, FILE.replace("shop-key-id", "dm-sandbox-id").replace("shop-secret", "dm-sandbox-secret")
    )
    call = f"--endpoint {server.url} status --check"
    box("domain create new.example.com")
    box("sandbox quota --daily 10 --monthly 20")
    box("send single --to {} --subject s --text t", ",".join(f"p{number}@example.com" for number in range(9)))
    result = bare(f"{call} -o json", code=5)
    rows = rows_of(result)
    assert rows["account"]["value"] == "normal"
    assert rows["quota_day"]["value"] == "9 of 10 used, 1 left"
    assert rows["quota_month"]["value"] == "9 of 20 used, 11 left"
    numbers = ("used", "limit", "left")
    assert [rows["quota_day"][name] for name in numbers] == [9, 10, 1]
    assert [rows["quota_month"][name] for name in numbers] == [9, 20, 11]
    assert bare(f"{call} -o csv", code=5).out.startswith("name,value,source\n")
    assert [row["value"] for row in result.json if row["name"] == "problem"] == [
        "1 of 10 mails are left today",
        "domain new.example.com is not verified: dm domain doctor new.example.com",
        "the account has no sender address news@shop.cn: dm address create news@shop.cn",
    ]
    assert "the account has 3 problems" in result.err
    box("sandbox fault add error Forbidden.RAM --action QueryDomainByParam")
    problems = [row["value"] for row in bare(f"{call} -o json", code=5).json if row["name"] == "problem"]
    assert any("QueryDomainByParam was refused" in problem for problem in problems)
    box("sandbox fault add error Forbidden.RAM --action DescAccountSummary")
    refused = bare(f"{call} -o json", code=3)
    assert rows_of(refused)["access_key_id"]["value"] == "***-id"
