"""Codes of a service that is throttling, busy or broken."""

from dmcli.api.codes.code import Code

# Left as written: one argument a line would double the table.
# fmt: off
CODES: tuple[Code, ...] = (
    Code("Throttling", 400, "Request was denied due to request throttling.",
         "Too many calls in a short time; this one was not carried out.",
         "Wait a little and run it again, with fewer calls at a time.",
         "短时间内调用过多，本次调用没有执行。",
         "请稍候重试，并降低调用频率。", 4),
    Code("Throttling.User", 400, "Request was denied due to user flow control.",
         "This account made too many calls in a short time; this one was not carried out.",
         "Wait a little and run it again, and see what else calls with this account.",
         "当前账号短时间内调用过多，本次调用没有执行。",
         "请稍候重试，并检查还有哪些程序在使用该账号。", 4),
    Code("Throttling.Api", 400, "Request was denied due to api flow control.",
         "This action was called too often in a short time; this call was not carried out.",
         "Wait a little and run it again, with fewer calls at a time.",
         "该接口短时间内被调用过多，本次调用没有执行。",
         "请稍候重试，并降低调用频率。", 4),
    Code("Rejected.Throttling", 400, "Request was denied due to request throttling.",
         "The service turned the call away because of too many calls; it was not carried out.",
         "Wait a little and run it again, with fewer calls at a time.",
         "服务因调用过多拒绝了本次调用，调用没有执行。",
         "请稍候重试，并降低调用频率。", 4),
    Code("ServiceUnavailable", 503, "The request has failed due to a temporary failure of the server.",
         "The service is out of order for the moment.",
         "Try again in a few minutes, after a send only when `dm stats details` does not show the mail.",
         "服务暂时不可用。",
         "请几分钟后重试，若是发信请先用 `dm stats details` 确认邮件没有发出。", 4),
    Code("InternalError", 500, "The request processing has failed due to some unknown error, exception or failure.",
         "The service failed inside for a reason it does not tell.",
         "Try again in a few minutes, after a send only when `dm stats details` does not show the mail.",
         "服务内部出错，未说明原因。",
         "请几分钟后重试，若是发信请先用 `dm stats details` 确认邮件没有发出。", 4),
    Code("InternalServiceError", 500, "Failed to call the internal service. Please try again later.",
         "One part of the service could not reach another for the moment.",
         "Try again in a few minutes, after a send only when `dm stats details` does not show the mail.",
         "服务内部调用暂时失败。",
         "请几分钟后重试，若是发信请先用 `dm stats details` 确认邮件没有发出。", 4),
)
# fmt: on
