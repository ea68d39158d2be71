#!/bin/sh
# The retry switch of Alibaba Cloud's Python SDK: four mails in one release of its core, one in the next
#
# Seen:      2026-11-28
# Versions:  alibabacloud_dm20151123 1.0.12, once on alibabacloud_tea_openapi 0.3.16 and once on 0.4.6 (both satisfy its
#            requirement, which has a lower bound only); Python 3.11.7
# Guess:     RuntimeOptions(autoretry=True, max_attempts=3) means at most three attempts, and means the same whatever
#            release of the core pip picked. Throttling is what is tried again first; a send whose reply was lost is not.
# Behaviour: On 0.3.16 a send whose connection ends without a reply arrives four times, each with a new nonce, so the
#            service takes each for a mail of its own. 429 with Throttling.User is not tried again. On 0.4.6 the same
#            options do nothing: one arrival in both cases. (There, retries come from Config(retry_options=...).)
# Matters:   SingleSendMail has no idempotency key. A program that set the switch long ago sent up to four mails on a
#            bad network, and lost all its retries with an update of a dependency that it never named.
# Source:    run; the SDK's own setup.py for the requirement
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

install() { # FOLDER CORE
  python3 -m venv "$1"
  "$1/bin/pip" install -q --disable-pip-version-check "$2" alibabacloud_dm20151123==1.0.12 alibabacloud_tea==0.4.3 \
    alibabacloud_tea_util==0.3.15 alibabacloud_credentials==1.0.12 darabonba_core==1.0.9
}
install old alibabacloud_tea_openapi==0.3.16
install new alibabacloud_tea_openapi==0.4.6

cat > try.py <<'PY'
import http.server, sys, threading
from alibabacloud_dm20151123.client import Client
from alibabacloud_dm20151123.models import SingleSendMailRequest
from alibabacloud_tea_openapi.models import Config
from alibabacloud_tea_util.models import RuntimeOptions

class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        nonces.append(self.headers["x-acs-signature-nonce"])
        if answer == "none":  # the connection ends without a reply
            return
        body = b'{"Code":"Throttling.User","Message":"slow down","RequestId":"1"}'
        self.send_response(429)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = Client(Config(access_key_id="id", access_key_secret="secret", protocol="http",
                       endpoint=f"127.0.0.1:{server.server_port}"))
mail = SingleSendMailRequest(account_name="n@example.com", address_type=1, to_address="a@example.com", subject="s",
                             text_body="t", reply_to_address=False)
for answer in ("none", "429 Throttling.User"):
    nonces = []
    try:
        options = RuntimeOptions(autoretry=True, max_attempts=3, read_timeout=5000, connect_timeout=5000)
        client.single_send_mail_with_options(mail, options)
    except Exception:
        pass
    print(f"core {sys.argv[1]}, reply {answer}: {len(nonces)} arrival(s), {len(set(nonces))} nonce(s)")
PY

echo "guess: at most 3 arrivals, and the same in both"
env -u HTTP_PROXY -u http_proxy timeout 60 old/bin/python -W ignore try.py 0.3.16 > seen
env -u HTTP_PROXY -u http_proxy timeout 60 new/bin/python -W ignore try.py 0.4.6 >> seen
cat seen

cat > expected <<'END'
core 0.3.16, reply none: 4 arrival(s), 4 nonce(s)
core 0.3.16, reply 429 Throttling.User: 1 arrival(s), 1 nonce(s)
core 0.4.6, reply none: 1 arrival(s), 1 nonce(s)
core 0.4.6, reply 429 Throttling.User: 1 arrival(s), 1 nonce(s)
END
diff expected seen || { echo "changed: the retry switch no longer behaves as described"; exit 1; }
echo "still so"
