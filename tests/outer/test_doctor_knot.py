"""`domain doctor` against Knot DNS, an authority that we did not write. Needs Debian's package knot."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time

import pytest

KNOT = shutil.which("knotd") or "/usr/sbin/knotd"
SPF = "v=spf1 include:spf1.dm.aliyun.com -all"
SOA = "@ 300 SOA ns1 host 1 3600 600 86400 60\n@ 300 NS ns1\nns1 300 A 127.0.0.1\n"
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
def knot(tmp_path_factory):
    """The port of a Knot DNS that serves the zones."""
    folder = tmp_path_factory.mktemp("knot")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    zones = ""
    for name, text in ZONES.items():
        (folder / f"{name}.zone").write_text(f"$ORIGIN {name}.\n$TTL 300\n{SOA}{text}", encoding="ascii")
        zones += f"  - domain: {name}\n    storage: {folder}\n    file: {name}.zone\n"
    conf = folder / "knot.conf"
    conf.write_text(
        f"server:\n    rundir: {folder}\n    listen: 127.0.0.1@{port}\n"
        f"database:\n    storage: {folder}\nzone:\n{zones}",
        encoding="ascii",
    )
    with subprocess.Popen([KNOT, "-c", str(conf)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as server:
        try:
            _wait(server, port)
            yield port
        finally:
            server.terminate()


def _wait(server, port):
    """Until the server answers for its zones, which it loads after it listens."""
    import dns.message
    import dns.query

    for _ in range(300):
        assert server.poll() is None, server.stdout.read()
        try:
            asked = [dns.query.tcp(dns.message.make_query(name, "SOA"), "127.0.0.1", 2, port) for name in ZONES]
        except OSError:
            asked = []
        if asked and all(reply.answer for reply in asked):
            return
        time.sleep(0.1)
    raise AssertionError("knotd does not serve its zones")


@pytest.mark.parametrize("domain", VERDICTS)
def test_verdicts(knot, domain):
    line = ["domain", "doctor", domain, "--no-account", "--resolver", f"127.0.0.1:{knot}", "-o", "json"]
    run = subprocess.run([sys.executable, "-m", "dmcli", *line], capture_output=True, text=True, check=False)
    rows = {row["record"]: row for row in json.loads(run.stdout)}
    assert tuple(rows[record]["verdict"] for record in ("spf", "dmarc", "mx")) == VERDICTS[domain], run.stdout
    assert run.returncode == (5 if "fix" in VERDICTS[domain] else 0)
