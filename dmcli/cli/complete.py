"""Values for completion: names from a short-lived cache, fetched within a second or not at all."""

from __future__ import annotations

import os
import time
from typing import Any

from dmcli.errors import DmError

_FRESH = 60.0  # seconds a cached answer serves
_BUDGET = (0.4, 0.8)  # seconds to connect and to wait for a reply: a prompt must not hang
_MOST = 200


def profiles() -> list[str]:
    """The names of the profiles there are; none if the file cannot be read."""
    from dmcli.local import config_path
    from dmcli.profile import load_file

    try:
        return ["sandbox", *load_file(config_path(os.environ)).profiles]
    except DmError:
        return ["sandbox"]


def values(listing: str, field: str) -> list[str]:
    """The names in a listing; what the cache last knew when the service does not answer at once."""
    import json

    try:
        path, scope = _place(listing)
        known = _read(path)
        if known.get("scope") == scope and 0 <= time.time() - float(known.get("at", 0)) < _FRESH:
            return [str(value) for value in known.get("values", [])]
        try:
            found = _fetch(listing, field)
        except DmError:
            return [str(value) for value in known.get("values", [])] if known.get("scope") == scope else []
        from dmcli.local import write_private

        write_private(path, json.dumps({"scope": scope, "at": time.time(), "values": found}))
    except (DmError, OSError, ValueError):
        return []
    return found


def _place(listing: str) -> tuple[str, str]:
    """The cache file of a listing, and whose answer it would be: endpoint and key."""
    import zlib

    from dmcli.cli.session import session
    from dmcli.local import cache_folder

    current = session()
    scope = f"{current.target.url} {current.target.region} {current.keys.access_key_id}"
    if not current.settings.endpoint:
        scope += os.environ.get("DM_SANDBOX_DB", "")
    return f"{cache_folder(os.environ)}/complete-{listing}-{zlib.crc32(scope.encode()):08x}.json", scope


def _read(path: str) -> dict[str, Any]:
    import json

    try:
        with open(path, encoding="utf-8") as file:
            known = json.load(file)
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _fetch(listing: str, field: str) -> list[str]:
    """The first rows of the listing: one call, one page."""
    from dmcli.api import catalogue
    from dmcli.api.paging import value_of
    from dmcli.cli.session import session

    current = session()
    current.given["timeouts"] = (_BUDGET,)
    current.given["quiet"] = True
    page = next(current.client.pages(catalogue.get(listing), {}, _MOST), None)
    return [str(value_of(row, field)) for row in page.rows if value_of(row, field)] if page else []
