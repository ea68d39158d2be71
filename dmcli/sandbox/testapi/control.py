"""What a tester sets, over the test API, and the log of calls."""

from __future__ import annotations

from typing import Any

from dmcli.errors import InputError
from dmcli.sandbox.control import clock, faults, limits, sources, states
from dmcli.sandbox.control.quota import get_quota, set_quota
from dmcli.sandbox.gateway import call_log
from dmcli.sandbox.routing import Route
from dmcli.sandbox.store import snapshots
from dmcli.sandbox.testapi.request import MOST_ROWS, ApiRequest, MissingError


def _calls(request: ApiRequest) -> Any:
    limit, status = request.number("limit", 100, MOST_ROWS), request.number("status", 0, 999)
    texts = {name: request.query.get(name, "") for name in ("action", "code")}
    chosen = call_log.Filter(**texts, status=status, since=request.number("since", 0, 2**62))
    return {"calls": call_log.list_calls(request.sandbox, limit, chosen)}


def _call(request: ApiRequest) -> Any:
    found = call_log.get_call(request.sandbox, request.named["number"])
    if found is None:
        raise MissingError(f"there is no call {request.named['number']}")
    return found


def _forget_calls(request: ApiRequest) -> Any:
    return {"deleted": call_log.clear_calls(request.sandbox)}


def _faults(request: ApiRequest) -> Any:
    return {"faults": [fault._asdict() for fault in faults.list_faults(request.sandbox)]}


def _add_fault(request: ApiRequest) -> Any:
    return faults.add_fault(request.sandbox, faults.fault_of(request.object()))._asdict()


def _remove_faults(request: ApiRequest) -> Any:
    number = request.named.get("number")
    gone = faults.remove_faults(request.sandbox, number)
    if number is not None and not gone:
        raise MissingError(f"there is no fault {number}")
    return {"deleted": gone}


def _limits(request: ApiRequest) -> Any:
    return {"limits": {one.action: one.text for one in limits.list_limits(request.sandbox)}}


def _set_limits(request: ApiRequest) -> Any:
    given = [limits.limit_of(action, str(rate)) for action, rate in request.object().items()]
    limits.set_limits(request.sandbox, given)
    return _limits(request)


def _lift_limits(request: ApiRequest) -> Any:
    return {"deleted": limits.lift_limits(request.sandbox)}


def _sources(request: ApiRequest) -> Any:
    return {"limits": sources.get_year(request.sandbox)}


def _set_sources(request: ApiRequest) -> Any:
    sources.set_year(request.sandbox, str(request.object().get("limits")))
    return _sources(request)


# --- the whole of it


def _clock(request: ApiRequest) -> Any:
    return clock.get_time(request.sandbox)


def _turn(request: ApiRequest) -> Any:
    clock.turn(request.sandbox, request.object())
    return _clock(request)


def _turn_back(request: ApiRequest) -> Any:
    clock.turn(request.sandbox, {"turned": 0})
    return _clock(request)


def _states(request: ApiRequest) -> Any:
    return {"states": states.get_modes(request.sandbox)}


def _set_states(request: ApiRequest) -> Any:
    for kind, mode in request.object().items():
        states.set_mode(request.sandbox, kind, str(mode))
    return _states(request)


def _decide(request: ApiRequest) -> Any:
    decisions = request.object()
    if not decisions:
        raise InputError(f"decide something; one can {', '.join(states.DECISIONS)}, each with a name")
    for decision, name in decisions.items():
        states.decide(request.sandbox, decision, str(name))
    return {"status": "ok"}


def _play(request: ApiRequest) -> Any:
    from dmcli.sandbox.control import events

    return events.play(request.sandbox, **events.parse_event(request.object()))._asdict()


def _quota(request: ApiRequest) -> Any:
    return get_quota(request.sandbox)


def _set_quota(request: ApiRequest) -> Any:
    wanted = request.object()
    if set(wanted) - {"daily", "monthly"} or not all(type(value) is int for value in wanted.values()):
        raise InputError("give daily, monthly or both, each a number of mails")
    set_quota(request.sandbox, **wanted)
    return _quota(request)


def _seed(request: ApiRequest) -> Any:
    from dmcli.sandbox.control import seed

    return seed.add_past(request.sandbox, **seed.numbers_of(request.object()))._asdict()


def _reset(request: ApiRequest) -> Any:
    request.sandbox.reset()
    return {"status": "ok"}


def _snapshots(request: ApiRequest) -> Any:
    return {"snapshots": snapshots.list_names(request.sandbox)}


def _take(request: ApiRequest) -> Any:
    snapshots.take(request.sandbox, request.named["name"])
    return {"status": "ok"}


def _restore(request: ApiRequest) -> Any:
    if not snapshots.restore(request.sandbox, request.named["name"]):
        raise MissingError(f"there is no snapshot {request.named['name']!r}")
    return {"status": "ok"}


def _drop(request: ApiRequest) -> Any:
    if not snapshots.drop(request.sandbox, request.named["name"]):
        raise MissingError(f"there is no snapshot {request.named['name']!r}")
    return {"status": "ok"}


ROUTES = (
    Route("GET", "/calls", _calls),
    Route("DELETE", "/calls", _forget_calls),
    Route("GET", "/calls/{number}", _call),
    Route("GET", "/faults", _faults),
    Route("POST", "/faults", _add_fault),
    Route("DELETE", "/faults", _remove_faults),
    Route("DELETE", "/faults/{number}", _remove_faults),
    Route("GET", "/limits", _limits),
    Route("PUT", "/limits", _set_limits),
    Route("DELETE", "/limits", _lift_limits),
    Route("GET", "/sources", _sources),
    Route("PUT", "/sources", _set_sources),
    Route("GET", "/clock", _clock),
    Route("POST", "/clock", _turn),
    Route("DELETE", "/clock", _turn_back),
    Route("GET", "/states", _states),
    Route("PUT", "/states", _set_states),
    Route("POST", "/states", _decide),
    Route("POST", "/play", _play),
    Route("GET", "/quota", _quota),
    Route("PUT", "/quota", _set_quota),
    Route("POST", "/seed", _seed),
    Route("POST", "/reset", _reset),
    Route("GET", "/snapshots", _snapshots),
    Route("POST", "/snapshots/{name}", _take),
    Route("DELETE", "/snapshots/{name}", _drop),
    Route("POST", "/snapshots/{name}/restore", _restore),
)
