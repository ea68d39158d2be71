#!/bin/sh
# Alibaba Cloud's Node SDK uploads attachments in a form from which a standard reader takes a longer file
#
# Seen:      2026-11-29
# Versions:  @alicloud/dm20151123 1.9.0 (@darabonba/typescript 1.0.5), alibabacloud_dm20151123 1.11.1 (darabonba-core 1.0.9),
#            busboy 1.6.0, Node 20.20.2, Python 3.11.7
# Guess:     singleSendMailAdvance uploads a file of eight bytes as multipart/form-data to OSS. Both SDKs are made from one
#            description, so what reads the form of one by RFC 7578 reads that of the other: eight bytes.
# Behaviour: Python writes all fields, the file last, and the reader has eight bytes. Node writes the file, and right behind
#            its last byte, with no line break, the boundary and the field success_action_status. That is no boundary by
#            RFC 2046, so the reader takes all of it for the file: 93 bytes more, and no such field.
# Matters:   Whoever tests with a stand-in for OSS, or passes uploads through a gateway that reads forms, gets other bytes from
#            Node than from Python. What OSS itself makes of it was not seen.
# Source:    run; FileFormStream of @darabonba/typescript writes a line break after each field but not after a file
set -eu

work=$(mktemp -d)
trap 'kill "$server" 2> /dev/null || true; rm -rf "$work"' EXIT
server=
cd "$work"
npm install --silent --no-audit --no-fund @alicloud/dm20151123@1.9.0 @alicloud/openapi-core@1.0.8 @darabonba/typescript@1.0.5 busboy@1.6.0
python3 -m venv py
py/bin/pip install -q --disable-pip-version-check alibabacloud_dm20151123==1.11.1 darabonba_core==1.0.9
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 \
  -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 2> openssl.log

cat > server.cjs <<'JS'
// The service over plain HTTP, and the place for uploads over TLS, which reads forms with busboy.
const fs = require('fs'), http = require('http'), https = require('https'), busboy = require('busboy');
const store = https.createServer({ key: fs.readFileSync('key.pem'), cert: fs.readFileSync('cert.pem') }, (request, response) => {
  const fields = [], file = [];
  const reader = busboy({ headers: request.headers });
  reader.on('field', (name) => fields.push(name));
  reader.on('file', (name, stream) => stream.on('data', (data) => file.push(data)));
  reader.on('close', () => {
    const data = Buffer.concat(file);
    const status = fields.includes('success_action_status') ? 'a' : 'no';
    fs.appendFileSync('log', `a file of ${data.length} bytes, ${status} field success_action_status\n`);
    response.writeHead(201, { 'Content-Type': 'application/xml' }).end('<PostResponse><Key>k</Key></PostResponse>');
  });
  request.pipe(reader);
});
const service = http.createServer((request, response) => {
  request.resume();
  const upload = { Bucket: '127', Endpoint: `0.0.1:${store.address().port}`, AccessKeyId: 'id', Signature: 's',
    EncodedPolicy: 'p', ObjectKey: 'k', UseAccelerate: false };
  const permit = request.headers['x-acs-action'] === 'AuthorizeFileUpload';
  response.writeHead(200, { 'Content-Type': 'application/json' })
    .end(JSON.stringify(permit ? upload : { RequestId: '1', EnvId: '2' }));
});
store.listen(0, '127.0.0.1', () => service.listen(0, '127.0.0.1', () => {
  fs.writeFileSync('port.new', String(service.address().port));
  fs.renameSync('port.new', 'port');
}));
JS
cat > try.cjs <<'JS'
const fs = require('fs'), { Readable } = require('stream');
const dm = require('@alicloud/dm20151123'), { $OpenApiUtil } = require('@alicloud/openapi-core'), $dara = require('@darabonba/typescript');
const here = `127.0.0.1:${fs.readFileSync('port', 'utf8')}`;
const client = new dm.default(new $OpenApiUtil.Config({
  accessKeyId: 'id', accessKeySecret: 'secret', endpoint: here, protocol: 'http', regionId: 'cn-hangzhou' }));
client._openPlatformEndpoint = here;
client.singleSendMailAdvance(new dm.SingleSendMailAdvanceRequest({
  accountName: 'n@example.com', addressType: 1, toAddress: 'a@example.com', subject: 's', textBody: 't', replyToAddress: false,
  attachments: [new dm.SingleSendMailAdvanceRequestAttachments({
    attachmentName: 'a.txt', attachmentUrlObject: Readable.from([Buffer.from('the file')]) })],
}), new $dara.RuntimeOptions({ ca: fs.readFileSync('cert.pem', 'utf8') }));
JS
cat > try.py <<'PY'
import io
from alibabacloud_dm20151123.client import Client
from alibabacloud_dm20151123.models import SingleSendMailAdvanceRequest as Mail
from alibabacloud_dm20151123.models import SingleSendMailAdvanceRequestAttachments as Attachment
from alibabacloud_tea_openapi.models import Config
from darabonba.runtime import RuntimeOptions

here = "127.0.0.1:" + open("port").read()
client = Client(Config(access_key_id="id", access_key_secret="secret", protocol="http", endpoint=here, region_id="cn-hangzhou"))
client._open_platform_endpoint = here
client.single_send_mail_advance(
    Mail(account_name="n@example.com", address_type=1, to_address="a@example.com", subject="s", text_body="t",
         reply_to_address=False,
         attachments=[Attachment(attachment_name="a.txt", attachment_url_object=io.BytesIO(b"the file"))]),
    RuntimeOptions(ca="cert.pem"))
PY

unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY || true
node server.cjs & server=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do [ -f port ] || sleep 1; done
echo "guess: from both a file of 8 bytes, and a field success_action_status"
timeout 60 py/bin/python -W ignore try.py
timeout 60 node try.cjs
{ printf 'Python: '; sed -n 1p log; printf 'Node: '; sed -n 2p log; } > seen
cat seen
cat > expected <<'END'
Python: a file of 8 bytes, a field success_action_status
Node: a file of 101 bytes, no field success_action_status
END
diff expected seen || { echo "changed: the SDKs no longer write forms as described"; exit 1; }
echo "still so"
