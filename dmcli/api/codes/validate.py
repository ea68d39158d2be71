"""Codes about the files whose addresses are checked."""

from dmcli.api.codes.code import Code

# Left as written: one argument a line would double the table.
# fmt: off
CODES: tuple[Code, ...] = (
    Code("InvalidFileId.NotFound", 404, "The specified fileId does not exist.",
         "No file of this account that was checked has this id.",
         "Compare with `dm validate list`, with an earlier --since for old ones.",
         "当前账号没有使用此 ID 的验证文件。",
         "请与 `dm validate list` 的结果核对，较早的文件请提前 --since。", 10),
)
# fmt: on
