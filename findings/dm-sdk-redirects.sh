#!/bin/sh
# Four clients of Alibaba Cloud and one redirect: only the Python SDK follows it, and calls the answer success
#
# Seen:      2026-11-28
# Versions:  alibabacloud_dm20151123 1.11.1 (tea-openapi 0.4.6, darabonba-core 1.0.9), aliyun-python-sdk-core 2.16.1 on
#            Python 3.11.7; @alicloud/dm20151123 1.9.0 and @alicloud/pop-core 1.8.0 on Node 20.20
# Guess:     An API of signed POSTs never redirects, so each client treats a 3xx as the error that it is: the signature
#            covers the path, and a send must not happen twice.
# Behaviour: The Python SDK follows. On 307 the mail is posted again, to the new path, under the signature of the old one;
#            on 302 it becomes a GET whose answer counts as success, although that request carried no mail. Its own
#            predecessor aliyun-python-sdk-core and both Node clients stop after one request with an error.
# Matters:   Login pages of networks, and gateways that add a slash, answer with a redirect. "OK" from the Python SDK then
#            does not mean that a mail was accepted, and a 307 in front of the service can mean that it was accepted twice.
# Source:    run; the Python SDK sends with requests, whose sessions follow redirects unless told not to
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv py
py/bin/pip install -q --disable-pip-version-check alibabacloud_dm20151123==1.11.1 alibabacloud_tea_openapi==0.4.6 \
  darabonba_core==1.0.9 aliyun-python-sdk-core==2.16.1
npm install --silent --no-audit --no-fund --prefix . \
  @alicloud/dm20151123@1.9.0 @alicloud/openapi-core@1.0.8 @alicloud/pop-core@1.8.0 > npm.log 2>&1 || { cat npm.log; exit 1; }

cat > sdk.py <<'PY'
import sys
from alibabacloud_dm20151123.client import Client
from alibabacloud_dm20151123.models import SingleSendMailRequest
from alibabacloud_tea_openapi.models import Config
client = Client(Config(access_key_id="id", access_key_secret="secret", protocol="http", endpoint=sys.argv[1]))
client.single_send_mail(SingleSendMailRequest(account_name="n@example.com", address_type=1, to_address="a@example.com",
                                              subject="s", text_body="t", reply_to_address=False))
PY
cat > core.py <<'PY'
import sys
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest
request = CommonRequest(domain=sys.argv[1], version="2015-11-23", action_name="SingleSendMail")
request.set_method("POST")
request.add_body_params("Subject", "s")
AcsClient("id", "secret", "cn-hangzhou").do_action_with_exception(request)
PY
cat > sdk.js <<'JS'
const Dm = require("@alicloud/dm20151123");
const { $OpenApiUtil } = require("@alicloud/openapi-core");
const client = new Dm.default(new $OpenApiUtil.Config({
  accessKeyId: "id", accessKeySecret: "secret", protocol: "http", endpoint: process.argv[2] }));
client.singleSendMail(new Dm.SingleSendMailRequest({
  accountName: "n@example.com", addressType: 1, toAddress: "a@example.com", subject: "s", textBody: "t", replyToAddress: false,
})).then(() => process.exit(0), () => process.exit(1));
JS
cat > pop.js <<'JS'
const { RPCClient } = require("@alicloud/pop-core");
new RPCClient({ accessKeyId: "id", accessKeySecret: "secret", apiVersion: "2015-11-23", endpoint: "http://" + process.argv[2] })
  .request("SingleSendMail", { Subject: "s" }, { method: "POST" }).then(() => process.exit(0), () => process.exit(1));
JS

cat > try.py <<'PY'
import http.server, os, subprocess, threading

class Handler(http.server.BaseHTTPRequestHandler):
    def reply(self):
        if self.headers.get("Transfer-Encoding"):  # the Node SDK sends its body in chunks
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        moved = self.path.startswith("/moved")
        arrivals.append(f"{self.command} {self.path.split('?')[0]} {'with' if body else 'without'} a mail")
        answer = b'{"RequestId":"1","EnvId":"2"}' if moved else b""
        self.send_response(200 if moved else status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        if not moved:
            self.send_header("Location", "/moved")
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = reply

    def log_message(self, *args):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
clients = {"Python SDK": ["py/bin/python", "-W", "ignore", "sdk.py"], "Python core": ["py/bin/python", "-W", "ignore", "core.py"],
           "Node SDK": ["node", "sdk.js"], "Node pop-core": ["node", "pop.js"]}
for status in (302, 307):
    for name, command in clients.items():
        arrivals = []
        done = subprocess.run([*command, f"127.0.0.1:{server.server_port}"], env=env, timeout=60, capture_output=True)
        print(f"{status} {name}: {'; '.join(arrivals)}; {'success' if done.returncode == 0 else 'error'}")
PY

echo "guess: one POST and an error, eight times"
py/bin/python try.py > seen
cat seen
cat > expected <<'END'
302 Python SDK: POST / with a mail; GET /moved without a mail; success
302 Python core: POST / with a mail; error
302 Node SDK: POST / with a mail; error
302 Node pop-core: POST / with a mail; error
307 Python SDK: POST / with a mail; POST /moved with a mail; success
307 Python core: POST / with a mail; error
307 Node SDK: POST / with a mail; error
307 Node pop-core: POST / with a mail; error
END
diff expected seen || { echo "changed: the clients no longer treat redirects as described"; exit 1; }
echo "still so"
