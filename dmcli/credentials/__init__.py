"""Where access keys come from: whole from one source, checked, never shown, and renewed before they end.

`chain` has the order of the sources, which the sandbox does without; beside it there is a module for each provider.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from dmcli.api.regions import CLOUD_SUFFIX, SANDBOX_KEY_ID, SANDBOX_KEY_SECRET
from dmcli.api.request import Keys
from dmcli.errors import ConfigError
from dmcli.secret import Secret
from dmcli.words import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dmcli.api.request import KeySource
    from dmcli.api.wire import Exchange
    from dmcli.client.attempts import Retrier
    from dmcli.config.settings import Flags, Settings


class _BuiltIn:
    """The sandbox's own keys, which are no secret and never end; not for the cloud."""

    owner = identity = SANDBOX_KEY_ID
    warnings: tuple[str, ...] = ()

    def __init__(self, settings: Settings) -> None:
        self.source = tr("built in")
        self._settings = settings

    def __call__(self, *, renew: bool = False) -> Keys:  # noqa: ARG002  there are no others
        keys = Keys(SANDBOX_KEY_ID, Secret(SANDBOX_KEY_SECRET), source=self.source, owner=self.owner)
        _guard_place(self._settings, keys)
        return keys


def source(
    settings: Settings, flags: Flags, environ: Mapping[str, str], exchange: Callable[[], Exchange], retrier: Retrier
) -> KeySource:
    """Where the keys for these settings come from, each time a call needs them.

    `exchange` makes the way to the network, when a source needs one. Raises ConfigError when there are no keys, half of
    them, or keys that cannot be right; LocalIOError when a file cannot be read. What is given raises these too, for
    keys that must not go where the settings point, and UnreachableError when those who have the keys do not answer.

    >>> from dmcli.client.attempts import Retrier
    >>> from dmcli.client.transport import HttpExchange
    >>> from dmcli.config.settings import Flags, resolve
    >>> environ = {"HOME": "/nobody", "ALIBABA_CLOUD_ACCESS_KEY_ID": "a", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "b"}
    >>> keys = source(resolve(Flags(), environ), Flags(), environ, HttpExchange, Retrier())
    >>> keys().source, keys().access_key_secret
    ('environment (ALIBABA_CLOUD_ACCESS_KEY_ID)', ***)
    """
    if settings.sandbox:
        return _BuiltIn(settings)
    from dmcli.credentials.chain import find
    from dmcli.credentials.provider import ProviderContext
    from dmcli.credentials.refresh import RefreshingKeys

    context = ProviderContext(environ, exchange, retrier)
    return RefreshingKeys(find(flags, context), context, partial(_guard, settings))


def _guard(settings: Settings, keys: Keys) -> None:
    """Raise ConfigError for keys that must not go where the settings point."""
    from dmcli.credentials.provider import REAL

    if settings.endpoint.startswith("http:") and keys.access_key_id.startswith(REAL):
        raise ConfigError(
            tr(
                "the keys of {source} look real and {endpoint} is not encrypted; use https, or made-up keys",
                source=keys.source,
                endpoint=settings.endpoint,
            )
        )
    _guard_place(settings, keys)


def _guard_place(settings: Settings, keys: Keys) -> None:
    """Raise ConfigError for the sandbox's keys where the settings point to the cloud."""
    host = settings.endpoint.partition("://")[2]
    if host.partition(":")[0].endswith(CLOUD_SUFFIX) and keys.access_key_id == SANDBOX_KEY_ID:
        raise ConfigError(
            tr(
                "the keys ({source}) are the sandbox's, and {endpoint} is the cloud: choose another profile",
                source=keys.source,
                endpoint=settings.endpoint,
            )
        )
