"""`dm config`: make, list, show, choose and check profiles. Secrets are asked for hidden and never shown."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from dmcli.api.kinds.common import EMAIL
from dmcli.api.model import Field
from dmcli.cli.common import profile_names
from dmcli.cli.tree import Group, command
from dmcli.config.file import KNOWN, SANDBOX, name_problem
from dmcli.errors import DmError, InputError
from dmcli.secret import Secret

if TYPE_CHECKING:
    from dmcli.cli.session import Session
    from dmcli.config.file import ConfigFile

_ROWS = (
    Field("name", "Profile"),
    Field("default", "Default", {"True": "*", "False": ""}),
    Field("region", "Region"),
    Field("endpoint", "Endpoint"),
    Field("access_key_id", "Key"),
)
_VALUES = (Field("name", "Setting"), Field("value", "Value"), Field("source", "From"))


def _file() -> ConfigFile:
    from dmcli.config.file import load_file
    from dmcli.local.paths import config_path

    return load_file(config_path(os.environ))


def _mask(name: str, value: str) -> str:
    return f"***{value[-3:]}" if value and name == "access_key_id" else value


def _visible_values(file: ConfigFile, profile: str) -> dict[str, str]:
    """The values of a profile as they may be seen: of a command its program, of other secrets that they are there."""
    from dmcli.credentials.process import program

    entry = file.entry(profile)
    hidden = {name: str(secret) for name, secret in entry.secrets.items()}
    if command := entry.secret("credential_process"):
        hidden["credential_process"] = f"{program(command)} ***"
    every = {name: _mask(name, value) for name, value in entry.values.items()} | hidden
    return {name: every[name] for name in KNOWN if name in every}


def _path(current: Session) -> None:
    from dmcli.local.paths import config_path
    from dmcli.render import show_text

    show_text(config_path(os.environ), current.output())


def _list(current: Session) -> None:
    from dmcli.render import show_document

    file = _file()
    rows: list[dict[str, Any]] = [
        {
            "name": name,
            "default": name == file.default,
            "region": values.get("region", ""),
            "endpoint": values.get("endpoint", ""),
            "access_key_id": _mask("access_key_id", values.get("access_key_id", "")),
        }
        for name, values in file.profiles.items()
    ]
    rows.append(
        {
            "name": SANDBOX,
            "default": file.default == SANDBOX,
            "region": "",
            "endpoint": "in this process",
            "access_key_id": "",
        }
    )
    show_document(rows, _ROWS, current.output())


def _show(current: Session, name: str | None) -> None:
    from dmcli.config.settings import choose_profile
    from dmcli.render import show_document

    file = _file()
    wanted = name or choose_profile(current.resources.flags, os.environ, file)[0]
    if not wanted:
        raise InputError(f"there is no default profile in {file.path}: make one with 'dm config init'")
    _check_name(file, wanted)
    values = _visible_values(file, wanted) or {"endpoint": "in this process", "from": _sandbox_sender()}
    show_document({"name": wanted} | values, tuple(Field(key, key) for key in ("name", *values)), current.output())


def _check_name(file: ConfigFile, name: str) -> None:
    """Raise InputError where there is no profile of that name."""
    known = (*file.profiles, SANDBOX)
    if name not in known:
        more = "" if file.profiles else "; make one with 'dm config init'"
        raise InputError(f"there is no profile {name!r} in {file.path}; there are {', '.join(known)}{more}")


def _sandbox_sender() -> str:
    """The sender of the sandbox, which is built in."""
    from dmcli.config.settings import Flags, resolve

    return resolve(Flags(profile=SANDBOX), os.environ).sender


def _use(current: Session, name: str) -> None:
    from dmcli.config.edit import set_default
    from dmcli.local.files import read_text, write_private

    file = _file()
    _check_name(file, name)
    write_private(file.path, set_default(read_text(file.path)[0], name))
    current.say(f"{name} is the default profile now")


def _check(current: Session) -> None:
    """Which source won for each value, that keys are there and that the service takes them; never what they are."""
    from dmcli.client.verdict import clock_text
    from dmcli.render import show_document
    from dmcli.workflows.doctor import access

    settings = current.settings
    names = ("profile", "region", "endpoint", "sender", "output", "lang", "signature", "api_version", "ca_bundle")
    rows: list[dict[str, Any]] = [
        {
            "name": "from" if name == "sender" else name,
            "value": getattr(settings, name) or "-",
            "source": settings.sources.get("from" if name == "sender" else name, settings.sources.get(name, "default")),
        }
        for name in names
    ]
    try:
        keys = current.resources.keys()
    except DmError:
        show_document(rows, _VALUES, current.output())
        raise
    rows.append({"name": "keys", "value": _mask("access_key_id", keys.access_key_id), "source": keys.source})
    token = "yes" if keys.security_token else "no"
    rows.append({"name": "security_token", "value": token, "source": keys.source})
    if keys.expires:
        end = datetime.fromtimestamp(keys.expires, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        rows.append({"name": "expires", "value": end, "source": keys.source})
    try:
        verdict = access(current.client)
    except DmError as error:
        rows.append({"name": "access", "value": error.code or "none", "source": "a signed call"})
        show_document(rows, _VALUES, current.output())
        raise
    skew = verdict.skew
    rows.append({"name": "access", "value": "ok", "source": "a signed call"})
    rows.append({"name": "clock", "value": clock_text(skew) if skew is not None else "-", "source": "its reply"})
    show_document(rows, _VALUES, current.output())


def _init(current: Session, *, name: str | None, force: bool, keychain: bool) -> None:
    """Ask for the values of a profile and write it, its secrets into the keychain if they are to go there."""
    from dmcli.api.regions import DEFAULT_REGION, REGIONS
    from dmcli.config.edit import add_profile, set_default
    from dmcli.credentials import keychain as chain
    from dmcli.local.files import read_text, write_private
    from dmcli.local.paths import config_path

    if not sys.stdin.isatty():
        where = config_path(os.environ)
        raise InputError(f"there is no terminal to ask questions on: write {where} as config.example.yaml is written")
    file = _file()
    if keychain:
        chain.check()
    ask = _asker()
    chosen = name or ask("Profile name", default="default")
    problem = name_problem(chosen)
    if problem:
        raise InputError(f"{chosen!r}: {problem}")
    if chosen in file.profiles and not force:
        raise InputError(f"there is a profile {chosen!r} in {file.path} already: give --force to replace it")
    answers = {
        "access_key_id": ask("AccessKey id"),
        "access_key_secret": ask("AccessKey secret", hide_input=True),
        "security_token": ask("Security token (empty for none)", default="", show_default=False, hide_input=True),
        "region": ask("Region", default=DEFAULT_REGION, type=click.Choice(list(REGIONS))),
        "from": ask(
            "Sender address used by default (empty for none)", default="", show_default=False, value_proc=_sender
        ),
    }
    values = {key: value for key, value in answers.items() if value}
    if keychain:
        secret, token = (Secret(values.pop(key, "")) for key in ("access_key_secret", "security_token"))
        chain.store(answers["access_key_id"], secret, token)
        values["keychain"] = "yes"
    text = add_profile(read_text(file.path)[0], chosen, values, replace=force)
    if not file.default or not file.profiles:
        text = set_default(text, chosen)
    write_private(file.path, text)
    current.say(f"wrote profile {chosen} to {file.path} (mode 0600)", f"try it: dm -p {chosen} account show")


def _sender(text: str) -> str:
    """An address or nothing; click asks again otherwise."""
    try:
        if text:
            EMAIL.to_wire(text, datetime.now(UTC))
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    return text


def _asker() -> Any:
    """A prompt on stderr, so that stdout stays data."""

    def ask(text: str, **more: Any) -> str:
        return str(click.prompt(text, err=True, **more)).strip()

    return ask


COMMAND = Group("config")
COMMAND.add_command(
    command(
        "init",
        [
            click.Argument(["name"], required=False, metavar="[NAME]", help="Profile; asked for if not given."),
            click.Option(["--force"], is_flag=True, help="Replace a profile of that name."),
            click.Option(
                ["--keychain"], is_flag=True, help="Keep the secrets in the system's keychain, not in the file."
            ),
        ],
        _init,
        "Ask for keys and region and write a profile, readable by you alone.",
        "work",
    )
)
COMMAND.add_command(command("list", [], _list, "List the profiles."))
COMMAND.add_command(
    command(
        "show",
        [
            click.Argument(
                ["name"],
                required=False,
                metavar="[NAME]",
                help="Profile; default: the one in use.",
                shell_complete=profile_names,
            )
        ],
        _show,
        "Show a profile, secrets masked.",
        "work",
    )
)
COMMAND.add_command(
    command(
        "use",
        [click.Argument(["name"], metavar="NAME", help="Profile.", shell_complete=profile_names)],
        _use,
        "Make a profile the default.",
        "work",
    )
)
COMMAND.add_command(command("path", [], _path, "Print where the profile file is."))
COMMAND.add_command(
    command("check", [], _check, "Show which source won for each setting, and whether the service takes the keys.")
)
