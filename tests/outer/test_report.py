"""The page of `dm stats report` in a real browser: on a phone and a desk, light and dark, asking for nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

CONTRAST = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")


@pytest.fixture
def reports(box, tmp_path):
    """The page in each language, of an account that has sent much."""
    box("sandbox seed --days 90 --mails 5000 --seed 7")
    made = {lang: tmp_path / f"{lang}.html" for lang in ("en", "zh")}
    for lang, path in made.items():
        box("--lang {} stats report --since 90d --html {}", lang, path)
    return made


def test_it_fits_and_can_be_read(reports, opened):
    for width in (1280, 390):
        for scheme in ("light", "dark"):
            watched = opened(width, scheme=scheme)
            for path in reports.values():
                watched.page.goto(path.as_uri())
                watched.page.locator("summary").click()
                found = watched.page.evaluate(CONTRAST)
                assert found["low"] == [], (path.name, width, scheme)
                assert watched.page.evaluate("document.documentElement.scrollWidth") <= width
                assert watched.page.locator("rect").count() > 100
                hints = "all => all.map(one => getComputedStyle(one).backgroundImage.includes('linear-gradient'))"
                assert all(watched.page.locator(".wide").evaluate_all(hints))  # of more to scroll to
                boxes = watched.page.locator("svg").evaluate_all(
                    "all => all.map(one => one.getBoundingClientRect().width)"
                )
                assert all(width * 0.5 < drawn < width for drawn in boxes)
                heights = watched.page.locator("tbody th").evaluate_all(
                    "all => all.map(one => one.getBoundingClientRect().height)"
                )
                assert max(heights) < 150  # no name is broken into letters
            assert watched.errors == []
            assert {url.partition(":")[0] for url in watched.sent} == {"file"}
