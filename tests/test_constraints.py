"""constraints.txt pins what dm runs on and its extras, each with hashes, and all that these need in turn."""

from __future__ import annotations

import itertools
import re
import tomllib
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).parents[1]
TEXT = (PROJECT / "constraints.txt").read_text("utf-8")
DECLARED = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
FOR_DEVELOPERS = {"test", "lint", "outer", "release"}
EXTRAS = [name for name in DECLARED["optional-dependencies"] if name not in FOR_DEVELOPERS]
PYTHONS = [line.rpartition(" ")[2] for line in DECLARED["classifiers"] if re.search(r":: 3\.[0-9]+$", line)]
SYSTEMS = {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}
PLACES = [
    {"python_version": version, "python_full_version": f"{version}.1", "sys_platform": system, "platform_system": name}
    for version, (system, name) in itertools.product(PYTHONS, SYSTEMS.items())
]


def _pins() -> dict[str, tuple[str, int]]:
    """Version and number of hashes by name."""
    pins = {}
    for entry in re.split(r"\n(?=[a-z0-9])", TEXT)[1:]:
        name, _, rest = entry.partition("==")
        pins[name] = (rest.split()[0], len(re.findall("--hash=sha256:[0-9a-f]{64}", rest)))
    return pins


def _wanted(text: str, extras: set[str]) -> Requirement | None:
    """A requirement, unless no supported Python on any system needs it."""
    need = Requirement(text)
    asked = extras or {""}
    met = need.marker is None or any(need.marker.evaluate({**p, "extra": extra}) for p in PLACES for extra in asked)
    return need if met else None


def _closure() -> list[Requirement]:
    """All requirements, as far as the metadata of what is installed here tell them."""
    texts = [
        *DECLARED["dependencies"],
        *(text for extra in EXTRAS for text in DECLARED["optional-dependencies"][extra]),
    ]
    queue = [Requirement(text) for text in texts]
    for need in queue:
        try:
            more = requires(need.name) or []
        except PackageNotFoundError:
            continue
        found = (_wanted(text, need.extras) for text in more)
        queue += [one for one in found if one is not None and str(one) not in map(str, queue)]
    return queue


def test_everything_that_dm_needs_is_pinned_with_hashes_to_a_version_that_fits() -> None:
    pins = _pins()
    assert len(pins) == TEXT.count("\n    # via")
    assert [name for name, (_, hashes) in pins.items() if not hashes] == []
    needed = _closure()
    assert len(needed) > len(DECLARED["dependencies"]) + len(EXTRAS)
    unmet = [
        str(need)
        for need in needed
        if (name := canonicalize_name(need.name)) not in pins or not need.specifier.contains(pins[name][0])
    ]
    assert unmet == []


def test_the_command_that_made_it_stands_in_the_guide_and_names_every_extra() -> None:
    command = TEXT.splitlines()[1].removeprefix("#").strip()
    assert re.findall(r"--extra (\S+)", command) == EXTRAS
    assert command in " ".join((PROJECT / "docs/releasing.md").read_text("utf-8").split())
    assert "//" not in TEXT
