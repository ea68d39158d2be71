#!/bin/sh
# Alibaba Cloud's Python clients obey HTTP_PROXY but not NO_PROXY, nor the SDK's own no_proxy option
#
# Seen:      2026-11-28
# Versions:  alibabacloud_dm20151123 1.11.1 (tea-openapi 0.4.6, darabonba-core 1.0.9), aliyun-python-sdk-core 2.16.1,
#            requests 2.34.2, Python 3.11.7; @alicloud/dm20151123 1.9.0 on Node 20.20
# Guess:     All send with requests, which honours both variables; where HTTP_PROXY counts, NO_PROXY counts too. And if the
#            environment did not, RuntimeOptions(no_proxy=...) would.
# Behaviour: Under HTTP_PROXY and NO_PROXY=127.0.0.1, requests itself connects directly. Both Python clients go to the
#            proxy, the SDK with no_proxy in its RuntimeOptions too. The Node SDK ignores all of it and connects directly.
# Matters:   A test against a local server fails only on machines with a corporate proxy; and an exception that an
#            administrator made for the service's endpoint (VPC endpoints, for example) has no effect.
# Source:    run; the SDK hands "no_proxy" to requests inside the proxies of one send, where requests does not look for it
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv py
py/bin/pip install -q --disable-pip-version-check alibabacloud_dm20151123==1.11.1 alibabacloud_tea_openapi==0.4.6 \
  darabonba_core==1.0.9 aliyun-python-sdk-core==2.16.1 requests==2.34.2
npm install --silent --no-audit --no-fund --prefix . \
  @alicloud/dm20151123@1.9.0 @alicloud/openapi-core@1.0.8 > npm.log 2>&1 || { cat npm.log; exit 1; }

cat > plain.py <<'PY'
import sys, requests
requests.post(f"http://{sys.argv[1]}/")
PY
cat > sdk.py <<'PY'
import sys
from alibabacloud_dm20151123.client import Client
from alibabacloud_dm20151123.models import DescAccountSummaryRequest
from alibabacloud_tea_openapi.models import Config
from darabonba.runtime import RuntimeOptions
client = Client(Config(access_key_id="id", access_key_secret="secret", protocol="http", endpoint=sys.argv[1]))
options = RuntimeOptions(no_proxy="127.0.0.1") if sys.argv[2:] else RuntimeOptions()
client.desc_account_summary_with_options(DescAccountSummaryRequest(), options)
PY
cat > core.py <<'PY'
import sys
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest
request = CommonRequest(domain=sys.argv[1], version="2015-11-23", action_name="DescAccountSummary")
AcsClient("id", "secret", "cn-hangzhou").do_action_with_exception(request)
PY
cat > sdk.js <<'JS'
const Dm = require("@alicloud/dm20151123");
const { $OpenApiUtil } = require("@alicloud/openapi-core");
new Dm.default(new $OpenApiUtil.Config({ accessKeyId: "id", accessKeySecret: "secret", protocol: "http", endpoint: process.argv[2] }))
  .descAccountSummary(new Dm.DescAccountSummaryRequest({})).then(() => process.exit(0), () => process.exit(1));
JS

cat > try.py <<'PY'
import http.server, os, subprocess, threading

def serve(name):
    class Handler(http.server.BaseHTTPRequestHandler):
        def reply(self):
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            arrivals.append(name)
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        do_GET = do_POST = reply

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"127.0.0.1:{server.server_port}"

proxy, service = serve("the proxy"), serve("the service")
env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
env |= {"HTTP_PROXY": f"http://{proxy}", "http_proxy": f"http://{proxy}", "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
clients = {"requests": ["py/bin/python", "plain.py", service],
           "Python SDK": ["py/bin/python", "-W", "ignore", "sdk.py", service],
           "Python SDK, no_proxy option": ["py/bin/python", "-W", "ignore", "sdk.py", service, "option"],
           "Python core": ["py/bin/python", "-W", "ignore", "core.py", service],
           "Node SDK": ["node", "sdk.js", service]}
for name, command in clients.items():
    arrivals = []
    subprocess.run(command, env=env, timeout=60, capture_output=True)
    print(f"{name}: reached {', '.join(arrivals)}")
PY

echo "guess: each reaches the service"
py/bin/python try.py > seen
cat seen
cat > expected <<'END'
requests: reached the service
Python SDK: reached the proxy
Python SDK, no_proxy option: reached the proxy
Python core: reached the proxy
Node SDK: reached the service
END
diff expected seen || { echo "changed: the clients no longer treat NO_PROXY as described"; exit 1; }
echo "still so"
