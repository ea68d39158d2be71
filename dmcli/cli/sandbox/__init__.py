"""`dm sandbox`: the account in the sandbox, what was sent in it, what is to go wrong, and servers of it.

Nothing here goes beyond 127.0.0.1.
"""

from __future__ import annotations

from dmcli.cli.tree import Package

COMMAND = Package(
    "sandbox",
    __name__,
    {
        "open": "Serve the sandbox on 127.0.0.1 and open its inbox in the browser.",
        "serve": "Serve the sandbox on 127.0.0.1, for other programs and the vendor's SDKs.",
        "mail": "Mail that was sent in the sandbox.",
        "quota": "Show or set the sandbox's quota.",
        "reset": "Delete everything in the sandbox and start afresh.",
    },
)
