"""Codes about statistics."""

from dmcli.api.codes.code import Code

# The reference prints these without status and message; both are inferred.
# Left as written: one argument a line would double the table.
# fmt: off
CODES: tuple[Code, ...] = (
    Code("InvalidDate.Malformed", 400, "The specified date is wrongly formed.",
         "A day or time is not written as the service expects.",
         "Use days such as 2019-09-29 for --since and --until, or the short forms 7d and today.",
         "日期或时间的格式不正确。",
         "--since 和 --until 请使用 2019-09-29 这样的日期，或 7d、today 等简写。"),
    Code("InvalidDate.NotFound", 404, "The specified date does not exist.",
         "The question needs a first and a last day, and one is missing.",
         "Give both --since and --until.",
         "查询需要起止日期，但缺少其中之一。",
         "请同时提供 --since 和 --until。"),
    Code("InvalidStartTime.Malformed", 400, "The specified startTime is wrongly formed.",
         "The first day is not written as a date, or is longer ago than the service keeps data.",
         "Choose a --since within the last 30 days.",
         "起始日期格式不正确，或早于服务保留数据的期限。",
         "请将 --since 设为最近 30 天以内。"),
    Code("InvalidBetweenTime.Malformed", 400, "The specified betweenTime is wrongly formed.",
         "The first and the last day are too far apart, or the last is before the first.",
         "Ask for a shorter time; how long it may be differs by command, 7 days is always accepted.",
         "起止日期的跨度过大，或结束日期早于起始日期。",
         "请缩短查询范围；各命令的上限不同，7 天以内总是可以的。"),
    Code("InvalidYear.Malformed", 400, "The specified year is wrongly formed.",
         "The year is not one that the service has data for.",
         "Check the year in --since and --until.",
         "服务没有所指定年份的数据。",
         "请检查 --since 和 --until 中的年份。"),
)
# fmt: on
