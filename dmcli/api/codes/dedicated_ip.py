"""Codes about dedicated IPs."""

from dmcli.api.codes.code import Code

# Left as written: one argument a line would double the table.
# fmt: off
CODES: tuple[Code, ...] = (
    Code("InvalidBuyResourceIds.Malformed", 400, "The specified BuyResourceIds is wrongly formed.",
         "One of the IPs (--ip) is not a dedicated IP of this account, or is in another pool.",
         "Take one from `dm dedicated-ip unpooled`, or take it out of its pool with `dm dedicated-ip update-pool`.",
         "其中一个 IP（--ip）不是当前账号的独享 IP，或者已在另一个 IP 池中。",
         "请从 `dm dedicated-ip unpooled` 中选取，或先用 `dm dedicated-ip update-pool` 将其移出原来的 IP 池。"),
    Code("InvalidIpPool.NotFound", 404, "The specified ipPool does not exist.",
         "No pool of dedicated IPs of this account has this id.",
         "Name the pool itself, or take the id from `dm dedicated-ip pools`.",
         "当前账号没有使用此 ID 的 IP 池。",
         "请直接使用 IP 池的名称，或从 `dm dedicated-ip pools` 中取得 ID。", 10),
)
# fmt: on
