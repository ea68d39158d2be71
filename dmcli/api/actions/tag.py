"""Tags (reference section 10; listing from the SDK)."""

from __future__ import annotations

from dmcli.api.actions.common import PAGE_NO, PAGE_NO_PARAMS, REQUEST_ID, keyword
from dmcli.api.kinds.common import NEW_TAG, TAG_REF, TEXT
from dmcli.api.model import Action, Command, Effect, Field, Param

_TAG_ID = Param(
    "TagId",
    TAG_REF,
    "Tag, by name or id.",
    required=True,
    option="tag",
    argument=True,
    malformed="InvalidTag.NotFound",
)
_NAME = Param(
    "TagName",
    NEW_TAG,
    "Name of the tag.",
    required=True,
    option="name",
    argument=True,
    malformed="InvalidTagName.Malformed",
)
_DESCRIPTION = Param("TagDescription", TEXT, "Description.", option="description")

ACTIONS = (
    Action(
        "CreateTag",
        "tag",
        "Create a tag.",
        Effect.CREATE,
        done="created the tag {TagName}",
        params=(_NAME, _DESCRIPTION),
        fields=(Field("TagId", "Tag id"), REQUEST_ID),
        already_done=("InvalidTagName.Duplicate",),
        creates=TAG_REF,
        look="tag list",
        commands=(Command("tag create", example="welcome --description 'To new customers'"),),
        sample={"TagName": "new"},
    ),
    Action(
        "QueryTagByParam",
        "tag",
        "List tags.",
        Effect.READ,
        params=(keyword("Only tags whose name has this text.", 50), *PAGE_NO_PARAMS),
        fields=(Field("TagName", "Tag"), Field("TagId", "Id"), Field("TagDescription", "Description")),
        lists=("data.tag", "data.data"),
        paging=PAGE_NO,
        commands=(Command("tag list"), Command("tag show", "Show a tag.", shows=TAG_REF, example="welcome")),
    ),
    Action(
        "ModifyTag",
        "tag",
        "Rename or describe a tag.",
        Effect.WRITE,
        done="changed the tag {TagId}",
        params=(_TAG_ID, _NAME._replace(help="New name.", argument=False), _DESCRIPTION),
        fields=(REQUEST_ID,),
        called_by="tag update",
        sample={"TagId": "1", "TagName": "new"},
    ),
    Action(
        "DeleteTag",
        "tag",
        "Delete a tag.",
        Effect.DELETE,
        done="deleted the tag {TagId}",
        params=(_TAG_ID,),
        fields=(REQUEST_ID,),
        already_done=("InvalidTag.NotFound",),
        commands=(Command("tag delete", example="welcome"),),
        sample={"TagId": "1"},
    ),
)
