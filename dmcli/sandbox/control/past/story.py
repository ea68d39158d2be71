"""The story of a made-up past, told a day at a time: what was sent when, and what became of it. It keeps nothing."""

from __future__ import annotations

from itertools import accumulate, pairwise
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from dmcli.sandbox.calendar import DAY, day_start
from dmcli.sandbox.control.past.people import Person, meet
from dmcli.sandbox.control.past.world import (
    BOUNCES,
    CAMPAIGN_HOUR,
    CAMPAIGNS,
    DELIVERY_WAIT,
    HOURS,
    LETTERS,
    UNKNOWN_KIND,
    UNKNOWN_WAIT,
    UNSUBSCRIBED,
    WEEK,
    Letter,
)
from dmcli.sandbox.service.delivery import FAILED, INVALID, OK, SPAM, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LIST_SIZE, LISTS = 10_000, 5  # the most members of a list that the service takes, and the lists for campaigns
_MAILS_EACH = 12  # mails that a person gets, about
_PAUSE = 300  # seconds between two lists
_READING = 6 * 3600  # seconds after which half of those who open a mail have done so, about
_GROWTH = 0.6  # by how much more is sent in the end
_TRIES = 50


class Reaction(NamedTuple):
    """What a recipient did: open, click (of a link) or unsubscribe, and when."""

    kind: str
    at: int
    url: str = ""


class Fate(NamedTuple):
    """What became of a mail at a recipient."""

    person: Person
    outcome: Outcome
    reactions: list[Reaction]


class Sending(NamedTuple):
    """A call that sent something; `to_list` is the number of the list it went to, 0 for single mail."""

    at: int
    letter: Letter
    to_list: int
    request_id: str
    fates: list[Fate]


class Share(NamedTuple):
    """A day and how many mails it has: singly, and to lists."""

    day: int
    single: int
    campaign: int


class Story:
    """The `mails` of `days` days that end before the day `today`; `known` are the addresses found invalid before.

    The same arguments make the same story. `lists` have those who get campaigns; `known` grows as it is told.
    """

    def __init__(self, days: int, mails: int, seed: int, today: int, known: Iterable[str] = ()) -> None:
        self._chance = Random(f"{seed} {days} {mails} {today}")  # noqa: S311  the same each time is what it is for
        self.end, self.known = day_start(today), {address.lower() for address in known}
        self.shares = _share(self._chance, range(today - days, today), mails)
        largest = max(share.campaign for share in self.shares)
        subscribers = min(max(largest, mails // _MAILS_EACH // 2), LIST_SIZE * LISTS)
        self.people = meet(max(mails // _MAILS_EACH, subscribers, 1), seed)
        self.lists = [
            self.people[first : min(first + LIST_SIZE, subscribers)] for first in range(0, subscribers, LIST_SIZE)
        ]
        self._hours, self._letters = list(accumulate(HOURS)), list(accumulate(letter.share for letter in LETTERS))

    def tell(self) -> Iterator[list[Sending]]:
        """What was sent, day by day, in order of time."""
        for share in self.shares:
            yield [self._send(*one) for one in sorted(self._agenda(share), key=lambda one: one[0])]

    def identity(self) -> str:
        """A request's or list's id: 128 bits as 32 hex digits."""
        return f"{self._chance.getrandbits(128):032x}"

    def _agenda(self, share: Share) -> Iterator[tuple[int, Letter, int, list[Person]]]:
        """When, what, to which list and to whom; nobody yet for a single mail."""
        begin, chance = day_start(share.day), self._chance
        hours = chance.choices(range(len(HOURS)), cum_weights=self._hours, k=share.single)
        letters = chance.choices(LETTERS, cum_weights=self._letters, k=share.single)
        for hour, letter in zip(hours, letters, strict=True):
            yield begin + hour * 3600 + int(chance.random() * 3600), letter, 0, []
        left, nth = share.campaign, 0
        while left:
            to_list = nth % len(self.lists)
            members = self.lists[to_list][:left]
            at = begin + min(CAMPAIGN_HOUR * 3600 + nth * _PAUSE, DAY - 1)
            yield at, CAMPAIGNS[_weekday(share.day)], to_list + 1, members
            left, nth = left - len(members), nth + 1

    def _send(self, at: int, letter: Letter, to_list: int, people: list[Person]) -> Sending:
        """Send it: the service refuses single mail to an address that is known as invalid."""
        fates = [self._fate(person, letter, at) for person in people or [self._somebody()]]
        text = self.identity().upper()
        parts = (text[:8], text[8:12], text[12:16], text[16:20], text[20:])
        return Sending(at, letter, to_list, "-".join(parts), fates)

    def _somebody(self) -> Person:
        """Who gets a single mail; some get many."""
        for _ in range(_TRIES):
            person = self.people[int(len(self.people) * self._chance.random() ** 2)]
            if person.address not in self.known:
                return person
        return self.people[0]

    def _fate(self, person: Person, letter: Letter, at: int) -> Fate:
        chance, provider = self._chance, person.provider
        if person.gone or person.address in self.known:
            self.known.add(person.address)
            wait = int(chance.random() * UNKNOWN_WAIT)
            return Fate(person, Outcome(INVALID, provider.unknown, UNKNOWN_KIND, wait), [])
        luck = chance.random()
        for name, bounce in BOUNCES.items():
            luck -= bounce.rate
            if luck < 0:
                status = SPAM if name == "spam" else FAILED
                wait = int(chance.random() * bounce.wait)
                return Fate(person, Outcome(status, getattr(provider, name), bounce.kind, wait), [])
        delivered = OK._replace(delay=int(chance.random() * DELIVERY_WAIT))
        opened = letter.message.track and chance.random() < letter.opens * person.keen
        return Fate(person, delivered, self._react(letter, at + DELIVERY_WAIT) if opened else [])

    def _react(self, letter: Letter, at: int) -> list[Reaction]:
        """Opens and clicks, fewer and fewer as time goes by; none after the past has ended."""
        chance = self._chance
        at += int(chance.expovariate(0.7 / _READING))
        reactions = [Reaction("open", at)]
        if chance.random() < letter.clicks:
            reactions.append(Reaction("click", at + 3 + int(chance.random() * 120), letter.link))
        if letter.message.template and chance.random() < UNSUBSCRIBED:
            reactions.append(Reaction("unsubscribe", at + 130))
        while chance.random() < 0.25:  # noqa: PLR2004  and some look at it again
            at += 140 + int(chance.expovariate(1 / DAY))
            reactions.append(Reaction("open", at))
        return [one for one in reactions if one.at < self.end]


def _weekday(day: int) -> int:
    """The day of the week, Monday being 0; day 0 was a Thursday."""
    return (day + 3) % 7


def _share(chance: Random, days: range, mails: int) -> list[Share]:
    """How many mails each day has; all of them together are as many as there are to be."""
    weights: list[float] = []
    for nth, day in enumerate(days):
        grown = 1 - _GROWTH / 2 + _GROWTH * nth / len(days)
        campaign = CAMPAIGNS.get(_weekday(day))
        shares = (WEEK[_weekday(day)], campaign.share if campaign else 0.0)
        weights.extend(share * grown * (0.85 + 0.3 * chance.random()) for share in shares)
    sums = list(accumulate(weights, initial=0.0))
    marks = [round(mails * part / sums[-1]) for part in sums]
    counts = [after - before for before, after in pairwise(marks)]
    return [Share(day, *counts[2 * nth : 2 * nth + 2]) for nth, day in enumerate(days)]
