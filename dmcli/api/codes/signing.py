"""Codes about signatures, nonces and time stamps."""

from dmcli.api.codes.code import Code

# Left as written: one argument a line would double the table.
# fmt: off
CODES: tuple[Code, ...] = (
    Code("SignatureDoesNotMatch", 400, "Specified signature is not matched with our calculation.",
         "The signature is wrong, nearly always because the AccessKey secret is not the one of this id.",
         "Copy id and secret again as a pair, try `dm config check`, and look for a proxy that changes requests.",
         "签名不匹配，几乎都是因为 AccessKey Secret 与 ID 不成对。",
         "请成对重新复制 ID 和 Secret，运行 `dm config check`，并检查代理是否改动了请求。", 3),
    # The table of DirectMail prints this short name for the same.
    Code("Signature", 400, "Specified signature is not matched with our calculation.",
         "The signature does not fit the request, mostly because the AccessKey secret is wrong.",
         "Copy id and secret again as a pair, then try `dm config check`.",
         "签名与请求内容不符，多半是 AccessKey Secret 有误。",
         "请成对重新复制 ID 和 Secret，再运行 `dm config check`。", 3),
    Code("IncompleteSignature", 400, "The request signature does not conform to Aliyun standards.",
         "The signature, or one of the parameters that belong to it, is missing or damaged.",
         "Check the keys with `dm config check`, and look for a proxy that drops parts of requests.",
         "签名或与签名相关的参数缺失、损坏。",
         "请用 `dm config check` 检查密钥，并检查代理是否丢弃了请求的一部分。", 3),
    Code("InvalidSignatureMethod", 400, "Specified parameter SignatureMethod is not valid.",
         "The service does not accept this way of signing.",
         "Set signature in the profile to v3, or remove the setting if it is v3 already.",
         "服务不接受这种签名方法。",
         "请在配置中将 signature 设为 v3，若已是 v3 则去掉该设置。", 3),
    Code("SignatureNonceUsed", 400, "Specified signature nonce was used already.",
         "The service has seen this very request before, so the first copy may have been carried out.",
         "Look whether it was done before running it again, and look for a proxy that repeats requests.",
         "服务此前已收到过同一请求，前一次可能已经执行。",
         "再次运行前请先确认是否已执行，并检查代理是否会重发请求。", 3),
    Code("InvalidTimeStamp.Format", 400, "Specified time stamp or date value is not well formatted.",
         "The time of the request is not written as UTC like 2016-02-23T12:46:24Z.",
         "Leave the time to dm, and look for a proxy that changes requests.",
         "请求时间不是 2016-02-23T12:46:24Z 这样的 UTC 格式。",
         "请让 dm 自动填写时间，并检查代理是否改动了请求。", 3),
    Code("InvalidTimeStamp.Expired", 400, "Specified time stamp or date value is expired.",
         "The clock of this machine is more than 15 minutes away from the service's.",
         "Set the clock from a time server, then try `dm config check`.",
         "本机时钟与服务端相差超过 15 分钟。",
         "请与时间服务器同步时钟，再运行 `dm config check`。", 3),
    Code("IllegalTimestamp", 400,
         'The input parameter "Timestamp" that is mandatory for processing this request is not supplied.',
         "The time of the request is missing or cannot be read.",
         "Check the clock of this machine, and look for a proxy that drops parts of requests.",
         "请求时间缺失或无法识别。",
         "请检查本机时钟，并检查代理是否丢弃了请求的一部分。", 3),
)
# fmt: on
