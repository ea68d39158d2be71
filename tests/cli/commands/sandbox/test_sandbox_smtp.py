"""`--smtp` and `--smtps` of the commands that serve: where they say that it is, and what they hand on."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from patience import PATIENT
from shell import argv

SEND = """
import json, os, smtplib, ssl
from urllib.request import urlopen
trusted = ssl.create_default_context(cafile=os.environ["DM_SANDBOX_CA"])
host, port = os.environ["DM_SANDBOX_SMTP"].split(":")
with smtplib.SMTP(host, int(port)) as client:
    client.starttls(context=trusted)
    client.login("noreply@sandbox.test", "SandboxMail25")
    client.sendmail("noreply@sandbox.test", "a@example.com", "From: noreply@sandbox.test\\n\\nin the clear, then TLS")
host, port = os.environ["DM_SANDBOX_SMTPS"].split(":")
with smtplib.SMTP_SSL(host, int(port), context=trusted) as client:
    client.login("sandbox.test", "SandboxMail25")
    client.sendmail("news@sandbox.test", "b@example.com", "From: news@sandbox.test\\n\\nTLS")
print(urlopen(os.environ["DM_SANDBOX_API"] + "/health").read().decode())
"""
# As where the extra is not installed.
WITHOUT = """
import importlib.util, sys
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == sys.argv[1] else found(name, *rest)
from dmcli.cli.app import run
sys.exit(run(sys.argv[2:]))
"""


def run(command, **env):
    return subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=PATIENT, env={**os.environ, **env}
    )


def without(package, *words, **env):
    return run([sys.executable, "-c", WITHOUT, package, "sandbox", "run", *words, "--", "env"], **env)


def test_a_command_finds_the_mail_server(box):
    done = run(argv("sandbox run --smtp 0 --smtps 0 -- {} -c {}", sys.executable, SEND))
    assert done.returncode == 0, done.stderr
    health = json.loads(done.stdout)
    assert done.stderr.splitlines() == [
        f"[sandbox] taking mail on {health['smtp']}, with STARTTLS",
        f"[sandbox] taking mail on {health['smtps']}, with TLS from the first byte",
        "[sandbox] log in: noreply@sandbox.test / SandboxMail25",
    ]
    mails = box("sandbox mail list -o json").json["mails"]
    assert [mail["sender"] for mail in mails] == ["news@sandbox.test", "noreply@sandbox.test"]
    calls = box("sandbox calls list").out.splitlines()
    assert [line.split("\t")[2:5] for line in calls] == [["action", "scheme", "status"]] + [
        ["SingleSendMail", "smtp", "250"]
    ] * 2
    env = run(argv("sandbox run --smtp 0 -- {}", argv("sandbox env --shell sh")))
    assert "export DM_SANDBOX_SMTP='127.0.0.1:" in env.stdout
    assert "DM_SANDBOX_SMTPS" not in env.stdout


def test_once_the_password_is_another_it_is_not_told(box):
    box("domain set-password sandbox.test --password-stdin", stdin="Other12345Password\n")
    said = run(argv("sandbox run --smtp 0 -- env")).stderr.splitlines()[-1]
    assert said.startswith("[sandbox] log in with a sender address and its SMTP password; set one: dm ")
    chinese = run(argv("sandbox run --smtp 0 -- env"), DM_LANG="zh").stderr
    assert "SMTP 密码" in chinese
    assert "STARTTLS" in chinese


def test_what_needs_a_package_says_which():
    done = without("aiosmtpd", "--smtp", "0")
    assert done.returncode == 3
    assert done.stderr.startswith("dm: SMTP needs the package aiosmtpd: python -m pip install 'dmcli[smtp]'")
    done = without("cryptography", "--smtp", "0")
    assert done.returncode == 0
    assert "; STARTTLS needs a package: python -m pip install 'dmcli[tls]'" in done.stderr
    assert "DM_SANDBOX_SMTP=127.0.0.1:" in done.stdout
    done = without("cryptography", "--smtps", "0")
    assert done.returncode == 3
    assert done.stderr.startswith("dm: TLS needs the package cryptography: python -m pip install 'dmcli[tls]'")
