"""Mail templates, which batch sending needs (SDK; not in the 2019 reference)."""

from __future__ import annotations

from dmcli.api.actions.common import CREATED_TEXT, PAGE_NO, PAGE_NO_PARAMS, REQUEST_ID, TEMPLATE_STATUS, keyword
from dmcli.api.kinds.common import TEMPLATE_REF, TEXT
from dmcli.api.kinds.text import Body, HeaderText, Integer, Text
from dmcli.api.model import Action, Command, Effect, Field, Param

_TEMPLATE_ID = Param(
    "TemplateId",
    TEMPLATE_REF,
    "Template, by name or id.",
    required=True,
    option="template",
    argument=True,
    malformed="InvalidTemplate.NotFound",
)
_FROM_TYPE = Param("FromType", Integer(), hidden=True)
_LEGACY = (
    _FROM_TYPE,
    Param("Remark", TEXT, hidden=True),
    Param("SmsContent", TEXT, hidden=True),
    Param("SmsType", Integer(), hidden=True),
)


class _TemplateBody(Body):
    """A template's body, at most 1 MiB (SDK)."""

    most = unsure = files = 1024 * 1024
    disputed = ()


_NAME = Param(
    "TemplateName",
    Text(1, 30, metavar="NAME"),
    "Name of the template.",
    required=True,
    option="name",
    argument=True,
    malformed="InvalidTemplateName.Malformed",
)
_CONTENT = (
    Param(
        "TemplateSubject", HeaderText(0, 256), "Subject line.", option="subject", malformed="InvalidSubject.Malformed"
    ),
    Param(
        "TemplateText",
        _TemplateBody(),
        "HTML body with variables such as {UserName}.",
        option="html",
        malformed="InvalidBody",
    ),
    Param(
        "TemplateNickName",
        HeaderText(0, 30),
        "Display name of the sender.",
        option="alias",
        malformed="InvalidFromAlias.Malformed",
    ),
)

ACTIONS = (
    Action(
        "QueryTemplateByParam",
        "template",
        "List templates.",
        Effect.READ,
        params=(
            keyword("Only templates whose name has this text."),
            Param("Status", Integer(), hidden=True),
            _FROM_TYPE,
            *PAGE_NO_PARAMS,
        ),
        fields=(
            Field("TemplateName", "Template"),
            Field("TemplateId", "Id"),
            Field("TemplateStatus", "Status", TEMPLATE_STATUS),
            Field("TemplateComment", "Comment", priority=1),
            Field("UtcCreatetime", "Created", shape="epoch", priority=2),  # lower-case t, here only
            Field("TemplateType"),
            CREATED_TEXT,
        ),
        lists=("data.template", "data.data"),
        paging=PAGE_NO,
        commands=(Command("template list"),),
    ),
    Action(
        "DescTemplate",
        "template",
        "Show a template.",
        Effect.READ,
        params=(_TEMPLATE_ID, _FROM_TYPE),
        fields=(
            Field("TemplateName", "Template"),
            Field("TemplateStatus", "Status", TEMPLATE_STATUS),
            Field("TemplateNickName", "Sender name"),
            Field("TemplateSubject", "Subject"),
            Field("TemplateText", "HTML"),
            CREATED_TEXT._replace(title="Created"),
        ),
        errors=("InvalidTemplate.NotFound",),
        commands=(Command("template show", example="newsletter"),),
        sample={"TemplateId": "1"},
    ),
    Action(
        "CreateTemplate",
        "template",
        "Create a template.",
        Effect.CREATE,
        done="created the template {TemplateName}",
        params=(_NAME, *_CONTENT, *_LEGACY, Param("TemplateType", Integer(), hidden=True)),
        fields=(Field("TemplateId", "Template id"), REQUEST_ID),
        # Not known whether names are unique: nothing settles a create of unknown outcome.
        creates=TEMPLATE_REF,
        look="template list",
        commands=(
            Command(
                "template create",
                must=("TemplateSubject", "TemplateText"),
                example="newsletter --subject 'Spring is here' --html @spring.html",
            ),
        ),
        sample={"TemplateName": "new"},
    ),
    Action(
        "ModifyTemplate",
        "template",
        "Change a template; the service reviews it again.",
        Effect.WRITE,
        done="changed the template {TemplateId}",
        params=(_TEMPLATE_ID, _NAME._replace(help="New name.", argument=False), *_CONTENT, *_LEGACY),
        fields=(REQUEST_ID,),
        called_by="template update",
        sample={"TemplateId": "1", "TemplateName": "new"},
    ),
    Action(
        "DeleteTemplate",
        "template",
        "Delete a template.",
        Effect.DELETE,
        done="deleted the template {TemplateId}",
        params=(_TEMPLATE_ID, _FROM_TYPE),
        fields=(REQUEST_ID,),
        already_done=("InvalidTemplate.NotFound",),
        commands=(Command("template delete", example="newsletter"),),
        sample={"TemplateId": "1"},
    ),
)
