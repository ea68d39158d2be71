"""The blocks of README and docs that need more than Python packages."""

from __future__ import annotations

from contextlib import nullcontext

import pytest
from blocks import all_blocks
from postgres import postgres
from running import run

BLOCKS = [block for block in all_blocks() if block.how == "by tests/outer"]


@pytest.mark.parametrize("block", BLOCKS, ids=[block.name for block in BLOCKS])
def test_a_block_does_what_the_page_says(block, tmp_path, request):
    with postgres() if "psql" in block.text or "postgresql:" in block.text else nullcontext({}) as env:
        if "require(" in block.text:  # packages of Node
            env["NODE_PATH"] = str(request.getfixturevalue("installed").modules)
        run(block, tmp_path, **env)
