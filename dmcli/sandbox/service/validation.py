"""What a check of an address finds: a made-up world, in which magic addresses of reserved domains stand for trouble."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dmcli.api.kinds.addresses import EMAIL
from dmcli.sandbox.service.delivery import is_reserved

if TYPE_CHECKING:
    from dmcli.sandbox.service.context import Context

# What only the mailbox's own server tells, by the beginning of a magic address.
MAGIC = {
    "invalid": ("INVALID", "MAILBOX_NOT_EXISTS"),
    "full": ("INVALID", "MAILBOX_FULL"),
    "disabled": ("INVALID", "DISABLED"),
    "catchall": ("CATCHALL", "UNSPECIFIED"),
    "unknown": ("UNKNOWN", "SMTP_CONNECT_FAILED"),
}
ROLES = ("abuse", "admin", "postmaster", "root", "webmaster")
PROVIDERS = {
    "gmail.com": "Gmail",
    "outlook.com": "Outlook",
    "qq.com": "QQ",
    "163.com": "NetEase",
    "yahoo.com": "Yahoo",
}
MISSPELLED = ("gmial.com", "gmai.com", "hotmial.com")
DISPOSABLE = ("10minutemail.com", "guerrillamail.com", "mailinator.com")


class Found(NamedTuple):
    """What is known of an address; its parts in lower case, the local part without what follows a plus."""

    status: str
    why: str
    local: str
    domain: str

    @property
    def provider(self) -> str:
        """Whose mailbox it is; "" for nobody known."""
        return PROVIDERS.get(self.domain, "")


def has_mail(domain: str) -> bool:
    """Whether a domain takes mail, as far as its name tells (RFC 2606)."""
    return domain.lower().rpartition(".")[2] != "invalid"


def is_disposable(domain: str) -> bool:
    """Whether a domain gives throw-away mailboxes: some that do, and reserved ones that begin with disposable."""
    return domain.lower() in DISPOSABLE or (is_reserved(domain) and domain.lower().startswith("disposable."))


def examine(context: Context, address: str, *, probe: bool = True) -> Found:
    """Check an address; without a `probe` of the mailbox's server what that alone tells is unknown."""
    local, _, domain = address.lower().rpartition("@")
    local = local.partition("+")[0]
    return Found(*_judge(context, address, local, domain, probe=probe), local, domain)


def _judge(context: Context, address: str, local: str, domain: str, *, probe: bool) -> tuple[str, str]:
    if not EMAIL.accepts(address):
        return "INVALID", "SYNTAX_INVALID"
    if not has_mail(domain):
        return "INVALID", "NO_DNS_ENTRIES"
    if domain in MISSPELLED:
        return "INVALID", "MISSPELLED"
    if local in ROLES:
        return "DONOTMAIL", "ROLE_ACCOUNT"
    found = MAGIC.get(local) if is_reserved(domain) else None
    if context.one("SELECT 1 FROM invalid WHERE address = ?", address):
        found = MAGIC["invalid"]
    if found and not probe:
        return "UNKNOWN", "UNSPECIFIED"
    return found or ("VALID", "")
