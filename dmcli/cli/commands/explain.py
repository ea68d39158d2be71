"""`dm explain CODE`: what an error code or the reply of a mail server means, and what to do.

Codes are the service's, and the words of `dm` itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dmcli.api.model import Field
from dmcli.cli.tree import command
from dmcli.errors import (
    CheckFailedError,
    ConfigError,
    DmError,
    InputError,
    LocalIOError,
    LockedError,
    NotFoundError,
    PartlyRejectedError,
    QuotaError,
    RefusedError,
    TimedOutError,
    UnknownOutcomeError,
    UnreachableError,
)
from dmcli.untrusted import brief

if TYPE_CHECKING:
    from dmcli.cli.session import Session

_FIELDS = (
    Field("code", "Code"),
    Field("http_status", "HTTP"),
    Field("message", "Message"),
    Field("meaning", "Meaning"),
    Field("remedy", "Remedy"),
    Field("exit", "Exit code"),
)
# What stands for a code where the service gave none, by the classes of errors: meaning and remedy in two languages.
_WORDS: dict[type[DmError], tuple[str, str, str, str]] = {
    RefusedError: (
        "What was asked for cannot be done.",
        "Read the message, which says why.",
        "无法完成所要求的操作。",
        "原因见错误消息。",
    ),
    InputError: (
        "Something in the command line or the input is wrong, and nothing was sent.",
        "Correct what the message names; the command's --help says what it may be.",
        "命令行或输入有误，没有发送任何内容。",
        "请更正消息中指出的内容，命令的 --help 说明了允许的取值。",
    ),
    ConfigError: (
        "Settings, keys, permission, the clock or the trust in a certificate are not in order.",
        "Run `dm doctor`, which says what is wrong.",
        "配置、密钥、权限、时钟或证书信任有问题。",
        "请运行 `dm doctor` 查明原因。",
    ),
    UnreachableError: (
        "The service could not be reached or did not answer, and nothing is in doubt.",
        "Run it again; `dm doctor` says what is in the way.",
        "无法连接服务或服务没有响应，但结果没有疑问。",
        "请重新运行，`dm doctor` 会指出障碍。",
    ),
    CheckFailedError: (
        "A check came out negative.",
        "Set the DNS records that `dm domain show DOMAIN` lists, and check again.",
        "检查未通过。",
        "请按 `dm domain show DOMAIN` 的内容配置 DNS 记录，再次检查。",
    ),
    TimedOutError: (
        "What was waited for did not come in time.",
        "Wait longer, or find out why it does not come.",
        "等待超时。",
        "请延长等待时间，或查明原因。",
    ),
    QuotaError: (
        "Less is left of the quota of the day or the month than is needed.",
        "Send to fewer, or wait for the next day or month of the service (UTC+8).",
        "今日或本月的剩余额度不足。",
        "请减少收件人，或等到服务的下一个自然日或自然月（UTC+8）。",
    ),
    UnknownOutcomeError: (
        "Nobody can tell whether a send or a create was done.",
        "Look first, as the message says, and do not simply run it again.",
        "无法确定发送或创建是否已经执行。",
        "请先按消息所示查看结果，不要直接重新运行。",
    ),
    PartlyRejectedError: (
        "The run finished, and some items were rejected.",
        "Correct those, and run it again for them.",
        "运行已完成，但部分条目被拒绝。",
        "请更正这些条目后重新运行。",
    ),
    LocalIOError: (
        "This machine could not read or write something, or has no memory, threads or open files left.",
        "Mend what the message names.",
        "本机无法读写某个文件，或内存、线程、可打开的文件已用尽。",
        "请处理消息中指出的问题。",
    ),
    LockedError: (
        "Another run holds what this one needs.",
        "Wait until that has ended, and run it again.",
        "另一个运行占用着所需的资源。",
        "请等它结束后重新运行。",
    ),
    NotFoundError: (
        "What was named does not exist.",
        "Compare with the group's list command, and check profile and region.",
        "所指定的对象不存在。",
        "请与该组的 list 命令的结果核对，并检查配置和地域。",
    ),
}


# Of the reply of a mail server; words for what data have as one word.
_CLASSES = {
    "success": ("success", "成功"),
    "temporary": ("temporary failure", "暂时失败"),
    "permanent": ("permanent failure", "永久失败"),
    "unknown": ("not said", "未说明"),
}
_SURE = {"True": ("yes", "是"), "False": ("a likely reading", "可能的解读")}


def _reply_fields(lang: str) -> tuple[Field, ...]:
    """How a reply's reading is shown."""
    from dmcli.api.replies import MOVES

    at = 1 if lang == "zh" else 0

    def words(table: dict[str, tuple[str, str]]) -> dict[str, str]:
        return {code: texts[at] for code, texts in table.items()}

    return (
        Field("code", ("Code", "代码")[at]),
        Field("status", ("Enhanced status", "增强状态码")[at]),
        Field("class", ("Class", "类别")[at], words(_CLASSES)),
        Field("says", ("Says", "含义")[at]),
        Field("provider", ("Written by", "服务商")[at]),
        Field("meaning", ("Meaning", "解释")[at]),
        Field("move", ("Whose move", "由谁处理")[at], words(MOVES)),
        Field("remedy", ("Remedy", "处理办法")[at]),
        Field("source", ("Read by", "依据")[at]),
        Field("sure", ("Sure", "确定")[at], words(_SURE)),
    )


def _show_reply(current: Session, text: str) -> bool:
    """Show what the reply of a mail server says; false where the text is none."""
    from dmcli.api.replies import read
    from dmcli.render import show_document

    reading = read(text)
    if reading is None:
        return False
    output = current.output()
    document = reading.document(current.lang)
    if output.for_people:
        document = {name: value for name, value in document.items() if value != ""}
    show_document(document, _reply_fields(current.lang), output)
    return True


def _codes(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    from dmcli.api.codes import CODES

    words = (kind.word for kind in _WORDS)
    return [code for code in (*CODES, *words) if code.lower().startswith(incomplete.lower())]


def _explain(current: Session, words: tuple[str, ...]) -> None:
    from dmcli.api import codes
    from dmcli.render import show_document

    code = " ".join(words)
    # The service's codes have no blanks and begin with a letter.
    if (" " in code or not code[:1].isalpha()) and _show_reply(current, code):
        return
    ours = next((kind for kind in _WORDS if kind.word.lower() == code.lower()), None)
    if ours:
        meaning, remedy = _WORDS[ours][2:] if current.lang == "zh" else _WORDS[ours][:2]
        document = {"code": ours.word, "meaning": meaning, "remedy": remedy, "exit": ours.exit_code}
        show_document(document, _FIELDS, current.output())
        return
    known = codes.find(code)
    if known is None and _show_reply(current, code):
        return
    if known is None:
        near = " or ".join(codes.nearest(code))
        hint = f"; did you mean {near}?" if near else ", and it is no reply of a mail server, such as 550 5.1.1"
        raise NotFoundError(f"no error code {brief(code)!r} is known{hint}")
    meaning, remedy = codes.explain(known, current.lang)
    document = {"code": known.code, "http_status": known.status, "message": known.message, "meaning": meaning}
    show_document(document | {"remedy": remedy, "exit": known.exit}, _FIELDS, current.output())


COMMAND = command(
    "explain",
    [
        click.Argument(
            ["words"],
            nargs=-1,
            required=True,
            metavar="CODE",
            help="Error code, e.g. InvalidSendMail.Spam, or a mail server's reply, e.g. '550 5.1.1 User unknown'.",
            shell_complete=_codes,
        )
    ],
    _explain,
    "Explain an error code, or the reply of a mail server.",
    "InvalidSendMail.Spam",
)
