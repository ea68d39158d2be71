"""The kinds of value that commands and areas have in common, by name; last the references to things.

Those that are addresses and domains stand in `addresses`.
"""

from __future__ import annotations

from dmcli.api.kinds.reference import Ref, Refs
from dmcli.api.kinds.text import Body, HeaderText, Password, Text
from dmcli.words import marked

TEXT = Text()
# "Shorter than 15" in the parameter table, "not longer than 15" in the error table (reference section 4.1); the SDK's
# text gives no number that the service is known to enforce, so the limit only warns.
ALIAS = HeaderText(unsure=15)
SUBJECT = HeaderText(1, 256, unsure=100)
PASSWORD = Password()
BODY = Body()
_LISTED_TAG = ("QueryTagByParam", "TagName")
# A tag for CreateTag has no hyphen, SingleSendMail allows it, the reference's own sample is Chinese: only a warning.
TAG = HeaderText(1, 128, unsure_pattern="[A-Za-z0-9_-]*", rule="letters, digits, _ and -", completes=_LISTED_TAG)
NEW_TAG = HeaderText(1, 128, unsure_pattern="[A-Za-z0-9_]*", rule="letters, digits and _", metavar="NAME")

# References: people type names, the wire wants ids, or the other way round.
_LIST_IDS = "[0-9]+|[0-9a-fA-F]{32}"  # numbers in the reference, hex digits today
LIST_REF = Ref("list", "QueryReceiverByParam", "ReceiversName", "ReceiverId", ids=_LIST_IDS)
LIST_NAME = Ref("list", "QueryReceiverByParam", "ReceiversName", "ReceiverId", takes="name", ids=_LIST_IDS, most=30)
IP_REF = Ref("allowed address", "GetIpfilterList", "IpAddress", "Id", metavar="IP")
# The SDK's ids are texts.
CONFIG_SET_REF = Ref("configuration set", "ConfigSetList", "Name", "Id", metavar="SET", ids=_LIST_IDS, several=True)
TAG_REF = Ref("tag", "QueryTagByParam", "TagName", "TagId")
TEMPLATE_REF = Ref("template", "QueryTemplateByParam", "TemplateName", "TemplateId", unique=False)
TEMPLATE_NAME = Ref("template", "QueryTemplateByParam", "TemplateName", "TemplateId", takes="name", most=30)
# Where no source says what ids look like; names of files have a dot, addresses dots or colons.
_ANY_IDS = "[0-9A-Za-z_-]+"
VALIDATION_FILE = Ref(
    "validation file", "ListValidateFile", "FileName", "FileId", ids=_ANY_IDS, metavar="NAME", unique=False
)
_IP = (marked("dedicated IP"), "DedicatedIpList", "Ip", "Id")
DEDICATED_IP = Ref(*_IP, ids=_ANY_IDS, metavar="IP")
DEDICATED_IP_BY_NAME = Ref(*_IP, ids=_ANY_IDS, metavar="IP", takes="name")
DEDICATED_IPS = Refs(*_IP, ids=_ANY_IDS, metavar="IP")
IP_POOL = Ref("IP pool", "DedicatedIpPoolList", "Name", "Id", metavar="POOL", ids=_LIST_IDS, unique=False)
