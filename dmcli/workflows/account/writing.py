"""An account as a file, and the files beside it: the same account is the same to the byte."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
from typing import TYPE_CHECKING, Any
from unicodedata import is_normalized

from dmcli.untrusted import quoted, safe
from dmcli.workflows.account.parts import IN_FILE
from dmcli.workflows.account.texts import is_below

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from dmcli.workflows.account.model import Account, Part, Thing

LISTS = "lists/{name}.csv"
MEMBERS_FILE, FILE = "members-file", "{key}-file"
_HEAD = """\
# A DirectMail account as code, written by dm.
#   dm account diff FILE    tells what differs
#   dm account apply FILE   makes the account what this file says
# A part that is left out is left alone. Not here: SMTP passwords, callback URLs, DNS records, mails, statistics.
"""  # untranslated: the file is the same in every language
_NO_NAME = re.compile(r"[^\w. -]|^[. ]|[. ]$")
_TAKEN = re.compile(r"(?:con|prn|aux|nul|(?:com|lpt)[0-9])(?:\.|$)")  # by Windows


def document_of(account: Account, keep: Callable[[str, str], None] | None = None) -> dict[str, Any]:
    """The account as data. `keep` gets the path and the text of each file beside it; without it, texts stand inside.

    Things are in the order of their names, and nothing that is as by default is there.
    """
    return {part.key: _part(part, account.state[part.key], keep) for part in IN_FILE if part.key in account.state}


def _part(part: Part, things: dict[str, Thing], keep: Callable[[str, str], None] | None) -> Any:
    if part.single:
        return next(iter(things.values())).fields
    names = sorted(name for name, one in things.items() if one.ours)
    if not (part.attributes and names):
        return names
    return {name: _thing(part, things[name], keep) for name in names}


def _thing(part: Part, one: Thing, keep: Callable[[str, str], None] | None) -> dict[str, Any]:
    """What is said of a thing, in the order of the attributes."""
    said: dict[str, Any] = {}
    for attribute in part.attributes:
        if attribute.key not in one.fields:
            continue
        value = one.fields[attribute.key]
        if keep and attribute.file:
            path = attribute.file.format(name=file_name(one.name))
            keep(path, beside(str(value)))
            said[FILE.format(key=attribute.key)] = path
        else:
            said[attribute.key] = list(value) if isinstance(value, tuple) else value
    if keep and one.members is not None:
        path = LISTS.format(name=file_name(one.name))
        keep(path, members_text(one))
        said[MEMBERS_FILE] = path
    return said


def unused(folder: str, parts: Collection[str], used: Collection[str]) -> list[str]:
    """The paths in a folder where texts and members of these parts stand, but for those that are `used`."""
    patterns = {part.key: one.file for part in IN_FILE for one in part.attributes if one.file} | {"lists": LISTS}
    found = []
    for key in parts:
        place, _, name = patterns.get(key, "").partition("/")
        if name and is_below(folder, place) and os.path.isdir(os.path.join(folder, place)):
            end = os.path.splitext(name)[1]
            found += [f"{place}/{one}" for one in os.listdir(os.path.join(folder, place)) if one.endswith(end)]
    return sorted({*found} - {*used})


def beside(text: str) -> str:
    """A text as it stands in a file: a reader takes one byte order mark away, so one that belongs to it is doubled."""
    return f"\ufeff{text}" if text.startswith("\ufeff") else text


def members_text(one: Thing) -> str:
    """The members of a list as CSV, by address, as `receiver import` reads it."""
    people = sorted(one.members or (), key=lambda person: person.email.lower())
    names = sorted({name for person in people for name in person.values or {}})
    text = io.StringIO()
    writer = csv.DictWriter(text, ["email", *names], restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({"email": person.email} | (person.values or {}) for person in people)
    return text.getvalue()


def file_name(name: str) -> str:
    """A name as that of a file on any system; what cannot stand in one is told apart by a part of its hash.

    >>> file_name("newsletter"), file_name("../a"), file_name("Sale")
    ('newsletter', '_._a-61b4c98b', 'Sale-3f2500b8')
    """
    plain = _NO_NAME.sub("_", name)
    if (plain, name.lower()) == (name, name) and is_normalized("NFC", name) and not _TAKEN.match(name):
        return plain
    return f"{plain}-{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def text_of(account: Account, document: dict[str, Any]) -> str:
    """The text of the file: YAML, with a comment for each part that could not be read."""
    unread = [f"# {part}: not read ({error.code})" for part, error in account.unread.items()]  # untranslated: as above
    return "\n".join([_HEAD, *unread, *([""] if unread else []), yaml_of(document)])


def yaml_of(document: dict[str, Any]) -> str:
    """Data as YAML that people like to read: texts of several lines as blocks, nothing folded."""
    import yaml

    class Dumper(yaml.SafeDumper):
        """Written in Python, so that it is the same everywhere."""

        def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
            super().increase_indent(flow, indentless=False)

        def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
            return True

    def text(dumper: yaml.SafeDumper, value: str) -> Any:
        # What could act on a terminal, or mislead who reads, stands as an escape, which needs quotes.
        style = '"' if safe(value, lines=True) != value else "|" if "\n" in value else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    def mapping(dumper: yaml.SafeDumper, value: dict[str, Any]) -> Any:
        if not value:
            return dumper.represent_scalar("tag:yaml.org,2002:null", "")
        return dumper.represent_mapping("tag:yaml.org,2002:map", value)

    Dumper.add_representer(str, text)
    Dumper.add_representer(dict, mapping)
    shown: str = yaml.dump(document, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=2**31)
    return quoted("\n".join(_spaced(shown)))


def _spaced(text: str) -> list[str]:
    """The lines, with an empty one between parts."""
    lines: list[str] = []
    for line in text.split("\n"):
        if lines and line[:1].isalpha() and lines[-1]:
            lines.append("")
        lines.append(line)
    return lines
