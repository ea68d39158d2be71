#!/bin/sh
# Alibaba Cloud's SDKs for Java and Go put the whole mail into the URL, Java's by GET; two others put it into the body of a POST
#
# Seen:      2026-11-30
# Versions:  aliyun-java-sdk-dm 3.3.1 with aliyun-java-sdk-core 4.7.6 (Maven) on Java 17; alibaba-cloud-sdk-go v1.63.107 (Go 1.26);
#            alibabacloud_dm20151123 1.11.1 (PyPI) on Python 3.11.7; @alicloud/pop-core 1.8.0 (npm) and the server, Node 20.20
# Guess:     A mail of 20 kB is a form in the body of a POST, with every client: no URL is made for that. SingleSendMailRequest has
#            setters for the mail and none for where it goes.
# Behaviour: Java's request is a GET, and its URL is the mail, the recipients and the signature. Go's is a POST with an empty body
#            and the same URL. The request's method in Java can be set to POST (setSysMethod), and the URL stays what it is.
#            Python's SDK and pop-core with method POST send a URL of one character and the mail in the body.
# Matters:   Servers and proxies take URLs of 8 or 16 kB: the answer is 431 or 414 from something on the way, for long mails alone.
#            What they take they log: access logs get each mail with its addresses, and so do exceptions, whose text has the URL.
# Source:    run; https://github.com/aliyun/alibaba-cloud-sdk-go, https://github.com/aliyun/aliyun-openapi-java-sdk
set -eu

work=$(mktemp -d)
server=""
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv py
py/bin/pip install -q --disable-pip-version-check alibabacloud_dm20151123==1.11.1
npm install --silent --no-audit --no-fund --prefix . @alicloud/pop-core@1.8.0 > npm.log 2>&1 || { cat npm.log; exit 1; }

cat > server.js <<'JS'
const http = require("http");
const fs = require("fs");
const note = (line) => fs.appendFileSync("heard", `${line}\n`);
const server = http.createServer((request, reply) => {
  let body = 0;
  request.on("data", (piece) => (body += piece.length)).on("end", () => {
    const size = (count) => (count > 1000 ? "the mail" : "no mail");
    note(`${request.method}, ${size(request.url.length)} in the URL, ${size(body)} in the body`);
    reply.setHeader("Content-Type", "application/json");
    reply.end('{"EnvId":"1","RequestId":"1"}');
  });
});
server.on("clientError", (error, socket) => {
  note(`refused: ${error.code}`);
  socket.end("HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n\r\n");
});
server.listen(0, "127.0.0.1", () => fs.writeFileSync("port", String(server.address().port)));
JS
cat > send.py <<'PY'
import sys

from alibabacloud_dm20151123.client import Client
from alibabacloud_dm20151123.models import SingleSendMailRequest
from alibabacloud_tea_openapi.models import Config

client = Client(Config(access_key_id="id", access_key_secret="secret", protocol="http", endpoint=sys.argv[1]))
client.single_send_mail(SingleSendMailRequest(account_name="n@shop.example", address_type=1, to_address="li@example.com", subject="s",
                                              html_body="x" * int(sys.argv[2]), reply_to_address=False))
PY
cat > send.js <<'JS'
const Core = require("@alicloud/pop-core");
const [endpoint, size] = process.argv.slice(2);
const mail = { AccountName: "n@shop.example", AddressType: 1, ToAddress: "li@example.com", Subject: "s", ReplyToAddress: false };
new Core({ accessKeyId: "id", accessKeySecret: "secret", endpoint: `http://${endpoint}`, apiVersion: "2015-11-23" })
  .request("SingleSendMail", { ...mail, HtmlBody: "x".repeat(size) }, { method: "POST" });
JS
mkdir -p go java/src/main/java
cat > go/main.go <<'GO'
package main

import (
	"os"
	"strconv"
	"strings"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth/credentials"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/dm"
)

func main() {
	client, _ := dm.NewClientWithOptions("cn-hangzhou", sdk.NewConfig(), credentials.NewAccessKeyCredential("id", "secret"))
	size, _ := strconv.Atoi(os.Args[2])
	mail := dm.CreateSingleSendMailRequest()
	mail.Domain, mail.Scheme, mail.AccountName, mail.ToAddress = os.Args[1], "http", "n@shop.example", "li@example.com"
	mail.Subject, mail.HtmlBody = "s", strings.Repeat("x", size)
	client.SingleSendMail(mail)
}
GO
cat > java/pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>look</groupId><artifactId>look</artifactId><version>1</version>
  <properties><maven.compiler.source>11</maven.compiler.source><maven.compiler.target>11</maven.compiler.target></properties>
  <dependencies>
    <dependency><groupId>com.aliyun</groupId><artifactId>aliyun-java-sdk-core</artifactId><version>4.7.6</version></dependency>
    <dependency><groupId>com.aliyun</groupId><artifactId>aliyun-java-sdk-dm</artifactId><version>3.3.1</version></dependency>
  </dependencies>
</project>
XML
cat > java/src/main/java/Send.java <<'JAVA'
import com.aliyuncs.DefaultAcsClient;
import com.aliyuncs.dm.model.v20151123.SingleSendMailRequest;
import com.aliyuncs.http.MethodType;
import com.aliyuncs.http.ProtocolType;
import com.aliyuncs.profile.DefaultProfile;

public class Send {
  public static void main(String[] given) throws Exception {
    SingleSendMailRequest mail = new SingleSendMailRequest();
    mail.setSysEndpoint(given[0]);
    mail.setSysProtocol(ProtocolType.HTTP);
    if (given.length > 2) {
      mail.setSysMethod(MethodType.POST);
    }
    mail.setAccountName("n@shop.example");
    mail.setAddressType(1);
    mail.setReplyToAddress(false);
    mail.setToAddress("li@example.com");
    mail.setSubject("s");
    mail.setHtmlBody("x".repeat(Integer.parseInt(given[1])));
    new DefaultAcsClient(DefaultProfile.getProfile("cn-hangzhou", "id", "secret")).getAcsResponse(mail);
  }
}
JAVA
(cd go && go mod init look && go get github.com/aliyun/alibaba-cloud-sdk-go@v1.63.107 && go mod tidy && go build -o ../send .) > go.log 2>&1 ||
  { cat go.log; exit 1; }
mvn -q -B -f java/pom.xml compile dependency:build-classpath -Dmdep.outputFile=cp > mvn.log 2>&1 || { cat mvn.log; exit 1; }

node server.js &
server=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do [ -s port ] || sleep 0.5; done
to="127.0.0.1:$(cat port)"
: > seen
for size in 5000 20000; do
  for client in "py/bin/python -W ignore send.py" "node send.js" "./send" "java -cp java/target/classes:$(cat java/cp) Send"; do
    name=${client%% *}
    for post in "" post; do
      [ "$name" = java ] || [ -z "$post" ] || continue
      : > heard
      # shellcheck disable=SC2086
      timeout 60 $client "$to" $size $post > sent.log 2>&1 || true
      echo "$size, $name${post:+, POST}: $(sort -u heard)" >> seen
    done
  done
done
echo "guess: POST, no mail in the URL, the mail in the body, each time"
cat seen
cat > expected <<'END'
5000, py/bin/python: POST, no mail in the URL, the mail in the body
5000, node: POST, no mail in the URL, the mail in the body
5000, ./send: POST, the mail in the URL, no mail in the body
5000, java: GET, the mail in the URL, no mail in the body
5000, java, POST: POST, the mail in the URL, no mail in the body
20000, py/bin/python: POST, no mail in the URL, the mail in the body
20000, node: POST, no mail in the URL, the mail in the body
20000, ./send: refused: HPE_HEADER_OVERFLOW
20000, java: refused: HPE_HEADER_OVERFLOW
20000, java, POST: refused: HPE_HEADER_OVERFLOW
END
diff expected seen || { echo "changed: the mail no longer goes where it is described to go"; exit 1; }
echo "still so"
