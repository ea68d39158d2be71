"""Configuration sets: what holds for the mail of the sender addresses that are linked to one (SDK)."""

from __future__ import annotations

from dmcli.api.actions.common import IP_POOL_PARAM, REQUEST_ID
from dmcli.api.actions.validate import RESULT
from dmcli.api.kinds.addresses import ADDRESS_FILTER
from dmcli.api.kinds.common import CONFIG_SET_REF, TEXT
from dmcli.api.kinds.json import ValidationRule
from dmcli.api.kinds.text import Flag, Integer, Text
from dmcli.api.model import ONLY_2015, Action, Command, Effect, Field, Paging, Param

_ID = Param(
    "Id",
    CONFIG_SET_REF,
    "Configuration set, by name or id.",
    required=True,
    option="set",
    argument=True,
    malformed="InvalidConfigSet.NotFound",
)
_NAME = Param("Name", Text(1, 50, metavar="NAME"), "Name of the set.", required=True, option="name", argument=True)
_CONTENT = (
    Param("Description", Text(0, 50), "Description."),
    IP_POOL_PARAM,
    Param("IsPublicChannelBackoff", Flag(), "Send from the shared addresses where the pool fails.", option="fall-back"),
    Param(
        "ValidationOption",
        ValidationRule(RESULT),
        'Who gets no mail, by what dm validate finds: {"Enabled": true, "ForbiddenStatusList": ["INVALID"]}.',
        option="validation",
    ),
)
_CHANGED = tuple(
    one._replace(help="Dedicated IP pool to send from, by name or id; '' for none.") if one == IP_POOL_PARAM else one
    for one in _CONTENT
)
_LINK = (
    _ID,
    Param("FromAddress", ADDRESS_FILTER, "The sender address.", required=True, option="from", argument=True),
)
_LINKED = {"Id": "2", "FromAddress": "news@sandbox.test"}

ACTIONS = (
    Action(
        "ConfigSetCreate",
        "config_set",
        "Create a configuration set.",
        Effect.CREATE,
        done="created the configuration set {Name}",
        params=(_NAME, *_CONTENT),
        fields=(Field("Id", "Id"), REQUEST_ID),
        already_done=("InvalidConfigSetName.Duplicate",),
        creates=CONFIG_SET_REF,
        look="config-set list",
        versions=ONLY_2015,
        commands=(Command("config-set create", example="shop --description 'Mail of the shop'"),),
        sample={"Name": "new"},
    ),
    Action(
        "ConfigSetList",
        "config_set",
        "List configuration sets.",
        Effect.READ,
        params=(
            Param("Keyword", TEXT, "Only sets whose name has this text."),
            Param("All", Flag(), hidden=True),
            Param("PageIndex", Integer(1), required=True, hidden=True),
            Param("PageSize", Integer(1), required=True, hidden=True),
        ),
        fields=(
            Field("Name", "Set"),
            Field("Id", "Id"),
            Field("FromAddresses", "Senders"),
            Field("Description", "Description", priority=1),
            Field("IpPool", "IP pool", priority=2, part="IpPoolName"),
            Field("IsPublicChannelBackoff", "Falls back", {"True": "yes", "False": "no"}, priority=3),
            Field("ValidationOption", alone="Validation"),
        ),
        lists=("ConfigSets",),
        paging=Paging(page="PageIndex", size="PageSize", total=("TotalCounts",)),
        versions=ONLY_2015,
        commands=(
            Command("config-set list"),
            Command("config-set show", "Show a configuration set.", shows=CONFIG_SET_REF, example="shop"),
        ),
        sample={"PageIndex": "1", "PageSize": "10"},
    ),
    Action(
        "ConfigSetDetail",
        "config_set",
        "Show a configuration set; the list has its sender addresses too.",
        Effect.READ,
        params=(_ID,),
        fields=(Field("Detail", "Set"),),
        versions=ONLY_2015,
        sample={"Id": "1"},
    ),
    Action(
        "ConfigSetUpdate",
        "config_set",
        "Change a configuration set.",
        Effect.WRITE,
        done="changed the configuration set {Id}; the service may take minutes to show it",
        params=(_ID, _NAME._replace(help="Its name from now on.", argument=False), *_CHANGED),
        fields=(Field("Id", "Id"), REQUEST_ID),
        versions=ONLY_2015,
        called_by="config-set update",
        sample={"Id": "1", "Name": "new"},
    ),
    Action(
        "ConfigSetDelete",
        "config_set",
        "Delete a configuration set.",
        Effect.DELETE,
        done="deleted the configuration set {Ids}",
        params=(
            _ID._replace(name="Ids"),
            Param("IsForce", Flag(), "Delete it though sender addresses are linked to it.", option="force"),
        ),
        fields=(REQUEST_ID,),
        already_done=("InvalidConfigSet.NotFound",),
        versions=ONLY_2015,
        commands=(Command("config-set delete", example="shop"),),
        sample={"Ids": "2", "IsForce": "true"},
    ),
    Action(
        "ConfigSetRelationFromAddress",
        "config_set",
        "Link a sender address to a configuration set.",
        Effect.WRITE,
        done="linked {FromAddress} to the configuration set {Id}",
        params=_LINK,
        fields=(REQUEST_ID,),
        versions=ONLY_2015,
        commands=(Command("config-set link", example="shop news@mail.example.com"),),
        sample=_LINKED,
    ),
    Action(
        "ConfigSetCancelRelationFromAddress",
        "config_set",
        "Unlink a sender address from a configuration set.",
        Effect.WRITE,
        done="unlinked {FromAddress} from the configuration set {Id}",
        params=_LINK,
        fields=(REQUEST_ID,),
        versions=ONLY_2015,
        commands=(Command("config-set unlink", example="shop news@mail.example.com"),),
        sample={**_LINKED, "FromAddress": "shop@icp.example.com"},
    ),
)
