"""The catalogue against the vendor's SDK: every parameter and row field that the SDK's models know is declared."""

from __future__ import annotations

import warnings

import pytest
from rows import each
from service import found_in

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from alibabacloud_dm20151123 import models

from dmcli.api import catalogue
from dmcli.api.model import BOTH, Effect

INTERNAL = {"OwnerId", "ResourceOwnerAccount", "ResourceOwnerId"}
KNOWN = [action for action in catalogue.all_actions() if action.name in found_in("python")]


def wire_names(model) -> set[str]:
    """The wire names of a model's attributes, read off its source: it has no table of them."""
    import inspect
    import re

    return set(re.findall(r"m\.get\('([^']+)'\)", inspect.getsource(model.from_map)))


@each("action", KNOWN, named=lambda action: action.name)
def test_every_request_parameter_is_declared(action):
    request = getattr(models, f"{action.name}Request", None)  # there is none without parameters
    known = wire_names(request) - INTERNAL if request else set()
    declared = {param.name for param in action.params}
    # The SDK sends objects under a shrunken name of the same wire name.
    assert known <= declared, known - declared
    assert declared <= known, declared - known


def row_model(action):
    """The SDK's model of a row, or of the reply where there are no rows."""
    if not action.lists:
        return getattr(models, f"{action.name}ResponseBody")
    parts = "".join(part[:1].upper() + part[1:] for part in action.lists[0].split("."))
    return getattr(models, f"{action.name}ResponseBody{parts}")


@each("action", [a for a in KNOWN if a.effect is Effect.READ], named=lambda action: action.name)
def test_every_field_of_a_row_is_declared(action):
    deprecated = {"SmsStatus", "SmsTemplateCode", "Smsrejectinfo", "Remark", "SmsContent", "SmsType", "TemplateType"}
    known = wire_names(row_model(action)) - {"RequestId"} - deprecated
    assert known <= {field.name for field in action.fields}, action.name


def test_names_are_unique_and_effects_are_declared():
    for action in catalogue.all_actions():
        names = [param.name for param in action.params]
        assert len(names) == len(set(names)), action.name
        flags = [param.flag for param in action.params if not param.hidden]
        assert len(flags) == len(set(flags)), action.name
        assert set(action.versions) <= set(BOTH)
        if action.already_done:
            assert action.effect in (Effect.CREATE, Effect.DELETE, Effect.WRITE)


def test_actions_are_found_by_every_spelling():
    assert catalogue.get("UpdateMailAddressMsgCallbackUrl").name == "UpdateMailAddressMsgCallBackUrl"
    assert catalogue.find("NoSuchAction") is None
    with pytest.raises(KeyError):
        catalogue.get("NoSuchAction")
