#!/bin/sh
# A server's last reply breaks off in the middle: for smtplib the mail is sent, for others the connection was lost
#
# Seen:      2026-11-29
# Versions:  smtplib of Python 3.11.7, aiosmtplib 5.1.3 (PyPI), nodemailer 10.6.1 (npm) on Node 20.20
# Guess:     A reply ends with CRLF (RFC 5321, 4.2.1). One without, followed by the end of the connection, is no reply: every
#            client says that the connection was lost, and that it is not known what became of the mail.
# Behaviour: The server takes a message, says "250 2.0.0 Ok: que" and closes. smtplib returns {}, the same as for a whole
#            reply. nodemailer and aiosmtplib raise that the connection is lost.
# Matters:   A proxy or server that dies while it answers leaves a mail that may be queued. Programs that send again on an
#            error send it twice with the one client, and never learn of the broken reply with the other.
# Source:    run; Lib/smtplib.py, getreply, asks only whether a line is empty
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix . nodemailer@10.6.1 > npm.log 2>&1 || { cat npm.log; exit 1; }
python3 -m venv py
py/bin/pip install -q --disable-pip-version-check aiosmtplib==5.1.3

cat > server.py <<'PY'
import socketserver, sys

class Server(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"220 mx ESMTP\r\n")
        for line in self.rfile:
            if line.upper().startswith(b"DATA"):
                self.wfile.write(b"354 go on\r\n")
                while self.rfile.readline() != b".\r\n":
                    pass
                self.wfile.write(b"250 2.0.0 Ok: que")
                return
            self.wfile.write(b"250 mx\r\n")

with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Server) as server:
    server.daemon_threads = True
    print(server.server_address[1], flush=True)
    server.serve_forever()
PY
cat > try.py <<'PY'
import asyncio, smtplib, sys
import aiosmtplib
mail = ("me@example.com", ["you@example.com"], "From: me@example.com\r\n\r\nhello")
port = int(sys.argv[1])
client = smtplib.SMTP("127.0.0.1", port)
try:
    print("smtplib:", client.sendmail(*mail))
except smtplib.SMTPException as error:
    print("smtplib:", type(error).__name__)
client.close()

async def send():
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, use_tls=False, start_tls=False)
    await client.connect()
    try:
        print("aiosmtplib:", await client.sendmail(*mail))
    except aiosmtplib.SMTPException as error:
        print("aiosmtplib:", type(error).__name__)

asyncio.run(send())
PY
cat > try.js <<'JS'
const transport = require("nodemailer").createTransport({ host: "127.0.0.1", port: Number(process.argv[2]), ignoreTLS: true });
transport.sendMail({ from: "me@example.com", to: "you@example.com", text: "hello" }).then(
  (info) => console.log("nodemailer:", info.response), (error) => console.log("nodemailer:", error.message));
JS

python3 server.py > port &
server=$!
trap 'kill $server; rm -rf "$work"' EXIT
while [ ! -s port ]; do sleep 0.1; done
echo "guess: three clients say that the connection was lost"
{ py/bin/python try.py "$(cat port)"; node try.js "$(cat port)"; } > seen
cat seen
cat > expected <<'END'
smtplib: {}
aiosmtplib: SMTPServerDisconnected
nodemailer: Connection closed unexpectedly
END
diff expected seen || { echo "changed: a broken reply is no longer taken as described"; exit 1; }
echo "still so"
