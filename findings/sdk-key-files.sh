#!/bin/sh
# One file of keys for all SDKs of Alibaba Cloud has two names: with both, two SDKs act on one account and two on another
#
# Seen:      2026-11-29
# Versions:  alibabacloud_credentials 1.0.12 (PyPI), Python 3.11.7; @alicloud/credentials 2.4.7 (npm), Node 20.20;
#            github.com/aliyun/credentials-go v1.4.8, Go 1.26; com.aliyun:credentials-java 1.0.2 (Maven), Java 17
# Guess:     The libraries are of one vendor and have one chain: environment, ~/.aliyun/config.json, a file in ~/.alibabacloud. The
#            same home gives the same keys to all. Half of a pair in the environment is an error.
# Behaviour: The file is ~/.alibabacloud/credentials for Node and Go, and credentials.ini for Python and Java; nobody reads the other
#            name, which the errors do not hint at. Java also wants "enable = true" in it, or says that the client "is not
#            open". With both files each reads its own. An access key id without its secret in the environment is passed over
#            by all four in favour of the next source.
# Matters:   A deployment whose secret has a typing error in its name does not fail: it mails from the account that somebody's
#            `aliyun configure` left on the machine. A service in Python beside one in Node bills another account.
# Source:    run; README of @alicloud/credentials ("can be shared between different projects and between different tools")
set -eu

work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
python3 -m venv py
py/bin/pip install -q --disable-pip-version-check alibabacloud_credentials==1.0.12
npm install --silent --no-audit --no-fund --prefix . @alicloud/credentials@2.4.7 > npm.log 2>&1 || { cat npm.log; exit 1; }

cat > look.py <<'PY'
from alibabacloud_credentials.client import Client
print(Client().get_credential().access_key_id)
PY
cat > look.js <<'JS'
const { default: Client } = require("@alicloud/credentials");
new Client().getCredential().then((found) => console.log(found.accessKeyId));
JS
mkdir go java
cat > go/look.go <<'GO'
package main

import (
	"fmt"

	"github.com/aliyun/credentials-go/credentials"
)

func main() {
	client, err := credentials.NewCredential(nil)
	if err != nil {
		panic(err)
	}
	found, err := client.GetCredential()
	if err != nil {
		panic(err)
	}
	fmt.Println(*found.AccessKeyId)
}
GO
(cd go && go mod init look && go get github.com/aliyun/credentials-go/credentials@v1.4.8 && go build -o look .) > go.log 2>&1 ||
  { cat go.log; exit 1; }
cat > java/Look.java <<'JAVA'
class Look {
    public static void main(String[] arguments) {
        System.out.println(new com.aliyun.credentials.Client().getCredential().getAccessKeyId());
    }
}
JAVA
cat > java/pom.xml <<'POM'
<project>
  <modelVersion>4.0.0</modelVersion><groupId>look</groupId><artifactId>look</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>com.aliyun</groupId><artifactId>credentials-java</artifactId><version>1.0.2</version></dependency>
  </dependencies>
</project>
POM
mvn -q -B -f java/pom.xml dependency:build-classpath -Dmdep.outputFile="$work/classpath" > mvn.log 2>&1 || { cat mvn.log; exit 1; }
javac -cp "$(cat classpath)" -d java java/Look.java

keys() { # ID [LINE]
  printf '%s\n' '[default]' 'type = access_key' "access_key_id = $1" 'access_key_secret = secret' ${2+"$2"}
}
found() { # COMMAND...: the id it found, or "nothing"
  env HOME="$work/home" ALIBABA_CLOUD_ECS_METADATA_DISABLED=true ${half+ALIBABA_CLOUD_ACCESS_KEY_ID=deployed} "$@" 2> log || echo nothing
}
ask() { # WHAT
  echo "$1: Python $(found py/bin/python look.py), Java $(found java -Duser.home="$work/home" -cp "java:$(cat classpath)" Look)," \
    "Node $(found node look.js), Go $(found go/look)"
}
echo "guess: the same found by all in each line, and nothing in the last"
{
  mkdir -p home/.alibabacloud home/.aliyun
  keys one > home/.alibabacloud/credentials
  ask "credentials"
  mv home/.alibabacloud/credentials home/.alibabacloud/credentials.ini
  ask "credentials.ini"
  keys one "enable = true" > home/.alibabacloud/credentials.ini
  ask "credentials.ini, enabled"
  keys two > home/.alibabacloud/credentials
  ask "both"
  rm home/.alibabacloud/*
  cat > home/.aliyun/config.json <<'END'
{"current": "p", "profiles": [{"name": "p", "mode": "AK", "access_key_id": "other", "access_key_secret": "secret"}]}
END
  half=1
  ask "half a pair in the environment"
} > seen
cat seen
cat > expected <<'END'
credentials: Python nothing, Java nothing, Node one, Go one
credentials.ini: Python one, Java nothing, Node nothing, Go nothing
credentials.ini, enabled: Python one, Java one, Node nothing, Go nothing
both: Python one, Java one, Node two, Go two
half a pair in the environment: Python other, Java other, Node other, Go other
END
diff expected seen || { echo "changed: the libraries no longer find keys as described"; exit 1; }
echo "still so"
