"""Recipient lists and their members (reference section 8; listing and adding from the SDK)."""

from __future__ import annotations

from typing import NamedTuple

from dmcli.api.actions.common import (
    CREATED,
    CREATED_TEXT,
    LIST_STATUS,
    NEXT_SIZE,
    NEXT_SIZE_PARAMS,
    PAGE_NO,
    PAGE_NO_PARAMS,
    REQUEST_ID,
    count,
    keyword,
)
from dmcli.api.kinds.addresses import EMAIL
from dmcli.api.kinds.common import LIST_REF
from dmcli.api.kinds.json import Json
from dmcli.api.kinds.text import Choice, HeaderText, Text
from dmcli.api.model import ONLY_2015, Action, Command, Effect, Field, Param
from dmcli.api.rules import at_least_one

MAX_SAVED = 500  # records a SaveReceiverDetail call takes (SDK)
MAX_MEMBERS = 10_000  # of a list (help pages)


class MemberField(NamedTuple):
    """A value that the service knows of each member: its key in Detail, its name, and its most characters (help pages).

    `words` are further names that people give its column, written as `folded` writes them.
    """

    key: str
    name: str
    most: int
    words: tuple[str, ...]


ADDRESS = MemberField(
    "e", "Email", 192, ("mail", "address", "emailaddress", "mailaddress", "eaddr", "邮箱", "邮件地址")
)
MEMBER_FIELDS = (
    MemberField("u", "UserName", 75, ("name", "user", "fullname", "姓名", "用户名")),
    MemberField("n", "NickName", 25, ("nick", "昵称")),
    MemberField("g", "Gender", 25, ("sex", "性别")),
    MemberField("b", "Birthday", 25, ("birthdate", "dateofbirth", "生日")),
    MemberField("m", "Mobile", 25, ("phone", "mobilephone", "手机", "手机号")),
)
_ERRORS = ("InvalidReceiverName.Malformed", "InvalidReceiverStatus.Malformed")
_LIST_ID = Param(
    "ReceiverId",
    LIST_REF,
    "List, by name or id.",
    required=True,
    option="list",
    argument=True,
    malformed="InvalidReceiver.NotFound",
)

ACTIONS = (
    Action(
        "CreateReceiver",
        "receiver",
        "Create an empty recipient list.",
        Effect.CREATE,
        done="created the list {ReceiversName}",
        params=(
            Param(
                "ReceiversName",
                HeaderText(1, 30, metavar="NAME"),
                "Name of the list.",
                required=True,
                option="name",
                argument=True,
                malformed="InvalidReceiverName.Malformed",
            ),
            Param(
                "ReceiversAlias",
                # The SDK wants something like a mail address; the reference's sample is plain text.
                HeaderText(1, 30, unsure_pattern=r"[^@]+@[^@]+", rule="something like a mail address"),
                "Alias of the list; default: NAME@list.",
                required=True,
                option="alias",
                malformed="InvalidReceiverName.Malformed",
            ),
            Param("Desc", Text(0, 0, unsure=50), "Description.", option="description"),
        ),
        fields=(Field("ReceiverId", "List id"), REQUEST_ID),
        errors=_ERRORS,
        already_done=("InvalidReceiverName.Duplicate",),
        creates=LIST_REF,
        look="receiver list",
        called_by="receiver create",
        sample={"ReceiversName": "new", "ReceiversAlias": "new@list"},
    ),
    Action(
        "QueryReceiverByParam",
        "receiver",
        "List recipient lists.",
        Effect.READ,
        params=(
            keyword("Only lists whose name has this text."),
            Param("Status", Choice({"uploading": "0", "complete": "1"}), hidden=True),
            *PAGE_NO_PARAMS,
        ),
        fields=(
            Field("ReceiversName", "List"),
            Field("ReceiverId", "Id"),
            count("Count", "Members"),
            Field("Desc", "Description", priority=1),
            CREATED,
            Field("ReceiversAlias", alone="Alias"),
            Field("ReceiversStatus", words=LIST_STATUS, alone="Status"),
            CREATED_TEXT,
        ),
        lists=("data.receiver", "data.data"),
        paging=PAGE_NO,
        commands=(
            Command("receiver list"),
            Command(
                "receiver show",
                "Show a recipient list.",
                shows=LIST_REF,
                example="customers",
                groups=(("Count", "Desc", "UtcCreateTime"),),
            ),
        ),
    ),
    Action(
        "DeleteReceiver",
        "receiver",
        "Delete a recipient list with its members.",
        Effect.DELETE,
        done="deleted the list {ReceiverId}",
        params=(_LIST_ID,),
        fields=(REQUEST_ID,),
        errors=_ERRORS,
        already_done=("InvalidReceiver.NotFound",),
        commands=(Command("receiver delete"),),
        sample={"ReceiverId": "customers"},
    ),
    Action(
        "QueryReceiverDetail",
        "receiver",
        "List the members of a recipient list.",
        Effect.READ,
        params=(_LIST_ID, keyword("Only addresses that have this text.", 50), *NEXT_SIZE_PARAMS),
        fields=(Field("Email", "Address"), Field("Data", "Data", priority=1), CREATED, CREATED_TEXT),
        lists=("data.detail", "data.data"),
        paging=NEXT_SIZE,
        commands=(Command("receiver members"),),
        sample={"ReceiverId": "customers", "PageSize": "1"},
    ),
    Action(
        "SaveReceiverDetail",
        "receiver",
        "Add addresses to a recipient list.",
        Effect.WRITE,
        done="saved into the list {ReceiverId}",
        params=(
            _LIST_ID,
            Param(
                "Detail",
                Json(list, MAX_SAVED),
                'Members as a JSON array, e.g. [{"e": "a@example.com", "u": "A"}].',
                too_many="InvalidReceiverDetailNumber.Malformed",
            ),
            Param(
                "CustomDetail",
                Json(list, MAX_SAVED),
                'Members with variables: [{"Email": "a@example.com", "CustomData": {"name": "A"}}].',
                option="custom-detail",
                versions=ONLY_2015,
                too_many="InvalidReceiverDetailNumber.Malformed",
            ),
        ),
        fields=(
            count("SuccessCount", "Added"),
            count("ErrorCount", "Rejected"),
            Field("RequestId"),
        ),
        rules=(at_least_one("Detail", "CustomDetail", code="MissingDetail"),),
        errors=(),
        called_by="receiver add",
        sample={"ReceiverId": "customers", "Detail": '[{"e": "new@b.test"}, {"e": "bad"}]'},
    ),
    Action(
        "DeleteReceiverDetail",
        "receiver",
        "Remove one address from a recipient list.",
        Effect.DELETE,
        done="removed {Email} from the list {ReceiverId}",
        # Optional everywhere, and leaving it out is undocumented; the command asks for it.
        params=(_LIST_ID, Param("Email", EMAIL, "Address to remove.", argument=True, malformed="InvalidToAddress")),
        fields=(REQUEST_ID,),
        errors=_ERRORS,
        already_done=("InvalidReceiver.NotFound",),
        called_by="receiver remove",
        sample={"ReceiverId": "customers", "Email": "ada@example.com"},
    ),
)
