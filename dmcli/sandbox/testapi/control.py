"""What is to happen in the sandbox, over the test API, and the calls that came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.errors import InputError
from dmcli.sandbox.control import clock, faults, limits, states
from dmcli.sandbox.control.quota import get_quota, set_quota
from dmcli.sandbox.gateway import call_log
from dmcli.sandbox.store import snapshots
from dmcli.sandbox.testapi.ask import MOST_ROWS, Ask, MissingError

if TYPE_CHECKING:
    from dmcli.sandbox.testapi.ask import Routes


def _calls(ask: Ask) -> Any:
    limit, status = ask.number("limit", 100, MOST_ROWS), ask.number("status", 0, 999)
    since, action, code = ask.number("since", 0, 2**62), ask.query.get("action", ""), ask.query.get("code", "")
    return {"calls": call_log.list_calls(ask.sandbox, limit, call_log.Filter(action, code, status, since))}


def _call(ask: Ask) -> Any:
    found = call_log.get_call(ask.sandbox, int(ask.named["number"]))
    if found is None:
        raise MissingError(f"there is no call {ask.named['number']}")
    return found


def _forget_calls(ask: Ask) -> Any:
    return {"deleted": call_log.clear_calls(ask.sandbox)}


def _faults(ask: Ask) -> Any:
    return {"faults": [fault._asdict() for fault in faults.list_faults(ask.sandbox)]}


def _add_fault(ask: Ask) -> Any:
    return faults.add_fault(ask.sandbox, faults.fault_of(ask.object()))._asdict()


def _remove_faults(ask: Ask) -> Any:
    number = int(ask.named["number"]) if "number" in ask.named else None
    gone = faults.remove_faults(ask.sandbox, number)
    if number is not None and not gone:
        raise MissingError(f"there is no fault {number}")
    return {"deleted": gone}


def _limits(ask: Ask) -> Any:
    return {"limits": {one.action: one.text for one in limits.list_limits(ask.sandbox)}}


def _set_limits(ask: Ask) -> Any:
    limits.set_limits(ask.sandbox, [limits.limit_of(action, str(rate)) for action, rate in ask.object().items()])
    return _limits(ask)


def _lift_limits(ask: Ask) -> Any:
    return {"deleted": limits.lift_limits(ask.sandbox)}


# --- the whole of it


def _clock(ask: Ask) -> Any:
    return clock.get_time(ask.sandbox)


def _turn(ask: Ask) -> Any:
    clock.turn(ask.sandbox, ask.object())
    return _clock(ask)


def _turn_back(ask: Ask) -> Any:
    clock.turn(ask.sandbox, {"turned": 0})
    return _clock(ask)


def _states(ask: Ask) -> Any:
    return {"states": states.get_modes(ask.sandbox)}


def _set_states(ask: Ask) -> Any:
    for kind, mode in ask.object().items():
        states.set_mode(ask.sandbox, kind, str(mode))
    return _states(ask)


def _decide(ask: Ask) -> Any:
    decisions = ask.object()
    if not decisions:
        raise InputError(f"decide something; one can {', '.join(states.DECISIONS)}, each with a name")
    for decision, name in decisions.items():
        states.decide(ask.sandbox, decision, str(name))
    return {"status": "ok"}


def _play(ask: Ask) -> Any:
    from dmcli.sandbox.control import events

    return events.play(ask.sandbox, **events.wanted(ask.object()))._asdict()


def _quota(ask: Ask) -> Any:
    return get_quota(ask.sandbox)


def _set_quota(ask: Ask) -> Any:
    wanted = ask.object()
    if set(wanted) - {"daily", "monthly"} or not all(type(value) is int for value in wanted.values()):
        raise InputError("give daily, monthly or both, each a number of mails")
    set_quota(ask.sandbox, **wanted)
    return _quota(ask)


def _reset(ask: Ask) -> Any:
    ask.sandbox.reset()
    return {"status": "ok"}


def _snapshots(ask: Ask) -> Any:
    return {"snapshots": snapshots.list_names(ask.sandbox)}


def _take(ask: Ask) -> Any:
    snapshots.take(ask.sandbox, ask.named["name"])
    return {"status": "ok"}


def _restore(ask: Ask) -> Any:
    if not snapshots.restore(ask.sandbox, ask.named["name"]):
        raise MissingError(f"there is no snapshot {ask.named['name']!r}")
    return {"status": "ok"}


def _drop(ask: Ask) -> Any:
    if not snapshots.drop(ask.sandbox, ask.named["name"]):
        raise MissingError(f"there is no snapshot {ask.named['name']!r}")
    return {"status": "ok"}


ROUTES: Routes = {
    "/calls": {"GET": _calls, "DELETE": _forget_calls},
    "/calls/{number}": {"GET": _call},
    "/faults": {"GET": _faults, "POST": _add_fault, "DELETE": _remove_faults},
    "/faults/{number}": {"DELETE": _remove_faults},
    "/limits": {"GET": _limits, "PUT": _set_limits, "DELETE": _lift_limits},
    "/clock": {"GET": _clock, "POST": _turn, "DELETE": _turn_back},
    "/states": {"GET": _states, "PUT": _set_states, "POST": _decide},
    "/play": {"POST": _play},
    "/quota": {"GET": _quota, "PUT": _set_quota},
    "/reset": {"POST": _reset},
    "/snapshots": {"GET": _snapshots},
    "/snapshots/{name}": {"POST": _take, "DELETE": _drop},
    "/snapshots/{name}/restore": {"POST": _restore},
}
