"""Draws the rooms of the house and who imports whom, from the imports themselves, into architecture.md.

`python docs/rooms.py` writes the drawing, `--check` fails where it is stale. An arrow points to what is imported. Left
out are imports for type checking alone, arrows to the ground (errors, secret, untrusted), which all rooms use, and
arrows that follow from others: a room may import what it reaches.
"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
PACKAGE = HERE.parent / "dmcli"
GROUND = {"errors", "secret", "untrusted"}
_DRAWING = re.compile(r"(<!-- rooms -->\n).*?(<!-- end -->)", re.DOTALL)


def room_of(module: str) -> str:
    """The room of a module: the first folder below the package, within the sandbox the second; "" for the ground."""
    parts = module.split(".")[1:]
    if parts[:1] == ["sandbox"] and len(parts) > 1:
        return f"sandbox/{parts[1]}" if (PACKAGE / "sandbox" / parts[1]).is_dir() else "sandbox"
    return "" if not parts or parts[0] in GROUND else parts[0]


def imports(path: Path) -> Iterator[str]:
    """The modules of the package that a file imports when it runs, late imports among them."""
    for node in _statements(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("dmcli"):
            for alias in node.names:
                folder = PACKAGE.parent / f"{node.module}.{alias.name}".replace(".", "/")
                inner = folder.is_dir() or folder.with_suffix(".py").exists()
                yield f"{node.module}.{alias.name}" if inner else str(node.module)


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """All statements in a node but those for type checking alone. What they are made of is not looked into."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt | ast.ExceptHandler | ast.match_case) and not _is_typing(child):
            yield child
            yield from _statements(child)


def arrows() -> set[tuple[str, str]]:
    """The pairs (room, room it imports)."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        here = room_of(".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"))
        found |= {(here, there) for module in imports(path) if (there := room_of(module)) not in ("", here)}
    return {pair for pair in found if all(pair)}


def drawing() -> str:
    """The drawing as Mermaid, one for the whole house and one for the rooms of the sandbox."""
    every = arrows()
    inside = {(a, b) for a, b in every if a.startswith("sandbox/") and b.startswith("sandbox/")}
    outside = {(a.partition("/")[0], b.partition("/")[0]) for a, b in every} - {("sandbox", "sandbox")}
    return "\n".join(map(_mermaid, (outside, inside)))


def _mermaid(pairs: set[tuple[str, str]]) -> str:
    lines = [f"  {_node(a)} --> {_node(b)}" for a, b in sorted(_reduced(pairs))]
    return "\n".join(["```mermaid", "flowchart TD", *lines, "```", ""])


def _node(room: str) -> str:
    name = room.rpartition("/")[2]
    return f"{name}({name})"


def _reduced(pairs: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """The pairs without those that follow from others. There are no circles, so what is left says the same."""

    def reached(room: str) -> set[str]:
        below = {b for a, b in pairs if a == room}
        return below.union(*map(reached, below))

    return {(a, b) for a, b in pairs if not any(b in reached(c) for x, c in pairs if x == a and c != b)}


def _is_typing(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def main() -> None:
    """Write the drawing, or check it."""
    page = HERE / "architecture.md"
    text = page.read_text(encoding="utf-8")
    fresh = _DRAWING.sub(lambda match: match[1] + drawing() + match[2], text)
    if fresh == text:
        return
    if "--check" in sys.argv:
        sys.exit(f"{page.name} has a stale drawing: run python docs/rooms.py")
    page.write_text(fresh, encoding="utf-8")


if __name__ == "__main__":
    main()
