"""`tag update` and `template update`: what is not typed stays as it is, whatever it is."""

from __future__ import annotations

import pytest
from params import params_of

from dmcli.sandbox.server.server import Server
from dmcli.workflows.modify import unchanged_params

LINES = "first line\nsecond line"


def row_of(sandbox, table):
    """The columns of the newest row of a table, by name."""
    with sandbox.store.transaction() as connection:
        cursor = connection.execute(f"SELECT * FROM {table} ORDER BY id DESC LIMIT 1")
        return dict(zip([column[0] for column in cursor.description], cursor.fetchone(), strict=True))


@pytest.mark.parametrize(
    ("tag", "shown_id"), [("name:promo", "<id of promo>"), ("promo", "<id of promo>"), ("12", "12")]
)
def test_a_dry_run_of_a_tag_marks_what_is_kept(bare, tag, shown_id):
    shown = bare("tag update {} --description d --dry-run", tag).json["parameters"]
    assert shown == {"TagId": shown_id, "TagName": "<kept>", "TagDescription": "d"}


@pytest.mark.parametrize(
    ("template", "shown_id"), [("name:newsletter", "<id of newsletter>"), ("news", "<id of news>"), ("12", "12")]
)
def test_a_dry_run_of_a_template_marks_what_is_kept(bare, template, shown_id):
    shown = bare("template update {} --html x --dry-run", template).json["parameters"]
    names = ("TemplateName", "TemplateSubject", "TemplateNickName", "Remark", "SmsContent", "SmsType")
    assert shown == {"TemplateId": shown_id, "TemplateText": "x"} | dict.fromkeys(names, "<kept>")


def test_a_tag_whose_description_nobody_could_type_is_renamed(dm, sandbox):
    dm("tag create promo")
    number = str(row_of(sandbox, "tag")["id"])
    dm("api ModifyTag TagId={} TagName=promo TagDescription={}", number, LINES)
    dm("tag update promo --name sale")
    assert row_of(sandbox, "tag") == {"id": int(number), "name": "sale", "description": LINES}
    dm("tag update {} --description ''", number)
    assert row_of(sandbox, "tag")["description"] == ""


def test_a_template_is_sent_whole(box, sandbox):
    box("template create promo --subject s --html h --alias a")
    number = str(row_of(sandbox, "template")["id"])
    with sandbox.store.transaction() as connection:
        sql = "UPDATE template SET remark = ?, sms_content = 'sms', sms_type = '2', nickname = ''"
        connection.execute(f"{sql} WHERE name = 'promo'", (LINES,))
    before = row_of(sandbox, "template")
    sent = []

    def recorded(request):
        sent.append(params_of(request))
        return sandbox.exchange(request)

    with Server(recorded) as server:
        box("--endpoint {} template update promo --html new", server.url)
    after = row_of(sandbox, "template")
    assert after["submitted"] >= before["submitted"]  # an update is reviewed anew
    assert after == before | {"html": "new", "submitted": after["submitted"]}
    kept_whole = {"TemplateName": "promo", "TemplateSubject": "s", "Remark": LINES, "SmsContent": "sms", "SmsType": "2"}
    assert (
        sent[-1].items()
        >= ({"Action": "ModifyTemplate", "TemplateId": number, "TemplateText": "new"} | kept_whole).items()
    )
    assert "TemplateNickName" not in sent[-1]


def test_what_is_typed_is_still_checked(box):
    box("tag create promo")
    assert "line break" in box("tag update promo --description {}", LINES, code=2).err
    assert "at most 30" in box("template update newsletter --name {}", "n" * 31, code=2).err


@pytest.mark.parametrize("group", ["tag", "template"])
def test_nothing_to_change_is_refused_before_any_call(bare, group):
    assert "nothing to change" in bare(f"{group} update 1 --dry-run", code=2).err


def test_kept_values_go_as_they_are_and_empty_ones_not_at_all():
    row = {"TagName": "n", "tagdescription": LINES, "Remark": "", "SmsContent": None, "SmsType": 0, "Other": "o"}
    names = ("TagName", "TagDescription", "Remark", "SmsContent", "SmsType", "Gone")
    assert unchanged_params(row, names, {"TagName"}) == {"TagDescription": LINES, "SmsType": "0"}
    assert unchanged_params(None, names[:2], {"TagName"}) == {"TagDescription": "<kept>"}
