"""Sending what is pending of a campaign, and saying how it ended."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

from dmcli.api.actions.common import count
from dmcli.api.model import Field
from dmcli.cli.commands.campaign.options import command_of, wishes_of
from dmcli.errors import DmError, PartlyRejectedError, UnknownOutcomeError, UnreachableError
from dmcli.words import counted, marked, tr
from dmcli.workflows.merge.journal import PENDING, REJECTED, SENT, STATES, UNDER_WAY, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dmcli.cli.session import Session
    from dmcli.client.client import Client
    from dmcli.workflows.merge.journal import Journal
    from dmcli.workflows.merge.journals.campaigns import Campaigns
    from dmcli.workflows.merge.letters.letter import Letter
    from dmcli.workflows.merge.pace import Pace, Wishes
    from dmcli.workflows.merge.sending import Sending
    from dmcli.workflows.merge.standing import Left
    from dmcli.workflows.upload.files import LocalFile
    from dmcli.workflows.upload.upload import Uploads

_TITLES = marked(("Sent", "Pending", "Under way", "Unknown", "Rejected", "Skipped"))
COUNTS = tuple(count(state.replace(" ", "_"), title) for state, title in zip(STATES, _TITLES, strict=True))
RESULT = (Field("campaign", "Campaign"), *COUNTS)
_FINISHING = marked(
    "finishing {mails} under way, then stopping; a second stop does not wait for them, and they are unknown"
)


def run(
    current: Session,
    known: Campaigns,
    name: str,
    journal: Journal,
    letter: Letter,
    wishes: Wishes,
    files: Sequence[LocalFile] = (),
) -> None:
    """Send what is pending. Raises DmError where not everything was sent; the result is shown all the same.

    `files` are uploaded by each run, and again when their URLs have become old: how long those are good is unknown.
    """
    from dmcli.cli.uploads import uploads_of
    from dmcli.workflows.merge.letters.letter import BATCH
    from dmcli.workflows.merge.pace import way_of

    scope = [*current.resources.scope("")[:2], *([letter.via] if letter.via == BATCH else [])]
    pace = known.pace(journal, "\n".join(scope), wishes, way_of(letter.via, current.settings.region))
    uploads, planned = uploads_of(current, files), letter.wire

    def renew(counts: Mapping[str, int]) -> None:
        letter.wire = _with_urls(uploads, planned, counts)

    try:
        renew(journal.counts())
    except DmError as error:
        raise _explained(current, error, name, 0) from None
    sending = _sending(current, journal, letter, pace)
    _send(current, name, sending, wishes, renew)
    unknown = len(sending.lost)
    try:
        if not sending.lost:
            counts = journal.counts()
            unknown = counts[UNKNOWN]
            _show_end(current, name, counts)
        sending.check()
    except DmError as error:
        raise _explained(current, error, name, unknown) from None
    _judge(current, name, counts, paused=sending.paused)


def _sending(current: Session, journal: Journal, letter: Letter, pace: Pace) -> Sending:
    """What sends: a client a thread, the quota by the service's clock, and a stop where the campaign is paused."""
    from datetime import timedelta

    from dmcli.workflows.merge.sending import Sending
    from dmcli.workflows.merge.standing import read_left

    client = current.client
    began, service_began = time.monotonic(), current.service_now

    def for_thread() -> Client:
        return client._replace(retrier=client.retrier.for_thread())

    def left(asking: Client) -> Left:
        return read_left(asking, service_began + timedelta(seconds=time.monotonic() - began))

    return Sending(journal, letter, for_thread, pace, left=left, stops=lambda: journal.paused)


def _send(
    current: Session, name: str, sending: Sending, wishes: Wishes, renew: Callable[[Mapping[str, int]], None]
) -> None:
    """Send, tell how far it is, and `renew` by the counts. Mails under way end before what is raised is."""
    from dmcli.cli.commands.campaign.telling import in_short, telling

    try:
        with sending:
            try:
                with telling(current, wishes) as tell:
                    for progress in sending:
                        tell(progress)
                        renew(progress.counts)
            except BaseException:
                if under_way := sending.progress().in_flight:
                    current.say(tr(_FINISHING, mails=counted(under_way, "mail")))
                    current.way_on = _way_on(current, name, under_way)
                raise
    except BaseException:
        current.way_on = ""
        stands = sending.progress().counts
        way_on = _way_on(current, name, stands[UNKNOWN])
        current.say(tr("{stands}; go on with: {command}", stands=in_short(stands), command=way_on))
        raise


def _with_urls(uploads: Uploads, wire: dict[str, str], counts: Mapping[str, int]) -> dict[str, str]:
    """The parameters with the URLs of the files, which are uploaded as long as there are mails to send."""
    return uploads.put_into(wire) if counts[PENDING] else wire


def go_on(
    current: Session, known: Campaigns, name: str, journal: Journal, plan: Mapping[str, Any], typed: dict[str, Any]
) -> None:
    """Send what is pending of a plan as a journal keeps it; `typed` has what was given anew of its pace."""
    from dmcli.workflows.merge.letters.letter import Letter

    run(current, known, name, journal, Letter(**plan["letter"]), wishes_of(typed, plan["pace"]), files_of(plan))


def files_of(plan: Mapping[str, Any]) -> tuple[LocalFile, ...]:
    """The files that go with the mails of a plan."""
    from dmcli.workflows.upload.files import LocalFile

    return tuple(LocalFile(*file) for file in plan.get("files", ()))


def result(name: str, counts: dict[str, int]) -> dict[str, object]:
    """A campaign's name and how many of its rows are in each state."""
    return {"campaign": name} | {state.replace(" ", "_"): number for state, number in counts.items()}


def _show_end(current: Session, name: str, counts: dict[str, int]) -> None:
    from dmcli.render import show_document
    from dmcli.workflows.merge.letters.letter import ACTION

    show_document(result(name, counts), RESULT, current.output())
    sys.stdout.flush()
    current.mark(ACTION._replace(done=""), {})


def _explained(current: Session, error: DmError, name: str, unknown: int) -> DmError:
    """What stopped a run, and what to do; mails of unknown outcome outweigh it."""
    from dmcli.workflows.merge.letters.letter import ACTION
    from dmcli.workflows.refusal import SPAM, look_why

    if error.code == SPAM:
        error.explained = look_why(current.client, ACTION, {}, current.service_now)
    if unknown and not isinstance(error, UnknownOutcomeError):
        mails = counted(unknown, "mail")
        said = tr("{why}; and what became of {mails} is not known", why=error.message, mails=mails)
        error = UnknownOutcomeError(said, code=error.code, request_id=error.request_id, http_status=error.http_status)
    way_on = tr("Go on with: {command}", command=_way_on(current, name, unknown))
    error.hint = f"{error.hint} {way_on}" if error.hint else way_on
    return error


def _way_on(current: Session, name: str, unknown: int) -> str:
    """The commands that go on with a campaign, so many mails of which are unknown."""
    resume = command_of(current, "resume", name)
    return tr("{first}; then {second}", first=command_of(current, "settle", name), second=resume) if unknown else resume


def _judge(current: Session, name: str, counts: dict[str, int], *, paused: bool) -> None:
    """Raise what a finished run has to tell by its exit code."""
    stopped = paused or counts[PENDING] or counts[UNDER_WAY]
    if counts[UNKNOWN]:
        said = tr(
            "what became of {mails} is not known, and nothing unknown is sent again",
            mails=counted(counts[UNKNOWN], "mail"),
        )
        if stopped:
            left = counted(counts[PENDING], "row")
            raise UnknownOutcomeError(
                tr("the campaign was paused with {rows} left; {said}", rows=left, said=said),
                hint=tr("Go on with: {command}", command=_way_on(current, name, 1)),
            )
        ask = command_of(current, "settle", name)
        raise UnknownOutcomeError(said, hint=tr("Ask the service: {command}", command=ask))
    if stopped:
        raise UnreachableError(
            tr("the campaign was paused with {rows} left; nothing is in doubt", rows=counted(counts[PENDING], "row")),
            hint=tr("Go on with: {command}", command=command_of(current, "resume", name)),
        )
    if counts[REJECTED]:
        said = marked(
            "{rejected:,} of {mails} was rejected" if counts[REJECTED] == 1 else "{rejected:,} of {mails} were rejected"
        )
        raise PartlyRejectedError(
            tr(
                said,
                rejected=counts[REJECTED],
                mails=counted(counts[REJECTED] + counts[SENT], "mail"),
            ),
            hint=tr("See which: {command} --only rejected", command=command_of(current, "report", name)),
        )
