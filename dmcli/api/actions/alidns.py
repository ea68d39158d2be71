"""Alibaba Cloud DNS, API version 2015-01-09: what publishing records takes. No area of DirectMail, so no commands.

Parameters, fields and codes are those of the vendor's documentation and of SDK alibabacloud-alidns20150109 4.6.
"""

from __future__ import annotations

from dmcli.api.kinds.common import TEXT
from dmcli.api.model import Action, Effect, Paging, Param

VERSION, HOST = "2015-01-09", "alidns.aliyuncs.com"
SERVICE, RAM = "Alibaba Cloud DNS", "alidns"
DEFAULT_LINE = "default"  # the Line of records that everybody gets
PAUSED = "DISABLE"  # the Status of a record that is kept but not served
# The account has no zone of that name, or there can be none.
NO_ZONE = frozenset(
    {
        *("InvalidDomainName.NoExist", "InvalidDomainName.Format", "InvalidDomainName.Suffix"),
        *("InvalidDomainName.Unregistered", "IncorrectDomainUser"),
    }
)
DUPLICATE = "DomainRecordDuplicate"  # also of an update that would change nothing

_RECORD = tuple(Param(name, TEXT) for name in ("RR", "Type", "Value", "TTL", "Priority", "Line"))

DESCRIBE = Action(
    "DescribeDomainRecords",
    RAM,
    "List the records of a zone.",
    Effect.READ,
    params=tuple(Param(name, TEXT) for name in ("DomainName", "PageNumber", "PageSize")),
    lists=("DomainRecords.Record",),
    paging=Paging(page="PageNumber", size="PageSize", total=("TotalCount",), default_size=500),
    versions=(VERSION,),
)
ADD = Action(
    "AddDomainRecord",
    RAM,
    "Add a record to a zone.",
    Effect.CREATE,
    params=(Param("DomainName", TEXT), *_RECORD),
    already_done=(DUPLICATE,),
    versions=(VERSION,),
)
UPDATE = Action(
    "UpdateDomainRecord",
    RAM,
    "Change a record of a zone.",
    Effect.WRITE,
    params=(Param("RecordId", TEXT), *_RECORD),
    already_done=(DUPLICATE,),
    versions=(VERSION,),
)
ACTIONS = (DESCRIBE, ADD, UPDATE)
