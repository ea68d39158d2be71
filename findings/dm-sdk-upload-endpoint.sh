#!/bin/sh
# Alibaba Cloud's Python SDK takes open_platform_endpoint in its Config and asks another host for upload permits
#
# Seen:      2026-11-28
# Versions:  alibabacloud_dm20151123 1.11.1 (tea-openapi 0.4.6, darabonba-core 1.0.9), Python 3.11.7
# Guess:     SingleSendMailAdvance gets a permit from the open platform for each file and uploads it. Config has a field
#            open_platform_endpoint, kept through to_map and from_map, so that is the host it asks. Two attachments of
#            equal bytes need one upload.
# Behaviour: The client drops the field: it asks openplatform.aliyuncs.com, whatever Config says. Only the private
#            attribute client._open_platform_endpoint changes the host. Equal bytes get a permit and an upload each.
# Matters:   A program that must not reach the public endpoint (in a VPC, in a test, behind a list of allowed hosts) sets the
#            field, gets no error, and still connects outside.
# Source:    run; the client's constructor copies some twenty fields of Config, and not this one
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv py
py/bin/pip install -q --disable-pip-version-check alibabacloud_dm20151123==1.11.1 alibabacloud_tea_openapi==0.4.6 \
  darabonba_core==1.0.9
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 \
  -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 2> openssl.log

cat > try.py <<'PY'
import http.server, io, json, os, ssl, threading
from urllib.parse import urlsplit
for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[name]
from alibabacloud_dm20151123.client import Client
from alibabacloud_dm20151123.models import SingleSendMailAdvanceRequest as Mail
from alibabacloud_dm20151123.models import SingleSendMailAdvanceRequestAttachments as Attachment
from alibabacloud_tea_openapi.models import Config
from darabonba.runtime import RuntimeOptions

class Handler(http.server.BaseHTTPRequestHandler):
    def reply(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        action = self.headers.get("x-acs-action", "upload")
        host = urlsplit(self.path).hostname or "127.0.0.1"  # a proxy is asked for a whole URL
        asked.append(f"{action} at {host}")
        status, answer = 200, b'{"RequestId":"1","EnvId":"2"}'
        if action == "AuthorizeFileUpload":
            # Bucket and endpoint together are the host of the upload: 127.0.0.1 and the port of the TLS server.
            answer = json.dumps({"Bucket": "127", "Endpoint": f"0.0.1:{store.server_port}", "AccessKeyId": "id", "Signature": "s",
                                 "EncodedPolicy": "p", "ObjectKey": "k", "UseAccelerate": False}).encode()
        elif action == "upload":
            status, answer = 201, b"<PostResponse><Key>k</Key></PostResponse>"
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = reply

    def log_message(self, *args):
        pass

def serve(tls=None):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server

context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("cert.pem", "key.pem")
service, store = serve(), serve(context)
here = f"127.0.0.1:{service.server_port}"
# Also the proxy for plain HTTP, so that a request for any other host ends here too and nothing leaves this machine.
os.environ["HTTP_PROXY"] = f"http://{here}"

config = Config(access_key_id="id", access_key_secret="secret", protocol="http", endpoint=here, open_platform_endpoint=here,
                region_id="cn-hangzhou")
print("in Config:", Config().from_map(config.to_map()).open_platform_endpoint == here)
for way in ("Config alone", "private attribute"):
    asked = []
    client = Client(config)
    if way == "private attribute":
        client._open_platform_endpoint = here
    parts = [Attachment(attachment_name=name, attachment_url_object=io.BytesIO(b"the same")) for name in ("a.txt", "b.txt")]
    client.single_send_mail_advance(
        Mail(account_name="n@example.com", address_type=1, to_address="a@example.com", subject="s", text_body="t",
             reply_to_address=False, attachments=parts), RuntimeOptions(ca="cert.pem"))
    print(f"{way}:", *asked, sep="\n  ")
PY

echo "guess: one permit and one upload, all at 127.0.0.1, with Config alone"
timeout 60 py/bin/python -W ignore try.py > seen
cat seen
cat > expected <<'END'
in Config: True
Config alone:
  AuthorizeFileUpload at openplatform.aliyuncs.com
  upload at 127.0.0.1
  AuthorizeFileUpload at openplatform.aliyuncs.com
  upload at 127.0.0.1
  SingleSendMail at 127.0.0.1
private attribute:
  AuthorizeFileUpload at 127.0.0.1
  upload at 127.0.0.1
  AuthorizeFileUpload at 127.0.0.1
  upload at 127.0.0.1
  SingleSendMail at 127.0.0.1
END
diff expected seen || { echo "changed: the SDK no longer treats open_platform_endpoint or equal files as described"; exit 1; }
echo "still so"
