"""The parameter of who gets replies."""

from __future__ import annotations

from dmcli.api.kinds.addresses import EMAIL
from dmcli.api.model import Param

REPLY_ADDRESS = Param(
    "ReplyAddress", EMAIL, "Reply-to address.", option="reply-to", malformed="InvalidReplyAddress.Malformed"
)
