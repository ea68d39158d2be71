"""What a check of domains is in words, and as continuous integration shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dmcli.api.actions.common import DOMAIN_STATUS
from dmcli.maildns.wanted import TITLES
from dmcli.words import listed, tr

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dmcli.cli.session import Session
    from dmcli.render.ci import Case, Suite
    from dmcli.workflows.domain.check import Checked

_COMMAND = "dm domain check"  # untranslated: a command


class Report(NamedTuple):
    """What is known of a check: the domains asked for, their outcomes, the seconds, and what ended it too early."""

    domains: Iterable[str]
    outcomes: Mapping[str, Checked]
    strict: bool
    seconds: float
    error: str = ""


def state_of(outcome: Checked, *, strict: bool) -> str:
    """How a domain stands, with what is missing by name."""
    missing = missing_of(outcome)
    if outcome.passes(strict=strict):
        status = tr(DOMAIN_STATUS[str(outcome.status)])
        if outcome.passes(strict=True) and missing:
            return tr("{status}, but it lacks {missing}", status=status, missing=listed(missing))
        return status
    if missing:
        return tr("not verified, missing: {missing}", missing=listed(missing))
    if outcome.is_final(strict=strict):
        return tr("not verified, the ICP filing is missing, which no wait brings")
    return tr("not verified, though the service sees every record")


def missing_of(outcome: Checked) -> list[str]:
    """The records that are missing, in words."""
    return [
        tr("{record} ({type} {name})", record=tr(TITLES[record.check]), type=record.type, name=record.name)
        for record in outcome.missing
    ]


def tell_ci(current: Session, report: Report, path: str) -> None:
    """Write the report as JUnit XML to a file, where there is to be one, and annotate what did not pass."""
    for outcome in report.outcomes.values():
        if not outcome.fully_verified:
            text = state_of(outcome, strict=report.strict)
            current.voice.annotate(outcome.domain, text, failed=not outcome.passes(strict=report.strict))
    if report.error:
        current.voice.annotate("dm", report.error, failed=True)
    if path:
        from dmcli.render.ci import junit

        with open(path, "w", encoding="utf-8") as file:
            file.write(junit(_COMMAND, _suites(report)) + "\n")


def _suites(report: Report) -> Iterator[Suite]:
    from dmcli.render.ci import Case, Suite

    for domain in report.domains:
        outcome = report.outcomes.get(domain)
        cases = tuple(_cases(outcome, strict=report.strict)) if outcome else (Case("verified", "error", report.error),)
        yield Suite(domain, report.seconds, cases)


def _cases(outcome: Checked, *, strict: bool) -> Iterator[Case]:
    """The domain itself, and each record; one that is missing fails only where the domain does."""
    from dmcli.maildns.judge import cure
    from dmcli.render.ci import Case

    passes = outcome.passes(strict=strict)
    yield Case("verified") if passes else Case("verified", "failure", state_of(outcome, strict=strict))
    for record in outcome.records:
        if record.seen:
            yield Case(record.check)
        elif record.seen is None:
            yield Case(record.check, "skipped", tr("the service does not tell"))
        else:
            found = tr("; found: {found}", found=record.found) if record.found else ""
            text = tr("{type} {name} is missing: {cure}", type=record.type, name=record.name, cure=cure(record))
            yield Case(record.check, "skipped" if passes else "failure", f"{text}{found}")
