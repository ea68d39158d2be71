"""What continuous integration shows of a check: JUnit XML, and lines that GitHub and GitLab put before people."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dmcli.untrusted import safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


class Case(NamedTuple):
    """One thing that was looked at: its name, its outcome, and why it is that.

    `outcome` is `passed` or the element of JUnit XML that says otherwise: `failure`, `error` or `skipped`.
    """

    name: str
    outcome: str = "passed"
    why: str = ""


class Suite(NamedTuple):
    """What belongs together: its name, the seconds it took, its cases."""

    name: str
    seconds: float
    cases: tuple[Case, ...]


def junit(name: str, suites: Iterable[Suite]) -> str:
    r"""JUnit XML as Jenkins, GitLab and GitHub's actions read it; what XML cannot hold is a visible escape.

    >>> print(junit("check", [Suite("a.test", 1.5, (Case("mx"), Case("spf", "failure", "a < b\x00")))]))
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="check" tests="2" failures="1" errors="0" skipped="0" time="1.500">
      <testsuite name="a.test" tests="2" failures="1" errors="0" skipped="0" time="1.500">
        <testcase classname="a.test" name="mx" time="0.000"/>
        <testcase classname="a.test" name="spf" time="0.000">
          <failure message="a &lt; b\x00"/>
        </testcase>
      </testsuite>
    </testsuites>
    """
    suites = tuple(suites)
    cases = [case for suite in suites for case in suite.cases]
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']  # untranslated: a format
    lines.append(f"<testsuites{_head(name, cases, max((suite.seconds for suite in suites), default=0.0))}>")
    for suite in suites:
        lines.append(f"  <testsuite{_head(suite.name, suite.cases, suite.seconds)}>")
        lines += [line for case in suite.cases for line in _case(suite.name, case)]
        lines.append("  </testsuite>")
    return "\n".join([*lines, "</testsuites>"])


def annotation(environ: Mapping[str, str], title: str, text: str, *, failed: bool) -> str:
    """The line that puts a message before people in the CI that runs this; "" elsewhere.

    On GitHub it is a workflow command. GitLab has none (it shows JUnit XML), so that the line begins as those of its
    own runner do.
    """
    if environ.get("GITHUB_ACTIONS") == "true":
        place = _command(title).replace(":", "%3A").replace(",", "%2C")
        return f"::{'error' if failed else 'warning'} title={place}::{_command(text)}"
    if environ.get("GITLAB_CI") == "true":
        return f"{'ERROR' if failed else 'WARNING'}: {safe(title)}: {safe(text)}"
    return ""


def _command(text: str) -> str:
    """A text within a workflow command, which ends with its line."""
    return safe(text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A"))


def _case(suite: str, case: Case) -> Iterator[str]:
    head = f'    <testcase classname="{_text(suite)}" name="{_text(case.name)}" time="0.000"'  # untranslated: a format
    if case.outcome == "passed":
        yield f"{head}/>"
        return
    yield f"{head}>"
    yield f'      <{case.outcome} message="{_text(case.why)}"/>'
    yield "    </testcase>"


def _head(name: str, cases: Iterable[Case], seconds: float) -> str:
    outcomes = [case.outcome for case in cases]
    failures, errors, skipped = (outcomes.count(one) for one in ("failure", "error", "skipped"))
    counts = f'tests="{len(outcomes)}" failures="{failures}" errors="{errors}" skipped="{skipped}"'
    return f' name="{_text(name)}" {counts} time="{seconds:.3f}"'


def _text(text: str) -> str:
    """A text in an attribute."""
    import html

    return html.escape(safe(text))
