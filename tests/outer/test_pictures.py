"""The pictures of the README can be made, and a browser shows them."""

from __future__ import annotations

import base64
import subprocess
import sys

import pytest
from blocks import PROJECT


@pytest.mark.parametrize(("name", "kind"), [("terminal.svg", "image/svg+xml"), ("inbox.png", "image/png")])
def test_a_picture_can_be_made_and_shown(opened, tmp_path, name, kind):
    subprocess.run([sys.executable, str(PROJECT / "docs" / "pictures.py"), str(tmp_path)], check=True)
    made = base64.b64encode((tmp_path / name).read_bytes()).decode()
    page = opened().page
    page.set_content(f'<img src="data:{kind};base64,{made}">')
    page.wait_for_function("document.images[0].complete")
    assert page.evaluate("document.images[0].naturalWidth") > 1000
