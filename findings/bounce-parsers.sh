#!/bin/sh
# Reports of failed delivery, three readers: one that failed among those delivered is no bounce, and another's address is cleaned
#
# Seen:      2026-11-29
# Versions:  Debian 12: libmail-deliverystatus-bounceparser-perl 1.543, libsisimai-perl 4.25.15; flufl.bounce 6.0.0 (PyPI) on
#            Python 3.11.7
# Guess:     message/delivery-status (RFC 3464) is a form with fields to read. All find who failed, however many there are, and
#            name the address that was written to, which is the one on the list.
# Behaviour: Mail::DeliveryStatus::BounceParser says "no bounce" of a report in which li failed and han's copy arrived, and of two
#            who failed it names the first where lines end with CRLF, as on the wire, and both where they end with LF. A
#            comment becomes part of the address. Sisimai names Final-Recipient, a mailbox behind an alias that nobody wrote
#            to, with the address of the list as "alias"; where that field is folded, in lower case, has a comment or is of
#            type utf-8 (RFC 6533), it finds nothing at all. flufl.bounce reads all of them but the last.
# Matters:   Dead addresses stay on a list and are mailed again, and a list is cleaned of a mailbox that is not on it. No
#            reader says that it did not understand.
# Source:    run; RFC 3464, 2.1.1 (field names, comments, folding as in RFC 822), 2.3.1, 2.3.2; RFC 6533, 3
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
need=""
perl -MSisimai -e 1 2> /dev/null || need="$need libsisimai-perl"
perl -MMail::DeliveryStatus::BounceParser -e 1 2> /dev/null || need="$need libmail-deliverystatus-bounceparser-perl"
# shellcheck disable=SC2086
[ -z "$need" ] || { apt-get update -qq && apt-get install -y -qq --no-install-recommends $need; } > apt.log 2>&1 || {
  cat apt.log
  echo "needs$need"
  exit 1
}
dpkg-query -W -f '${Package} ${Version}\n' libmail-deliverystatus-bounceparser-perl libsisimai-perl
python3 -m venv py
py/bin/pip install -q --disable-pip-version-check flufl.bounce==6.0.0

cat > reports.py <<'PY'
"""Reports of a mail to li@example.net, some of them to han@example.net too, with lines as on the wire and as in a mailbox."""
from pathlib import Path

HEAD = """From: MAILER-DAEMON@mx.example.net (Mail Delivery System)
To: news@mail.example.com
Subject: Undelivered Mail Returned to Sender
Date: Sun, 29 Nov 2026 09:00:00 +0000
Message-ID: <1@mx.example.net>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain; charset=us-ascii

This is the mail system.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
"""
TAIL = """
--b
Content-Type: message/rfc822

From: news@mail.example.com
To: li@example.net
Subject: News
Message-ID: <n1@mail.example.com>

Hello
--b--
"""
LI, HAN = "Final-Recipient: rfc822; li@example.net\n", "Final-Recipient: rfc822; han@example.net\n"
FAILED = "Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 user unknown\n"
ARRIVED = "Action: delivered\nStatus: 2.0.0\n"
REPORTS = {
    "1 plain": [LI + FAILED],
    "2 one of two": [LI + FAILED, HAN + ARRIVED],
    "3 both": [LI + FAILED, HAN + FAILED],
    "4 alias": ["Original-Recipient: rfc822; li@example.net\nFinal-Recipient: rfc822; box17@in.example.net\n" + FAILED],
    "5 folded": [LI.replace("; ", ";\n ") + FAILED],
    "6 lower case": [LI.lower() + FAILED],
    "7 comment": [LI.replace(".net", ".net (Li Lei)") + FAILED],
    "8 utf-8": ["Final-Recipient: utf-8; 李雷@example.net\n" + FAILED],
}
for name, people in REPORTS.items():
    report = HEAD + "".join("\n" + person for person in people) + TAIL
    Path(f"{name} LF").write_bytes(report.encode())
    Path(f"{name} CRLF").write_bytes(report.replace("\n", "\r\n").encode())
PY
cat > read.pl <<'PL'
use Mail::DeliveryStatus::BounceParser;
use Sisimai;
for my $file (@ARGV) {
    open my $handle, "<", $file or die;
    my $report = Mail::DeliveryStatus::BounceParser->new(do { local $/; <$handle> });
    my @first = $report->is_bounce ? map { $_->get("email") } $report->reports : ();
    my @second = map { $_->recipient->address } grep { $_->action eq "failed" } @{ Sisimai->make($file) // [] };
    print join(" | ", $file, "BounceParser @first", "Sisimai @second"), "\n";
}
PL
cat > read.py <<'PY'
import email
import sys

from flufl.bounce import all_failures

for name in sys.argv[1:]:
    with open(name, "rb") as file:
        _, failed = all_failures(email.message_from_binary_file(file))
    print(f"{name} | flufl.bounce", *sorted(address.decode() for address in failed))
PY
python3 reports.py
echo "guess: li alone, but li and han of 3, and of 8 the address in Chinese"
{ perl read.pl [1-8]*F; py/bin/python read.py [1-8]*F; } > seen
cat seen
cat > expected <<'END'
1 plain CRLF | BounceParser li@example.net | Sisimai li@example.net
1 plain LF | BounceParser li@example.net | Sisimai li@example.net
2 one of two CRLF | BounceParser li@example.net | Sisimai li@example.net
2 one of two LF | BounceParser  | Sisimai li@example.net
3 both CRLF | BounceParser li@example.net | Sisimai li@example.net han@example.net
3 both LF | BounceParser li@example.net han@example.net | Sisimai li@example.net han@example.net
4 alias CRLF | BounceParser li@example.net | Sisimai box17@in.example.net
4 alias LF | BounceParser li@example.net | Sisimai box17@in.example.net
5 folded CRLF | BounceParser li@example.net | Sisimai 
5 folded LF | BounceParser li@example.net | Sisimai 
6 lower case CRLF | BounceParser li@example.net | Sisimai 
6 lower case LF | BounceParser li@example.net | Sisimai 
7 comment CRLF | BounceParser li@example.net Li Lei | Sisimai 
7 comment LF | BounceParser li@example.net Li Lei | Sisimai 
8 utf-8 CRLF | BounceParser 李雷@example.net | Sisimai 
8 utf-8 LF | BounceParser 李雷@example.net | Sisimai 
1 plain CRLF | flufl.bounce li@example.net
1 plain LF | flufl.bounce li@example.net
2 one of two CRLF | flufl.bounce li@example.net
2 one of two LF | flufl.bounce li@example.net
3 both CRLF | flufl.bounce han@example.net li@example.net
3 both LF | flufl.bounce han@example.net li@example.net
4 alias CRLF | flufl.bounce li@example.net
4 alias LF | flufl.bounce li@example.net
5 folded CRLF | flufl.bounce li@example.net
5 folded LF | flufl.bounce li@example.net
6 lower case CRLF | flufl.bounce li@example.net
6 lower case LF | flufl.bounce li@example.net
7 comment CRLF | flufl.bounce li@example.net
7 comment LF | flufl.bounce li@example.net
8 utf-8 CRLF | flufl.bounce
8 utf-8 LF | flufl.bounce
END
diff expected seen || { echo "changed: reports are no longer read as described"; exit 1; }
echo "still so"
