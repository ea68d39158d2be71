"""Changing part of a thing where the service wants the whole of it each time: what was not typed is sent as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.api.paging import value_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

KEPT = "<kept>"  # what a dry run shows, which has not read the thing


def unchanged_params(row: Mapping[str, Any] | None, names: Iterable[str], typed: Iterable[str]) -> dict[str, str]:
    """The wire parameters of these names that nobody typed, with the row's values; without a row marked as kept.

    The values are the service's own and go back unjudged. An empty one is not set, and is left out.
    """
    left = [name for name in names if name not in set(typed)]
    if row is None:
        return dict.fromkeys(left, KEPT)
    found = {name: value_of(dict(row), name) for name in left}
    return {name: str(value) for name, value in found.items() if value not in (None, "")}
