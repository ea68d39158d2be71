#!/bin/sh
# A request of the DirectMail SDK that is made by from_map sends an empty list of recipients that nobody gave
#
# Seen:      2026-11-29
# Versions:  alibabacloud_dm20151123 1.11.1, Python 3.11.7
# Guess:     BatchSendMailRequest().from_map({...}) and BatchSendMailRequest(...) with the same values make the same call: what was
#            not given is None, and left out.
# Behaviour: from_map makes every list that is missing an empty one, so that the call has Receivers=[] in its body beside
#            ReceiversName. Objects and texts that are missing stay None and are left out.
# Matters:   A call that is kept as JSON and read back is sent as another one: it names two sources of recipients, and one is empty.
# Source:    run; alibabacloud_dm20151123/models/_batch_send_mail_request.py of the package
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv py
py/bin/pip install -q --disable-pip-version-check alibabacloud_dm20151123==1.11.1

cat > run.py <<'END'
import warnings
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.parse import parse_qsl

warnings.simplefilter("ignore")
from alibabacloud_dm20151123 import models
from alibabacloud_dm20151123.client import Client
from alibabacloud_tea_openapi.models import Config


class Server(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
        seen.append(dict(parse_qsl(body)))
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(b'{"RequestId": "R"}')

    def log_message(self, *_):
        pass


seen = []
server = HTTPServer(("127.0.0.1", 0), Server)
Thread(target=server.serve_forever, daemon=True).start()
endpoint = f"127.0.0.1:{server.server_address[1]}"
client = Client(Config(access_key_id="i", access_key_secret="s", endpoint=endpoint, protocol="http"))
made = models.BatchSendMailRequest(account_name="a@b.cn", address_type=1, receivers_name="l", template_name="t")
wire = {"AccountName": "a@b.cn", "AddressType": 1, "ReceiversName": "l", "TemplateName": "t"}
for name, request in (("made", made), ("from_map", models.BatchSendMailRequest().from_map(wire))):
    client.batch_send_mail(request)
    print(name, seen.pop())
server.shutdown()
END
echo "guess: the same body twice"
env NO_PROXY=127.0.0.1 no_proxy=127.0.0.1 py/bin/python run.py > seen
cat seen
cat > expected <<'END'
made {}
from_map {'Receivers': '[]'}
END
diff expected seen || { echo "changed: from_map no longer sends a list that nobody gave"; exit 1; }
echo "still so"
