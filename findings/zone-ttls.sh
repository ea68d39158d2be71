#!/bin/sh
# Five readers of one zone file, none with an error, and four opinions about how long a record may be cached
#
# Seen:      2026-11-28
# Versions:  Debian 12: bind9-utils 9.18.49, nsd 4.6.1, knot 3.2.6, ldnsutils 1.8.3; dnspython 2.9.2 on Python 3.11.7
# Guess:     (1) A file without $TTL takes the default from one place. (2) The records of a name and type have one TTL (RFC
#            2181, 5.2), so a file that gives two is refused, or all make the same of it.
# Behaviour: (1) BIND and dnspython take the last field of the SOA, the time for which "there is no such name" is cached
#            (300 here); NSD, Knot and ldns take 3600, a number of their own. (2) For 600 and then 300, BIND serves the
#            first, Knot the last, dnspython the lowest, NSD and ldns serve both. BIND, NSD and Knot warn, none fails.
# Matters:   Records for a mail domain (SPF, DKIM, DMARC, a verification TXT) are moved between servers as zone files: the
#            time to wait before a check can succeed changes with the server, without a change in the file.
# Source:    run; RFC 2308, 4 (the SOA field is no default any more), RFC 2181, 5.2
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
PATH=$PATH:/usr/sbin
need=""
command -v named-checkzone > /dev/null || need="$need bind9-utils"
command -v nsd-checkzone > /dev/null || need="$need nsd"
command -v knotd > /dev/null || need="$need knot"
command -v kdig > /dev/null || need="$need knot-dnsutils"
command -v ldns-read-zone > /dev/null || need="$need ldnsutils"
# shellcheck disable=SC2086
[ -z "$need" ] || { apt-get update -qq && apt-get install -y -qq --no-install-recommends $need; } > apt.log 2>&1 || {
  cat apt.log
  echo "needs$need"
  exit 1
}
dpkg-query -W -f '${Package} ${Version}\n' bind9-utils nsd knot ldnsutils
python3 -m venv py
py/bin/pip install -q --disable-pip-version-check dnspython==2.9.2

soa='example.test. IN SOA ns.example.test. host.example.test. 1 7200 3600 1209600 300'
printf '%s\n' "$soa" 'example.test. IN NS ns.example.test.' 'ns.example.test. IN A 192.0.2.1' 'example.test. IN TXT "v=spf1 -all"' > default.zone
printf '%s\n' '$TTL 3600' "$soa" 'example.test. IN NS ns.example.test.' 'ns.example.test. IN A 192.0.2.1' \
  'mx.example.test. 600 IN A 192.0.2.2' 'mx.example.test. 300 IN A 192.0.2.3' > two.zone

cat > dnspy.py <<'PY'
import sys
import dns.zone, dns.rdatatype
zone = dns.zone.from_file(sys.argv[1], origin="example.test.", relativize=False)
for name, ttl, data in zone.iterate_rdatas():
    print(name, ttl, "IN", dns.rdatatype.to_text(data.rdtype), data.to_text())
PY
# Knot has no command that prints a zone as read, so it serves the zone on a loopback port until one question is answered.
knot() { # ZONE NAME TYPE
  port=$(py/bin/python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  mkdir "$work/knot-$1"
  cat > "knot-$1.conf" <<END
server:
  rundir: $work/knot-$1
  listen: 127.0.0.1@$port
database:
  storage: $work/knot-$1
zone:
  - domain: example.test
    file: $work/$1.zone
    zonefile-sync: -1
END
  timeout 30 knotd -c "knot-$1.conf" > "knot-$1.log" 2>&1 &
  pid=$!
  answer=""
  tries=0
  while [ -z "$answer" ] && [ "$tries" -lt 20 ]; do
    sleep 0.5
    tries=$((tries + 1))
    answer=$(kdig "@127.0.0.1" -p "$port" +timeout=1 +retry=0 +noall +answer "$2" "$3" 2> kdig.log | grep -w IN || true)
  done
  kill "$pid"
  wait "$pid" || true
  printf '%s\n' "$answer"
}

# The TTLs of a name and type: NAME, TTL, IN, TYPE as columns, with an indented line where the name is that of the line before.
ttls() { # READER NAME TYPE
  awk -v reader="$1" -v name="$2" -v type="$3" '
    /^[ \t]/ { $0 = last " " $0 }
    { last = $1 }
    ($1 == name || $1 "." == name || $1 ".example.test." == name || $1 ".test." == name) && $3 == "IN" && $4 == type { found = found " " $2 }
    END { print "  " reader ":" found }'
}

report() { # ZONE NAME TYPE
  named-checkzone -q -D example.test "$1.zone" 2> /dev/null | ttls BIND "$2" "$3"
  nsd-checkzone -p example.test "$1.zone" 2> /dev/null | ttls NSD "$2" "$3"
  knot "$1" "$2" "$3" | ttls Knot "$2" "$3"
  ldns-read-zone "$1.zone" 2> /dev/null | ttls ldns "$2" "$3"
  py/bin/python dnspy.py "$1.zone" | ttls dnspython "$2" "$3"
}

echo "guess: one TTL in all five for each question"
{
  echo "no \$TTL in the file:"
  report default example.test. TXT
  echo "600 for the first address, 300 for the second:"
  report two mx.example.test. A
} > seen
cat seen
cat > expected <<'END'
no $TTL in the file:
  BIND: 300
  NSD: 3600
  Knot: 3600
  ldns: 3600
  dnspython: 300
600 for the first address, 300 for the second:
  BIND: 600 600
  NSD: 600 300
  Knot: 300 300
  ldns: 600 300
  dnspython: 300 300
END
diff expected seen || { echo "changed: the readers no longer take TTLs as described"; exit 1; }
echo "still so"
