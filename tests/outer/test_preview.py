"""A merge's mail in a real browser: it is shown, and no script of it runs."""

from __future__ import annotations

import webbrowser
from pathlib import Path

PAGE = "<p>Dear {{ name }}</p><script>alert(1)</script><svg onload='alert(2)'></svg>"


def test_a_preview_is_shown_and_runs_no_script(box, opened, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(webbrowser, "open", lambda _: True)
    Path("people.csv").write_text('email,name\na@b.test,"Ada "" <Li>"\n', "utf-8")
    box("send merge people.csv --from news@sandbox.test --subject 'a < b' --html {} --preview 2 --open", PAGE)
    watched = opened()
    watched.page.goto((tmp_path / "row-2.open.html").as_uri())
    assert watched.page.title() == "a < b"
    assert watched.page.frame_locator("iframe").locator("p").inner_text() == 'Dear Ada " <Li>'
    watched.page.wait_for_timeout(300)
    assert watched.dialogs == []
    watched.page.goto((tmp_path / "row-2.html").as_uri())  # as it is, it would
    watched.page.wait_for_timeout(300)
    assert watched.dialogs == ["1", "2"]
