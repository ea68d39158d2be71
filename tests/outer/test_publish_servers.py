"""`domain publish` by dynamic updates to Knot DNS and BIND, with a TSIG key. Needs Debian's packages knot and bind9."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time

import dns.message
import dns.query
import dns.rdatatype
import dns.tsig
import dns.update
import pytest

from dmcli.errors import ConfigError, RefusedError
from dmcli.maildns.plan import plan
from dmcli.maildns.wanted import Record
from dmcli.maildns.wire import Server
from dmcli.workflows.publish.rfc2136 import Rfc2136
from dmcli.workflows.publish.tsig import key_in

KNOT = shutil.which("knotd") or "/usr/sbin/knotd"
BIND = shutil.which("named") or "/usr/sbin/named"
SECRET, OTHER = "c2VjcmV0IG9mIHRoZSB0ZXN0cw==", "b3RoZXIgc2VjcmV0"
DOMAIN = "mail.example.com"
SPF = "v=spf1 include:spf1.dm.aliyun.com -all"
ZONE = """$ORIGIN example.com.
$TTL 300
@ SOA ns1 host 1 3600 600 86400 60
@ NS ns1
ns1 A 127.0.0.1
mail 120 TXT "v=spf1 mx " "ip4:192.0.2.0/24 ~all"
mail 120 TXT "other"
_dmarc.mail TXT "v=DMARC1; p=reject"
aliyundm.mail TXT "v=spf1 -all"
dmtrace.mail A 192.0.2.1
* MX 10 mx.elsewhere.test.
* TXT "v=spf1 -all"
"""
KNOT_CONF = """server:
    rundir: {folder}
    listen: 127.0.0.1@{port}
database:
    storage: {folder}
key:
  - id: dm
    algorithm: hmac-sha256
    secret: {secret}
acl:
  - id: dm
    key: dm
    action: [update, query]
  - id: ask
    address: 127.0.0.1
    action: query
zone:
  - domain: example.com
    storage: {folder}
    file: example.com.zone
    acl: [dm]
"""
BIND_CONF = """options {{
    directory "{folder}"; pid-file none; listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};
    recursion no; session-keyfile none;
}};
controls {{ }};
key "dm" {{ algorithm hmac-sha256; secret "{secret}"; }};
zone "example.com" {{ type primary; file "{folder}/example.com.zone"; update-policy {{ grant dm zonesub ANY; }}; }};
"""
COMMANDS = {"knot": [KNOT, "-c"], "bind": [BIND, "-g", "-c"]}
KEYS = {
    "knot": f"key:\n  - id: dm\n    algorithm: hmac-sha256\n    secret: {SECRET}\n",
    "bind": f'key "dm" {{\n\talgorithm hmac-sha256;\n\tsecret "{SECRET}";\n}};\n',
}


class Place:
    """A server of the zone, and `dm domain publish` to it."""

    def __init__(self, kind, folder, port):
        self.kind, self.folder, self.port = kind, folder, port
        self.key = folder / "dm.key"
        self.key.write_text(KEYS[kind], encoding="ascii")
        self.key.chmod(0o600)
        self.environ = {name: value for name, value in os.environ.items() if not name.startswith(("ALIBABA", "DM_"))}
        self.environ |= {"HOME": str(folder), "DM_SANDBOX_DB": str(folder / "sandbox.db")}

    def dm(self, *line, code=0, **environ):
        run = subprocess.run(
            [sys.executable, "-m", "dmcli", "-p", "sandbox", "domain", *line],
            capture_output=True,
            text=True,
            check=False,
            env=self.environ | environ,
        )
        assert run.returncode == code, (run.stdout, run.stderr)
        return run

    def publish(self, *more, domain=DOMAIN, code=0, key=True, **environ):
        file = ["--key-file", str(self.key)] if key else []
        run = self.dm(
            *("publish", domain, "--server", f"127.0.0.1:{self.port}", "--yes", "-o", "json"),
            *(*file, *more),
            code=code,
            **environ,
        )
        return {row["record"]: row for row in json.loads(run.stdout or "[]")}, run.stderr

    def has(self, name, kind):
        reply = dns.query.tcp(dns.message.make_query(name, kind), "127.0.0.1", 5, self.port)
        found = [rrset for rrset in reply.answer if rrset.rdtype == dns.rdatatype.from_text(kind)]
        return sorted((rrset.ttl, rdata.to_text()) for rrset in found for rdata in rrset)


@pytest.fixture(params=["knot", "bind"])
def place(request, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (tmp_path / "example.com.zone").write_text(ZONE, encoding="ascii")
    tmp_path.chmod(0o755)
    text = (KNOT_CONF if request.param == "knot" else BIND_CONF).format(folder=tmp_path, port=port, secret=SECRET)
    conf = tmp_path / "server.conf"
    conf.write_text(text, encoding="ascii")
    command = [*COMMANDS[request.param], str(conf)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as server:
        try:
            made = Place(request.param, tmp_path, port)
            _wait(server, made)
            made.dm("create", DOMAIN)
            yield made
        finally:
            server.terminate()
            server.communicate()


def _wait(server, place):
    for _ in range(300):
        assert server.poll() is None, server.stdout.read()
        try:
            if place.has("example.com", "SOA"):
                return
        except (OSError, EOFError):
            pass
        time.sleep(0.1)
    raise AssertionError("the server does not serve its zone")


def test_what_is_missing_is_published_and_what_is_there_stays(place):
    rows, said = place.publish(code=7)
    assert {record: row["change"] for record, row in rows.items()} == {
        "ownership": "add",
        "spf": "merge",
        "dkim": "add",
        "dmarc": "there",
        "mx": "add",
        "cname": "refused",
    }
    assert "not published: Tracking (CNAME dmtrace.mail.example.com)" in said
    merged = "v=spf1 mx ip4:192.0.2.0/24 include:spf1.dm.aliyun.com ~all"
    assert place.has(DOMAIN, "TXT") == [(120, '"other"'), (120, f'"{merged}"')]
    assert place.has(DOMAIN, "MX") == [(600, "10 mx01.dm.aliyun.com.")]
    assert place.has(f"dmtrace.{DOMAIN}", "A") == [(300, "192.0.2.1")]
    key = "".join(place.has(rows["dkim"]["name"], "TXT")[0][1].split('" "')).strip('"').replace("\\;", ";")
    assert key == rows["dkim"]["new"]
    serial = place.has("example.com", "SOA")
    again, _ = place.publish(code=7)
    assert {row["change"] for row in again.values()} == {"there", "refused"}
    assert place.has("example.com", "SOA") == serial


def test_what_a_wildcard_answers_does_not_stand_at_the_name(place):
    """An SPF record that is the wildcard's is none to merge with, and the mail that it brings would end."""
    place.dm("create", "wild.example.com")
    rows, _ = place.publish(domain="wild.example.com", code=7)
    assert {(row["change"], row["old"]) for row in rows.values()} == {("refused", "")}
    assert "received by the MX of *.example.com" in rows["spf"]["why"]


def test_a_key_in_the_environment(place):
    rows, _ = place.publish(key=False, code=7, DM_TSIG_KEY=f"hmac-sha256:dm:{SECRET}")
    assert rows["mx"]["published"] is True


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"hmac-sha256:dm:{OTHER}", "does not know this TSIG key, or has another secret"),
        (f"hmac-sha256:nobody:{SECRET}", "does not know this TSIG key"),
        ("", "with no key: give --key-file"),
    ],
)
def test_a_key_that_will_not_do(place, text, said):
    assert said in place.publish(key=False, code=3, DM_TSIG_KEY=text)[1]
    assert place.has(DOMAIN, "MX") == []


def test_a_zone_that_the_server_has_not(place):
    assert "which has it in example.com" in place.publish("--zone", DOMAIN, code=2)[1]


def test_a_clock_that_is_off(place, monkeypatch):
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() - 3600)
    with pytest.raises(ConfigError, match="set the clock that is wrong"):
        Rfc2136(Server("127.0.0.1", place.port), key_in(f"dm:{SECRET}", "here")).read(DOMAIN, {DOMAIN})


def test_a_zone_that_was_changed_meanwhile_is_not_overwritten(place):
    """The prerequisites of an update hold off what was planned on an older zone."""
    wanted = [Record("spf", DOMAIN, "TXT", SPF, "example.com"), Record("mx", DOMAIN, "MX", "mx.test", "x", priority=1)]
    provider = Rfc2136(Server("127.0.0.1", place.port), key_in(f"dm:{SECRET}", "here"))
    zone = provider.read(DOMAIN, {DOMAIN})
    changes = plan(wanted, zone)
    key = dns.tsig.Key("dm", SECRET, "hmac-sha256")
    racing = dns.update.UpdateMessage("example.com", keyring=key)
    racing.add("mail", 300, "MX", "10 mx.elsewhere.test.")
    assert dns.query.tcp(racing, "127.0.0.1", 5, place.port).rcode() == 0
    with pytest.raises(RefusedError, match="has other records than were read"):
        list(provider.publish(zone, changes))
    assert place.has(DOMAIN, "MX") == [(300, "10 mx.elsewhere.test.")]
    assert len(place.has(DOMAIN, "TXT")) == 2
    assert "include" not in str(place.has(DOMAIN, "TXT"))
