"""`dm sandbox mail`: one mail in all its forms, the latest that matches, and deleting."""

from __future__ import annotations

import email
import hashlib
import json
import subprocess

import pytest
from patience import PATIENT
from shell import argv

HTML = '<p>Your code is <b>493021</b>, or <a href="https://x.example/a?b=1&amp;c=2">click</a>.</p>'


@pytest.fixture
def sent(box):
    def sent(to="ada@example.com", subject="Welcome", options=""):
        return box("send single --to {} --subject {} --html {} " + options, to, subject, HTML)

    return sent


def test_a_mail_in_all_its_forms(box, sent):
    sent()
    assert box("sandbox mail html 1").out == f"{HTML}\n"
    assert box("sandbox mail text 1").out == "Your code is 493021, or click.\n"
    assert box("sandbox mail links 1").out == "https://x.example/a?b=1&c=2\n"
    assert box("sandbox mail codes 1").out == "493021\n"
    message = email.message_from_string(box("sandbox mail source 1").out)
    assert (message["To"], message["Subject"], message.get_content_type()) == (
        "ada@example.com",
        "Welcome",
        "text/html",
    )


def test_the_source_is_bytes_where_they_go_into_a_file(sent, tmp_path):
    sent(subject="您好")
    with open(tmp_path / "mail.eml", "wb") as file:
        subprocess.run(argv("sandbox mail source"), check=True, stdout=file, timeout=PATIENT)
    made = (tmp_path / "mail.eml").read_bytes()
    assert made.count(b"\r\n") == made.count(b"\n")
    subject = email.header.decode_header(email.message_from_bytes(made)["Subject"])
    assert subject[0][0].decode(subject[0][1]) == "您好"


def test_words_are_data_where_a_format_is_asked_for(box, sent):
    sent()
    assert box("sandbox mail codes -o json").json == {"codes": ["493021"]}
    assert box("sandbox mail links --query 'links[0]'").out == "https://x.example/a?b=1&c=2\n"


def test_a_mail_without_links_and_codes_says_so(box):
    box("send single --to a@example.com --subject s --text 'plain words'")
    assert box("sandbox mail links").err == "mail 1 has no links\n"
    assert box("sandbox mail links -o json").json == {"links": []}
    none = box("sandbox mail codes", code=10)  # or a script would go on with nothing
    assert (none.out, none.err) == ("", "dm: mail 1 has no one-time codes; see: dm sandbox mail text 1\n")
    assert "mail 1 has no HTML; see: dm sandbox mail text 1" in box("sandbox mail html", code=10).err
    assert box("sandbox mail text").out == "plain words\n"


def test_parts_of_a_mail_come_as_data_too(box):
    box("send single --to a@example.com --subject s --html '<p>您好</p>'")
    assert box("sandbox mail text -o json").json == {"text": "您好"}
    assert box("sandbox mail html --query html").out == "<p>您好</p>\n"
    assert "Subject: s\n" in box("sandbox mail source -o json").json["source"]


def test_what_is_empty_is_no_line_of_a_table(box):
    box("send single --to a@example.com --subject s --text t")
    seen = box("sandbox mail show", tty=True).out
    assert "Message" in seen
    for absent in ("Headers", "Attachments", "Tag", "HTML"):
        assert absent not in seen


def test_a_list_tells_nothing_yet_from_nothing_that_matches(box):
    assert "no mail yet; send one" in box("sandbox mail list").err
    assert box("sandbox mail list --to x").err == "no mail matches\n"
    box("send single --to a@example.com --subject s --text t")
    box("send single --to a@example.com --subject s --text t")
    assert "showing the newest 1 mail; there are more" in box("sandbox mail list --limit 1").err


@pytest.mark.parametrize(
    "chosen",
    [
        "--to li@",
        "--subject second",
        "--text li@example",
        "--tag welcome",
        "latest --to li@",
        "2",
    ],
)
def test_the_latest_that_matches(box, sent, chosen):
    sent()
    sent("li@example.com", "Second", "--tag welcome")
    sent("sam@example.com", "Third")
    assert box(f"sandbox mail show {chosen} -o json").json["id"] == 2
    assert box("sandbox mail show -o json").json["id"] == 3


def test_the_list_is_chosen_in_the_same_way(box, sent):
    sent()
    sent("li@example.com", "Second")
    sent("li@example.com", "Third")
    listed = box("sandbox mail list --to li@ --subject third -o json").json
    assert [mail["id"] for mail in listed["mails"]] == [3]
    assert len(box("sandbox mail list --unseen --from noreply -o json").json["mails"]) == 3


def test_a_mail_that_is_not_there_yet_is_waited_for(box):
    with subprocess.Popen(argv("-p sandbox send single --to late@example.com --subject Late --text t -q -o json")):
        waited = box("sandbox mail show --to late@ --wait {}s -o json", PATIENT)
    assert waited.json["subject"] == "Late"


def test_what_matches_no_mail_is_refused(box, sent):
    assert box("sandbox mail show", code=10).err == "dm: no mail matches; see: dm sandbox mail list\n"
    assert "no mail matches; see" in box("sandbox mail codes --to nobody@ --wait 0s", code=10).err
    waited = box("sandbox mail codes --to nobody@ --wait 1s", code=5)
    assert "no mail matches after 1 s; see: dm sandbox mail list" in waited.err
    sent()
    assert "there is no mail 7" in box("sandbox mail html 7", code=10).err
    assert "--to and the like choose the latest" in box("sandbox mail show 1 --to ada", code=2).err
    assert "'soon' is no mail" in box("sandbox mail show soon", code=2).err


def test_mail_is_deleted_by_number_by_what_it_says_or_all_of_it(box, sent):
    for to in ("ada@example.com", "li@example.com", "li@example.com", "sam@example.com", "eve@example.com"):
        sent(to)
    assert box("sandbox mail delete 1 --yes").err == "deleted 1 mail\n"
    assert box("sandbox mail delete --to li@ --yes").err == "deleted 2 mails\n"
    assert box("sandbox mail delete latest --to sam@ --yes").err == "deleted 1 mail\n"
    left = box("sandbox mail list -o json").json["mails"]
    assert [mail["recipient"] for mail in left] == ["eve@example.com"]
    box("sandbox mail delete --all --yes")
    sent()
    assert box("sandbox mail show -o json").json["id"] == 6


def test_deleting_says_what_it_needs(box, sent):
    sent()
    for chosen in ("", "--all --to a", "1 --all", "--yes"):
        assert "what is to be deleted?" in box(f"sandbox mail delete {chosen}", code=2).err
    assert "there is no mail 9" in box("sandbox mail delete 9 --yes", code=10).err
    assert "delete all mail that matches of the sandbox: there is no terminal" in (
        box("sandbox mail delete --to a", code=2).err
    )
    assert "nothing was deleted" in box("sandbox mail delete 1", tty=True, stdin="n\n", code=2).err
    assert "deleted 1 mail" in box("sandbox mail delete 1", tty=True, stdin="y\n").err
    assert json.loads(box("sandbox mail list -o json").out) == {"mails": []}


def test_only_what_came_since_is_taken(box):
    box("send single --to a@example.com --subject s --text 'Your code is 111111'")
    assert "no mail matches; see" in box("sandbox mail codes --since 1", code=10).err
    box("send single --to a@example.com --subject s --text 'Your code is 222222'")
    assert box("sandbox mail codes --since 1").out == "222222\n"
    listed = box("sandbox mail list --since 1 -o json").json["mails"]
    assert [mail["id"] for mail in listed] == [2]


def test_attachments_are_listed_and_saved_byte_for_byte(box, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    data = bytes(range(256)) + b"\r\n"
    (tmp_path / "a.bin").write_bytes(data)
    line = "send single --to a@example.com --subject s --text t --attachment w=https://x.example/w"
    box(line + " --attach a.bin --attach 'a.bin;name=../../.发票/x:\"y' --attach a.bin;name=.hidden")
    rows = box("sandbox mail attachments -o json").json["attachments"]
    assert [(one["number"], one["name"], one["type"], one["bytes"]) for one in rows] == [
        (1, "w", "", None),
        (2, "a.bin", "application/octet-stream", len(data)),
        (3, '../../.发票/x:"y', "application/octet-stream", len(data)),
        (4, ".hidden", "application/octet-stream", len(data)),
    ]
    assert {one["sha256"] for one in rows[1:]} == {hashlib.sha256(data).hexdigest()}
    assert "a.bin/new: " in box("sandbox mail attachments 1 --save a.bin/new", code=8).err  # a file is no folder
    said = box("sandbox mail attachments 1 --save out -o json")
    names = ["2-a.bin", "3-x__y", "4-.hidden"]
    assert [one["file"] for one in said.json["attachments"]] == [None, *(f"out/{name}" for name in names)]
    assert "not saved, since it was not uploaded to the sandbox: w (https://x.example/w)" in " ".join(said.err.split())
    assert {name: (tmp_path / "out" / name).read_bytes() for name in names} == dict.fromkeys(names, data)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == names
    again = box("sandbox mail attachments 1 --save out", code=2).err
    assert "out/2-a.bin is there already: give another folder, or take it away" in again
    box("send single --to a@example.com --subject s --text t")
    assert "mail 2 has no attachments" in box("sandbox mail attachments").err
