"""Every action that the service is known to have is in every place that is derived from the catalogue."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import alibabacloud_dm20151123.models as sdk
import click
from lab import CALLS
from rows import each
from service import SERVICE, found_in

from dmcli.api import catalogue
from dmcli.api.codes import CODES
from dmcli.api.model import V2017
from dmcli.cli.complete import action_names
from dmcli.cli.reference import walk
from dmcli.words import speaking, tr

DOCS = Path(__file__).parents[2] / "docs"
TREE = {" ".join(path): ctx.command for path, ctx in walk()}
WITHOUT_COMMAND = {"ConfigSetDetail"}  # the list shows more


@each("name", SERVICE)
def test_an_action_of_the_service_is_everywhere(name):
    known = SERVICE[name]
    action = catalogue.get(name)
    assert {param.name for param in action.params} == set(known["params"])
    assert {param.name for param in action.params if param.required} >= set(known["required"])
    assert (V2017 in (*action.versions, *action.unsure_versions)) >= (V2017 in known["found_in"])

    assert {*known["errors"], *action.errors, *action.already_done} <= set(CODES)
    assert set(action.errors) >= set(known["errors"])

    area = import_module(f"dmcli.sandbox.actions.{action.area}")
    assert name in area.HANDLERS
    assert name in area.FACTS
    assert name in CALLS  # what the tests of the sandbox, its truth and the vendor's SDKs call

    assert bool(action.paths) == (name not in WITHOUT_COMMAND)
    assert set(action.paths) <= set(TREE)
    assert name in action_names(click.Context(TREE["api"]), TREE["api"].params[0], "")

    with speaking("zh"):
        texts = {text for text in (action.summary, action.done, *(param.help for param in action.params)) if text}
        assert [text for text in texts if tr(text) == text] == []


def test_nothing_is_there_that_the_service_has_not():
    assert {action.name for action in catalogue.all_actions()} == set(SERVICE)
    assert {name.removesuffix("Response") for name in dir(sdk) if name.endswith("Response")} == found_in("python")


def test_each_command_of_an_action_is_documented():
    page = (DOCS / "commands.md").read_text(encoding="utf-8")
    assert [path for a in catalogue.all_actions() for path in a.paths if f" dm {path}\n" not in page] == []
