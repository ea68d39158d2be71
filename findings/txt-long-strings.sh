#!/bin/sh
# A TXT string of 300 characters in a zone file: four readers refuse the zone, one cuts the string by itself
#
# Seen:      2026-11-28
# Versions:  Debian 12: bind9-utils 9.18.49, nsd 4.6.1, knot 3.2.6, ldnsutils 1.8.3; dnspython 2.9.2 on Python 3.11.7
# Guess:     A string holds at most 255 octets on the wire (RFC 1035, 3.3), so that all refuse a longer one in a file.
# Behaviour: BIND, NSD, ldns and dnspython refuse the file; Knot DNS loads it without a word and serves 255 and 45.
# Matters:   DKIM keys of 2048 bits are longer than 255. A zone that was right at Knot is refused whole by the others, and
#            a key pasted in one piece works at one provider and takes the zone away at the next.
# Source:    run; RFC 1035, 3.3 and 5.1
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
PATH=$PATH:/usr/sbin
need=""
command -v named-checkzone > /dev/null || need="$need bind9-utils"
command -v nsd-checkzone > /dev/null || need="$need nsd"
command -v kzonecheck > /dev/null || need="$need knot"
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

zone() { # STRINGS
  printf '%s\n' '$ORIGIN example.test.' '$TTL 300' '@ SOA ns1 host 1 3600 600 86400 60' '@ NS ns1' 'ns1 A 192.0.2.1' "k TXT $1"
}
letters() { printf "%0$1d" 0 | tr 0 A; }
zone "\"$(letters 300)\"" > one.zone
zone "\"$(letters 255)\" \"$(letters 45)\"" > two.zone

told() { # READER COMMAND...
  reader=$1
  shift
  if "$@" > "$reader.log" 2>&1; then echo "  $reader: taken"; else echo "  $reader: refused"; fi
}
read_zone='import sys, dns.zone; dns.zone.from_file(sys.argv[1], origin="example.test.")'
echo "guess: all refuse one string of 300, and all take 255 and 45"
for file in one two; do
  echo "$file.zone:"
  told BIND named-checkzone -q example.test $file.zone
  told NSD nsd-checkzone example.test $file.zone
  told Knot kzonecheck -o example.test $file.zone
  told ldns ldns-read-zone $file.zone
  told dnspython py/bin/python -c "$read_zone" $file.zone
done > seen
cat seen
cat > expected <<'END'
one.zone:
  BIND: refused
  NSD: refused
  Knot: taken
  ldns: refused
  dnspython: refused
two.zone:
  BIND: taken
  NSD: taken
  Knot: taken
  ldns: taken
  dnspython: taken
END
diff expected seen || { echo "changed: the readers no longer take long strings as described"; exit 1; }
echo "still so"
