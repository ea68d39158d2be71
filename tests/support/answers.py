"""Look-ups that are answered from a dictionary, for what only judges answers."""

from __future__ import annotations

from dmcli.maildns.lookup import ANSWER, NO_NAME, NONE, UNKNOWN, Answer


def asking(zone):
    """Ask of `{(name, type): [values]}`; None is a look-up that fails, a name that is nowhere does not exist."""

    async def ask(name, kind):
        name = name.lower()
        if (name, kind) in zone:
            values = zone[name, kind]
            return Answer(UNKNOWN, why="no answer") if values is None else Answer(ANSWER, tuple(values), 300)
        there = any(known == name or known.endswith(f".{name}") for known, _ in zone)
        return Answer(NONE if there else NO_NAME, ttl=60)

    return ask
