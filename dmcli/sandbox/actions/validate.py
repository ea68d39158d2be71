"""Checking addresses (SDK): what is found is made up by the address, a file takes a minute by the sandbox's clock."""

from __future__ import annotations

import csv
import os
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.sandbox.calendar import utc_moment, utc_text
from dmcli.sandbox.errors import ServiceError
from dmcli.sandbox.facts import NOBODY, SDK, Facts, said
from dmcli.sandbox.service import uploads
from dmcli.sandbox.service.validation import examine, has_mail, is_disposable
from dmcli.sandbox.store.sql import from_json, like, to_json, where

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dmcli.sandbox.service.context import Context, Handler

QUOTA = 1000  # units
TAKES = 60  # seconds that a file takes
MAX_ADDRESSES = 100_000  # of a file; the rest is left out
_UNIT = 3  # parts of a unit; a check without a probe takes one (SDK)
_COUNTS = {
    "ValidNum": "VALID",
    "CatchAllNum": "CATCHALL",
    "UnknownNum": "UNKNOWN",
    "DoNotMailNum": "DONOTMAIL",
    "InvalidNum": "INVALID",
}
_COLUMNS = "file, name, total, counts, created"


class File(NamedTuple):
    """A file that was given to be checked, with how many addresses came to which result."""

    file: str
    name: str
    total: int
    counts: str
    created: int

    def done(self, now: int) -> int:
        """Per cent of it that are checked."""
        return max(0, min((now - self.created) * 100 // TAKES, 100))

    def row(self, now: int) -> dict[str, str]:
        """How far its check is; counts are texts on the wire."""
        done = self.done(now)
        counts = from_json(self.counts, "InternalError") or {}
        return {
            "FileId": self.file,
            "FileName": self.name,
            "Status": "completed" if done == 100 else "processing",  # noqa: PLR2004  per cent
            "Percentage": f"{done}%",
            "TotalNum": str(self.total),
            "ProcessedNum": str(self.total * done // 100),
            **{field: str(counts.get(status, 0) * done // 100) for field, status in _COUNTS.items()},
            "UploadTime": utc_text(self.created),
            "CompleteTime": utc_text(self.created + TAKES) if done == 100 else "",  # noqa: PLR2004  same
        }


def validate(context: Context) -> dict[str, Any]:
    """ValidateEmail: a check with a probe takes a unit of the quota, unless it finds nothing out."""
    probe = context.get("ProbeType", "FULL") == "FULL"
    found = examine(context, context.params["Email"], probe=probe)
    if not probe or found.status != "UNKNOWN":
        _use(context, _UNIT if probe else 1)
    return {
        "Status": found.status,
        "SubStatus": found.why,
        "LocalPart": found.local,
        "DomainPart": found.domain,
        "Provider": found.provider,
        "IsFreeMail": bool(found.provider),
    }


def disposable(context: Context) -> dict[str, str]:
    """CheckDisposable; its flags are texts on the wire."""
    domain = context.params["Email"].rpartition("@")[2]
    throwaway, known = is_disposable(domain), has_mail(domain)
    flags = {"IsDisposable": throwaway, "IsFormatValid": True, "IsMxValid": known}
    flags["IsOkToSend"] = known and not throwaway
    return {name: str(flag).lower() for name, flag in flags.items()}


def send_file(context: Context) -> dict[str, str]:
    """SendValidateFile: the addresses of a file that was uploaded here; nothing is fetched."""
    counts: Counter[str] = Counter()
    seen: set[str] = set()
    unique = context.yes("RemoveDuplicate")
    for address in _addresses(context):
        if unique and address.lower() in seen:
            continue
        seen.add(address.lower())
        counts[examine(context, address).status] += 1
    _use(context, _UNIT * (counts.total() - counts["UNKNOWN"]))
    file = os.urandom(16).hex()
    context.add(
        "validation",
        file=file,
        name=context.params["FileName"],
        total=counts.total(),
        counts=to_json(counts),
        created=context.now,
    )
    return {"FileId": file}


def _addresses(context: Context) -> Iterator[str]:
    """What stands in the column of addresses, row by row."""
    found = uploads.find(context.connection, context.params["FileUrl"])
    lines = found[1].decode("utf-8-sig", "replace").splitlines() if found else []
    column, skip = int(context.params["AddressColumn"]) - 1, int(context.yes("HasHeaderRow"))
    try:
        for number, row in enumerate(csv.reader(lines[skip:])):
            if number == MAX_ADDRESSES:
                return
            if column < len(row) and row[column].strip():
                yield row[column].strip()
    except csv.Error:
        raise ServiceError("InvalidFileUrl.Malformed") from None


def list_files(context: Context) -> dict[str, Any]:
    """ListValidateFile: the newest first."""
    clause, values = where(
        {
            **like("name", context.get("FileKeyword")),
            "created >= ?": utc_moment(context.params["StartTime"]),
            "created <= ?": utc_moment(context.params["EndTime"]),
        }
    )
    page, size = int(context.get("Page", "1")), context.page_size("PageSize", 10)
    total = context.count(f"SELECT count(*) FROM validation{clause}", *values)
    start = min((page - 1) * size, total)
    sql = f"SELECT {_COLUMNS} FROM validation{clause} ORDER BY id DESC LIMIT ? OFFSET ?"
    files = [File(*row) for row in context.all(sql, *values, size, start)]
    return {
        "Files": [{**file.row(context.now), "IsDownloadable": file.done(context.now) == 100} for file in files],  # noqa: PLR2004  per cent
        "Page": page,
        "PageSize": size,
        "TotalPages": -(-total // size),
        "TotalSize": total,
        "HasNext": start + size < total,
    }


def status(context: Context) -> dict[str, str]:
    """GetValidateFileStatus."""
    return _existing(context).row(context.now)


def result(context: Context) -> dict[str, str]:
    """GetValidateFile: no link as long as the check goes on."""
    file = _existing(context)
    done = file.done(context.now) == 100  # noqa: PLR2004  per cent
    return {"FileUrl": f"https://validation.example/{file.file}?token={context.request_id}" if done else ""}


def delete(context: Context) -> dict[str, Any]:
    """DeleteValidateFile."""
    context.run("DELETE FROM validation WHERE file = ?", _existing(context).file)
    return {}


def quota(context: Context) -> dict[str, int]:
    """GetValidationQuota: units begun count as used."""
    used = context.count("SELECT sum(value) FROM setting WHERE name = 'validated'")
    return {"TotalQuota": QUOTA, "UsedQuota": -(-used // _UNIT)}


def _use(context: Context, parts: int) -> None:
    context.run(
        "INSERT INTO setting (name, value) VALUES ('validated', ?) "
        "ON CONFLICT (name) DO UPDATE SET value = value + excluded.value",
        parts,
    )


def _existing(context: Context) -> File:
    """The file meant. Raises ServiceError."""
    row = context.one(f"SELECT {_COLUMNS} FROM validation WHERE file = ?", context.params["FileId"])
    if not row:
        raise ServiceError("InvalidFileId.NotFound")
    return File(*row)


HANDLERS: dict[str, Handler] = {
    "ValidateEmail": validate,
    "CheckDisposable": disposable,
    "SendValidateFile": send_file,
    "ListValidateFile": list_files,
    "GetValidateFileStatus": status,
    "GetValidateFile": result,
    "DeleteValidateFile": delete,
    "GetValidationQuota": quota,
}

FACTS: dict[str, Facts] = {
    "ValidateEmail": Facts(
        unread=("CheckGraylist", "Timeout"),
        copied={
            "A check takes a unit of the quota, and none where it ends with UNKNOWN; with BASIC_ONLY it takes a third "
            "of one, however it ends.": SDK,
        },
        guessed={
            "Without ProbeType it is FULL.": NOBODY,
            "In reserved domains invalid@, full@ and disabled@ are INVALID, catchall@ is CATCHALL and unknown@ is "
            "UNKNOWN; admin@ and the like are DONOTMAIL everywhere.": SDK,
            "An address that mail found invalid is INVALID.": NOBODY,
            "BASIC_ONLY answers UNKNOWN, UNSPECIFIED for what only the mailbox's server tells.": NOBODY,
            "SubStatus is empty for a VALID address.": NOBODY,
        },
        missing={
            "No server is asked: the answer is made from the address.": SDK,
            "Nothing is told of greylisting: there is no EventBridge.": SDK,
            "A quota that is used up refuses nothing.": NOBODY,
        },
    ),
    "CheckDisposable": Facts(
        always={"IsFormatValid": "true"},
        guessed={
            "Reserved domains that begin with disposable. are disposable, and so are some well-known ones.": NOBODY,
            "An address that is none is refused with InvalidEmail.Malformed.": NOBODY,
        },
        missing={"DNS is not asked: only domains below .invalid take no mail.": SDK},
    ),
    "SendValidateFile": Facts(
        undeclared_codes={"InvalidFileUrl.Malformed": "the file is no CSV"},
        guessed={
            said("A file takes {seconds} seconds by the sandbox's clock.", seconds=TAKES): NOBODY,
            "Each address takes of the quota what ValidateEmail takes with FULL.": NOBODY,
        },
        missing={
            "Only a file that was uploaded to the sandbox is read, as CSV in UTF-8; any other has no addresses.": SDK,
            said("After {most:,} rows the rest of a file is left out.", most=MAX_ADDRESSES): NOBODY,
        },
    ),
    "ListValidateFile": Facts(guessed={"The newest file comes first.": NOBODY}),
    "GetValidateFileStatus": Facts(
        guessed={"Status is processing before it is completed; the counts grow with the share that is done.": SDK},
    ),
    "GetValidateFile": Facts(
        guessed={"FileUrl is empty as long as the check goes on.": NOBODY},
        missing={"The link leads nowhere.": SDK},
    ),
    "DeleteValidateFile": Facts(guessed={"A file may be deleted while it is checked.": NOBODY}),
    "GetValidationQuota": Facts(always={"TotalQuota": str(QUOTA)}, guessed={"Parts of units are rounded up.": NOBODY}),
}
