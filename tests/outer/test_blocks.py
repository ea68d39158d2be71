"""The blocks of README and docs that need more than Python packages."""

from __future__ import annotations

import pytest
from blocks import all_blocks
from running import run

BLOCKS = [block for block in all_blocks() if block.how == "by tests/outer"]


@pytest.mark.parametrize("block", BLOCKS, ids=[block.name for block in BLOCKS])
def test_a_block_does_what_the_page_says(block, tmp_path):
    run(block, tmp_path)
