"""One signed call, cold: in the process and over HTTP, against importing what it needs and against the vendor's SDK."""

from __future__ import annotations

import subprocess
import sys
import tempfile

from measure import DM, ratio, report

IMPORTS = [sys.executable, "-c", "import click, requests"]
SDK = """
import sys
from alibabacloud_dm20151123.client import Client
from alibabacloud_dm20151123 import models
from alibabacloud_tea_openapi.models import Config
client = Client(Config(access_key_id="dm-sandbox-id", access_key_secret="dm-sandbox-secret",
                       endpoint=sys.argv[1].split("//")[1], protocol="http", region_id="cn-hangzhou"))
print(client.query_tag_by_param(models.QueryTagByParamRequest()).body.to_map())
"""

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        env = {"DM_SANDBOX_DB": f"{folder}/sandbox.db"}
        call = [DM, "-p", "sandbox", "tag", "list", "-o", "json"]
        report("tag list in the process / imports", ratio(call, IMPORTS, **env), 1.2)
        with subprocess.Popen(
            [DM, "sandbox", "serve", "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as server:
            url = server.stdout.readline().strip()
            over_http = [*call, "--endpoint", url]
            report("tag list over HTTP / imports", ratio(over_http, IMPORTS, **env), 1.5)
            report("tag list over HTTP / vendor's SDK", ratio(over_http, [sys.executable, "-c", SDK, url], 9), 0.6)
            server.terminate()
