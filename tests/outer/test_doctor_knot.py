"""`domain doctor` against Knot DNS, an authority that we did not write. Needs Debian's package knot."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from nameservers import knot

SPF = "v=spf1 include:spf1.dm.aliyun.com -all"
GOOD = f'@ TXT "{SPF}"\n@ MX 10 mx01.dm.aliyun.com.\n_dmarc TXT "v=DMARC1; p=none"\n'
LONG = " ".join(f"ip4:192.0.2.{number}" for number in range(1, 21))
ZONES = {
    "dm.aliyun.com": 'spf1 TXT "v=spf1 ip4:192.0.2.0/24 -all"\n',
    "good.test": GOOD,
    "empty.test": "",
    "two.test": GOOD + '@ TXT "v=spf1 -all"\n',
    "capital.test": GOOD.replace(SPF, SPF.upper().replace("SPF1.DM.ALIYUN.COM", "spf1.dm.aliyun.com")),
    # One string of more than 255 octets, which Knot splits by itself and other servers refuse.
    "long.test": GOOD.replace(SPF, SPF.replace("-all", f"{LONG} -all")),
    "wild.test": GOOD.replace("_dmarc", "*"),
}
VERDICTS = {
    "good.test": ("ok", "ok", "ok"),
    "empty.test": ("fix", "unknown", "fix"),  # Knot refuses _dmarc.test, where a policy might be
    "two.test": ("fix", "ok", "ok"),
    "capital.test": ("ok", "ok", "ok"),
    "long.test": ("ok", "ok", "ok"),
    "wild.test": ("ok", "ok", "ok"),
}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The port of a Knot DNS that serves the zones."""
    with knot(tmp_path_factory.mktemp("served") / "knot", "127.0.0.1", ZONES) as port:
        yield port


@pytest.mark.parametrize("domain", VERDICTS)
def test_verdicts(served, domain):
    line = ["domain", "doctor", domain, "--no-account", "--resolver", f"127.0.0.1:{served}", "-o", "json"]
    run = subprocess.run([sys.executable, "-m", "dmcli", *line], capture_output=True, text=True, check=False)
    rows = {row["record"]: row for row in json.loads(run.stdout)}
    assert tuple(rows[record]["verdict"] for record in ("spf", "dmarc", "mx")) == VERDICTS[domain], run.stdout
    assert run.returncode == (5 if "fix" in VERDICTS[domain] else 0)
