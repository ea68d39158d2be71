"""`dm config init`: make a profile, of answers on a terminal or, without one, of options and standard input."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from dmcli.cli.commands.config.profiles import file_of_profiles
from dmcli.cli.question import prompted
from dmcli.cli.tree import command
from dmcli.config.file import KEYS, name_problem
from dmcli.errors import ConfigError, InputError
from dmcli.secret import Secret
from dmcli.words import marked, tr

if TYPE_CHECKING:
    from dmcli.api.request import Keys
    from dmcli.cli.session import Session

_ID, _SECRET, _TOKEN = KEYS
_TOKEN_LINE = 8192  # characters; those of the vendor have some hundred, and no length that is promised


def _init(
    current: Session,
    *,
    name: str | None,
    access_key_id: str,
    secret_stdin: bool,
    sender: str,
    force: bool,
    keychain: bool,
) -> None:
    """Write a profile, its secrets into the keychain if they are to go there."""
    from dmcli.config.edit import add_profile, set_default
    from dmcli.credentials import keychain as chain
    from dmcli.local.files import read_text, write_private

    asks = not secret_stdin
    _check_options(access_key_id, asks=asks)
    file = file_of_profiles()
    if keychain:
        chain.check()
    chosen = _name(current, name, asks=asks)
    if chosen in file.profiles and not force:
        text = marked("there is a profile {name!r} in {path} already: give --force to replace it")
        raise InputError(tr(text, name=chosen, path=file.path))
    keys = _asked_keys(access_key_id) if asks else _piped_keys(access_key_id)
    values = {_ID: keys.access_key_id} | _place(current, sender, asks=asks)
    if keychain:
        chain.store(keys.access_key_id, keys.access_key_secret, keys.security_token)
        values["keychain"] = "yes"
    else:
        values |= {_SECRET: keys.access_key_secret.reveal(), _TOKEN: keys.security_token.reveal()}
    text = add_profile(read_text(file.path)[0], chosen, values, replace=force)
    if not file.default or not file.profiles:
        text = set_default(text, chosen)
    write_private(file.path, text)
    current.say(
        tr("wrote profile {name} to {path} (mode 0600)", name=chosen, path=file.path),
        tr("try it: dm -p {name} status --check", name=chosen),
    )


def _check_options(access_key_id: str, *, asks: bool) -> None:
    """Raise InputError where neither a terminal nor the options can give the keys."""
    from dmcli.local.paths import config_path

    if not asks and not access_key_id:
        raise InputError(tr("--secret-stdin gives the secret alone: give --access-key-id too"))
    if asks and not sys.stdin.isatty():
        text = marked(
            "there is no terminal to ask questions on: give --access-key-id and, on standard input, the secret with "
            "--secret-stdin, or write {where} as config.example.yaml is written"
        )
        raise InputError(tr(text, where=config_path(os.environ)))


def _name(current: Session, name: str | None, *, asks: bool) -> str:
    """What the profile is called: NAME, what -p says, or what is answered. Raises InputError for what will not do."""
    option = str(current.given.get("profile", ""))
    if name and option and name != option:
        raise InputError(tr("two names are given, {name!r} and {option!r} with -p: give one", name=name, option=option))
    chosen = name or option or (_ask(tr("Profile name"), default="default") if asks else "default")
    if problem := name_problem(chosen):
        raise InputError(tr("{name!r}: {why}", name=chosen, why=tr(problem)))
    return chosen


def _place(current: Session, sender: str, *, asks: bool) -> dict[str, str]:
    """Region, endpoint and sender: those that were typed, and those that are answered. Raises InputError."""
    from dmcli.api.regions import DEFAULT_REGION, REGIONS
    from dmcli.config.values import check_value

    typed = {"region": current.given.get("region", ""), "endpoint": current.given.get("endpoint", ""), "from": sender}
    typed = {key: str(value) for key, value in typed.items() if value}
    for key, value in typed.items():
        check_value(key, value)
    if not asks:
        return {"region": DEFAULT_REGION} | typed
    if "region" not in typed:
        typed["region"] = _ask(tr("Region"), default=DEFAULT_REGION, type=click.Choice(list(REGIONS)))
    if "from" not in typed:
        typed["from"] = _ask(
            tr("Sender address used by default (empty for none)"), default="", show_default=False, value_proc=_sender
        )
    return typed


def _asked_keys(access_key_id: str) -> Keys:
    """The keys as they are answered. Raises InputError for what no keys are."""
    identity = access_key_id or _ask(tr("AccessKey id"), value_proc=_identity)
    secret = _ask(tr("AccessKey secret"), hide_input=True)
    text = tr("Security token (empty for none)")
    return _checked(identity, secret, _ask(text, default="", show_default=False, hide_input=True))


def _piped_keys(access_key_id: str) -> Keys:
    """The keys: the secret on the first line of standard input, on the second the token of a temporary id.

    Others have none, and a line that nobody is going to write is not waited for.
    """
    from dmcli.cli.input import read_line
    from dmcli.credentials.provider import REAL

    secret = read_line(tr("AccessKey secret"))
    token = read_line(tr("security token"), _TOKEN_LINE) if access_key_id.startswith(REAL[1]) else ""
    return _checked(access_key_id, secret, token)


def _identity(text: str) -> str:
    """An access key id; click asks again otherwise."""
    try:
        _checked(text.strip(), "")
    except InputError as error:
        raise click.UsageError(error.message) from None
    return text


def _checked(identity: str, secret: str, token: str = "") -> Keys:
    """The keys. Raises InputError for what no keys are, which shows nothing of them."""
    from dmcli.api.request import Keys
    from dmcli.credentials.provider import check_new_keys

    try:
        return check_new_keys(Keys(identity, Secret(secret.strip()), Secret(token.strip())), tr("what was given"))
    except ConfigError as error:
        raise InputError(error.message) from None


def _sender(text: str) -> str:
    """A sender or nothing; click asks again otherwise."""
    from dmcli.config.values import check_value

    try:
        if text:
            check_value("from", text)
    except InputError as error:
        raise click.UsageError(error.message) from None
    return text


def _ask(text: str, **more: Any) -> str:
    """An answer, asked for on stderr, so that stdout stays data."""
    return str(prompted(text, **more)).strip()


COMMAND = command(
    "init",
    [
        click.Argument(["name"], required=False, metavar="[NAME]", help="Profile, or -p NAME; else asked for."),
        click.Option(["--access-key-id"], metavar="ID", default="", help="AccessKey id; else asked for."),
        click.Option(
            ["--secret-stdin"],
            is_flag=True,
            help="Read the secret from standard input, the token of an STS... key from a second line; ask nothing.",
        ),
        click.Option(["--from", "sender"], metavar="ADDRESS", default="", help="Sender address used by default."),
        click.Option(["--force"], is_flag=True, help="Replace a profile of that name."),
        click.Option(["--keychain"], is_flag=True, help="Keep the secrets in the system's keychain, not in the file."),
    ],
    _init,
    "Ask for keys and region and write a profile, readable by you alone.",
    "work",
)
