"""The catalogues of translations: `python scripts/texts.py` brings them up to date, `--check` tells what they lack.

Names of catalogues after it (`--check api cli`) are all that is then told of. Texts are found by the syntax tree of
each module: what `tr`, `counted` and their kind are called with, and the places of data where texts stand, which are
in `text_places.py`. New ones come into `dmcli/locale/zh_CN/LC_MESSAGES/ROOM.po` untranslated, those that are gone
leave, and `dm.mo` is made of all. The check fails for a text without a translation, a stale file, a translation with
other placeholders than its text, and a text in code that reaches no catalogue.
"""

from __future__ import annotations

import ast
import re
import string
import sys
from collections import Counter
from datetime import UTC, datetime
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from text_places import APART, KEYS, TEXTS, TYPED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PROJECT = Path(__file__).resolve().parents[1]
FOLDER = PROJECT / "dmcli/locale/zh_CN/LC_MESSAGES"
# How a path below dmcli/ begins, and the catalogue of its texts.
ROOMS = {
    "cli/commands/sandbox/": "sandbox",
    "cli/commands/": "commands",
    "cli/": "cli",
    "render/": "cli",
    "workflows/": "workflows",
    "sandbox/": "sandbox",
    "": "api",
}
CLICK = "click"  # what the library says
COUNTED = "counted"  # its texts are a name in singular and plural; all stand in a catalogue of this name
IN_CONTEXT = "tr_in"  # its texts are a context and a text in it
UNTRANSLATED = "# untranslated"  # at the end of a line with such a text; after it the reason
_SENTENCE = re.compile(r"[A-Za-z]{2,}[,;:]? [a-z]{2,}")
# Parts of SQL, and of what goes over HTTP.
_PARTS = re.compile(
    r"\b(SELECT|JOIN|WHERE|CREATE TABLE)\b|= \?|; (charset|filename|boundary)=|default-src|<base |<\?xml"
)
_COLUMNS = re.compile(r"[a-z_.]+(, [a-z_.{}]+)*(, coalesce\(.*)?")
_SQL = re.compile(
    r"\s*(SELECT|INSERT|UPDATE|CREATE|DELETE|REPLACE|PRAGMA|BEGIN|WITH|ALTER|DROP|LISTEN|FROM|WHERE|ORDER)\b"
)
_BABELS_OWN = ('"Generated-By', '"Report-Msgid-Bugs-To')  # lines that another version of it would write otherwise
_DAY = datetime(2026, 11, 28, tzinfo=UTC)  # of every catalogue: a date would be all that changes in most


class Text(NamedTuple):
    """A text of the code: its context if it has one, its plural if it has one, and where it stands."""

    text: str
    plural: str
    context: str | None
    path: str
    line: int


def texts_of(source: str, path: str) -> tuple[list[Text], list[tuple[int, str]]]:
    """The texts of a module, and the sentences in it that are in no place where texts stand, with their lines."""
    tree = ast.parse(source)
    found: list[Text] = []
    known = {id(node) for owner in ast.walk(tree) for node in (*_docstring(owner), *_members(owner))}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            known |= {id(part) for argument in _arguments(node, TYPED) for part in ast.walk(argument)}
            known |= {id(value) for table in _tables(node) for value in table.values}
            for context, text, plural, parts in _texts_in(node):
                known |= {id(part) for part in parts}
                found.append(Text(text, plural, context, path, parts[0].lineno))
    lines, said = source.splitlines(), {one.text for one in found}
    missed = [
        (node.lineno, text)
        for node, text in _sentences(tree, known)
        if text not in said  # such as a key that another place gives as a text
        and not any(UNTRANSLATED in line for line in lines[node.lineno - 1 : node.end_lineno])
    ]
    return found, missed


def _texts_in(call: ast.Call) -> Iterator[tuple[str | None, str, str, list[ast.expr]]]:
    """The texts of a call: context, text, plural and the constants that they are."""
    name = _name_of(call)
    if name in {COUNTED, IN_CONTEXT}:
        words = [part for part in call.args[0 if name == IN_CONTEXT else 1 :] if isinstance(part, ast.Constant)]
        values = [str(part.value) for part in words]
        if name == COUNTED and values:
            yield COUNTED, values[0], values[1] if len(values) > 1 else f"{values[0]}s", list(words)
        elif len(values) > 1:
            yield values[0], values[1], "", list(words)
        return
    keys = (key for table in _tables(call) for key in table.keys if key)
    for argument in (*_arguments(call, TEXTS), *keys):
        for constant in _constants(argument):
            yield None, str(constant.value), "", [constant]


def _name_of(call: ast.Call) -> str:
    """The bare name of what is called."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _arguments(call: ast.Call, places: Mapping[str, tuple[int | str, ...]]) -> Iterator[ast.expr]:
    """What a call has at the places that are listed for its name."""
    for place in places.get(_name_of(call), ()):
        if isinstance(place, int):
            yield from call.args[place : place + 1]
        else:
            yield from (given.value for given in call.keywords if given.arg == place)


def _tables(call: ast.Call) -> Iterator[ast.Dict]:
    """The dictionaries of a call whose keys are texts."""
    yield from (argument for argument in _arguments(call, KEYS) if isinstance(argument, ast.Dict))


def _constants(node: ast.expr) -> Iterator[ast.Constant]:
    """The strings in an expression: itself, or those in what holds several or chooses between them."""
    match node:
        case ast.Constant(value=str(value)) if value:
            yield node
        case ast.Tuple(elts=items) | ast.List(elts=items) | ast.Dict(values=items) | ast.BoolOp(values=items):
            for item in items:
                yield from _constants(item)
        case ast.IfExp(body=one, orelse=other):
            yield from _constants(one)
            yield from _constants(other)


def _docstring(node: ast.AST) -> Iterator[ast.expr]:
    body = getattr(node, "body", None)
    documented = isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    if documented and body and isinstance(body[0], ast.Expr):
        yield body[0].value


def _members(node: ast.AST) -> Iterator[ast.expr]:
    """The values of an enum, which nobody is shown."""
    if isinstance(node, ast.ClassDef) and any(
        ast.unparse(base).endswith(("Enum", "Enumeration")) for base in node.bases
    ):
        yield from (part.value for part in node.body if isinstance(part, ast.Assign))


def _sentences(tree: ast.Module, known: set[int]) -> Iterator[tuple[ast.expr, str]]:
    """What looks like a sentence, and is not known to be a text."""
    inside: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            inside |= {id(part) for part in ast.walk(node) if part is not node}
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            text = node.value
        else:
            continue
        if id(node) not in known and _SENTENCE.search(text) and not _unspoken(text):
            yield node, text


def _unspoken(text: str) -> bool:
    """Whether a text is a part of what programs read."""
    return bool(_SQL.match(text) or _PARTS.search(text) or _COLUMNS.fullmatch(text))


def modules() -> Iterator[Path]:
    """The modules whose texts are for people."""
    for path in sorted((PROJECT / "dmcli").rglob("*.py")):
        if not str(path.relative_to(PROJECT / "dmcli")).startswith(APART):
            yield path


def room_of(path: Path) -> str:
    """The catalogue in which the texts of a file stand."""
    name = path.relative_to(PROJECT / "dmcli").as_posix()
    return next(room for start, room in ROOMS.items() if name.startswith(start))


def collect() -> tuple[dict[str, list[Text]], list[str]]:
    """The texts of all rooms by catalogue, and sentences that reach none."""
    found: dict[str, list[Text]] = {name: [] for name in (*dict.fromkeys(ROOMS.values()), COUNTED, CLICK)}
    missed = []
    for path in modules():
        name = str(path.relative_to(PROJECT))
        texts, strays = texts_of(path.read_text("utf-8"), name)
        for text in texts:
            found[COUNTED if text.context == COUNTED else room_of(path)].append(text)
        missed += [f"{name}:{line}: {text[:100]!r} is in no catalogue" for line, text in strays]
    for path in sorted((PROJECT / "dmcli").rglob("*.html")):
        with path.open("rb") as file:
            for line, message, _, _ in extract("jinja2.ext:babel_extract", file, {"tr": None}):
                if isinstance(message, str):
                    found[room_of(path)].append(Text(message, "", None, str(path.relative_to(PROJECT)), line))
    found[CLICK] = [Text(*message, None, "click", 0) for message in _said_by_click()]
    return found, missed


def _said_by_click() -> list[tuple[str, str]]:
    """What click passes through gettext, and its plural."""
    spec = find_spec("click")
    assert spec is not None  # noqa: S101  it is installed with us
    assert spec.origin is not None  # noqa: S101  same
    said = {"required": ""}  # of an option; the one text that it does not write where it passes it
    for path in sorted(Path(spec.origin).parent.glob("*.py")):
        with path.open("rb") as file:
            for _, message, _, _ in extract("python", file, {"_": None, "ngettext": (1, 2)}):
                one, many = message if isinstance(message, tuple) else (message, "")
                said[one] = str(many)
    return list(said.items())


def template_of(texts: list[Text]) -> Catalog:
    """A catalogue of texts without translations."""
    template = Catalog(creation_date=_DAY, charset="utf-8")
    for text in sorted(texts, key=lambda text: (text.path, text.line)):
        template.add((text.text, text.plural) if text.plural else text.text, context=text.context,
                     locations=[(text.path, 0)], flags=["python-brace-format"] if "{" in text.text else ())  # fmt: skip
    return template


def updated(name: str, texts: list[Text]) -> tuple[Catalog, str]:
    """The catalogue of a name with the texts that there are now, and the file that it is."""
    path = FOLDER / f"{name}.po"
    if path.exists():
        with path.open("rb") as file:
            catalog = read_po(file, locale="zh_CN", charset="utf-8")
    else:
        catalog = Catalog(locale="zh_CN", charset="utf-8")
    catalog.update(template_of(texts), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    catalog.project, catalog.version, catalog.language_team = "dm", "1", "zh_CN"
    catalog.header_comment = (
        f"# Texts of dm in simplified Chinese: {name}. Made by scripts/texts.py, translated by hand."
    )
    catalog.creation_date = catalog.revision_date = _DAY
    catalog.last_translator, catalog.fuzzy = "dm", False
    written = BytesIO()
    write_po(written, catalog, width=120, include_lineno=False, sort_by_file=False)
    lines = written.getvalue().decode().splitlines(keepends=True)
    return catalog, "".join(line for line in lines if not line.startswith(_BABELS_OWN))


def lacks(name: str, catalog: Catalog) -> Iterator[str]:
    """What is wrong with the translations of a catalogue."""
    for message in catalog:
        if not message.id:
            continue
        texts = message.id if isinstance(message.id, tuple) else (message.id,)
        said = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.fuzzy or not all(said):
            yield f"{name}.po: {texts[0]!r} has no translation"
        elif any(_places(text) != _places(texts[-1]) for text in said):
            yield f"{name}.po: {texts[0]!r} has other placeholders than its translation {said[0]!r}"


def _places(text: str) -> Counter[tuple[str, str, str]]:
    """The placeholders of a text with how they are written; braces that are none are no placeholders."""
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError:
        return Counter()
    return Counter((name, how or "", form or "") for _, name, form, how in parts if name)


def compiled(catalogs: dict[str, Catalog]) -> tuple[bytes, list[str]]:
    """All catalogues as one, and texts that two of them translate in different ways."""
    whole, clashes = Catalog(locale="zh_CN", charset="utf-8", creation_date=_DAY, revision_date=_DAY, fuzzy=False), []
    for name, catalog in catalogs.items():
        for message in catalog:
            if not message.id or not all(message.string if isinstance(message.string, tuple) else (message.string,)):
                continue
            before = whole.get(message.id, message.context)
            if before and before.string != message.string:
                clashes.append(f"{name}.po: {message.id!r} is {before.string!r} elsewhere and {message.string!r} here")
            whole.add(message.id, message.string, context=message.context)
    written = BytesIO()
    write_mo(written, whole)
    return written.getvalue(), clashes


def main() -> None:
    """Write the catalogues, or with --check say what they lack and exit with 1."""
    check = "--check" in sys.argv[1:]
    found, wrong = collect()
    wanted = [word for word in sys.argv[1:] if not word.startswith("-")] or list(found)
    wrong = [line for line in wrong if room_of(PROJECT / line.partition(":")[0]) in wanted]
    catalogs, files = {}, {}
    for name, texts in found.items():
        catalogs[name], files[FOLDER / f"{name}.po"] = updated(name, texts)
        wrong += lacks(name, catalogs[name]) if name in wanted else ()
    made, clashes = compiled(catalogs)
    wrong += clashes
    binary = FOLDER / "dm.mo"
    if check:
        for path, text in files.items():
            if not path.exists() or path.read_text("utf-8") != text:
                wrong.append(f"{path.relative_to(PROJECT)} is stale: run python scripts/texts.py")
        if not binary.exists() or binary.read_bytes() != made:
            wrong.append(f"{binary.relative_to(PROJECT)} is stale: run python scripts/texts.py")
    else:
        FOLDER.mkdir(parents=True, exist_ok=True)
        for path, text in files.items():
            path.write_text(text, "utf-8")
        binary.write_bytes(made)
    total = f"{sum(len(catalog) for catalog in catalogs.values())} texts, {len(wrong)} things to do"
    sys.stdout.write("\n".join([*wrong, total, ""]))
    if check and wrong:
        sys.exit(1)


if __name__ == "__main__":
    main()
