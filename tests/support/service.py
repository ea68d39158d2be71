"""What the vendor's sources have of each action, apart from the catalogue.

By name: `params`, those of them that are `required`, the `errors` that the 2019 reference prints, and the sources in
which it is `found_in`: reference (2019), python and python 1.0 (SDK alibabacloud-dm20151123 1.11 and 1.0.12), node (SDK
@alicloud/dm20151123 1.9) and 2017-06-22 (SDK alibabacloud-dm20170622 1.2).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SERVICE: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))


def found_in(source: str) -> set[str]:
    """The names of the actions that a source has."""
    return {name for name, known in SERVICE.items() if source in known["found_in"]}
