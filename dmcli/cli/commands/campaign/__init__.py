"""`dm send merge` and `dm campaign`: mails to many, each their own, and what became of them."""

from __future__ import annotations

from dmcli.cli.commands.campaign import change, look
from dmcli.cli.tree import Group

COMMAND = Group("campaign")
for _one in (*look.COMMANDS, *change.COMMANDS):
    COMMAND.add_command(_one)
