"""`dm address show`; the rest of the group is the catalogue's."""

from dmcli.api.kinds.common import ADDRESS_REF
from dmcli.cli.build import group
from dmcli.cli.show import show

COMMAND = group("address", show(ADDRESS_REF, "Show a sender address with its quota and state."))
