"""`dm sandbox`: the account in the sandbox, what was sent in it, what is to go wrong, and servers of it.

Nothing here goes beyond 127.0.0.1.
"""

from __future__ import annotations

from dmcli.cli.tree import Package, command_in

COMMAND = Package(
    "sandbox",
    {
        "serving.open": "Serve the sandbox on 127.0.0.1 and open its inbox in the browser.",
        "serving.serve": "Serve the sandbox on 127.0.0.1, for other programs and the vendor's SDKs.",
        "serving.run": "Run a command that finds the sandbox in place of the service.",
        "serving.env": "Print the variables by which programs find the sandbox, or a program that uses it.",
        "mail": "Mail that was sent in the sandbox.",
        "calls": "Each request that came, and what it was answered.",
        "play": "Let a mail be opened, clicked, unsubscribed from, bounced.",
        "fault": "Let calls go wrong, and list what is to go wrong.",
        "limit": "Limit how often actions may be called.",
        "limits": "Choose between the stricter and the looser limits where sources disagree.",
        "state": "How domains, templates and reply addresses become ready.",
        "dns": "The zones of the sandbox's DNS authority, by which its domains then verify.",
        "clock": "Turn the clock of the sandbox.",
        "quota": "Show or set the sandbox's quota.",
        "seed": "Add a made-up past: months of mail, the same each time.",
        "snapshot": "Keep the whole sandbox under a name, and go back to it.",
        "differences": "How true is it? What is copied from the service's documents, guessed and missing.",
        "reset": "Delete everything in the sandbox but its snapshots, and start anew.",
    },
    lambda member: command_in(f"{__name__}.{member}"),
)
