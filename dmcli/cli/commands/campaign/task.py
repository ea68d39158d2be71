"""What a merge is to do: checked, shown, and asked about before it is done."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NamedTuple

from dmcli.api import catalogue
from dmcli.api.actions.common import count
from dmcli.api.model import Field
from dmcli.cli.question import ask
from dmcli.cli.uploads import as_data, in_words
from dmcli.errors import LocalIOError
from dmcli.words import counted, tr

if TYPE_CHECKING:
    from dmcli.cli.session import Session
    from dmcli.local.tables import Table
    from dmcli.workflows.merge.letters.letter import Letter
    from dmcli.workflows.merge.pace import Wishes
    from dmcli.workflows.merge.plan import Plan
    from dmcli.workflows.merge.standing import Standing
    from dmcli.workflows.upload.files import LocalFile

ACTION = catalogue.get("SingleSendMail")
_SAMPLE = 400  # characters of the sample's text
_FIELDS = (
    Field("file", "File"),
    Field("found", "Found", priority=1),
    Field("sender", "From"),
    Field("via", "Via"),
    count("rows", "Rows"),
    count("mails", "Mails"),
    count("bad", "Rows that get none"),
    Field("attached", "Attachments"),
    count("day_left", "Left today"),
    count("month_left", "Left this month"),
    Field("takes", "Takes about"),
    Field("to", "Sample to"),
    Field("subject", "Subject"),
    Field("text", "Text"),
)


class Task(NamedTuple):
    """What was typed, checked: the table, the letter, the files, and what tells this merge from others."""

    path: str
    table: Table
    letter: Letter
    files: tuple[LocalFile, ...]
    inputs: dict[str, str]
    wishes: Wishes

    @property
    def fingerprint(self) -> str:
        """What all that goes into the mails comes to."""
        from dmcli.workflows.idempotency import fingerprint

        return fingerprint(ACTION.name, {name: of for name, of in self.inputs.items() if name != "via"})

    @property
    def stem(self) -> str:
        """The file's name without its ending, which the campaign has where none was typed."""
        return os.path.splitext(os.path.basename(self.path))[0]


def show_plan(current: Session, task: Task, plan: Plan, standing: Standing, *, asking: bool = False) -> None:
    """The plan as a document, or before a question on stderr."""
    from dmcli.render import show_document
    from dmcli.render.board import span
    from dmcli.workflows.merge.pace import way_of

    way = way_of(task.letter.via, current.settings.region)
    seconds = task.wishes.seconds(plan.mails, way)
    wire = plan.sample.wire
    document = {
        "file": task.path,
        "found": task.table.found,
        "sender": task.letter.wire["AccountName"],
        "via": task.letter.via,
        "rows": plan.rows,
        "mails": plan.mails,
        "bad": plan.bad,
        **({"attached": in_words(task.files), "uploads": as_data(task.files)} if task.files else {}),
        "day_left": standing.day_left,
        "month_left": standing.month_left,
        "seconds": round(seconds, 1),
        "takes": span(seconds),
        "largest": plan.largest,
        "to": wire.get("ToAddress", ""),
        "subject": wire.get("Subject", ""),
        "text": (wire.get("TextBody") or "")[:_SAMPLE],
        "problems": [one._asdict() for one in plan.problems],
    }
    output = current.output()
    if asking:
        output = output._replace(format="table", query="", stdout=sys.stderr)
    try:
        show_document(document, _FIELDS, output)
        output.stdout.flush()
    except OSError as error:
        if asking:
            raise LocalIOError(tr("what is to be sent cannot be shown: {why}", why=error)) from None
        raise


def ask_about(current: Session, task: Task, plan: Plan, standing: Standing, *, yes: bool) -> None:
    """Show what is to be sent, and ask. Raises InputError without a terminal, and when the answer is no."""
    if yes:
        return
    what = tr("send {mails} from {sender}", mails=counted(plan.mails, "mail"), sender=task.letter.wire["AccountName"])
    if sys.stdin.isatty():
        show_plan(current, task, plan, standing, asking=True)
    ask(what, "--dry-run")
