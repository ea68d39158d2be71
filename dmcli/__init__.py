"""dm: administer Alibaba Cloud DirectMail from a terminal."""

from __future__ import annotations

import os
from typing import Any

__version__ = "0.1.0"


def packaged(path: str) -> bytes:
    """A file of this package, from a zipapp too. The standard library's ways to it are slow to load."""
    loader: Any = __spec__.loader
    data: bytes = loader.get_data(os.path.join(os.path.dirname(__file__), path))
    return data
