"""The actions that the service has and the catalogue has not: `dm api` calls them, the sandbox does not know them."""

from __future__ import annotations

# Of the reference of 2017-06-22 alone; no SDK of 2015-11-23 has them.
UNDECLARED = ("CheckDomainDns", "GetAccountList", "GetMailAddressMsgCallBackUrl", "SingleSendMailV2")
