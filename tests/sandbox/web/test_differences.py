"""The page that says how true the sandbox is."""

from __future__ import annotations

import pytest

from dmcli.api import catalogue
from dmcli.api.actions.others import LACKING
from dmcli.sandbox.facts import SOURCES
from dmcli.sandbox.fidelity.statements import KINDS, all_statements, find_statements
from dmcli.sandbox.fidelity.subjects import SUBJECTS


def rows(page) -> list[list[str]]:
    """The cells of all tables, row by row."""
    cells = [td.text for td in page.all("td")]
    return [cells[at : at + 3] for at in range(0, len(cells), 3)]


def test_every_page_leads_to_it(site):
    for path in ("", "calls", "nothing"):
        link = site.get(path).page.one("a", href="/_dm/differences")
        assert link.text == "How true is it?"
        assert "aria-current" not in link.attributes
    assert site.page("differences").one("a", href="/_dm/differences").attributes["aria-current"] == "page"


def test_everything_is_there_and_folded(site):
    page = site.page("differences")
    assert [h3.text for h3 in page.all("h3")] == [*(action.name for action in catalogue.all_actions()), *SUBJECTS]
    assert not any("open" in details.attributes for details in page.all("details"))
    statements = [one for one in all_statements() if one.about not in LACKING]
    assert rows(page) == [[one.kind, one.text, one.source] for one in statements]
    assert ", ".join(LACKING) in page.text
    assert page.one("dl", class_="totals").text == " ".join(
        f"{kind}{len(find_statements(kind=kind))}" for kind in KINDS
    )
    assert all(text in page.text for text in [*KINDS.values(), *SOURCES.values()])


@pytest.mark.parametrize(
    ("query", "names"),
    [("about=DescDomain", ["DescDomain"]), ("about=quota&kind=guessed", ["quota"])],
)
def test_one_of_them_is_unfolded(site, query, names):
    page = site.page(f"differences?{query}")
    assert [h3.text for h3 in page.all("h3")] == names
    assert all("open" in details.attributes for details in page.all("details"))
    chosen_kinds = {kind for kind, *_ in rows(page)}
    assert chosen_kinds == ({"guessed"} if "kind" in query else set(KINDS))
    assert [option.text for option in page.all("option", selected="")] == [
        *names,
        *(["guessed"] if "kind" in query else []),
    ]
    assert page.one("a", class_="clear", href="/_dm/differences")
    assert "Not here" not in [h2.text for h2 in page.all("h2")]


def test_an_action_that_is_not_there_is_missing(site):
    name = LACKING[0]
    page = site.page(f"differences?about={name}")
    assert f"it answers SandboxNotImplemented. {name}" in page.text
    assert not page.all("details")


def test_nothing_of_a_kind_says_so(site):
    assert "Nothing of this kind." in site.page("differences?about=QueryTagByParam&kind=guessed").text


@pytest.mark.parametrize(
    ("query", "words"),
    [("about=CreatTag", "did you mean CreateTag"), ("kind=wrong", "they are copied, guessed, missing")],
)
def test_what_is_none_is_refused(site, query, words):
    answer = site.get(f"differences?{query}")
    assert answer.status == 400
    assert words in answer.page.text
