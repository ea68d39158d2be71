"""Calls with the vendor's own code for Python, in an environment of any age: a line of JSON in, a line of JSON out.

In: `action` and `params`, by their names on the wire, and what client to make: `endpoint`, `id`, `secret`, `token`,
`scheme`, `protocol`, `method`, `place`, `format`, `bound`, `concurrent`. `bare` calls without the SDK's model, as does
what it has none for. `files` (name and base64) go as attachments. `ca` is the file of a certificate to trust.
Out: `reply` as the SDK gives it back, and `lacking`, the fields of its model that are empty or of another type; or
`error`. For `about` in place of all this: the version, and the actions that the SDK has.
Usage: driver.py dm|core
"""

from __future__ import annotations

import asyncio
import base64
import inspect
import io
import json
import sys
import typing
import warnings
from importlib.metadata import version

warnings.simplefilter("ignore")


class Dm:
    """alibabacloud-dm20151123, old and new."""

    def __init__(self):
        from alibabacloud_dm20151123 import models
        from alibabacloud_dm20151123.client import Client
        from alibabacloud_tea_openapi import models as openapi

        try:
            from darabonba.runtime import RuntimeOptions
        except ImportError:  # in an old one
            from alibabacloud_tea_util.models import RuntimeOptions
        self.models, self.client, self.openapi, self.options = models, Client, openapi, RuntimeOptions

    def about(self):
        names = [name[: -len("Response")] for name in dir(self.models) if name.endswith("Response")]
        return {"version": version("alibabacloud-dm20151123"), "actions": names}

    def call(self, asked):
        config = self.openapi.Config(
            access_key_id=asked["id"],
            access_key_secret=asked["secret"],
            security_token=asked.get("token"),
            endpoint=asked["endpoint"],
            protocol=asked.get("protocol", "http"),
            region_id="cn-hangzhou",
            signature_algorithm="v2" if asked.get("scheme") == "v1" else None,
        )
        client = self.client(config)
        client._open_platform_endpoint = asked["endpoint"]
        runtime = self.options(ca=asked["ca"]) if "ca" in asked else self.options()
        if asked.get("bare") or not hasattr(self.models, f"{asked['action']}Response"):
            return {"reply": self._bare(client, asked, runtime)["body"]}
        kind = "AdvanceRequest" if asked.get("files") else "Request"
        model = getattr(self.models, asked["action"] + kind, None)  # there is none without parameters
        request = model().from_map(parsed(model, asked["params"])) if model else None
        if asked.get("files"):
            request.attachments = [
                self.models.SingleSendMailAdvanceRequestAttachments(
                    attachment_name=name, attachment_url_object=io.BytesIO(base64.b64decode(data))
                )
                for name, data in asked["files"]
            ]
        wanted = asked["action"].lower() + ("advance" if asked.get("files") else "withoptions")
        wanted += "async" if asked.get("concurrent") else ""
        method = next(name for name in dir(client) if name.replace("_", "").lower() == wanted)
        answer = getattr(client, method)(*([request] if model else []), runtime)
        body = (asyncio.run(answer) if asked.get("concurrent") else answer).body
        return {"reply": body.to_map(), "lacking": lacking(body)}

    def _bare(self, client, asked, runtime):
        params = self.openapi.Params(
            action=asked["action"],
            version="2015-11-23",
            protocol="HTTPS",
            pathname="/",
            method=asked.get("method", "POST"),
            auth_type="AK",
            style="RPC",
            req_body_type="formData",
            body_type="json",
        )
        query = {name: str(value) for name, value in asked["params"].items()}
        request = self.openapi.OpenApiRequest(query=query)
        if asked.get("concurrent"):
            return asyncio.run(client.call_api_async(params, request, runtime))
        return client.call_api(params, request, runtime)


def parsed(model, params):
    """The parameters, objects in place of their JSON where the SDK has a model for them."""
    hints = typing.get_type_hints(model.__init__, vars(inspect.getmodule(model)))
    inner = {name.replace("_", "") for name, hint in hints.items() if hasattr(hint, "from_map")}
    return {name: json.loads(value) if name.lower() in inner else value for name, value in params.items()}


def lacking(model, path=""):
    """The fields of a model that are empty or not of the type that it declares; a text in a list has none."""
    if isinstance(model, str):
        return []
    types = typing.get_type_hints(type(model).__init__, vars(inspect.getmodule(type(model))))
    found = []
    for name, value in vars(model).items():
        here = f"{path}.{name}" if path else name
        if name.startswith("_"):
            continue
        if isinstance(value, list):
            found += [one for item in value for one in lacking(item, here)] if value else [here]
        elif hasattr(value, "to_map"):
            found += lacking(value, here)
        elif type(value) not in (types[name], *typing.get_args(types[name])) or value is None:
            found.append(here)
    return found


class Core:
    """aliyun-python-sdk-core."""

    def about(self):
        return {"version": version("aliyun-python-sdk-core"), "actions": None}

    def call(self, asked):
        from aliyunsdkcore.auth.credentials import StsTokenCredential
        from aliyunsdkcore.client import AcsClient
        from aliyunsdkcore.http import protocol_type
        from aliyunsdkcore.request import CommonRequest, RpcRequest

        keys, token = (asked["id"], asked["secret"]), asked.get("token")
        client = (
            AcsClient(region_id="cn-hangzhou", credential=StsTokenCredential(*keys, token))
            if token
            else AcsClient(*keys, "cn-hangzhou", verify=asked.get("ca"))
        )
        if asked.get("bound"):  # as the requests of aliyun-python-sdk-dm are made
            request = RpcRequest("Dm", "2015-11-23", asked["action"])
            request.endpoint = asked["endpoint"]
        else:
            request = CommonRequest(asked["endpoint"], "2015-11-23", asked["action"])
        # It asks whether the text is the very one of its own.
        request.set_protocol_type(getattr(protocol_type, asked.get("protocol", "http").upper()))
        request.set_method(asked["method"])
        request.set_accept_format(asked["format"])
        add = request.add_body_params if asked.get("place") == "form" else request.add_query_param
        for name, value in asked["params"].items():
            add(name, value)
        if asked["format"] == "XML":  # only this one leaves the format as it is, and it raises nothing
            status, _, body = client.get_response(request)
            return {"reply": body.decode(), "status": status}
        return {"reply": json.loads(client.do_action_with_exception(request))}


def told(error):
    """An error by what its SDK documents of it."""
    data = getattr(error, "data", None) or {}
    said = {
        "class": type(error).__name__,
        "code": getattr(error, "code", None) or getattr(error, "error_code", None),
        "status": getattr(error, "status_code", None) or getattr(error, "http_status", None) or data.get("statusCode"),
        "request_id": getattr(error, "request_id", None) or data.get("RequestId"),
        "message": str(getattr(error, "message", None) or error),
    }
    return {"error": said}


def main():
    sdk = {"dm": Dm, "core": Core}[sys.argv[1]]()
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            answer = sdk.about() if asked == "about" else sdk.call(asked)
        except Exception as error:  # noqa: BLE001  whatever it is, it is told
            answer = told(error)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


main()
