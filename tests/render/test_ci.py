"""What CI reads is one message, whatever is in it."""

from __future__ import annotations

from dmcli.render.ci import annotation

GITHUB, GITLAB = {"GITHUB_ACTIONS": "true"}, {"GITLAB_CI": "true"}


def test_a_message_begins_no_command_of_its_own():
    line = annotation(GITHUB, "a,b:c", "100%\n::stop-commands::x", failed=True)
    assert line == "::error title=a%2Cb%3Ac::100%25%0A::stop-commands::x"
    line = annotation(GITLAB, "a", "b\x1b[0;m\nc", failed=False)
    assert line == "WARNING: a: b\\x1b[0;m\\nc"


def test_elsewhere_there_is_no_line():
    assert annotation({}, "a", "b", failed=True) == ""
    assert annotation({"GITHUB_ACTIONS": "false"}, "a", "b", failed=True) == ""
