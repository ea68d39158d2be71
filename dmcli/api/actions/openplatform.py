"""OpenPlatform, API version 2019-12-19: the permit to upload a file. No area of DirectMail, so no commands.

Parameters and fields are those that SDK alibabacloud-dm20151123 1.11 uses; the reference has nothing of it.
"""

from __future__ import annotations

from dmcli.api.kinds.common import TEXT
from dmcli.api.model import Action, Effect, Field, Param

VERSION = "2019-12-19"
SERVICE, RAM = "OpenPlatform", "openplatform"

AUTHORIZE = Action(
    "AuthorizeFileUpload",
    RAM,
    "Permit an upload.",
    Effect.READ,  # a permit that nobody uses is nothing
    params=(Param("Product", TEXT),),
    fields=tuple(
        Field(name) for name in ("AccessKeyId", "Bucket", "Endpoint", "EncodedPolicy", "ObjectKey", "Signature")
    ),
    methods=("GET", "POST"),  # as the SDK asks
    versions=(VERSION,),
)
