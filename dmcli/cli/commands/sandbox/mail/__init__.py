"""`dm sandbox mail`: what was sent, chosen by number or by what it says."""

from __future__ import annotations

from dmcli.cli.commands.sandbox.mail import attachments, look
from dmcli.cli.tree import Group

COMMAND = Group("mail")
for _one in (*look.COMMANDS, *attachments.COMMANDS):
    COMMAND.add_command(_one)
