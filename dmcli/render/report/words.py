"""What stands in a report beside its figures: the words are those of the vendor's console."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.words import speaking, tr_in

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAMES = {
    "failed": "failed_only",
    "invalid": "invalid_only",
}  # where an outcome's word is another than that of the sum over several


def note_in_words(note: Mapping[str, Any], word: Mapping[str, str]) -> str:
    """What a note of a report says."""
    said = {name: word.get(_NAMES.get(value, value), value) if isinstance(value, str) else value
            for name, value in note.items()}  # fmt: skip
    return word[f"note_{note['note']}"].format_map(said)


def outcome_in_words(outcome: str, word: Mapping[str, str]) -> str:
    """An outcome in words; one that is not known as it is."""
    return word.get(_NAMES.get(outcome, outcome), outcome)


def words(lang: str) -> dict[str, str]:
    """The words of a report in a language, by name."""
    with speaking(lang):
        return _headings() | _columns() | _notes()


def _headings() -> dict[str, str]:
    """What stands over the parts of a report and beside them."""
    return {
        "title": tr_in("report", "Mail report"),
        "range": tr_in("report", "{since} to {until}, days as the service counts them (UTC+8)"),
        "made": tr_in("report", "made {made}"),
        "region": tr_in("report", "region {region}"),
        "nothing": tr_in("report", "No mail was sent in these days."),
        "by_day": tr_in("report", "Mails a day"),
        "looks_by_day": tr_in("report", "Opens and clicks a day"),
        "failures": tr_in("report", "Why mails failed"),
        "domains": tr_in("report", "Recipient domains with most failures"),
        "addresses": tr_in("report", "Invalid addresses"),
        "found": tr_in("report", "{count} newly found in these days; the latest:"),
        "none_found": tr_in("report", "No new one was found in these days."),
        "quota": tr_in("report", "Quota"),
        "day_quota": tr_in("quota", "Mails a day"),
        "month_quota": tr_in("quota", "Mails a month"),
        "level": tr_in("report", "Level"),
        "busiest": tr_in(
            "report", "The busiest day took {share} of the day's quota ({mails:,} of {limit:,} mails on {day})."
        ),
        "senders": tr_in("report", "Senders"),
        "tags": tr_in("report", "Tags"),
        "table": tr_in("report", "the figures"),
        "chart": tr_in("report", "a chart; the table below it has the figures"),
        "made_by": tr_in("report", "made by dm"),
    }


def _columns() -> dict[str, str]:
    """The names of figures and columns."""
    return {
        "requests": tr_in("report", "Sent"),
        "delivered": tr_in("report", "Delivered"),
        "failed": tr_in("report", "Failed or spam"),
        "invalid": tr_in("report", "Invalid address"),
        "invalid_only": tr_in("report", "Invalid address"),
        "spam": tr_in("report", "Spam"),
        "failed_only": tr_in("report", "Failed"),
        "delivered_rate": tr_in("report", "Delivered %"),
        "invalid_rate": tr_in("report", "Invalid %"),
        "opens": tr_in("report", "Opens"),
        "unique_opens": tr_in("report", "Unique opens"),
        "clicks": tr_in("report", "Clicks"),
        "unique_clicks": tr_in("report", "Unique clicks"),
        "day": tr_in("report", "Day"),
        "outcome": tr_in("report", "Outcome"),
        "message": tr_in("report", "What the recipient's server said"),
        "mails": tr_in("report", "Mails"),
        "domain": tr_in("report", "Domain"),
        "name": tr_in("report", "Name"),
    }


def _notes() -> dict[str, str]:
    """What is said of what a report lacks."""
    return {
        "notes": tr_in("report", "Not in this report"),
        "note_kept_since": tr_in(
            "report", "Failures, opens and invalid addresses before {day}: the service keeps them no longer."
        ),
        "note_most_failures": tr_in("report", "More than {count:,} mails with the outcome {outcome}."),
        "note_compared": tr_in("report", "{what}: {compared} of {count} are compared."),
        "note_not_allowed": tr_in("report", "{what}: these keys may not list them."),
    }
