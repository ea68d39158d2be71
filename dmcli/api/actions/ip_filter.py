"""From which addresses in the network mail may be sent (SDK; not in the 2019 reference)."""

from __future__ import annotations

from dmcli.api.actions.common import REQUEST_ID
from dmcli.api.kinds.common import IP_REF
from dmcli.api.kinds.network import IpRange
from dmcli.api.kinds.text import Choice, Integer
from dmcli.api.model import ONLY_2015, Action, Command, Effect, Field, Paging, Param, fair, good

ACTIONS = (
    Action(
        "AddIpfilter",
        "ip_filter",
        "Let an IP address, or a range of them, send mail.",
        Effect.CREATE,
        done="{IpAddress} may send mail",
        params=(
            Param(
                "IpAddress",
                IpRange(),
                "An address, a network such as 203.0.113.0/24, or a span such as 203.0.113.5-203.0.113.9.",
                required=True,
                argument=True,
            ),
        ),
        fields=(Field("IpFilterId", "Id"), REQUEST_ID),
        creates=IP_REF,
        look="ip-filter list",
        commands=(Command("ip-filter add", example="203.0.113.0/24"),),
        sample={"IpAddress": "203.0.113.0/24"},
    ),
    Action(
        "GetIpfilterList",
        "ip_filter",
        "List the IP addresses that may send mail.",
        Effect.READ,
        fields=(Field("IpAddress", "Address"), Field("Id", "Id"), Field("CreateTime", "Added at", shape="epoch")),
        lists=("data.ipfilters",),
        paging=Paging(),
        versions=ONLY_2015,
        commands=(Command("ip-filter list"),),
    ),
    Action(
        "DeleteIpfilterByEdmId",
        "ip_filter",
        "Take an IP address from those that may send mail.",
        Effect.DELETE,
        done="took {Id} from the addresses that may send mail",
        params=(
            Param("FromType", Integer(), hidden=True),
            Param(
                "Id",
                IP_REF,
                "The entry, as it was added or by id.",
                required=True,
                argument=True,
                malformed="InvalidIP.NotFound",
            ),
        ),
        fields=(REQUEST_ID,),
        already_done=("InvalidIP.NotFound",),
        versions=ONLY_2015,
        commands=(Command("ip-filter remove", example="203.0.113.0/24"),),
        sample={"Id": "1"},
    ),
    Action(
        "GetIpProtection",
        "ip_filter",
        "Show whether only the listed IP addresses may send mail.",
        Effect.READ,
        fields=(Field("IpProtection", "Only listed addresses", {"1": good("yes"), "0": fair("no")}),),
        versions=ONLY_2015,
        commands=(Command("ip-filter protection"),),
    ),
    Action(
        "UpdateIpProtection",
        "ip_filter",
        "Let only the listed IP addresses send mail, or any.",
        Effect.WRITE,
        called_by="ip-filter protect",
        done="set which IP addresses may send mail",  # by the command more exactly
        params=(
            Param(
                "IpProtection",
                Choice({"on": "1", "off": "0"}),
                "on: only listed addresses, so add this machine's first. off: any.",
                required=True,
                argument=True,
            ),
        ),
        fields=(REQUEST_ID,),
        versions=ONLY_2015,
        sample={"IpProtection": "on"},
    ),
)
