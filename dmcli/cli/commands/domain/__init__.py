"""`dm domain`: domains and their DNS records. What is no call of its own is a module here, the rest the catalogue's."""

from __future__ import annotations

from dmcli.cli.build import group
from dmcli.cli.commands.domain import check, create, doctor, publish, records

COMMAND = group(
    "domain",
    check.COMMAND,
    create.COMMAND,
    create.ENSURE,
    doctor.COMMAND,
    publish.COMMAND,
    records.COMMAND,
    records.SHOW,
)
