"""`dm config use`, `set`, `rename` and `delete`: changes of the file that leave all other lines as they are."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from dmcli.cli.commands.config.look import show_profile
from dmcli.cli.commands.config.profiles import (
    check_name,
    file_of_profiles,
    in_use,
    masked,
    own_profile_names,
    visible_values,
)
from dmcli.cli.common import profile_names
from dmcli.cli.options import yes as yes_option
from dmcli.cli.question import ask, prompted
from dmcli.cli.tree import command
from dmcli.config.file import KEYS, KNOWN, SECRETS
from dmcli.errors import ConfigError, InputError
from dmcli.words import composed, tr

if TYPE_CHECKING:
    from dmcli.cli.session import Session
    from dmcli.config.file import ConfigFile

_KEYCHAIN = "keychain"
_LONGEST = 8192  # characters of a value on standard input, such as a security token


def _use(current: Session, name: str) -> None:
    from dmcli.config.edit import set_default
    from dmcli.local.files import read_text, write_private

    file = file_of_profiles()
    check_name(file, name)
    write_private(file.path, set_default(read_text(file.path)[0], name))
    current.say(tr("{name} is the default profile now", name=name))


def _set(current: Session, *, key: str, value: str | None, stdin: bool, dry_run: bool) -> None:
    from dmcli.config.edit import set_value

    _check_key(key, given=value is not None)
    file = file_of_profiles()
    name = in_use(current, file)
    if not name:
        raise InputError(tr("there is no default profile in {path}: say with -p which is meant", path=file.path))
    text = value if value is not None else _read(key, stdin=stdin)
    if key in KEYS:
        _check_key_part(key, text, file, name)
    elif text:
        from dmcli.config.values import check_value

        check_value(key, text)
    _write(current, file, name, set_value(_text(file), name, key, text), dry_run=dry_run)
    if text:
        said = tr("{key} of profile {name} is set", key=key, name=name)
    else:
        said = tr("{key} of profile {name} is taken out", key=key, name=name)
    _say(current, said, dry_run=dry_run)


def _check_key(key: str, *, given: bool) -> None:
    """Raise InputError for a setting that is not set in this way."""
    if key == _KEYCHAIN:
        raise InputError(tr("the keychain is chosen when keys are given: dm config init NAME --keychain --force"))
    if key in SECRETS and given:
        raise InputError(
            tr("{key} may be a secret, and what is typed can be seen by others: give it with --stdin", key=key)
        )


def _check_key_part(key: str, text: str, file: ConfigFile, name: str) -> None:
    """Raise InputError for a part of keys that none can be, or whose place is the keychain."""
    from dmcli.credentials.provider import is_visible

    if file.entry(name).first(_KEYCHAIN):
        raise InputError(
            tr("the keys of profile {name} are in the keychain: dm config init {name} --keychain --force", name=name)
        )
    if text and not is_visible(text):
        raise InputError(tr("{key} has a blank, line break or other character no key has; copy it anew", key=key))


def _read(key: str, *, stdin: bool) -> str:
    """A value that is not typed on the command line: from standard input, or at a hidden prompt."""
    if stdin:
        from dmcli.cli.input import read_line

        return read_line(key, _LONGEST)
    if not sys.stdin.isatty():
        raise InputError(tr("the value is missing: give it after {key}, or on standard input with --stdin", key=key))
    return str(prompted(key, hide_input=key in SECRETS)).strip()


def _rename(current: Session, *, name: str, new: str, dry_run: bool) -> None:
    from dmcli.config.edit import rename_profile

    file = file_of_profiles()
    check_name(file, name)
    _write(current, file, new, rename_profile(_text(file), name, new), dry_run=dry_run)
    _say(current, tr("profile {name} is called {new} now", name=name, new=new), dry_run=dry_run)


def _delete(current: Session, *, name: str, yes: bool, dry_run: bool) -> None:
    from dmcli.config.edit import delete_profile

    file = file_of_profiles()
    check_name(file, name)
    text = delete_profile(_text(file), name)
    if dry_run:
        show_profile(current, name, visible_values(file, name))
        _say(current, "", dry_run=True)
        return
    if not yes:
        ask(tr("delete profile {name} from {path}", name=name, path=file.path), "--dry-run")
    _write(current, file, name, text, dry_run=False)
    current.say(tr("deleted profile {name}", name=name))
    if name == file.default:
        current.say(tr("there is no default profile now; choose one with: dm config use NAME"))
    _forget(current, file, name)


def _forget(current: Session, file: ConfigFile, name: str) -> None:
    """Take the secrets of a deleted profile out of the keychain, where no other profile has the same key."""
    from dmcli.credentials import keychain

    identities = {one: values.get("access_key_id") for one, values in file.profiles.items() if values.get(_KEYCHAIN)}
    identity = identities.pop(name, "")
    if not identity or identity in identities.values():
        return
    try:
        keychain.forget(identity)
    except ConfigError as error:
        current.say(tr("the secret of key {key} stays in the keychain: {why}", key=masked(identity), why=error.message))


def _text(file: ConfigFile) -> str:
    from dmcli.local.files import read_text

    return read_text(file.path)[0]


def _write(current: Session, file: ConfigFile, name: str, text: str, *, dry_run: bool) -> None:
    """Write the file; for a dry run show the profile as it would be."""
    from dmcli.config.content import parsed
    from dmcli.local.files import write_private

    if dry_run:
        show_profile(current, name, visible_values(parsed(file.path, text), name))
    else:
        write_private(file.path, text)


def _say(current: Session, done: str, *, dry_run: bool) -> None:
    current.say(tr("dry run: nothing was changed") if dry_run else done)


def _dry_run() -> click.Option:
    return click.Option(["--dry-run"], is_flag=True, help="Show the profile that it is about; change nothing.")


def _own(name: str, help: str) -> click.Argument:  # noqa: A002  click's own word
    return click.Argument([name], metavar="NAME", help=help, shell_complete=own_profile_names)


def _setting_names(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    return [name for name in KNOWN if name != _KEYCHAIN and name.startswith(incomplete)]


def _setting_values(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """The words that the setting takes, where they are few."""
    from dmcli.api.regions import REGIONS
    from dmcli.config.values import WORDS

    words = {"region": list(REGIONS)} | {name: list(known) for name, known in WORDS.items()}
    return [word for word in words.get(ctx.params.get("key", ""), []) if word.startswith(incomplete)]


_KEY = click.Argument(["key"], shell_complete=_setting_names)
_KEY.help = composed(  # not in the constructor: click cleans it
    "Setting: {names}; with --stdin also {secrets}.",
    names=", ".join(name for name in KNOWN if name not in (*SECRETS, _KEYCHAIN)),
    secrets=", ".join(SECRETS),
)
COMMANDS = (
    command(
        "use",
        [click.Argument(["name"], metavar="NAME", help="Profile.", shell_complete=profile_names)],
        _use,
        "Make a profile the default.",
        "work",
    ),
    command(
        "set",
        [
            _KEY,
            click.Argument(
                ["value"],
                required=False,
                metavar="[VALUE]",
                help="Its value; '' takes it out.",
                shell_complete=_setting_values,
            ),
            click.Option(["--stdin"], is_flag=True, help="Read the value from standard input, as secrets must be."),
            _dry_run(),
        ],
        _set,
        "Change one value of the profile in use, or of the one that -p names.",
        "region ap-southeast-1 -p work",
    ),
    command(
        "rename",
        [
            _own("name", "Profile."),
            click.Argument(["new"], metavar="NEW", help="Its new name."),
            _dry_run(),
        ],
        _rename,
        "Give a profile another name.",
        "work office",
    ),
    command(
        "delete",
        [
            _own("name", "Profile."),
            _dry_run(),
            yes_option(),
        ],
        _delete,
        "Delete a profile from the file.",
        "work",
    ),
)
