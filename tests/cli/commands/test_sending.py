"""What is looked at before a template is sent: to many, and to one with its variables."""

from __future__ import annotations

import json
import sys

SEND = "send batch --from news@sandbox.test --list customers"
SINGLE = "send single --from news@sandbox.test --to ada@example.com --subject Hi --template"


def subjects(box):
    return box("sandbox mail list --all -o json --query rows[].subject").json or []


def test_a_batch_is_shown_and_asked_about(box):
    told = box(f"{SEND} --template newsletter", code=2).err
    assert "send to 3 people: there is no terminal to ask: give --yes to go ahead, or --plan" in told
    assert "News for Ada" in told
    assert "2000" in told
    box(f"{SEND} --template newsletter", stdin="n\n", tty=True, code=2)
    plan = box(f"{SEND} --template newsletter --plan -o json").json
    assert (plan["people"], plan["lacking"], plan["sample_to"]) == (3, "", "ada@example.com")
    assert "Dear Ada" in plan["body"]
    assert subjects(box) == []
    box(f"{SEND} --template newsletter", stdin="y\n", tty=True)
    assert len(subjects(box)) == 3


def test_a_sample_goes_to_one_address(box):
    box(f"{SEND} --template newsletter --test-to me@example.com")
    assert subjects(box) == ["News for Ada"]
    refused = box(f"{SEND} --template newsletter --test-to me@example.com --plan", code=2).err
    assert "--plan and --test-to are two things to do" in refused
    assert subjects(box) == ["News for Ada"]
    assert "'me'" in box(f"{SEND} --template newsletter --test-to me", code=2).err


def test_a_list_without_people_is_told(box):
    box("receiver create empty")
    told = box("send batch --from news@sandbox.test --list empty --template newsletter --yes", code=2).err
    assert "the list empty has no members, so there is nobody to send to" in told


def test_variables_that_would_stay_in_the_mail_stop_it(box):
    html = "<p>{EAddr}{Age}</p><style>a{color:red}</style>"
    box("template create tour --subject {} --html {}", "{UserName}, off to {City}", html)
    refused = box(f"{SEND} --template tour --yes", code=2).err
    assert "variables would stay as they are in the mail: {City} for 3, {Age} for 3; nothing was sent" in refused
    box("receiver create tour")
    city = {"Email": "li@example.com", "CustomData": {"City": "Bern"}}
    age = {"Email": "x@example.com", "CustomData": {"Age": "7"}}
    box("receiver add tour --custom-detail {}", json.dumps([city, age]))
    plan = box("send batch --from news@sandbox.test --list tour --template tour --plan -o json", code=2)
    assert plan.json["lacking"] == "UserName: 2, City: 1, Age: 1"
    assert plan.json["subject"] == ", off to Bern"
    assert subjects(box) == []
    box("send batch --from news@sandbox.test --list tour --template tour --yes --allow-unfilled")
    assert sorted(subjects(box)) == [", off to Bern", ", off to {City}"]


def test_a_single_mail_takes_variables_and_lets_none_stay(box):
    refused = box(f"{SINGLE} newsletter", code=2).err
    assert "variables of the template would stay unfilled: give --var UserName=..., or --allow-unfilled" in refused
    box(f"{SINGLE} newsletter --var UserName=Li")
    box(SINGLE + " {}", '{"TemplateId": "newsletter", "TemplateData": {"UserName": "Kim"}}')
    box(SINGLE + " {} --var UserName=Sam", '{"TemplateId": "1", "TemplateData": {"UserName": "Kim"}}')
    box(f"{SINGLE} newsletter --allow-unfilled")
    assert len(subjects(box)) == 4
    assert "Dear Sam" in box("sandbox mail show 3").out
    assert "--var x: give NAME=VALUE" in box(f"{SINGLE} newsletter --var x", code=2).err
    assert (
        "--var goes with --template" in box("send single --to a@example.com --subject s --text t --var a=b", code=2).err
    )


def test_style_rules_go_into_the_elements_of_a_single_mail(dm, monkeypatch):
    send = "send single --from noreply@sandbox.test --to ada@example.com --subject S --css-inline"
    page = "<style>p { color: red } @media print{#logo{top:0}}</style><p>{{ as it is</p>"
    body = dm(f"{send} --html {{}} --dry-run -o json", page).json["parameters"]["HtmlBody"]
    assert '<p style="color: red;">{{ as it is</p>' in body
    assert "@media print" in body
    assert "--css-inline is about the HTML" in dm(f"{send} --text t", code=2).err
    monkeypatch.setitem(sys.modules, "css_inline", None)
    assert "pip install 'dmcli[css-inline]'" in dm(f"{send} --html {{}}", page, code=3).err


def test_recipients_come_from_a_file(dm, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    send = "send single --from noreply@sandbox.test --subject S --text T --dry-run -o json"
    (tmp_path / "people.csv").write_text("name,email\nAda,ada@b.test\nBob,bob@b.test\n", "utf-8")
    (tmp_path / "lines.txt").write_text("ada@b.test\n\neve@b.test\n", "utf-8")
    (tmp_path / "bad.csv").write_text('name,email\nAda,ada@b.test\nBob,bob\nEve,"a@b.test, b@b.test"\n', "utf-8")
    (tmp_path / "many.csv").write_text("email\n" + "".join(f"p{number}@b.test\n" for number in range(101)), "utf-8")
    assert '"ToAddress": "ada@b.test,bob@b.test,zed@b.test"' in dm(f"{send} --to @people.csv --to zed@b.test").out
    assert '"ToAddress": "ada@b.test,eve@b.test"' in dm(f"{send} --to @lines.txt").out
    refused = dm(f"{send} --to @bad.csv", code=2).err
    assert '"message": "--to: 2 of 3 addresses are wrong' in refused
    assert "line 3" in refused
    assert "line 4" in refused
    assert "101 addresses are given, and one mail takes 100" in dm(f"{send} --to @many.csv", code=2).err
    assert "has two addresses" in dm(f"{send} --to {{}}", "a@b.test\nb@b.test", code=2).err
    assert "give @people.csv" in dm(f"{send} --to people.csv", code=2).err
