#!/bin/sh
# Three counters of SPF's void look-ups, three rules: a record that one accepts with 0 is refused with 3 by another
#
# Seen:      2026-11-28
# Versions:  checkdmarc 6.0.4, pyspf 2.0.14, dnspython 2.9.2 on Python 3.11.7; mailauth 4.13.3 on Node 20.20.2
# Guess:     A look-up is void when it gives no record (RFC 7208, 4.6.4), whichever mechanism asked; more than two are a
#            permerror. So all say the same of a record whose MX names three hosts that do not exist.
# Behaviour: pyspf counts all together, and refuses; mailauth gives the hosts of each MX a budget of their own, so that three
#            at one MX are too many and three in three places are not; checkdmarc looks up neither hosts of an MX nor
#            exists: and accepts both, but takes a null MX ("0 ."), which is an answer, for a void look-up.
# Matters:   A record that a checker calls valid is a permerror for receivers, and mail that relies on SPF alone is refused.
# Source:    run; RFC 7208, 4.6.4
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv py
py/bin/pip install -q --disable-pip-version-check checkdmarc==6.0.4 pyspf==2.0.14 dnspython==2.9.2
npm install --silent --no-audit --no-fund mailauth@4.13.3 > npm.log 2>&1 || { cat npm.log; exit 1; }
cat > zone.py <<'PY'
"""The zone, and a server for it on loopback."""
import socketserver, threading
import dns.flags, dns.message, dns.rcode, dns.rrset

CASES = {
    "three dead hosts of an MX": "v=spf1 mx:dead.test -all",
    "one, a dead name and exists:": "v=spf1 mx:one.test a:gone.test exists:gone.test -all",
    "a null MX": "v=spf1 mx:null.test -all",
}
ZONE = {
    "dead.test": {"MX": ["10 gone1.test.", "20 gone2.test.", "30 gone3.test."]},
    "one.test": {"MX": ["10 gone1.test."]},
    "null.test": {"MX": ["0 ."]},
} | {f"c{number}.test": {"TXT": [f'"{text}"']} for number, text in enumerate(CASES.values())}

class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        query = dns.message.from_wire(self.request[0])
        asked, reply = query.question[0], dns.message.make_response(query)
        kinds = ZONE.get(asked.name.to_text(True).lower())
        if kinds is None:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        for kind, values in (kinds or {}).items():
            if dns.rdatatype.from_text(kind) == asked.rdtype:
                reply.answer.append(dns.rrset.from_text(asked.name, 300, "IN", kind, *values))
        reply.flags |= dns.flags.AA | dns.flags.RA
        self.request[1].sendto(reply.to_wire(), self.client_address)

server = socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
PORT = server.server_address[1]
PY
cat > look.js <<'JS'
const { spf } = require('mailauth/lib/spf');
const { Resolver } = require('dns').promises;
const resolver = new Resolver();
resolver.setServers([`127.0.0.1:${process.argv[2]}`]);
(async () => {
  const found = await spf({ sender: `ada@${process.argv[3]}`, ip: '203.0.113.9', helo: 'mail.test', mta: 'x', resolver: (name, kind) => resolver.resolve(name, kind) });
  console.log(`${found.status.result}, ${found.lookups && found.lookups.void} void`);
})();
JS
cat > look.py <<'PY'
import subprocess, warnings
warnings.simplefilter("ignore")
import dns.resolver, spf
import checkdmarc.spf
from zone import CASES, PORT

resolver = dns.resolver.Resolver(configure=False)
resolver.nameservers, resolver.port = ["127.0.0.1"], PORT
dns.resolver.default_resolver = resolver
for number, (what, record) in enumerate(CASES.items()):
    name = f"c{number}.test"
    print(f"{what}: {record}")
    said = checkdmarc.spf.check_spf(name, resolver=resolver)
    print("  checkdmarc:", "valid" if said["valid"] else "refused", said.get("void_dns_lookups"), "void")
    query = spf.query(i="203.0.113.9", s=f"ada@{name}", h="mail.test")
    print("  pyspf:", query.check()[0], query.void_lookups, "void")
    run = subprocess.run(["node", "look.js", str(PORT), name], capture_output=True, text=True)
    print("  mailauth:", run.stdout.strip() or run.stderr.strip().splitlines()[-1])
PY
echo "guess: permerror, permerror, and a valid record with 0 void, by all three"
py/bin/python look.py > seen
cat seen
cat > expected <<'END'
three dead hosts of an MX: v=spf1 mx:dead.test -all
  checkdmarc: valid 0 void
  pyspf: permerror 3 void
  mailauth: permerror, 0 void
one, a dead name and exists:: v=spf1 mx:one.test a:gone.test exists:gone.test -all
  checkdmarc: valid 1 void
  pyspf: permerror 3 void
  mailauth: fail, 2 void
a null MX: v=spf1 mx:null.test -all
  checkdmarc: valid 1 void
  pyspf: fail 0 void
  mailauth: fail, 0 void
END
diff expected seen || { echo "changed: void look-ups are no longer counted as described"; exit 1; }
echo "still so"
