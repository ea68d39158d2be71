"""`dm sandbox env`: how other programs are led to the sandbox."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from dmcli.api.regions import DEFAULT_REGION
from dmcli.cli.commands.sandbox.serving.common import health_at
from dmcli.cli.tree import command
from dmcli.sandbox.environment import LANGUAGES, PORT, SHELLS, exports, snippet, variables
from dmcli.words import composed, tr

if TYPE_CHECKING:
    from dmcli.cli.session import Session


_API = "/_dm/api"


def _env(current: Session, *, port: int | None, shell: str | None, language: str | None) -> None:
    from dmcli.render import show_document, show_text
    from dmcli.sandbox.certificate import trusted

    url, output, region = _place(port), current.output(), current.resources.sandbox_region or DEFAULT_REGION
    health = health_at(url)
    doors = {name: where for name, where in health.items() if name in ("smtp", "smtps")}
    made = variables(url, trusted(os.environ), region, doors)
    if language:
        show_text(snippet(language, url, region).rstrip("\n"), output)
    elif output.wants_data and not shell:
        show_document(made, (), output)
    else:
        lines = exports(os.environ, made, shell or _shell())
        show_text(lines.rstrip("\n"), output)
    if not health:
        serve = f"{current.resources.sandbox_command} serve"
        current.say(
            tr(
                "nothing answers at {url} yet; start it: {serve} --port {port}",
                url=url,
                serve=serve,
                port=url.rpartition(":")[2],
            )
        )


def _place(port: int | None) -> str:
    """Where the sandbox is: at that port, where `dm sandbox run` serves it to this program, or where it usually is."""
    given = os.environ.get("DM_SANDBOX_API", "")
    if port is None and given.startswith("http://127.0.0.1:"):
        return given.removesuffix(_API)
    return f"http://127.0.0.1:{port or PORT}"


def _shell() -> str:
    """The shell that the environment speaks of."""
    if os.name == "nt":
        return "powershell"
    return "fish" if os.path.basename(os.environ.get("SHELL", "")) == "fish" else "sh"


_PORT = click.Option(["--port"], type=click.IntRange(1, 65535), metavar="N")
_PORT.help = composed("Port on 127.0.0.1.  [default: {port}, or that of the run that this is in]", port=str(PORT))

COMMAND = command(
    "env",
    [
        _PORT,
        click.Option(["--shell"], type=click.Choice(SHELLS), help="Write for this shell.  [default: yours]"),
        click.Option(
            ["--snippet", "language"], type=click.Choice(LANGUAGES), help="Print a program that uses the sandbox."
        ),
    ],
    _env,
    example="--shell sh",
)
