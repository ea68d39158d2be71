"""Command line, test API, pages and fixture hold no SQL and open no transaction: what they call takes the sandbox."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from rows import each

import dmcli

ROOT = Path(dmcli.__file__).parent
FOLDERS = ("cli", "sandbox/testapi", "sandbox/web")
FACES = [ROOT / "sandbox" / "pytest_plugin.py", *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))]
STORE = frozenset({"transaction", "reading", "change", "write", "wait_for", "live"})
MODULES = frozenset({"sqlite3", "dmcli.sandbox.store.sql"})
SQL = re.compile(r"\b(SELECT\s.+\sFROM|INSERT\s(OR \w+ )?INTO|UPDATE\s\w+\sSET|DELETE\sFROM)\b", re.DOTALL)


def wrong(source: str) -> list[str]:
    """What a face may not do, after the line it does it on."""
    return [f"{node.lineno}: {ast.unparse(node)}" for node in ast.walk(ast.parse(source)) if _is_wrong(node)]


def _is_wrong(node: ast.AST) -> bool:
    found = False
    match node:
        case ast.Attribute(attr="store", value=ast.Name(id=owner) | ast.Attribute(attr=owner)):
            found = owner.endswith("sandbox")
        case ast.Attribute(attr=name, value=ast.Name(id="store") | ast.Attribute(attr="store")):
            found = name in STORE
        case ast.Attribute(attr=name):
            found = name in ("execute", "executemany", "transaction")
        case ast.Import(names=names):
            found = any(name.name in MODULES for name in names)
        case ast.ImportFrom(module=module):
            found = module in MODULES
        case ast.Constant(value=str(text)):
            found = SQL.search(text) is not None
    return found


@each("path", FACES, named=lambda path: str(path.relative_to(ROOT)))
def test_a_face_holds_no_sql_and_opens_no_transaction(path):
    assert wrong(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "with current.sandbox.store.reading() as connection: pass",
        "with self._sandbox.store.transaction() as connection: pass",
        "faults.add(asked.sandbox.store, fault)",
        "def look(store): store.write(work)",
        "def look(connection): connection.execute(text)",
        "import sqlite3",
        "from dmcli.sandbox.store.sql import where",
        "TEXT = 'SELECT id FROM mail'",
        "TEXT = f'DELETE FROM {table}'",
    ],
)
def test_the_rule_sees(source):
    assert wrong(source)
