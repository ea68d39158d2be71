#!/bin/sh
# Programs in sendmail's place, asked for the recipients of a mail (-t): a group loses people, and a long To is cut in an address
#
# Seen:      2026-11-29
# Versions:  Debian 12: ssmtp 2.64-11, esmtp 1.2-18+b1, s-nail 14.9.24-2, nullmailer 1:2.2-4
# Guess:     `sendmail -t` takes the recipients from To, Cc and Bcc, whatever form RFC 5322 has for them: groups, comments, folded
#            lines. What is handed to it is what is sent, but for Bcc.
# Behaviour: Of "Friends: wang@example.com, zhao@example.com;" sSMTP asks for one recipient, <Friends: wang@example.com>, and
#            never for zhao; esmtp asks for Friends:wang@example.com and "zhao@example.com;"; s-nail refuses it with 4. Of one
#            address with the comment (Zhang San, Beijing) sSMTP makes two, one of them Beijing)@mail.example.com. It cuts a
#            header after 2 KiB: 60 people get a mail whose To ends in "user52.with-a-". s-nail takes the encoded name
#            "Zhang, San" apart and writes it without quotes: two addresses. At a server that takes what it is asked, these
#            end with 0. nullmailer gets all four right.
# Matters:   cron, PHP's mail() and reports of servers go to DirectMail's SMTP door through such a program. Who is left out is in
#            no log; Reply to All goes to a name without a domain.
# Source:    run; RFC 5322, 3.2.2, 3.4 and 2.2.3; RFC 2047, 6.2
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for package in ssmtp esmtp libesmtp6 s-nail nullmailer; do
  apt-get download -qq "$package" > apt.log 2>&1 || { cat apt.log; exit 1; }
done
for package in *.deb; do
  dpkg-deb -f "$package" Package Version | paste -sd ' '
  dpkg-deb -x "$package" root
done
library=$(dirname "$(find root -name 'libesmtp.so.6')")

mkdir mails
printf '%s\n' 'From: news@mail.example.com' 'To: Friends: wang@example.com, zhao@example.com;' 'Subject: group' '' 'x' > mails/1-group
printf '%s\n' 'From: news@mail.example.com' 'To: zhang@example.com (Zhang San, Beijing)' 'Subject: comment' '' 'x' > mails/2-comment
printf '%s\n' 'From: news@mail.example.com' 'To: =?utf-8?q?Zhang=2C_San?= <zhang@example.com>' 'Subject: name' '' 'x' > mails/3-name
{
  echo 'From: news@mail.example.com'
  python3 -c 'print("To: " + ",\n ".join(f"user{n:02}.with-a-long-name@example.com" for n in range(60)))'
  printf '%s\n' 'Subject: many' '' 'x'
} > mails/4-many

cat > look.py <<'PY'
import os
import socketserver
import subprocess
import sys
import threading
from email.parser import HeaderParser
from email.policy import compat32

asked, seen = [], []


class Server(socketserver.StreamRequestHandler):
    timeout = 20

    def handle(self):
        self.wfile.write(b"220 mail\r\n")
        for line in self.rfile:
            word, answer = line[:4].upper(), b"250 ok\r\n"
            if word == b"RCPT":
                asked.append(line.decode().strip().partition(":")[2])
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                seen.append("".join(line.decode() for line in iter(self.rfile.readline, b".\r\n")))
            if word == b"QUIT":
                answer = b"221 bye\r\n"
            self.wfile.write(answer)
            if word == b"QUIT":
                return


server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Server)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
port = server.server_address[1]
with open("ssmtp.conf", "w") as file:
    file.write(f"mailhub=127.0.0.1:{port}\nFromLineOverride=YES\nhostname=mail.example.com\n")
with open("esmtprc", "w") as file:
    file.write(f"hostname = 127.0.0.1:{port}\n")
with open("keep", "w") as file:
    file.write('#!/bin/sh\nprintf "%s\\n" "$@" > arguments\ncat > mail\n')
os.chmod("keep", 0o755)
PROGRAMS = {
    "sSMTP": ["root/usr/sbin/ssmtp", f"-C{os.getcwd()}/ssmtp.conf", "-i", "-t"],
    "esmtp": ["root/usr/bin/esmtp", "-C", f"{os.getcwd()}/esmtprc", "-i", "-t"],
    "s-nail": ["root/usr/bin/s-nail", "-:/", f"-Smta=file://{os.getcwd()}/keep", "-Ssendwait", "-t"],
    "nullmailer": ["root/usr/bin/nullmailer-inject", "-n", "-h", "-v"],
}


def sent(program, command, mail):
    """The recipients asked for and the mail handed on, and how the program ended."""
    asked.clear(), seen.clear()
    environment = {**os.environ, "LD_LIBRARY_PATH": sys.argv[1], "HOME": os.getcwd()}
    with open(f"mails/{mail}") as file:
        ended = subprocess.run(command, stdin=file, env=environment, capture_output=True, text=True, timeout=60)
    if program == "nullmailer":  # it prints the sender and the recipients, an empty line, and the mail
        envelope, _, whole = ended.stdout.partition("\n\n")
        return envelope.split("\n")[1:], whole, ended.returncode
    if program == "s-nail":
        if ended.returncode:
            return [], "", ended.returncode
        return open("arguments").read().split("--\n")[1].split(), open("mail").read(), 0
    return list(asked), seen[0], ended.returncode


for mail in sorted(os.listdir("mails")):
    for program, command in PROGRAMS.items():
        people, whole, code = sent(program, command, mail)
        to = HeaderParser(policy=compat32).parsestr(whole).get("To", "")
        shown = f"{len(people)} people, To ends in {' '.join(to.split())[-15:]}" if "many" in mail else f"{sorted(people)}, To: {to}"
        print(f"{mail}: {program} {shown}, exit {code}")
PY
echo "guess: wang and zhao; zhang; zhang with a name of two words; 60 people and a To of 60"
timeout 200 python3 look.py "$library" > seen
cat seen
cat > expected <<'END'
1-group: sSMTP ['<Friends: wang@example.com>'], To: Friends: wang@example.com, zhao@example.com;, exit 0
1-group: esmtp ['<Friends:wang@example.com>', '<zhao@example.com;>'], To: Friends: wang@example.com, zhao@example.com;, exit 0
1-group: s-nail [], To: , exit 4
1-group: nullmailer ['wang@example.com', 'zhao@example.com'], To: Friends: wang@example.com, zhao@example.com;, exit 0
2-comment: sSMTP ['<Beijing)@mail.example.com>', '<zhang@example.com (Zhang San>'], To: zhang@example.com (Zhang San, Beijing), exit 0
2-comment: esmtp ['<zhang@example.com>'], To: zhang@example.com (Zhang San, Beijing), exit 0
2-comment: s-nail ['zhang@example.com'], To: (Zhang San, Beijing) <zhang@example.com>, exit 0
2-comment: nullmailer ['zhang@example.com'], To: zhang@example.com (Zhang San, Beijing), exit 0
3-name: sSMTP ['<zhang@example.com>'], To: =?utf-8?q?Zhang=2C_San?= <zhang@example.com>, exit 0
3-name: esmtp ['<zhang@example.com>'], To: =?utf-8?q?Zhang=2C_San?= <zhang@example.com>, exit 0
3-name: s-nail ['zhang@example.com'], To: Zhang, San <zhang@example.com>, exit 0
3-name: nullmailer ['zhang@example.com'], To: =?utf-8?q?Zhang=2C_San?= <zhang@example.com>, exit 0
4-many: sSMTP 60 people, To ends in  user52.with-a-, exit 0
4-many: esmtp 60 people, To ends in ame@example.com, exit 0
4-many: s-nail 60 people, To ends in ame@example.com, exit 0
4-many: nullmailer 60 people, To ends in ame@example.com, exit 0
END
diff expected seen || { echo "changed: the programs no longer read recipients as described"; exit 1; }
echo "still so"
