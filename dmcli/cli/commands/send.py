"""`dm send single`, `batch`, `merge` and `resolve`, which settles a send under a key; the rest is the catalogue's."""

from __future__ import annotations

from functools import partial

from dmcli.cli.build import group
from dmcli.cli.tree import command_in

COMMAND = group("send")
for _name in ("single", "batch"):  # in place of the catalogue's, with what they look at before they send
    COMMAND.later(_name, COMMAND.text_of(_name), partial(command_in, f"dmcli.cli.commands.sending.{_name}"))
COMMAND.later("merge", "Send a mail for each row of a file.", partial(command_in, "dmcli.cli.commands.campaign.merge"))
COMMAND.later(
    "resolve",
    "Settle a send under an idempotency key whose outcome is unknown.",
    partial(command_in, "dmcli.cli.commands.sending.resolve"),
)
