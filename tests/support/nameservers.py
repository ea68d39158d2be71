"""Name servers and a resolver from Debian, on loopback: Knot DNS, NSD and Unbound, each for as long as a block lasts.

An authority's zones are texts by origin, without SOA and NS, which are added.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from contextlib import contextmanager

import dns.message
import dns.query
import dns.rcode


def free_port(*addresses):
    """A port that is free for UDP and TCP at all the addresses."""
    while True:
        with socket.create_server((addresses[0], 0)) as found:
            port = found.getsockname()[1]
        try:
            for address in addresses:
                for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                    with socket.socket(socket.AF_INET, kind) as one:
                        one.bind((address, port))
        except OSError:
            continue
        return port


def _file(name, text, address):
    """A zone file; what has an SOA already is whole."""
    head = f"@ 300 SOA ns1 host 1 3600 600 86400 60\n@ 300 NS ns1\nns1 300 A {address}\n"
    return f"$ORIGIN {name}.\n$TTL 300\n{text if ' SOA ' in text else head + text}"


@contextmanager
def knot(folder, address, zones, signed=(), others=()):
    """The port of a Knot DNS that serves zones, some of them signed by itself; `others` are free at that port too."""
    folder.mkdir()
    port = free_port(address, *others)
    conf = (
        f"server:\n    rundir: {folder}\n    listen: {address}@{port}\ndatabase:\n    storage: {folder}\n"
        f"acl:\n  - id: copy\n    address: 127.0.0.0/8\n    action: transfer\n"
        "policy:\n  - id: one\n    single-type-signing: on\nzone:\n"
    )
    for name, text in zones.items():
        (folder / f"{name}.zone").write_text(_file(name, text, address), encoding="ascii")
        conf += f"  - domain: {name}\n    storage: {folder}\n    file: {name}.zone\n    acl: copy\n"
        conf += "    dnssec-signing: on\n    dnssec-policy: one\n" if name in signed else ""
    (folder / "knot.conf").write_text(conf, encoding="ascii")
    with _running(["knotd", "-c", str(folder / "knot.conf")], address, port, zones):
        yield port


@contextmanager
def nsd(folder, address, port, zones):
    """An NSD that serves zones at a port."""
    folder.mkdir()
    conf = (
        f'server:\n  ip-address: {address}@{port}\n  username: ""\n  chroot: ""\n  zonesdir: "{folder}"\n'
        f'  pidfile: ""\n  database: ""\n  zonelistfile: "{folder}/zones"\n  xfrdfile: "{folder}/xfrd"\n'
        f'  xfrdir: "{folder}"\n  cookie-secret-file: "{folder}/cookie"\n  server-count: 1\n  rrl-ratelimit: 0\n'
        "remote-control:\n  control-enable: no\n"
    )
    for name, text in zones.items():
        (folder / f"{name}.zone").write_text(_file(name, text, address), encoding="ascii")
        conf += f'zone:\n  name: "{name}"\n  zonefile: "{name}.zone"\n'
    (folder / "nsd.conf").write_text(conf, encoding="ascii")
    with _running(["nsd", "-d", "-c", str(folder / "nsd.conf")], address, port, zones):
        yield port


@contextmanager
def unbound(folder, address, port, homes, anchors):
    """An Unbound that validates; `homes` are authorities by zone, at the same port, `anchors` DS records.

    It asks nobody else: all that is in none of the zones does not exist.
    """
    folder.mkdir()
    conf = (
        f'server:\n  interface: {address}\n  port: {port}\n  username: ""\n  chroot: ""\n  directory: "{folder}"\n'
        '  pidfile: ""\n  use-syslog: no\n  do-not-query-localhost: no\n  module-config: "validator iterator"\n'
        "  num-threads: 1\n  trust-anchor-signaling: no\n  ede: yes\n  val-log-level: 2\n"
    )
    conf += "".join(f'  trust-anchor: "{anchor}"\n' for anchor in anchors)
    # These names are under no authority here, and all of them would lead to the root.
    conf += '  local-zone: "." static\n' + "".join(f'  local-zone: "{name}." transparent\n' for name in homes)
    conf += "remote-control:\n  control-enable: no\n"
    for name, home in homes.items():
        conf += f'stub-zone:\n  name: "{name}."\n  stub-addr: {home}@{port}\n'
    (folder / "unbound.conf").write_text(conf, encoding="ascii")
    with _running(["unbound", "-d", "-p", "-c", str(folder / "unbound.conf")], address, port, ()):
        yield port


@contextmanager
def _running(command, address, port, zones):
    """A server that answers for its zones, which it may load after it listens."""
    program = shutil.which(command[0]) or f"/usr/sbin/{command[0]}"
    with subprocess.Popen([program, *command[1:]], stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as server:
        try:
            _wait(server, address, port, zones)
            yield
        finally:
            server.terminate()


def _wait(server, address, port, zones):
    for _ in range(300):
        if server.poll() is not None:
            raise AssertionError(server.stdout.read().decode())
        try:
            asked = [dns.query.tcp(dns.message.make_query(name, "SOA"), address, 2, port) for name in zones or ["."]]
        except OSError:
            asked = []
        if asked and (not zones or all(reply.answer for reply in asked)):
            return
        time.sleep(0.1)
    raise AssertionError("the server does not serve its zones")
