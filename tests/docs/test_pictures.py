"""The pictures of the README show the program as it is."""

from __future__ import annotations

import importlib.util
import sys

import pytest
from blocks import PROJECT

SCRIPT = PROJECT / "docs" / "pictures.py"
_SPEC = importlib.util.spec_from_file_location("pictures", SCRIPT)
pictures = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(pictures)


def test_the_pictures_are_fresh(shanghai, monkeypatch):
    monkeypatch.setattr(sys, "argv", [str(SCRIPT), "--check"])
    pictures.main()  # in this process, which has a quick dm already


def test_the_pictures_are_small():
    for name in pictures.PICTURES:
        assert (pictures.HERE / name).stat().st_size < pictures.MOST


@pytest.mark.parametrize("begin", [b"<svg>", b"\x89PNG\r\n\x1a\n"])
def test_a_picture_is_stale_once_its_text_has_changed(tmp_path, begin):
    picture = tmp_path / "picture"
    assert not pictures.is_fresh(picture, "text")
    picture.write_bytes(begin + b"</svg>" + b"\0" * 12)
    assert not pictures.is_fresh(picture, "text")
    picture.write_bytes(pictures.signed(picture.read_bytes(), "sent 2026-03-15"))
    assert pictures.is_fresh(picture, "sent 2026-03-16")
    assert not pictures.is_fresh(picture, "send 2026-03-15")


def test_the_terminal_picture_fetches_nothing():
    text = (pictures.HERE / pictures.TERMINAL).read_text(encoding="utf-8")
    assert "您好" in text
    assert "@import" not in text
    assert "http" not in text.replace('xmlns="http://www.w3.org/2000/svg"', "")
