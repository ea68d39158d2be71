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
from dmcli.words import listed, marked, tr, tr_in

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
_DEFAULT = marked("default")


def _values() -> tuple[Field, ...]:
    """How settings are shown."""
    return Field("name", "Setting"), Field("value", "Value"), Field("source", tr_in("a source", "From"))


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
            "endpoint": tr("in this process"),
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
        raise InputError(tr("there is no default profile in {path}: make one with 'dm config init'", path=file.path))
    _check_name(file, wanted)
    values = _visible_values(file, wanted) or {"endpoint": tr("in this process"), "from": _sandbox_sender()}
    show_document({"name": wanted} | values, tuple(Field(key, key) for key in ("name", *values)), current.output())


def _check_name(file: ConfigFile, name: str) -> None:
    """Raise InputError where there is no profile of that name."""
    known = (*file.profiles, SANDBOX)
    if name not in known:
        more = "" if file.profiles else tr("; make one with 'dm config init'")
        raise InputError(
            tr(
                "there is no profile {name!r} in {path}; there are {known}{more}",
                name=name,
                path=file.path,
                known=listed(known),
                more=more,
            )
        )


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
    current.say(tr("{name} is the default profile now", name=name))


def _check(current: Session) -> None:
    """Which source won for each value, that keys are there and that the service takes them; never what they are."""
    from dmcli.client.verdict import clock_text
    from dmcli.render import show_document
    from dmcli.workflows.doctor import access

    settings = current.settings
    names = ("profile", "region", "endpoint", "from", "output", "lang", "signature", "api_version", "ca_bundle")
    rows: list[dict[str, Any]] = [
        {
            "name": name,
            "value": getattr(settings, "sender" if name == "from" else name) or "-",
            "source": tr(settings.sources.get(name, _DEFAULT)),
        }
        for name in names
    ]
    try:
        keys = current.resources.keys()
    except DmError:
        show_document(rows, _values(), current.output())
        raise
    rows.append({"name": "keys", "value": _mask("access_key_id", keys.access_key_id), "source": keys.source})
    token = tr("yes") if keys.security_token else tr("no")
    rows.append({"name": "security_token", "value": token, "source": keys.source})
    if keys.expires:
        end = datetime.fromtimestamp(keys.expires, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        rows.append({"name": "expires", "value": end, "source": keys.source})
    try:
        verdict = access(current.client)
    except DmError as error:
        rows.append({"name": "access", "value": error.code or tr("none"), "source": tr("a signed call")})
        show_document(rows, _values(), current.output())
        raise
    skew = verdict.skew
    rows.append({"name": "access", "value": "ok", "source": tr("a signed call")})
    rows.append({"name": "clock", "value": clock_text(skew) if skew is not None else "-", "source": tr("its reply")})
    show_document(rows, _values(), current.output())


def _init(current: Session, *, name: str | None, force: bool, keychain: bool) -> None:
    """Ask for the values of a profile and write it, its secrets into the keychain if they are to go there."""
    from dmcli.api.regions import DEFAULT_REGION, REGIONS
    from dmcli.config.edit import add_profile, set_default
    from dmcli.credentials import keychain as chain
    from dmcli.local.files import read_text, write_private
    from dmcli.local.paths import config_path

    if not sys.stdin.isatty():
        text = marked("there is no terminal to ask questions on: write {where} as config.example.yaml is written")
        raise InputError(tr(text, where=config_path(os.environ)))
    file = _file()
    if keychain:
        chain.check()
    ask = _asker()
    chosen = name or ask(tr("Profile name"), default="default")
    problem = name_problem(chosen)
    if problem:
        raise InputError(tr("{name!r}: {why}", name=chosen, why=tr(problem)))
    if chosen in file.profiles and not force:
        text = marked("there is a profile {name!r} in {path} already: give --force to replace it")
        raise InputError(tr(text, name=chosen, path=file.path))
    answers = {
        "access_key_id": ask(tr("AccessKey id")),
        "access_key_secret": ask(tr("AccessKey secret"), hide_input=True),
        "security_token": ask(tr("Security token (empty for none)"), default="", show_default=False, hide_input=True),
        "region": ask(tr("Region"), default=DEFAULT_REGION, type=click.Choice(list(REGIONS))),
        "from": ask(
            tr("Sender address used by default (empty for none)"), default="", show_default=False, value_proc=_sender
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
    current.say(
        tr("wrote profile {name} to {path} (mode 0600)", name=chosen, path=file.path),
        tr("try it: dm -p {name} account show", name=chosen),
    )


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
