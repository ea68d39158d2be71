"""Files that commands are given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Writes account.yaml, in the folder in which the commands run."""
    monkeypatch.chdir(tmp_path)

    def put(text: str, name: str = "account.yaml") -> str:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return name

    return put
