"""`dm account` where the service does not answer as it should: nothing unread counts as equal, nothing goes unseen."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from faulty import Fault

from dmcli.sandbox.server.http1 import wire


def saying(change):
    """A server's fault: the sandbox's reply with its object changed by a function."""

    def spoil(connection, reply):
        document = json.loads(reply.body)
        change(document)
        connection.sendall(wire(reply._replace(body=json.dumps(document).encode()), connection="close"))

    return Fault("changed", spoil, executed=True)


def test_a_list_that_was_cut_is_never_read_as_whole(box, faulty, write):
    file = write("tags: [welcome]\nlists: [customers]\n")
    there = f"-p sandbox --endpoint {faulty.url}"
    faulty.inject(saying(lambda document: document.update(TotalCount=7)), "QueryTagByParam")
    for does in (
        f"diff {file}",
        "export out.yaml",
        f"apply {file} --yes",
        "diff --against profile:sandbox --only tags",
    ):
        told = box(f"{there} account {does} -o json", code=4)
        assert told.error["message"].startswith("tags could not be read: the service has 7 rows by its own count and")
        assert not told.out
    # A list shows what it was given, and says that this is not all.
    told = box(f"{there} tag list", code=4)
    assert "welcome" in told.out
    assert "gave 1 of them, so that the list is not whole; try again" in told.err
    assert "by its own count" in box(f"{there} tag show nobody", code=4).err


@pytest.mark.parametrize("code", ["InvalidAction.NotFound", "UnsupportedOperation", "InvalidTag.NotFound"])
def test_what_a_region_does_not_have_is_unread_whatever_it_says(box, write, code):
    file = write("tags: [welcome]\nlists: {customers: {description: Three customers to try with}}\n")
    box("sandbox fault add error {} --action QueryTagByParam --times 100", code)
    told = box("account diff {} -o json", file, code=3)
    assert (told.json["equal"], told.json["read"]) == (False, {"lists": 1})
    assert told.error["message"].startswith(f"tags ({code}) could not be read: ")
    absent = "The region does not have this: leave it out of the file, or name the others with --only."
    assert (absent == told.error["hint"]) == (code in ("InvalidAction.NotFound", "UnsupportedOperation"))
    assert "capitals" not in told.err
    for does in (f"apply {file} --yes", "export out.yaml", "diff --against profile:sandbox"):
        assert f"tags ({code}) could not be read" in box(f"account {does}", code=3).err
    box("account diff {} --only lists", file)


def test_things_that_go_or_move_while_they_are_read_are_read_once_or_not(box, faulty, write):
    there = f"-p sandbox --endpoint {faulty.url}"
    write("")

    def twice(document):
        document["data"]["tag"] *= 2

    faulty.inject(saying(twice), "QueryTagByParam")
    assert box(f"{there} account export --only tags -o json").json["tags"] == {
        "welcome": {"description": "Mail to new customers"}
    }
    faulty.inject(saying(lambda document: document["data"]["tag"][0].pop("TagName")), "QueryTagByParam")
    assert "tags could not be read: the service gave one without TagName" in box(f"{there} account export", code=4).err
    faulty.inject(saying(dict.copy), "")
    box("sandbox fault add error InvalidTemplate.NotFound --action DescTemplate")
    assert box("account export --only templates -o json").json["templates"] == []


def test_a_list_that_changes_while_it_is_read_is_read_again(box, faulty, sandbox, write):
    """A row that goes from the first page draws one over to it from the second, which then nobody has seen."""
    with sandbox.store.change() as db:
        db.executemany("INSERT INTO tag (name) VALUES (?)", [(f"tag{n}",) for n in range(60)])
    write("")
    there = f"-p sandbox --endpoint {faulty.url}"
    more = [1, 0, 0, 0]
    faulty.inject(saying(lambda document: document.update(TotalCount=61 + more.pop(0))), "QueryTagByParam")
    assert len(box(f"{there} account export --only tags -o json").json["tags"]) == 61
    assert not more
    more += [1, 0] * 10
    told = box(f"{there} account export --only tags", code=4).err
    assert "tags could not be read: the list was changed by somebody each time it was read; try again later" in told
    assert len(more) == 14


def test_what_the_service_suppressed_is_not_counted_where_much_would_go(box, sandbox, write):
    with sandbox.store.change() as db:
        db.executemany(
            "INSERT INTO suppression (address, created, type) VALUES (?, 0, 'system')",
            [(f"p{n}@b.test",) for n in range(20)],
        )
    for name in "abc":
        box("suppression add {}.test", name)
    here = box("account diff --against profile:sandbox --only suppressed --region ap-southeast-2 -o json", code=5).json
    assert sorted(one["name"] for one in here["changes"]) == ["a.test", "b.test", "c.test"]
    told = box("account apply {} --prune suppressed --yes", write("suppressed: [a.test, b.test]\n"), code=2)
    assert "1 of 3 suppressed would be deleted" in told.err


def test_who_would_be_locked_out_is_told_before_it_is_done(box, write):
    box("ip-filter add 127.0.0.1")
    box("ip-filter add 203.0.113.1")
    told = "this machine sends from 127.0.0.1, which is not listed, and could not send"
    file = write("ip-filter: [203.0.113.1]\n")
    pruned = f"account apply {file} --prune ip-filter --force"
    assert told not in box(f"{pruned} --dry-run").err  # the protection is off
    assert told in box("account apply {} --dry-run --prune ip-filter --force", write(
        "ip-filter: [203.0.113.1]\nsettings: {ip-protection: true}\n", "on.yaml")).err  # fmt: skip
    box("ip-filter protect on")
    assert f"delete 1; {told}: there is no terminal to ask" in box(pruned, code=2).err
    assert told in box(f"{pruned} --dry-run -o json").json["notes"]
    box("sandbox fault add error Forbidden.RAM --action GetIpProtection --times 2")
    assert told in box(f"{pruned} --dry-run").err  # who may not look is told all the same
    box("sandbox fault remove --all")
    assert told in box(f"{pruned} --plan plan.json").err
    assert told in box("account apply plan.json --dry-run").err
    write("ip-filter: [127.0.0.0/8]\n")
    assert told not in box(f"{pruned} --dry-run").err
    write("ip-filter: {}\n")
    assert "no address is listed, so nobody could send" in box(f"{pruned} --dry-run").err
    write("ip-filter: {}\nsettings: {ip-protection: false}\n")
    assert "could" not in box(f"{pruned} --yes").err


def test_what_was_refused_is_not_waited_for_and_the_rest_is(box, write, pauses):
    box("sandbox state set templates checks:2")
    file = write(
        "templates:\n  a: {subject: s, html: h}\n  b: {subject: s, html: h}\n"
        "  newsletter: {subject: 'News for {UserName}', html: x}\n"
    )
    box("sandbox fault add error InvalidTemplateName.Duplicate --action CreateTemplate")
    told = box("account apply {} --yes --wait -o json", file, code=7)
    assert (told.json["created"], told.json["failed"]) == (1, 1)
    assert "the service has approved 2 templates" in told.err
    assert pauses
    # A wait that goes wrong is told with what was refused, whose exit code goes first.
    box("sandbox state set templates manual")
    box("sandbox fault add error InvalidTemplateName.Duplicate --action CreateTemplate")
    write("templates:\n  c: {subject: s, html: h}\n  b: {subject: t, html: h}\n")
    told = box("account apply {} --yes --wait --timeout 30s", file, code=7)
    assert "1 of 2 changes failed" in told.err
    assert "still in review: b" in told.err
    box("sandbox fault add error InvalidTemplateName.Duplicate --action CreateTemplate")
    told = box("account apply {} --yes --wait --timeout 30s", write("templates:\n  d: {subject: s, html: h}\n"), code=1)
    assert "1 of 1 change failed: " in told.err


def test_members_are_compared_with_another_account_when_told_and_said_not_to_be_otherwise(box, write):
    there = "--region ap-southeast-1"
    write("email,City\nli@example.com,Oslo\nzoe@example.com,Bern\n", "people.csv")
    file = write("lists:\n  customers: {description: Three customers to try with, members-file: people.csv}\n")
    box(f"account apply {file} {there} --prune members --force --yes -q")
    against = "account diff --against region:ap-southeast-1 --only lists"
    same = box(against)
    assert "the members of lists were not compared; --members compares them" in same.err
    assert "not compared" not in box("account diff --against region:ap-southeast-1 --only tags").err
    told = box(f"{against} --members -o json", code=5)
    assert [one["change"] for one in told.json["changes"]] == ["create", "delete"]
    assert "not compared" not in told.err
    assert "--members is for --against" in box(f"account diff {file} --members", code=2).err
    write("email\nli@example.com\nzoe@example.com\n", "people.csv")
    box(f"account diff {file} {there}")  # a table of addresses alone speaks of no values
    box("account apply {} --prune members --force --yes -q", file)  # zoe has no City here
    for way in (f"{against} --members", "account diff --against profile:sandbox --members --only lists " + there):
        assert box(f"{way} -o json", code=5).json["other_values"] == {"customers": ["zoe@example.com"]}
    # Who is there with other values differs too, in a file as in an account; no call changes that.
    write("email,City\nli@example.com,Rome\nzoe@example.com,Bern\n", "people.csv")
    told = box(f"account diff {file} {there} -o json", code=5)
    assert (told.json["equal"], told.json["changes"]) == (False, [])
    assert told.json["other_values"] == {"customers": ["li@example.com"]}
    seen = box(f"account diff {file} {there}", code=5).err
    assert "other values of 1 member of the list customers, such as li@example.com" in seen
    assert "1 difference between this account and account.yaml" in seen


def test_what_an_export_leaves_beside_its_file_is_named_and_nobodys_file_is_deleted(box, write, tmp_path):
    box("template create gone --subject s --html h")
    box("account export account.yaml --members")
    write("<p>mine", "templates/mine.html")
    write("notes", "templates/notes.txt")
    box("template delete gone --yes")
    told = "account.yaml does not name 2 files beside it, which you can delete if nothing else does: "
    for _ in range(2):
        assert told + "templates/gone.html, templates/mine.html" in box("account export account.yaml --members").err
    assert (tmp_path / "templates" / "mine.html").read_text() == "<p>mine"
    assert (tmp_path / "templates" / "gone.html").exists()
    assert "does not name" not in box("account export account.yaml --only tags").err
    left = box("account export account.yaml --only lists").err
    assert "does not name 1 file beside it" in left
    assert "lists/customers.csv" in left


def test_of_two_runs_at_once_one_changes_the_account(box, write, tmp_path):
    """A claim holds between processes, so that another one takes it here."""
    from dmcli.local.paths import state_folder

    file = write("tags: [welcome, b]\n")
    box("account apply {} --yes --only tags -q", file)
    holder = (
        "import sys; from dmcli.local.locks import Claims; claims = Claims(sys.argv[1]);"
        "print(all(claims.take(n) for n in [int(sys.argv[2][:7], 16)]), flush=True); sys.stdin.read()"
    )
    write("tags: [welcome, b, c]\n")
    box("account apply {} --plan plan.json", file)
    mark = json.loads((tmp_path / "plan.json").read_text())["account"]
    lock = os.path.join(state_folder(os.environ), "apply.lock")
    with subprocess.Popen(
        [sys.executable, "-c", holder, lock, mark], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "True\n"
        for what in (file, "plan.json"):
            assert "another run changes this account just now" in box("account apply {} --yes", what, code=9).err
        box("account apply {} --dry-run", file)
        box("account apply {} --yes --region ap-southeast-1 -q", file)  # another account
        other.stdin.close()
        other.wait()
    assert box("account apply plan.json --yes -o json").json["created"] == 1


def test_renames_go_on_from_each_other_wherever_an_account_stands(box, write):
    file = write("tags: [c]\nmoved: {tags: {welcome: b, b: c}}\n")
    # This account has the first name, the other the second; a third has both, and the latest goes on.
    there = "--region ap-southeast-1"
    box(f"tag create b {there}")
    box(f"tag delete welcome --yes {there}")
    for at in ("", there):
        assert box(f"account apply {file} --yes -o json {at}").json["changed"] == 1
        assert "nothing differs" in box(f"account diff {file} {at}").err
    box("tag update c --name b")
    box("tag create welcome")
    both = box(f"account diff {file} -o json", code=5).json["changes"]
    assert [(one["change"], one["name"], one.get("was")) for one in both] == [
        ("update", "c", "b"),
        ("delete", "welcome", None),
    ]
