"""`dm` puts on the wire what the vendor's SDK for Python puts there: the same names, with the same values."""

from __future__ import annotations

from random import Random

import pytest
from service import found_in
from wires import DIFFERENCES, Wire, random_params

from dmcli.api import catalogue

# The vendor's code asks for the time in a way that Python 3.12 warns of.
pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")


@pytest.fixture
def wire():
    made = Wire()
    yield made
    made.close()


def test_random_calls_of_every_action_are_those_of_the_sdk(wire):
    """More of them are made in tests/outer."""
    actions = [catalogue.get(name) for name in found_in("python")]
    assert set().union(*(wire.seen(action, 10) for action in actions)) == set(DIFFERENCES)


def test_dm_api_sends_what_is_typed(wire, bare):
    for action in catalogue.all_actions():
        given = random_params(action, Random(action.name))  # noqa: S311  of a call, not of a secret
        bare.always = ["-p", "sandbox", "--endpoint", wire.url]
        typed = [f"{name}={'@' * value.startswith('@')}{value}" for name, value in given.items()]
        if typed or not any(param.required for param in action.params):
            bare("api {} {}", action.name, typed)
            assert wire.taken().params == given
