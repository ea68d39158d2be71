"""`dm account`: how it stands, its settings, and the account as code."""

from __future__ import annotations

from dmcli.cli.build import group
from dmcli.cli.commands.account import apply, diff, export, show

COMMAND = group("account", apply.COMMAND, diff.COMMAND, export.COMMAND, show.COMMAND, show.SETTINGS)
