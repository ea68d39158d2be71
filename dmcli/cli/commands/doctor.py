"""`dm doctor`: what keeps `dm` from working, if anything does."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dmcli.api.model import Field, bad, fair, good
from dmcli.cli.tree import command
from dmcli.errors import gravest_kind
from dmcli.words import listed, tr

if TYPE_CHECKING:
    from dmcli.cli.session import Session

_STATES: dict[str, str] = {
    "ok": good("ok"),
    "warning": fair("warning"),
    "failed": bad("failed"),
    "skipped": fair("skipped"),
}


def _examine(current: Session) -> None:
    from dmcli.render import show_document
    from dmcli.workflows.doctor import FAILED, NAMES, Patient, examine

    patient = Patient(os.environ, lambda: current.settings, lambda: current.resources.keys, lambda: current.client)
    findings = list(examine(patient))
    rows = [{"check": one.check, "state": one.state, "found": current.voice.hide(one.found)} for one in findings]
    checks = Field("check", "Check", {name: name for name in NAMES})
    show_document(rows, (checks, Field("state", "State", _STATES), Field("found", "Found")), current.output())
    failed = [finding for finding in findings if finding.state == FAILED]
    if failed:
        names = listed(dict.fromkeys(tr(finding.check) for finding in failed))
        raise gravest_kind(one.exit for one in failed)(tr("something is wrong: {names}", names=names))


COMMAND = command("doctor", [], _examine, "Look for what keeps dm from working: files, keys, proxy, DNS, TLS, clock.")
