#!/bin/sh
# Servers that catch mail for tests: a mail without text part and Message-ID has both, one with List-Unsubscribe lacks it
#
# Seen:      2026-11-29
# Versions:  Mailpit 1.33.1, built with Go 1.26; MailDev 3.0.0 (npm) on Node 20.20; Python 3.11.7
# Guess:     The API of such a server tells what a program has sent: a part that is not there is empty, a header that is there
#            is among the headers, and the raw mail is what came in DATA, below the server's own Received.
# Behaviour: A mail that is HTML alone has Text in Mailpit and text in MailDev, made of its HTML; in Mailpit one with an empty text
#            part has too. Mailpit's raw mail and headers have a Message-ID that was not sent, and a Bcc with who got the mail
#            and stands in no header. MailDev's headers lack List-Unsubscribe and List-Unsubscribe-Post (and From, To and
#            Content-Type); only the mail as it came, at /api/email/ID/download, has them.
# Matters:   A test "has a text part" or "has a Message-ID" passes for a mail that lacks it, and "nobody sees the Bcc" and "can be
#            unsubscribed from" fail for one that is right. To be sure, read the raw mail, and at Mailpit forget two headers.
# Source:    run; https://mailpit.axllent.org/docs/api-v1/, https://github.com/axllent/mailpit/issues/35 for the Bcc
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix . maildev@3.0.0 > npm.log 2>&1 || { cat npm.log; exit 1; }
(go mod init look && go get -tool github.com/axllent/mailpit@v1.33.1 && go build -o mailpit github.com/axllent/mailpit) \
  > go.log 2>&1 || { cat go.log; exit 1; }

cat > look.py <<'PY'
import email
import json
import os
import smtplib
import socket
import subprocess
import time
import urllib.request

HEAD = "From: news@mail.example.com\r\nTo: li@example.com\r\nMIME-Version: 1.0\r\n"
LIST = "List-Unsubscribe: <https://example.com/u>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
MAILS = {
    "HTML alone": HEAD + LIST + "Content-Type: text/html\r\n\r\n<p>Hello</p>\r\n",
    "empty text part": HEAD + "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n\r\n"
    "--b\r\nContent-Type: text/html\r\n\r\n<p>Hello</p>\r\n--b--\r\n",
}


def free():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def asked(url):
    with urllib.request.urlopen(url, timeout=10) as reply:
        return reply.read()


def within(seconds, question):
    """What the question answers as soon as it answers something."""
    for _ in range(seconds * 10):
        try:
            if answer := question():
                return answer
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit("no answer from the server")


def of_mailpit(web):
    found = json.loads(asked(f"{web}/api/v1/messages"))["messages"]
    if found:
        message = f"{web}/api/v1/message/{found[0]['ID']}"
        return json.loads(asked(message))["Text"], json.loads(asked(f"{message}/headers")), asked(f"{message}/raw")


def of_maildev(web):
    found = json.loads(asked(f"{web}/api/email"))
    if found:
        return found[-1]["text"], found[-1]["headers"], asked(f"{web}/api/email/{found[-1]['id']}/download")


smtp, web = free(), free()
SERVERS = {
    "Mailpit": (["./mailpit", "--smtp", f"127.0.0.1:{smtp}", "--listen", f"127.0.0.1:{web}", "--disable-version-check"], of_mailpit),
    "MailDev": (["node", "node_modules/maildev/dist/bin/maildev.js", "--smtp", str(smtp), "--web", str(web), "--ip", "127.0.0.1",
                 "--web-ip", "127.0.0.1", "--mail-directory", "caught"], of_maildev),
}
ASKED_FOR = ("message-id", "bcc", "list-unsubscribe", "list-unsubscribe-post", "from")
for name, (command, found) in SERVERS.items():
    for what, mail in MAILS.items():
        with open("server.log", "w") as log:
            server = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            within(30, lambda: socket.create_connection(("127.0.0.1", smtp)).close() or True)
            with smtplib.SMTP("127.0.0.1", smtp) as client:
                client.sendmail("news@mail.example.com", ["li@example.com", "boss@example.com"], mail)
            text, headers, raw = within(30, lambda: found(f"http://127.0.0.1:{web}"))
        finally:
            server.kill()
            server.wait()
        shown = [header for header in ASKED_FOR if header in map(str.lower, headers)]
        kept = [header for header in ASKED_FOR if header in email.message_from_bytes(raw)]
        print(f"{name}, {what}: text {text.strip()!r}, headers {' '.join(shown)}; raw {' '.join(kept)}")
PY
echo "guess: text '' and the headers list-unsubscribe, list-unsubscribe-post and from, or from alone, in all four"
timeout 300 python3 look.py > seen || { cat seen server.log; exit 1; }
cat seen
cat > expected <<'END'
Mailpit, HTML alone: text 'Hello', headers message-id bcc list-unsubscribe list-unsubscribe-post from; raw message-id bcc list-unsubscribe list-unsubscribe-post from
Mailpit, empty text part: text 'Hello', headers message-id bcc from; raw message-id bcc from
MailDev, HTML alone: text 'Hello', headers ; raw list-unsubscribe list-unsubscribe-post from
MailDev, empty text part: text '', headers ; raw from
END
diff expected seen || { echo "changed: mail is no longer shown as described"; exit 1; }
echo "still so"
