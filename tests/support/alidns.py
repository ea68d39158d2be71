"""Alibaba Cloud DNS played over HTTP: signed calls of version 2015-01-09 to zones in memory, with faults on demand."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from dmcli.api.wire import Request
from dmcli.sandbox.errors import ServiceError
from dmcli.sandbox.gateway.request import read_call
from dmcli.sandbox.gateway.signature import verify

MOST_ROWS = 500
_COMMON = {"Action", "Version", "Format", "RegionId", "AccessKeyId", "SecurityToken", "Timestamp"}
_COMMON |= {"Signature", "SignatureMethod", "SignatureVersion", "SignatureNonce"}


class Refusal(Exception):  # noqa: N818  it is a reply
    """An error reply."""

    def __init__(self, code, status=400):
        super().__init__(code)
        self.code, self.status = code, status


class Alidns:
    """The service: `zones` hold rows as DescribeDomainRecords has them, `calls` are action and own parameters of each.

    `refuses` makes an action answer a code; `loses` is how many replies of an action are lost after it was done, and
    `drops` how many requests before it.
    """

    def __init__(self, *zones):
        self.zones = {name: [] for name in zones}
        self.calls = []
        self.refuses = {}
        self.loses, self.drops = {}, {}
        self.raw = {}
        self.ids = 0
        self.url = ""

    def add(self, zone, host, kind, value, **more):
        self.ids += 1
        row = {
            "DomainName": zone,
            "RecordId": str(9000 + self.ids),
            "RR": host,
            "Type": kind,
            "Value": value,
            "TTL": 600,
            "Line": "default",
            "Status": "ENABLE",
            "Locked": False,
        } | ({"Priority": 10} if kind == "MX" else {})
        self.zones[zone].append(row | more)
        return row["RecordId"]

    def values(self, zone, host, kind):
        return [row["Value"] for row in self.zones[zone] if (row["RR"], row["Type"]) == (host, kind)]

    def named(self, action):
        return [params for name, params in self.calls if name == action]

    def answer(self, request):
        """Status and body; None where the connection ends without one."""
        call = read_call(request)
        try:
            verify(request, call, datetime.now(UTC))
        except ServiceError as error:
            return 400, {"Code": error.code, "Message": "refused", "RequestId": "ALIDNS"}
        params = {name: value for name, value in call.params.items() if name not in _COMMON}
        self.calls.append((call.action, params))
        assert call.version == "2015-01-09"
        if self._strikes(self.drops, call.action):
            return None
        status, reply = self._done(call.action, params)
        return None if status == 200 and self._strikes(self.loses, call.action) else (status, reply)

    def _done(self, action, params):
        """Status and body of a call that is right so far."""
        if action in self.raw:
            return 200, self.raw[action]
        try:
            if action in self.refuses:
                self._refuse(action)
            return 200, {"RequestId": "ALIDNS", **getattr(self, action)(params)}
        except Refusal as error:
            return error.status, {"Code": error.code, "Message": f"said {error.code}.", "RequestId": "ALIDNS"}

    def _refuse(self, action):
        raise Refusal(self.refuses[action], 403)

    @staticmethod
    def _strikes(faults, action):
        """Whether a fault is left for an action, which it uses up."""
        faults[action] = faults.get(action, 0) - 1
        return faults[action] >= 0

    def DescribeDomainRecords(self, params):  # noqa: N802  the action's name
        rows = self._zone(params["DomainName"])
        page, size = int(params.get("PageNumber", 1)), int(params.get("PageSize", 20))
        if not 1 <= size <= MOST_ROWS:
            raise Refusal("InvalidParameter")
        some = rows[(page - 1) * size : page * size]
        return {"TotalCount": len(rows), "PageNumber": page, "PageSize": size, "DomainRecords": {"Record": some}}

    def AddDomainRecord(self, params):  # noqa: N802  same
        rows = self._zone(params["DomainName"])
        self._check(params, rows)
        return {"RecordId": self.add(params["DomainName"], **self._fields(params))}

    def UpdateDomainRecord(self, params):  # noqa: N802  same
        rows = next((rows for rows in self.zones.values() if any(self._is(row, params) for row in rows)), None)
        if rows is None:
            raise Refusal("DomainRecordNotBelongToUser")
        (row,) = (row for row in rows if self._is(row, params))
        self._check(params, [*rows] if row["Value"] == params["Value"] else [one for one in rows if one is not row])
        row |= {
            "RR": params["RR"],
            "Type": params["Type"],
            "Value": params["Value"],
            "TTL": int(params.get("TTL", 600)),
        }
        row |= {"Line": params.get("Line", "default")}
        return {"RecordId": row["RecordId"]}

    @staticmethod
    def _is(row, params):
        return row["RecordId"] == params["RecordId"]

    @staticmethod
    def _fields(params):
        more = {"TTL": int(params.get("TTL", 600)), "Line": params.get("Line", "default")}
        if "Priority" in params:
            more["Priority"] = int(params["Priority"])
        return {"host": params["RR"], "kind": params["Type"], "value": params["Value"], **more}

    @staticmethod
    def _check(params, rows):
        there = [row for row in rows if row["RR"] == params["RR"] and row["Line"] == params.get("Line", "default")]
        if any((row["Type"], row["Value"]) == (params["Type"], params["Value"]) for row in there):
            raise Refusal("DomainRecordDuplicate")
        if any((row["Type"] == "CNAME") != (params["Type"] == "CNAME") for row in there):
            raise Refusal("DomainRecordConflict")
        if params["Type"] == "MX" and not 1 <= int(params.get("Priority", 0)) <= 50:
            raise Refusal("InvalidParameter")

    def _zone(self, name):
        if name not in self.zones:
            raise Refusal("InvalidDomainName.NoExist")
        return self.zones[name]


@contextmanager
def served(alidns):
    """The service at `alidns.url`, until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = alidns.answer(Request("POST", f"http://{headers['host']}{self.path}", headers, body))
            if answer is None:
                self.close_connection = True
                return
            status, reply = answer
            data = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    alidns.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield alidns
    finally:
        server.shutdown()
        server.server_close()
