"""Parameters and reply fields that several areas have in common."""

from __future__ import annotations

from dmcli.api.kinds.common import IP_POOL, TEXT
from dmcli.api.kinds.text import Integer, Text
from dmcli.api.model import Field, Paging, Param, bad, fair, good
from dmcli.words import marked

IP_POOL_PARAM = Param(
    "IpPoolId",
    IP_POOL,
    "Dedicated IP pool to send from, by name or id.",
    option="ip-pool",
    malformed="InvalidIpPool.NotFound",
)
SMTP_PASSWORD = marked("10 to 20 characters with digits, upper and lower case letters.")

# Paging, by the names the requests use.
PAGE_NO = Paging(page="PageNo", size="PageSize")
PAGE_NUMBER = Paging(page="PageNumber", size="PageSize")
NEXT_LENGTH = Paging(cursor="NextStart", size="Length", default_size=100)
NEXT_SIZE = Paging(cursor="NextStart", size="PageSize", default_size=100)
PAGE_NO_PARAMS = (Param("PageNo", Integer(1), hidden=True), Param("PageSize", Integer(1), hidden=True))
PAGE_NUMBER_PARAMS = (Param("PageNumber", Integer(1), hidden=True), Param("PageSize", Integer(1), hidden=True))
NEXT_LENGTH_PARAMS = (Param("NextStart", TEXT, hidden=True), Param("Length", Integer(1, 1_000_000), hidden=True))
NEXT_100_PARAMS = (NEXT_LENGTH_PARAMS[0], Param("Length", Integer(1, 100), hidden=True))  # (SDK)
NEXT_SIZE_PARAMS = (Param("NextStart", TEXT, hidden=True), Param("PageSize", Integer(1), hidden=True))


def keyword(help: str, most: int = 0, *aliases: str) -> Param:  # noqa: A002  the field it fills
    """The substring filter of a listing."""
    return Param("KeyWord", Text(0, most), help, option="keyword", aliases=aliases or ("Keyword",))


# Words for codes. 0 is the good value nearly everywhere; IcpStatus is the exception (reference section 6.4).
CHECKED: dict[str, str] = {"0": good("ok"), "1": bad("failed")}
FILED: dict[str, str] = {"1": good("filed"), "0": fair("not filed")}
DOMAIN_STATUS: dict[str, str] = {
    "0": good("verified"),
    "1": bad("not verified"),
    "2": fair("usable, no CNAME, no ICP"),
    "3": fair("usable, no ICP"),
    "4": fair("usable, no CNAME"),
}
YES_NO: dict[str, str] = {"True": good("yes"), "False": fair("no")}
FROZEN: dict[str, str] = {"0": good("normal"), "1": bad("frozen")}
REPLY_STATUS: dict[str, str] = {"0": good("yes"), "1": fair("no")}
TEMPLATE_STATUS: dict[str, str] = {
    "0": fair("draft"),
    "1": fair("in review"),
    "2": good("approved"),
    "3": bad("rejected"),
}
LIST_STATUS: dict[str, str] = {"0": fair("uploading"), "1": good("complete")}
DELIVERY_STATUS: dict[str, str] = {
    "0": good("delivered"),
    "2": bad("invalid address"),
    "3": bad("spam"),
    "4": bad("failed"),
}
TASK_STATUS: dict[str, str] = {"1": good("sent")}

# The mailbox providers that the service tells apart; all the rest are `others` (SDK).
ESPS = ("gmail.com", "yahoo.com", "outlook.com", "icloud.com")

# What a service answers that does not have an action, or not any more.
NO_ACTION = frozenset({"InvalidAction", "InvalidAction.NotFound", "InvalidApi.NotFound", "UnsupportedOperation"})

REQUEST_ID = Field("RequestId", "Request id")
CREATED = Field("UtcCreateTime", "Created", shape="epoch", priority=3)
CREATED_TEXT = Field("CreateTime", shape="stamp")


def count(name: str, title: str, priority: int = 0, share: tuple[str, ...] = ()) -> Field:
    """A column of numbers; `share` where it is what one count is of another, in per cent."""
    return Field(name, title, shape="number", priority=priority, share=share)
