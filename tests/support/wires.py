"""Random calls of every action, as they go on the wire: by `dm api`, and by the vendor's SDK for Python."""

from __future__ import annotations

import inspect
import json
import warnings
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple, get_args, get_type_hints
from urllib.parse import parse_qsl

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from alibabacloud_dm20151123 import models
    from alibabacloud_dm20151123.client import Client
    from alibabacloud_tea_openapi.models import Config

from dmcli.api.kinds.addresses import AnyEmail, Attachments, Domain, Email, EmailOrDomain, Emails, Sender
from dmcli.api.kinds.dates import Day, Instant, Minute, Stamp
from dmcli.api.kinds.json import Headers, Json, Recipients, StoredTemplate, Switch
from dmcli.api.kinds.network import IpRange
from dmcli.api.kinds.reference import Ref
from dmcli.api.kinds.text import Body, Choice, Flag, Integer, Password, Text
from dmcli.api.regions import SANDBOX_KEY_ID, SANDBOX_KEY_SECRET
from dmcli.api.wire import COMMON, Reply
from dmcli.cli.session import Session
from dmcli.sandbox.server.server import Server

if TYPE_CHECKING:
    from collections.abc import Callable

    from dmcli.api.kinds.base import Kind
    from dmcli.api.model import Action, Param
    from dmcli.api.wire import Request

_NOW = datetime(2026, 3, 15, 4, tzinfo=UTC)
_CHARACTERS = " abcXYZ019_-.~*'()!%&=+?/\\\"<>#$@:;,|[]{}^`您好世界äé😀"
_WORDS = "abcdefghijklmnopqrstuvwxyz0123456789"
_DOMAINS = ("example.com", "mail.example.org", "xn--fsqu00a.example.net")


def _text(chance: Random, least: int = 1, most: int = 20, of: str = _CHARACTERS) -> str:
    return "".join(chance.choices(of, k=chance.randint(max(least, 1), most)))


def _email(chance: Random) -> str:
    return f"{_text(chance, of=_WORDS)}@{chance.choice(_DOMAINS)}"


def _moment(chance: Random) -> datetime:
    return _NOW - timedelta(minutes=chance.randint(0, 60 * 24 * 30))


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _object(chance: Random) -> dict[str, Any]:
    return {_text(chance, of=_WORDS): _text(chance) for _ in range(chance.randint(1, 3))}


def _groups(chance: Random) -> list[dict[str, Any]]:
    return [
        {"To": [_email(chance) for _ in range(chance.randint(1, 3))], "TemplateData": _object(chance)}
        for _ in range(chance.randint(1, 3))
    ]


# How a value of a kind is made; of several classes of a kind the nearest counts.
_MADE: dict[type[Kind], Callable[[Any, Random], str]] = {
    Text: lambda kind, chance: _text(chance, kind.least, kind.most or 40, _WORDS if kind.pattern else _CHARACTERS),
    Body: lambda _, chance: "\n".join(_text(chance) for _ in range(chance.randint(1, 5))),
    Integer: lambda kind, chance: str(chance.randint(kind.least, min(kind.most, 10**6))),
    Choice: lambda kind, chance: chance.choice(list(kind.words.values())),
    Flag: lambda kind, chance: chance.choice([kind.yes, kind.no]),
    Switch: lambda kind, chance: chance.choice([kind.yes, kind.no]),
    Password: lambda _, chance: f"aB1{_text(chance, 10, 17, _WORDS)}",
    Email: lambda _, chance: _email(chance),
    AnyEmail: lambda _, chance: _email(chance),
    Sender: lambda _, chance: _email(chance),
    Emails: lambda kind, chance: ",".join(_email(chance) for _ in range(chance.randint(1, min(kind.count, 3)))),
    Domain: lambda _, chance: chance.choice(_DOMAINS),
    EmailOrDomain: lambda _, chance: chance.choice([_email(chance), *_DOMAINS]),
    IpRange: lambda _, chance: f"203.0.113.{chance.randint(0, 255)}",
    Day: lambda _, chance: f"{_moment(chance):%Y-%m-%d}",
    Minute: lambda _, chance: f"{_moment(chance):%Y-%m-%d %H:%M}",
    Instant: lambda _, chance: str(int(_moment(chance).timestamp())),
    Stamp: lambda _, chance: f"{_moment(chance):%Y-%m-%dT%H:%M:%SZ}",
    Ref: lambda kind, chance: (
        made(kind.names, chance) if kind.takes == "name" and kind.names else str(chance.randint(1, 10**6))
    ),
    StoredTemplate: lambda _, chance: _compact({"TemplateId": "1", "TemplateData": _object(chance)}),
    Json: lambda kind, chance: _compact(_object(chance) if kind.of is dict else [_object(chance)]),
    Headers: lambda _, chance: _compact({f"X-User-{_text(chance, of=_WORDS)}": _text(chance)}),
    Recipients: lambda _, chance: _compact(_groups(chance)),
    Attachments: lambda _, chance: f"{_text(chance, of=_WORDS)}.pdf=https://example.com/{_text(chance, of=_WORDS)}",
}  # fmt: skip
# What the SDK has a model for.
_INSIDE = {
    ("BatchSendMail", "TemplateContent"): lambda chance: {
        name: _text(chance) for name in ("Alias", "HtmlBody", "Subject", "TextBody") if chance.random() < 0.7
    },
    **dict.fromkeys(
        (("ConfigSetCreate", "ValidationOption"), ("ConfigSetUpdate", "ValidationOption")),
        lambda chance: {"Enabled": chance.random() < 0.5, "ForbiddenStatusList": [_text(chance) for _ in range(2)]},
    ),
}


def made(kind: Kind, chance: Random) -> str:
    """A value of a kind that goes on the wire as it is."""
    for cls in type(kind).__mro__:
        if cls in _MADE:
            return _MADE[cls](kind, chance)
    raise AssertionError(f"nothing makes a {type(kind).__name__}")


def random_params(action: Action, chance: Random) -> dict[str, str]:
    """Parameters of a call, all that it must have and some of the others, as they are typed and go on the wire."""
    wire: dict[str, str] = {}
    for param in action.params:
        if not param.required and chance.random() < 0.5:
            continue
        if isinstance(param.kind, Attachments):
            texts = [made(param.kind, chance) for _ in range(chance.randint(1, 3))]
        else:
            inside = _INSIDE.get((action.name, param.name))
            texts = [_compact(inside(chance)) if inside else made(param.kind, chance)]
        wire |= param.kind.encode(param.name, texts, _NOW)
    return wire


class Sent(NamedTuple):
    """What a client put on the wire: parameters in the URL and in the form body, without those of every call."""

    query: dict[str, str]
    form: dict[str, str]

    @property
    def params(self) -> dict[str, str]:
        """All of them."""
        return self.query | self.form


class Difference(NamedTuple):
    """A way in which what `dm` sends of a parameter differs from what the SDK sends, and why.

    `of` says of which parameters; `same` whether two values mean the same. Without `same` it is the place that differs.
    """

    why: str
    of: Callable[[Param], bool]
    same: Callable[[str, str], bool] | None = None


DIFFERENCES = (
    Difference(
        "The SDK writes booleans as Python does, True and False. The service's documents have true and false.",
        lambda param: type(param.kind) is Flag,
        lambda ours, theirs: ours == theirs.lower(),
    ),
    Difference(
        "The SDK writes the fields of its models in the order of their names; dm sends JSON as it was typed.",
        lambda param: isinstance(param.kind, (Json, StoredTemplate)),
        lambda ours, theirs: json.loads(ours) == json.loads(theirs),
    ),
    Difference(
        "Servers and proxies log URLs, so that dm puts no secret there; the SDK does.", lambda param: param.secret
    ),
)


def differences(action: Action, ours: Sent, theirs: Sent) -> set[Difference]:
    """Those of DIFFERENCES that two calls of an action show. Fails for any other."""
    assert ours.params.keys() == theirs.params.keys(), action.name
    seen: set[Difference] = set()
    for name, value in ours.params.items():
        param = action.param(name.partition(".")[0])
        if value != (other := theirs.params[name]):
            known = [one for one in DIFFERENCES if one.same and one.of(param) and one.same(value, other)]
            assert known, (action.name, name, value, other)
            seen.update(known)
        if (name in ours.query) != (name in theirs.query):
            known = [one for one in DIFFERENCES if not one.same and one.of(param)]
            assert known, (action.name, name, "stands elsewhere")
            seen.update(known)
    return seen


class Wire:
    """A server that takes every call and keeps it, and the clients that call it."""

    def __init__(self) -> None:
        self._requests: list[Request] = []
        self._server = Server(self._answer)
        self._server.start()
        self.url = self._server.url
        config = Config(
            access_key_id=SANDBOX_KEY_ID,
            access_key_secret=SANDBOX_KEY_SECRET,
            region_id="cn-hangzhou",
            endpoint=self.url.removeprefix("http://"),
            protocol="http",
        )
        self._sdk = Client(config)
        self._methods = {name.replace("_", ""): name for name in dir(Client) if not name.endswith("_async")}
        self._session = Session({"profile": "sandbox", "endpoint": self.url})

    def close(self) -> None:
        self._session.close()
        self._server.stop()

    def taken(self) -> Sent:
        """What the one call since the last time had."""
        (request,) = self._requests
        self._requests.clear()
        parts = (request.url.partition("?")[2], request.body.decode())
        query, form = (dict(parse_qsl(part, keep_blank_values=True)) for part in parts)
        return Sent(*({name: part[name] for name in part if name not in COMMON} for part in (query, form)))

    def by_the_sdk(self, action: Action, wire: dict[str, str]) -> Sent:
        """What the SDK sends for these parameters."""
        model = getattr(models, f"{action.name}Request", None)  # there is none without parameters
        method = getattr(self._sdk, self._methods[action.name.lower()])
        method(*([_filled(model, wire)] if model else []))
        return self.taken()

    def by_dm(self, action: Action, wire: dict[str, str]) -> Sent:
        """What the client of `dm` sends for them."""
        self._session.client.ask(action, wire)
        return self.taken()

    def seen(self, action: Action, times: int) -> set[Difference]:
        """The differences that random calls of an action show, the same calls each time. Fails for any other."""
        chance = Random(action.name)  # noqa: S311  of calls, not of secrets
        calls = (random_params(action, chance) for _ in range(times))
        return {
            one
            for wire in calls
            for one in differences(action, self.by_dm(action, wire), self.by_the_sdk(action, wire))
        }

    def _answer(self, request: Request) -> Reply:
        self._requests.append(request)
        return Reply(200, {"content-type": "application/json"}, b'{"RequestId":"R"}')


def _filled(model: type, wire: dict[str, str]) -> Any:
    """The SDK's request with these values, in the types that it declares."""
    hints = get_type_hints(model.__init__, vars(inspect.getmodule(model)))
    attributes = {name.replace("_", ""): name for name in hints}
    given = {attributes[name.lower()]: value for name, value in _nested(wire).items()}
    return model(**{name: _read(hints[name], value) for name, value in given.items()})


def _nested(wire: dict[str, str]) -> dict[str, Any]:
    """The parameters, numbered ones (`Attachments.1.AttachmentName`) as a list of objects."""
    nested: dict[str, Any] = {}
    for name, value in wire.items():
        outer, _, inner = name.partition(".")
        if inner:
            number, field = inner.split(".")
            nested.setdefault(outer, {}).setdefault(number, {})[field] = value
        else:
            nested[outer] = value
    return {name: list(value.values()) if isinstance(value, dict) else value for name, value in nested.items()}


def _read(hint: Any, value: Any) -> Any:
    """A value as the SDK wants it."""
    if hint is bool:
        return value.lower() == "true"
    if hint in (int, str):
        return hint(value)
    value = json.loads(value) if isinstance(value, str) else value
    model = next((part for part in (hint, *get_args(hint)) if hasattr(part, "from_map")), None)
    if not model:
        return value
    return [model().from_map(one) for one in value] if isinstance(value, list) else model().from_map(value)
