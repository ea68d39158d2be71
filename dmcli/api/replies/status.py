"""Codes of SMTP replies: the enhanced ones of RFC 3463 with those registered since, and the basic ones of RFC 5321.

The registry is IANA's (https://www.iana.org/assignments/smtp-enhanced-status-codes). The short texts are our own.
"""

from __future__ import annotations

from typing import NamedTuple


class Status(NamedTuple):
    """What a code says: `en` and `zh`, the reason (a key of REASONS) for a permanent and for a temporary failure.

    `source` is where it is defined. `vague` codes are used for many things, so that wording tells more than they do.
    """

    en: str
    zh: str
    reason: str
    temporary: str
    source: str = "RFC 3463"
    vague: bool = False


# By subject and detail, without the class.
ENHANCED: dict[str, Status] = {
    "0.0": Status("undefined", "未定义的状态", "refused", "temporary", vague=True),
    "1.0": Status("an address, not said what", "地址问题，未细分", "unknown-mailbox", "temporary", vague=True),
    "1.1": Status("no such mailbox", "邮箱不存在", "unknown-mailbox", "temporary"),
    "1.2": Status("no such system", "目标系统不存在", "no-such-domain", "temporary"),
    "1.3": Status("recipient address wrongly written", "收件地址语法错误", "bad-address", "temporary"),
    "1.4": Status("recipient address ambiguous", "收件地址有歧义", "bad-address", "temporary"),
    "1.5": Status("recipient address valid", "收件地址有效", "delivered", "temporary"),
    "1.6": Status("mailbox has moved", "邮箱已迁移", "moved", "temporary"),
    "1.7": Status("sender address wrongly written", "发件地址语法错误", "not-authenticated", "temporary"),
    "1.8": Status("sender's system unknown or bad", "发件系统无效", "not-authenticated", "temporary"),
    "1.9": Status(
        "passed on to a server without reports", "已转交不支持报告的服务器", "delivered", "temporary", "RFC 3886"
    ),
    "1.10": Status("recipient domain takes no mail", "收件域名声明不收信", "no-such-domain", "temporary", "RFC 7505"),
    "2.0": Status("a mailbox, not said what", "邮箱问题，未细分", "mailbox-disabled", "temporary", vague=True),
    "2.1": Status("mailbox disabled", "邮箱已停用", "mailbox-disabled", "recipient-busy"),
    "2.2": Status("mailbox full", "邮箱已满", "mailbox-full", "mailbox-full"),
    "2.3": Status("larger than the mailbox takes", "超过该邮箱的邮件大小限制", "too-large", "too-large"),
    "2.4": Status("mailing list cannot be expanded", "邮件列表无法展开", "not-served", "temporary"),
    "3.0": Status("the mail system, not said what", "邮件系统问题，未细分", "server-trouble", "temporary", vague=True),
    "3.1": Status("mail system full", "邮件系统空间已满", "server-trouble", "server-trouble"),
    "3.2": Status("system takes no mail", "系统不接收邮件", "server-trouble", "server-trouble"),
    "3.3": Status("system lacks a feature", "系统不支持所需功能", "bad-content", "server-trouble"),
    "3.4": Status("larger than the system takes", "超过系统的邮件大小限制", "too-large", "too-large"),
    "3.5": Status("system wrongly configured", "系统配置错误", "server-trouble", "server-trouble"),
    "3.6": Status("priority was changed", "优先级被更改", "delivered", "temporary", "RFC 6710"),
    "4.0": Status(
        "network or routing, not said what", "网络或路由问题，未细分", "unreachable", "unreachable", vague=True
    ),
    "4.1": Status("no answer from the host", "主机无响应", "unreachable", "unreachable"),
    "4.2": Status("connection broke", "连接中断", "unreachable", "unreachable"),
    "4.3": Status("directory or DNS server failed", "目录或 DNS 服务器故障", "unreachable", "unreachable"),
    "4.4": Status("no route to the domain", "没有到该域名的路由", "no-such-domain", "unreachable"),
    "4.5": Status("mail system congested", "邮件系统拥塞", "server-trouble", "temporary"),
    "4.6": Status("routing loop", "路由循环", "loop", "loop"),
    "4.7": Status("delivery time expired", "投递超时", "unreachable", "unreachable"),
    "5.0": Status("protocol, not said what", "协议问题，未细分", "refused", "temporary", vague=True),
    "5.1": Status("invalid command", "命令无效", "protocol", "protocol"),
    "5.2": Status("syntax error", "语法错误", "protocol", "protocol"),
    "5.3": Status("too many recipients", "收件人过多", "too-fast", "too-fast"),
    "5.4": Status("invalid command arguments", "命令参数无效", "protocol", "protocol"),
    "5.5": Status("wrong protocol version", "协议版本不符", "protocol", "protocol"),
    "5.6": Status("authentication line too long", "认证行过长", "protocol", "protocol", "RFC 4954"),
    "6.0": Status("content or media, not said what", "内容问题，未细分", "bad-content", "bad-content", vague=True),
    "6.1": Status("media not supported", "不支持该媒体类型", "bad-content", "bad-content"),
    "6.2": Status("conversion required and prohibited", "需要转换但被禁止", "bad-content", "bad-content"),
    "6.3": Status("conversion required, not supported", "需要转换但不支持", "bad-content", "bad-content"),
    "6.4": Status("conversion with loss", "转换有损失", "bad-content", "bad-content"),
    "6.5": Status("conversion failed", "转换失败", "bad-content", "bad-content"),
    "6.6": Status("content not available", "内容不可用", "bad-content", "bad-content", "RFC 4468"),
    "6.7": Status("no addresses beyond ASCII here", "不支持非 ASCII 地址", "bad-address", "bad-address", "RFC 6531"),
    "6.8": Status(
        "UTF-8 reply needed and not allowed", "需要 UTF-8 回复但不被允许", "protocol", "protocol", "RFC 6531"
    ),
    "6.9": Status(
        "UTF-8 headers cannot be passed on", "无法转交 UTF-8 邮件头", "bad-content", "bad-content", "RFC 6531"
    ),
    "7.0": Status("security, not said what", "安全问题，未细分", "policy", "temporary", vague=True),
    "7.1": Status("not authorized, refused", "未获授权，拒绝投递", "policy", "temporary", vague=True),
    "7.2": Status("mailing list expansion prohibited", "禁止向该邮件列表发信", "blocked-by-recipient", "temporary"),
    "7.3": Status("security conversion not possible", "无法进行安全转换", "encryption", "encryption"),
    "7.4": Status("security features not supported", "不支持所需安全功能", "encryption", "encryption"),
    "7.5": Status("cryptographic failure", "加密失败", "encryption", "encryption"),
    "7.6": Status("cryptographic algorithm not supported", "不支持该加密算法", "encryption", "encryption"),
    "7.7": Status("message integrity failure", "邮件完整性校验失败", "not-authenticated", "temporary"),
    "7.8": Status("login credentials invalid", "登录凭据无效", "account", "account", "RFC 4954"),
    "7.9": Status("login mechanism too weak", "登录机制强度不足", "account", "account", "RFC 4954"),
    "7.10": Status("encryption needed", "需要加密", "encryption", "encryption", "RFC 5248"),
    "7.11": Status("encryption needed for this login", "该登录方式需要加密", "encryption", "encryption", "RFC 4954"),
    "7.12": Status("password transition needed", "需要更新密码", "account", "account", "RFC 4954"),
    "7.13": Status("user account disabled", "用户账号已停用", "mailbox-disabled", "mailbox-disabled", "RFC 5248"),
    "7.14": Status("trust relationship required", "需要信任关系", "policy", "policy", "RFC 5248"),
    "7.15": Status("priority too low", "优先级过低", "policy", "temporary", "RFC 6710"),
    "7.16": Status("too big for its priority", "邮件大小超过其优先级的限制", "too-large", "too-large", "RFC 6710"),
    "7.17": Status("mailbox owner has changed", "邮箱所有者已变更", "moved", "moved", "RFC 7293"),
    "7.18": Status("domain owner has changed", "域名所有者已变更", "moved", "moved", "RFC 7293"),
    "7.19": Status("change of owner cannot be tested", "无法检查所有者变更", "policy", "temporary", "RFC 7293"),
    "7.20": Status("no passing DKIM signature", "没有通过的 DKIM 签名", "not-authenticated", "temporary", "RFC 7372"),
    "7.21": Status(
        "no acceptable DKIM signature", "没有可接受的 DKIM 签名", "not-authenticated", "temporary", "RFC 7372"
    ),
    "7.22": Status(
        "no DKIM signature of the author", "没有作者域的 DKIM 签名", "not-authenticated", "temporary", "RFC 7372"
    ),
    "7.23": Status("SPF failed", "SPF 校验失败", "not-authenticated", "temporary", "RFC 7372"),
    "7.24": Status("SPF could not be checked", "SPF 校验出错", "not-authenticated", "temporary", "RFC 7372"),
    "7.25": Status("reverse DNS failed", "反向 DNS 校验失败", "bad-reputation", "temporary", "RFC 7372"),
    "7.26": Status(
        "several authentication checks failed", "多项身份验证失败", "not-authenticated", "temporary", "RFC 7372"
    ),
    "7.27": Status("sender domain takes no mail", "发件域名声明不收信", "not-authenticated", "temporary", "RFC 7505"),
    "7.28": Status("flood of mail detected", "检测到邮件洪泛", "too-fast", "too-fast", "IANA registry"),
    "7.29": Status("ARC failed", "ARC 校验失败", "not-authenticated", "temporary", "RFC 8617"),
    "7.30": Status("REQUIRETLS needed", "需要 REQUIRETLS", "encryption", "encryption", "RFC 8689"),
}
# For a detail that is not registered: what its subject says.
SUBJECTS: tuple[str, ...] = ("0.0", "1.0", "2.0", "3.0", "4.0", "5.0", "6.0", "7.0")

_SMTP = "RFC 5321"
BASIC: dict[str, Status] = {
    "250": Status("done", "已完成", "delivered", "delivered", _SMTP),
    "251": Status("passed on", "已转发", "delivered", "delivered", _SMTP),
    "252": Status("taken without a check", "未校验但已接收", "delivered", "delivered", _SMTP),
    "421": Status(
        "server not available, connection closed",
        "服务器不可用，连接已关闭",
        "temporary",
        "temporary",
        _SMTP,
        vague=True,
    ),
    "450": Status("mailbox not available for now", "邮箱暂不可用", "temporary", "temporary", _SMTP, vague=True),
    "451": Status("local error", "本地处理出错", "temporary", "temporary", _SMTP, vague=True),
    "452": Status("not enough storage", "存储空间不足", "server-trouble", "server-trouble", _SMTP, vague=True),
    "500": Status("command not recognized", "无法识别的命令", "protocol", "protocol", _SMTP),
    "501": Status("syntax error in arguments", "参数语法错误", "bad-address", "bad-address", _SMTP, vague=True),
    "502": Status("command not implemented", "命令未实现", "protocol", "protocol", _SMTP),
    "503": Status("commands in a wrong order", "命令顺序错误", "protocol", "protocol", _SMTP),
    "521": Status("host takes no mail", "主机不接收邮件", "no-such-domain", "no-such-domain", "RFC 7504", vague=True),
    "550": Status(
        "mailbox not available: not found, or refused",
        "邮箱不可用：不存在或被拒绝",
        "refused",
        "refused",
        _SMTP,
        vague=True,
    ),
    "551": Status("recipient is not here", "收件人不在此服务器", "moved", "moved", _SMTP, vague=True),
    "552": Status("storage exceeded", "超出存储配额", "mailbox-full", "mailbox-full", _SMTP, vague=True),
    "553": Status("mailbox name not allowed", "邮箱名称不被允许", "bad-address", "bad-address", _SMTP, vague=True),
    "554": Status("transaction failed", "事务失败", "refused", "refused", _SMTP, vague=True),
    "556": Status("domain takes no mail", "域名不接收邮件", "no-such-domain", "no-such-domain", "RFC 7504", vague=True),
}
# For a number that is not in the table: what its first digit says.
CLASSES: dict[str, Status] = {
    "2": Status("success", "成功", "delivered", "delivered", _SMTP),
    "4": Status("temporary failure", "暂时失败", "temporary", "temporary", _SMTP, vague=True),
    "5": Status("permanent failure", "永久失败", "refused", "refused", _SMTP, vague=True),
}
