"""`dm receiver`: lists and their members. What is no call of its own is a module here, the rest the catalogue's."""

from __future__ import annotations

from dmcli.cli.build import group
from dmcli.cli.commands.receiver import add, clean, export, imports, remove, sync

COMMAND = group(
    "receiver", add.CREATE, add.COMMAND, clean.COMMAND, export.COMMAND, imports.COMMAND, remove.COMMAND, sync.COMMAND
)
