"""Who is in a made-up past. Person 7 of a seed is the same, however many there are and whatever is sent to them."""

from __future__ import annotations

from itertools import accumulate
from random import Random
from typing import NamedTuple

from dmcli.sandbox.control.past.world import GONE, NAMES, PROVIDERS, SURNAMES, Provider
from dmcli.sandbox.store.sql import to_json


class Person(NamedTuple):
    """A recipient; `keen` is how likely they open a mail, 1 being usual. `variables` as JSON text."""

    address: str
    provider: Provider
    variables: str
    gone: bool
    keen: float


def meet(count: int, seed: int) -> list[Person]:
    """So many people. The first has a mailbox for sure; the seed stands in every address, so nobody is meant by it."""
    chance = Random(f"people of {seed}")  # noqa: S311  the same each time is what it is for
    shares = list(accumulate(provider.share for provider in PROVIDERS))
    people = []
    for number in range(1, count + 1):
        name, surname = chance.choice(NAMES), chance.choice(SURNAMES)
        (provider,) = chance.choices(PROVIDERS, cum_weights=shares)
        gone, keen = chance.random() < GONE, chance.random() * 2
        address = f"{name}.{surname}.{number}.seed{seed}@{provider.domain}"
        variables = to_json({"UserName": name.title(), "EAddr": address})
        people.append(Person(address, provider, variables, gone and number > 1, keen))
    return people
