#!/bin/sh
# Alibaba Cloud's older Node client sends a value that is not there as the word "undefined", and the mail carries it
#
# Seen:      2026-11-28
# Versions:  @alicloud/pop-core 1.8.0, @alicloud/dm20151123 1.9.0 (openapi-core 1.0.8), Node 20.20
# Guess:     A parameter that is undefined or null is left out, as JSON and the newer SDK do; an object becomes JSON,
#            as parameters such as Template want it.
# Behaviour: pop-core turns them into text: FromAlias=undefined, TagName=null, Template=[object Object], all signed and
#            sent. The newer SDK leaves the first two out and writes the third as JSON.
# Matters:   { FromAlias: user.alias } with a user who has none: readers see mail from "undefined", and nothing fails,
#            since the service cannot know that it is no name.
# Source:    run; pop-core is what most examples for DirectMail on Node still use
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix . \
  @alicloud/pop-core@1.8.0 @alicloud/dm20151123@1.9.0 @alicloud/openapi-core@1.0.8 > npm.log 2>&1 || { cat npm.log; exit 1; }

cat > try.js <<'JS'
const http = require("http");
const { RPCClient } = require("@alicloud/pop-core");
const Dm = require("@alicloud/dm20151123");
const { $OpenApiUtil } = require("@alicloud/openapi-core");

let form;
const server = http.createServer((request, response) => {
  let body = "";
  request.on("data", (chunk) => (body += chunk)).on("end", () => {
    form = new URLSearchParams(body);
    response.setHeader("Content-Type", "application/json");
    response.end('{"RequestId":"1","EnvId":"2"}');
  });
}).listen(0, "127.0.0.1", async () => {
  const endpoint = `127.0.0.1:${server.address().port}`;
  const keys = { accessKeyId: "id", accessKeySecret: "secret" };
  const user = {};
  const seen = (key) => `${key} ${form.get(key) ?? "left out"}`;
  const show = (name) => console.log(`${name}: ${["FromAlias", "TagName", "Template"].map(seen).join(", ")}`);

  await new RPCClient({ ...keys, endpoint: `http://${endpoint}`, apiVersion: "2015-11-23" })
    .request("SingleSendMail", { FromAlias: user.alias, TagName: null, Template: { TemplateId: "1" } }, { method: "POST" });
  show("pop-core");

  const template = new Dm.SingleSendMailRequestTemplate({ templateId: "1" });
  await new Dm.default(new $OpenApiUtil.Config({ ...keys, endpoint, protocol: "http" }))
    .singleSendMail(new Dm.SingleSendMailRequest({ fromAlias: user.alias, tagName: null, template }));
  show("SDK");
  process.exit(0);
});
JS

echo "guess: FromAlias and TagName left out, Template as JSON, in both"
timeout 60 node try.js > seen
cat seen
cat > expected <<'END'
pop-core: FromAlias undefined, TagName null, Template [object Object]
SDK: FromAlias left out, TagName left out, Template {"TemplateId":"1"}
END
diff expected seen || { echo "changed: missing values and objects are no longer sent as described"; exit 1; }
echo "still so"
