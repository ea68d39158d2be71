"""`dm config`: make, list, show, choose, change and check profiles. Secrets are asked for hidden and never shown."""

from __future__ import annotations

from dmcli.cli.commands.config import change, check, init, look
from dmcli.cli.tree import Group

COMMAND = Group("config")
for one in (*change.COMMANDS, check.COMMAND, init.COMMAND, *look.COMMANDS):
    COMMAND.add_command(one)
