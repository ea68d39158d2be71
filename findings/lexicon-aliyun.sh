#!/bin/sh
# dns-lexicon cannot write a value with a blank to Alibaba Cloud DNS, and sees the first 20 records of a zone
#
# Seen:      2026-11-28
# Versions:  dns-lexicon 3.25.0 on Python 3.11.7, against a local server that verifies signatures as the service documents
# Guess:     (1) The value of a TXT record may hold blanks, as SPF, DKIM and most DMARC records do. (2) list_records gives all
#            records; an ACME or mail tool that asks "is it there already" relies on it.
# Behaviour: (1) It signs the text that urlencode makes, with + for a blank, where signature version 1.0 has %20: each value
#            with a blank ends in SignatureDoesNotMatch. (2) It asks for one page, and the default page has 20 records.
# Matters:   "v=spf1 include:... -all" cannot be published; the error speaks of the key's secret, which is right. Of 45
#            records 25 do not exist for it, so that what is looked up by it may be made twice or never deleted.
# Source:    run; lexicon/_private/providers/aliyun.py (_calculate_signature, list_records)
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv py
py/bin/pip install -q --disable-pip-version-check dns-lexicon==3.25.0
cat > look.py <<'PY'
import base64, hashlib, hmac, json, logging, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, quote, urlsplit

RECORDS = [{"RecordId": str(n), "RR": f"h{n}", "Type": "A", "Value": "192.0.2.1", "TTL": 600} for n in range(45)]

class Alidns(BaseHTTPRequestHandler):
    """Signature version 1.0 as documented (RFC 3986: a space is %20), pages of 20 by default, 500 at most."""
    def do_GET(self):
        given = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        signature = given.pop("Signature", "")
        text = "&".join(f"{quote(k, safe='~')}={quote(v, safe='~')}" for k, v in sorted(given.items()))
        to_sign = f"GET&%2F&{quote(text, safe='~')}"
        good = base64.b64encode(hmac.new(b"secret&", to_sign.encode(), hashlib.sha1).digest()).decode()
        status, reply = 200, {"RequestId": "r"}
        if signature != good:
            status, reply = 400, {"Code": "SignatureDoesNotMatch"}
        elif given["Action"] == "DescribeDomainInfo":
            reply["DomainId"] = "1"
        elif given["Action"] == "DescribeDomainRecords":
            rows = [r for r in RECORDS if given.get("ValueKeyWord", "") in r["Value"]]
            size, page = int(given.get("PageSize", 20)), int(given.get("PageNumber", 1))
            shown = rows[size * (page - 1):][:size]
            reply |= {"TotalCount": len(rows), "PageNumber": page, "PageSize": size, "DomainRecords": {"Record": shown}}
        body = json.dumps(reply).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_):
        pass

server = ThreadingHTTPServer(("127.0.0.1", 0), Alidns)
threading.Thread(target=server.serve_forever, daemon=True).start()

logging.disable()  # it would like to fetch the public suffix list, and has a copy
from lexicon.client import Client
from lexicon.config import ConfigResolver
from lexicon._private.providers import aliyun

aliyun.ALIYUN_DNS_API_ENDPOINT = f"http://127.0.0.1:{server.server_port}"
CONFIG = {"provider_name": "aliyun", "domain": "example.com", "aliyun": {"auth_key_id": "id", "auth_secret": "secret"}}

def made(value):
    try:
        with Client(ConfigResolver().with_dict(CONFIG)) as client:
            return client.create_record("TXT", "k", value)
    except Exception as error:
        return type(error).__name__ + " " + str(getattr(getattr(error, "response", None), "json", dict)().get("Code"))

with Client(ConfigResolver().with_dict(CONFIG)) as client:
    print("records read:", len(client.list_records()), "of", len(RECORDS))
for value in ("token", "v=DMARC1;p=none", "v=DMARC1; p=none"):
    print(f"write {value!r}:", made(value))
PY
echo "guess: 45 records are read, and each value is written"
py/bin/python look.py > seen 2> log || { cat log; exit 1; }
cat seen
cat > expected <<'END'
records read: 20 of 45
write 'token': True
write 'v=DMARC1;p=none': True
write 'v=DMARC1; p=none': HTTPError SignatureDoesNotMatch
END
diff expected seen || { echo "changed: dns-lexicon no longer writes and reads as described"; exit 1; }
echo "still so"
