"""Codes about dedicated IPs."""

from dmcli.api.codes.code import Code

# Left as written: one argument a line would double the table.
# fmt: off
CODES: tuple[Code, ...] = (
    Code("InvalidIpPool.NotFound", 404, "The specified ipPool does not exist.",
         "No pool of dedicated IPs of this account has this id.",
         "Name the pool itself, or take the id from `dm dedicated-ip pools`.",
         "当前账号没有使用此 ID 的 IP 池。",
         "请直接使用 IP 池的名称，或从 `dm dedicated-ip pools` 中取得 ID。", 10),
)
# fmt: on
