"""The kinds of value that are addresses and domains, by name; last the references to what goes by them."""

from __future__ import annotations

from dmcli.api.kinds.addresses import Domain, Email, EmailOrDomain, RowEmail, Sender
from dmcli.api.kinds.common import ALIAS
from dmcli.api.kinds.reference import Ref

EMAIL, ROW_EMAIL = Email(), RowEmail()
DOMAIN = Domain()
EMAIL_OR_DOMAIN = EmailOrDomain()
ADDRESS_FILTER = Email(completes=("QueryMailAddressByParam", "AccountName"))
DOMAIN_NAME = Domain(completes=("QueryDomainByParam", "DomainName"))
SENDER = Sender(ALIAS, completes=("QueryMailAddressByParam", "AccountName"))

DOMAIN_REF = Ref("domain", "QueryDomainByParam", "DomainName", "DomainId", names=DOMAIN)
ADDRESS_REF = Ref(
    "sender address", "QueryMailAddressByParam", "AccountName", "MailAddressId", metavar="ADDRESS", names=EMAIL
)
DOMAIN_BY_NAME = Ref("domain", "QueryDomainByParam", "DomainName", "DomainId", takes="name", names=DOMAIN)
ADDRESS_BY_NAME = Ref(
    "sender address",
    "QueryMailAddressByParam",
    "AccountName",
    "MailAddressId",
    takes="name",
    metavar="ADDRESS",
    names=EMAIL,
)
SUPPRESSION_REF = Ref(
    "suppressed address",
    "ListUserSuppression",
    "Address",
    "SuppressionId",
    metavar="EMAIL|DOMAIN",
    names=EMAIL_OR_DOMAIN,
    several=True,
)
