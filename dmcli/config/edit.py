"""Edits of the file with the profiles that touch only their own lines, so that comments and all else survive.

They are functions from text to text. The places to edit come from the nodes of `file`; the outcome is read
again, and where it would not say what it should the edit is refused.
"""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING

from dmcli.config.content import Content, read
from dmcli.config.file import KNOWN, SANDBOX, name_problem, nearest, value_problem
from dmcli.errors import ConfigError, InputError, NotFoundError
from dmcli.local.nodes import Place
from dmcli.words import listed, tr

if TYPE_CHECKING:
    from dmcli.local.nodes import Entries, Node

_PLAIN = re.compile(r"(?!(?i:true|false|yes|no|on|off|null|y|n)$)[A-Za-z][A-Za-z0-9_./@-]*")

Edit = tuple[Place, Place, str]  # what stands between two places becomes this text


def set_default(text: str, name: str) -> str:
    """The text of a file with another default profile; all other lines stay as they are.

    Raises NotFoundError when there is no such profile, ConfigError when the text is broken or laid out beyond us.
    """
    content = read(text)
    if name != SANDBOX:
        _check_there(content, name)
    line = f"default: {_scalar(name)}{_eol(text)}"
    if "default" in content.tree:
        edit = _replace(content.tree["default"][1], name)
    elif content.tree:
        first = min(key.start for key, _ in content.tree.values())
        edit = (first, first, line)
    else:
        edit = _append(text, line)
    return _apply(text, [edit], name, content.profiles)


def add_profile(text: str, name: str, values: dict[str, str], *, replace: bool = False) -> str:
    """The text of a file with one more profile, or with `replace` one changed to these values. Empty ones do not count.

    All other lines stay as they are, and so do the comments in a changed profile. Raises InputError when the name or a
    value will not do or the profile exists, ConfigError when the text is broken or laid out beyond us.
    """
    values = {key: value for key, value in values.items() if value}
    _check_new(name, values)
    content = read(text)
    if name in content.profiles and not replace:
        raise InputError(
            tr("the profile '{name}' exists already; choose another name, or ask for it to be replaced", name=name)
        )
    edits = _profile_edits(text, content.tree, name, values)
    return _apply(text, edits, content.default, {**content.profiles, name: values})


def set_value(text: str, name: str, key: str, value: str) -> str:
    """The text of a file with one value of a profile changed or added, or with an empty `value` taken out.

    All other lines stay as they are. Raises NotFoundError when there is no such profile, InputError when the
    value will not do, ConfigError when the text is broken or laid out beyond us.
    """
    content = read(text)
    _check_there(content, name)
    values = {**content.profiles[name], key: value}
    _check_new(name, {key: value})
    values = {label: one for label, one in values.items() if one}
    edits = _profile_edits(text, content.tree, name, values)
    return _apply(text, edits, content.default, {**content.profiles, name: values})


def rename_profile(text: str, old: str, new: str) -> str:
    """The text of a file in which a profile has another name, and is the default as before. It stays in its place.

    Raises NotFoundError when there is no such profile, InputError when the new name will not do, ConfigError when the
    text is broken or laid out beyond us.
    """
    content = read(text)
    _check_there(content, old)
    if problem := name_problem(new):
        raise InputError(problem)
    if new in content.profiles:
        raise InputError(tr("the profile '{name}' exists already; choose another name", name=new))
    edits = [_replace(content.tree["profiles"][1].entry(old)[0], new)]
    default = content.default
    if default == old:
        default = new
        edits.append(_replace(content.tree["default"][1], new))
    profiles = {new if name == old else name: values for name, values in content.profiles.items()}
    return _apply(text, edits, default, profiles)


def delete_profile(text: str, name: str) -> str:
    """The text of a file without a profile, and without a default where that was it.

    Comments among the values go with them; those above the profile stay, and so do all other lines. Raises
    NotFoundError when there is no such profile, ConfigError when the text is broken or laid out beyond us.
    """
    content = read(text)
    _check_there(content, name)
    gone = [content.tree["profiles"][1].entry(name)]
    default = content.default
    if default == name:
        default = ""
        gone.append(content.tree["default"])
    lines = text.splitlines(keepends=True)
    edits = [((key.start[0], 0), (_after(lines, value, key.start[1] + 1), 0), "") for key, value in gone]
    return _apply(text, edits, default, {one: values for one, values in content.profiles.items() if one != name})


def _check_there(content: Content, name: str) -> None:
    """Raise NotFoundError where a file has no profile of that name, InputError for the one that is in no file."""
    if name == SANDBOX:
        raise InputError(tr("the profile 'sandbox' is built in, and stays as it is"))
    if name not in content.profiles:
        known = [*content.profiles, SANDBOX]
        raise NotFoundError(
            tr(
                "there is no profile '{name}'; profiles: {known}{nearest}",
                name=name,
                known=listed(known),
                nearest=nearest(name, known),
            )
        )


def _check_new(name: str, values: dict[str, str]) -> None:
    """Raise InputError for a profile that the file could not hold."""
    if problem := name_problem(name):
        raise InputError(problem)
    for key, value in values.items():
        if key not in KNOWN:
            raise InputError(tr("a profile has no value '{key}'{nearest}", key=key, nearest=nearest(key, KNOWN)))
        if problem := value_problem(key, value):
            raise InputError(problem)


def _apply(text: str, edits: list[Edit], default: str, profiles: dict[str, dict[str, str]]) -> str:
    """The text with the edits made, read again to be sure that it says what it should. Raises ConfigError."""
    starts = [0, *accumulate(len(line) for line in text.splitlines(keepends=True))]

    def offset(place: Place) -> int:
        return min(starts[min(place[0], len(starts) - 1)] + place[1], len(text))

    result = text
    for start, end, new in sorted(edits, reverse=True):
        result = result[: offset(start)] + new + result[offset(end) :]
    try:
        found = read(result)
    except ConfigError:
        found = None
    if found is None or (found.default, found.profiles) != (default, profiles):
        raise ConfigError(
            tr("the file is laid out in a way that cannot be edited line by line; change it in an editor")
        )
    return result


def _profile_edits(text: str, tree: Entries, name: str, values: dict[str, str]) -> list[Edit]:
    """What to change so that the profile is there with these values."""
    lines, eol = text.splitlines(keepends=True), _eol(text)
    if "profiles" not in tree:
        return [_append(text, f"profiles:{eol}" + _block(name, values, 2, 2, eol))]
    key, profiles = tree["profiles"]
    if not profiles.entries:
        return _fill(text, key, profiles, _block(name, values, 2, 2, eol))
    of_first, first = next(iter(profiles.entries.values()))
    column = of_first.start[1]
    step = first.start[1] - column if first.entries and first.start[0] > of_first.start[0] else 2
    if name not in profiles.entries:
        return [_insert(text, _after(lines, profiles, column), _block(name, values, column, step, eol))]
    key, profile = profiles.entries[name]
    if not profile.entries:
        return _fill(text, key, profile, _lines(values, column + step, eol))
    edits: list[Edit] = []
    for label, (at, value) in profile.entries.items():
        if label in values:
            edits += [_replace(value, values[label])] if value.text != values[label] else []
        elif value.text:
            edits.append(((at.start[0], 0), (_after(lines, value, len(text)), 0), ""))
    inside = profile.start[1]
    new = {label: value for label, value in values.items() if label not in profile.entries}
    return [*edits, _insert(text, _after(lines, profile, inside), _lines(new, inside, eol))]


def _block(name: str, values: dict[str, str], column: int, step: int, eol: str) -> str:
    """The lines of a profile."""
    return f"{' ' * column}{_scalar(name)}:{eol}" + _lines(values, column + step, eol)


def _lines(values: dict[str, str], column: int, eol: str) -> str:
    """The lines of a profile's values."""
    return "".join(f"{' ' * column}{key}: {_scalar(value)}{eol}" for key, value in values.items())


def _scalar(value: str) -> str:
    """A text as YAML: plain where every reader takes it for a text, else in double quotes."""
    return value if _PLAIN.fullmatch(value) else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _replace(node: Node, value: str) -> Edit:
    """Put a text in the place of another, or after the colon where there was none."""
    return node.start, node.end, _scalar(value) if node.start != node.end else f" {_scalar(value)}"


def _fill(text: str, key: Node, node: Node, block: str) -> list[Edit]:
    """Put lines below a key that has had nothing or `{}`."""
    return [(node.start, node.end, ""), _insert(text, key.start[0] + 1, block)]


def _insert(text: str, line: int, block: str) -> Edit:
    """Put lines before a line, or at the end."""
    return ((line, 0), (line, 0), block) if line < len(text.splitlines()) else _append(text, block)


def _append(text: str, block: str) -> Edit:
    """Put lines at the end, on a line of their own."""
    end = (len(text.splitlines()), 0)
    return end, end, block if not text or text.endswith(("\n", "\r")) else _eol(text) + block


def _after(lines: list[str], node: Node, column: int) -> int:
    """The first line after a node; blank lines and comments left of `column` belong to what follows."""
    line, at = node.end
    if line < len(lines) and lines[line][:at].strip():
        line += 1
    while line > node.start[0] + 1:
        above = lines[line - 1]
        blank, comment = not above.strip(), above.lstrip().startswith("#")
        if not blank and not (comment and len(above) - len(above.lstrip()) < column):
            break
        line -= 1
    return line


def _eol(text: str) -> str:
    """How the text ends its lines."""
    return "\r\n" if "\r\n" in text else "\n"
