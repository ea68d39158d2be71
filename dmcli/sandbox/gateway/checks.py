"""What can be found out about a call before it has its turn with the state; it takes as long as the call is large."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from dmcli.record import Record
from dmcli.sandbox.errors import ServiceError
from dmcli.sandbox.gateway import params, signature
from dmcli.sandbox.gateway.request import MAX_PARAMS, request_path
from dmcli.sandbox.service.sources import are_stricter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from dmcli.api.model import Action
    from dmcli.api.wire import Request
    from dmcli.sandbox.gateway.request import Call
    from dmcli.sandbox.store.store import Live

_UPLOAD = ("AuthorizeFileUpload", "2019-12-19")  # of another product, OpenPlatform


class Checked(Record):
    """What a call says of itself.

    `action` is None for the permit of an upload, `params` are those of the catalogue. `refusal` is why it cannot be
    done; `verified` that its signature is right all the same. `notes` are for the log.
    """

    action: Action | None = None
    params: Mapping[str, str] = {}
    verified: bool = False
    refusal: ServiceError | None = None
    notes: Mapping[str, Any] = {}


def check_call(request: Request, call: Call, at: datetime, live: Live, *, strict: bool) -> Checked:
    """Check a call that came `at` this time of the machine: where it is addressed to, its signature, its parameters."""
    action, verified = None, False
    try:
        action = _addressed(request, call)
        # Clients sign by the clock of their machine, and know nothing of what the account's was turned by.
        signature.verify(request, call, at)
        verified = True
        if action is None:
            return Checked(verified=verified)
        unknown = _find_unknown(action, call, strict=strict)
        given = _read_params(action, call, at, live)
        return Checked(action, given, verified, None, {"unknown": unknown} if unknown else {})
    except ServiceError as error:
        return Checked(action, {}, verified, error, _notes(request, call, error))


def _addressed(request: Request, call: Call) -> Action | None:
    """The action that a request is addressed to, None for the permit of an upload. Raises ServiceError."""
    if request.method not in ("GET", "POST"):
        raise ServiceError("UnsupportedHTTPMethod")
    if request_path(request) != "/":
        raise ServiceError("InvalidAction.NotFound")
    if call.crowded:
        raise ServiceError("InvalidParameter", f"The request has more than {MAX_PARAMS} parameters.")
    if (call.action, call.version) == _UPLOAD:
        return None
    action = params.find_action(call.action, call.version)
    if request.method not in action.methods:
        raise ServiceError("UnsupportedHTTPMethod")
    return action


def _find_unknown(action: Action, call: Call, *, strict: bool) -> list[str]:
    """The parameters that the catalogue does not know. Raises ServiceError where the sandbox is strict."""
    unknown = params.unknown_params(action, call.params)
    if unknown and strict:
        raise ServiceError("SandboxUnknownParameter", f"{action.name} has no parameter {', '.join(unknown)}.")
    return unknown


def _read_params(action: Action, call: Call, at: datetime, live: Live) -> Mapping[str, str]:
    """The parameters as handlers rely on them. Raises ServiceError."""
    now, stricter = at + timedelta(seconds=live.clock), are_stricter(live.settings)
    return params.check_params(action, call.version, call.params, now, stricter=stricter)


def _notes(request: Request, call: Call, error: ServiceError) -> dict[str, Any]:
    """What the log says of a refusal: of a wrong signature what the client did otherwise."""
    if error.code != "SignatureDoesNotMatch":
        return {}
    from dmcli.sandbox.gateway.diagnosis import diagnose

    return {"signature": diagnose(request, call)}
