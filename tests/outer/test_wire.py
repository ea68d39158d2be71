"""As tests/test_wire.py, with 200 random calls of each action."""

from __future__ import annotations

import pytest
from service import found_in
from wires import DIFFERENCES, Wire

from dmcli.api import catalogue

# The vendor's code asks for the time in a way that Python 3.12 warns of.
pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")


@pytest.mark.parametrize("area", catalogue.AREAS)
def test_random_calls_are_those_of_the_sdk(area):
    wire = Wire()
    try:
        for action in catalogue.area(area):
            if action.name in found_in("python"):
                assert wire.seen(action, 200) <= set(DIFFERENCES)
    finally:
        wire.close()
