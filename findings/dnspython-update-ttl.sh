#!/bin/sh
# A prerequisite made of a record set that was just read is refused as malformed; made of the same records it is taken
#
# Seen:      2026-11-28
# Versions:  dnspython 2.9.2 on Python 3.11.7; Debian 12: knot 3.2.6, bind9 9.18.49
# Guess:     UpdateMessage.present(name, X) says "this must stand there still" (RFC 2136, 2.4.2). X may be a record set or
#            records, by its documentation, so a set as it came in an answer and its records one by one make one message.
# Behaviour: Of records the TTL is written as 0, as the RFC wants; of a set its own TTL goes out, and both servers answer
#            FORMERR. Nothing in dnspython says so, and with a set made by hand with TTL 0 all is well.
# Matters:   SPF is changed by one party while another reads it. Who guards an update of the TXT set of a mail domain with
#            what was read, the obvious way, has every update refused, and takes the guard out.
# Source:    run; RFC 2136, 2.4.2 and 3.2.1; dns/update.py, present()
set -eu

work=$(mktemp -d)
pid=""
trap '[ -z "$pid" ] || kill "$pid" 2> /dev/null || true; rm -rf "$work"' EXIT
cd "$work"
PATH=$PATH:/usr/sbin
need=""
command -v knotd > /dev/null || need="$need knot"
command -v named > /dev/null || need="$need bind9"
# shellcheck disable=SC2086
[ -z "$need" ] || { apt-get update -qq && apt-get install -y -qq --no-install-recommends $need; } > apt.log 2>&1 || {
  cat apt.log
  echo "needs$need"
  exit 1
}
dpkg-query -W -f '${Package} ${Version}\n' knot bind9
python3 -m venv py
py/bin/pip install -q --disable-pip-version-check dnspython==2.9.2
chmod 755 "$work"

cat > ask.py <<'PY'
import sys, time
import dns.message, dns.query, dns.rcode, dns.tsigkeyring, dns.update
port, answer = int(sys.argv[1]), None
for _ in range(100):
    try:
        answer = dns.query.tcp(dns.message.make_query("example.test", "TXT"), "127.0.0.1", 2, port).answer
        if answer:
            break
    except OSError:
        pass
    time.sleep(0.1)
if not answer:
    sys.exit("no answer")
found = answer[0]
for way, given in (("the set as read", [found.to_rdataset()]), ("its records", list(found))):
    update = dns.update.UpdateMessage("example.test", keyring=dns.tsigkeyring.from_text({"dm": "c2VjcmV0"}))
    update.present("@", *given)
    update.add("@", 300, "TXT", '"new"')
    ttls = {part.ttl for part in update.prerequisite}
    reply = dns.query.tcp(update, "127.0.0.1", 2, port)
    print(f"  {way}: TTL {ttls.pop()}, {dns.rcode.to_text(reply.rcode())}")
PY
zone() {
  printf '%s\n' '$TTL 300' '@ SOA ns host 1 3600 600 86400 60' '@ NS ns' 'ns A 127.0.0.1' '@ TXT "v=spf1 -all"' > "$1"
}
port() { py/bin/python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

zone knot.zone
knot=$(port)
cat > knot.conf <<END
server:
  rundir: $work
  listen: 127.0.0.1@$knot
database:
  storage: $work
key:
  - id: dm
    algorithm: hmac-sha256
    secret: c2VjcmV0
acl:
  - id: dm
    key: dm
    action: update
zone:
  - domain: example.test
    storage: $work
    file: knot.zone
    acl: dm
END
zone bind.zone
bind=$(port)
cat > bind.conf <<END
options { directory "$work"; pid-file none; listen-on port $bind { 127.0.0.1; }; listen-on-v6 { none; }; recursion no; session-keyfile none; };
controls { };
key "dm" { algorithm hmac-sha256; secret "c2VjcmV0"; };
zone "example.test" { type primary; file "$work/bind.zone"; update-policy { grant dm zonesub ANY; }; };
END

echo "guess: twice the same message"
{
  knotd -c knot.conf > knot.log 2>&1 &
  pid=$!
  echo Knot:
  py/bin/python ask.py "$knot"
  kill "$pid"
  wait "$pid" || true
  named -g -c bind.conf > bind.log 2>&1 &
  pid=$!
  echo BIND:
  py/bin/python ask.py "$bind"
  kill "$pid"
  wait "$pid" || true
  pid=""
} > seen
cat seen
cat > expected <<'END'
Knot:
  the set as read: TTL 300, FORMERR
  its records: TTL 0, NOERROR
BIND:
  the set as read: TTL 300, FORMERR
  its records: TTL 0, NOERROR
END
diff expected seen || { echo "changed: sets and records are no longer told apart as described"; exit 1; }
echo "still so"
