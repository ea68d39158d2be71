"""Keys held for as long as they last: renewed before they end, and kept between runs in the cache folder."""

from __future__ import annotations

import math
import os
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from dmcli.credentials.provider import CLOUD_NAMES, read_keys
from dmcli.errors import DmError
from dmcli.local.files import read_text, write_private
from dmcli.local.paths import cache_folder
from dmcli.untrusted import read_json
from dmcli.words import tr

if TYPE_CHECKING:
    from collections.abc import Callable

    from dmcli.api.request import Keys
    from dmcli.credentials.provider import Provider, ProviderContext

MARGIN = 300.0  # seconds before their end in which keys are renewed


class RefreshingKeys:
    """The keys of a provider, the same ones while they last; several threads may share it.

    `check` is put to the keys each time they are given and raises DmError for those that must not be used.

    >>> from dmcli.api.request import Keys
    >>> from dmcli.client.attempts import Retrier
    >>> from dmcli.client.transport import HttpExchange
    >>> from dmcli.credentials.provider import Provider, ProviderContext
    >>> from dmcli.secret import Secret
    >>> provider = Provider("a vault", "me", lambda: Keys("testid", Secret("testsecret")))
    >>> keys = RefreshingKeys(provider, ProviderContext({}, HttpExchange, Retrier()))
    >>> keys().access_key_id, keys(renew=True).source
    ('testid', 'a vault')
    """

    def __init__(
        self, provider: Provider, context: ProviderContext, check: Callable[[Keys], None] = lambda _: None
    ) -> None:
        self.owner, self.source, self.identity = provider.owner, provider.source, provider.identity
        self.warnings = provider.warnings
        self._provider, self._context, self._check = provider, context, check
        self._keys: Keys | None = None
        self._margin = MARGIN
        self._lock = threading.Lock()

    def __call__(self, *, renew: bool = False) -> Keys:
        """The keys; new ones when there are none, they end soon, or with `renew`. Raises what the provider raises."""
        with self._lock:
            keys = self._keys or self._read_cache()
            if keys is None or renew or self._left(keys) < self._margin:
                keys = self._fetch(None if renew else keys)
            self._keys = keys
        self._check(keys)
        return keys

    def _left(self, keys: Keys) -> float:
        """Seconds until the keys end."""
        return keys.expires - self._context.now() if keys.expires else math.inf

    def _fetch(self, old: Keys | None) -> Keys:
        """New keys, kept for later runs; the old ones again while they last, when there are no new ones to be had."""
        try:
            keys = self._with_source(self._provider.fetch())
        except DmError as error:
            if old is None or self._left(old) <= 0:
                raise
            keys = old
            self._context.retrier.tell(
                tr(
                    "warning: {source}: keys that end soon could not be renewed: {reason}",
                    source=old.source,
                    reason=error.message,
                )
            )
        else:
            if self._provider.cache and keys.expires:
                self._write_cache(keys)
        # Keys that last less long are renewed at half of it, and so are those whose renewal failed.
        self._margin = min(MARGIN, self._left(keys) / 2)
        return keys

    def _with_source(self, keys: Keys) -> Keys:
        return keys._replace(source=self._provider.source, owner=self._provider.owner)

    @property
    def _path(self) -> str:
        return os.path.join(cache_folder(self._context.environ), f"{self._provider.cache}.json")

    def _read_cache(self) -> Keys | None:
        """The keys that an earlier run kept, if the file is private and they last; None for any other file."""
        if not self._provider.cache:
            return None
        with suppress(DmError, ValueError):
            text, access = read_text(self._path)
            keys = read_keys(read_json(text), CLOUD_NAMES, self._path, self._context.now(), token=False)
            return self._with_source(keys) if access.private and keys.expires else None
        return None

    def _write_cache(self, keys: Keys) -> None:
        """Write the keys for later runs; that they cannot be written is no reason to fail."""
        import json

        (identity,), (secret,), (token,), (end,) = CLOUD_NAMES
        parts = {
            identity: keys.access_key_id,
            secret: keys.access_key_secret.reveal(),
            token: keys.security_token.reveal(),
            end: int(keys.expires),
        }
        with suppress(DmError):
            write_private(self._path, json.dumps(parts))
