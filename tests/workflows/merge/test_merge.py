"""Merges through the command line and over HTTP: what is planned, sent, refused, and told."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from email import message_from_string, policy
from pathlib import Path

import pytest
from faulty import Fault, reset

from dmcli.api.wire import Reply
from dmcli.sandbox.server.http1 import wire
from dmcli.workflows.merge.sending import THREADS

MERGE = "send merge people.csv --from news@sandbox.test --subject 'Hello {{ name }}' --html '<p>Dear {{ name }},</p>'"
DROPPED = Fault("drop", lambda connection, _: reset(connection), executed=True)
LOST = Fault("lose", lambda connection, _: reset(connection))
THREE = {"p2@b.test": 1, "p3@b.test": 1, "p4@b.test": 1}


def refused(code, status=400):
    reply = Reply(status, {}, json.dumps({"Code": code, "Message": "no", "RequestId": "R"}).encode())
    return Fault(code, lambda connection, _: connection.sendall(wire(reply, connection="close")))


def report(run, name="people", *options):
    return {row["row"]: row for row in run("campaign report {} {} -o json", name, options).json["rows"]}


def counts(run, name="people"):
    return {state: number for state, number in run(f"campaign show {name} -o json").json.items() if number}


# --- sending


def test_each_row_is_a_mail_of_its_own(run, mailed, sandbox):
    run("dedicated-ip create-pool orders")
    assert "did you mean orders" in run(f"{MERGE} --ip-pool order --yes", code=10).err
    done = run(f"{MERGE} --ip-pool orders --yes -o json")
    assert done.json == {
        "campaign": "people", "sent": 3, "pending": 0, "under_way": 0, "unknown": 0, "rejected": 0, "skipped": 0,
    }  # fmt: skip
    assert mailed() == THREE
    with closing(sqlite3.connect(sandbox.path)) as db, db:
        mails = db.execute("SELECT subject, html, text, headers, ip_pool FROM message ORDER BY subject").fetchall()
    assert mails[0][:3] == ("Hello Person 2", "<p>Dear Person 2,</p>", "Dear Person 2,")
    assert {mail[4] for mail in mails} == {"1"}
    told = report(run)
    assert {json.loads(mail[3])["Message-ID"] for mail in mails} == {row["message_id"] for row in told.values()}
    assert all(re.fullmatch(r"<[0-9a-f]{32}\.dm@sandbox\.test>", row["message_id"]) for row in told.values())
    assert all(row["state"] == "sent" and row["env_id"] and row["request_id"] for row in told.values())


def test_each_sheet_of_a_workbook_is_a_campaign_and_its_export_is_merged_as_it_was(run, mailed):
    import openpyxl

    book = openpyxl.Workbook()
    for name in ("first", "second"):
        sheet = book.create_sheet(name)
        for row in (("email", "name"), (f"{name}@b.test", "=1+1")):
            sheet.append(row)
        sheet["B2"].data_type = "s"  # a text, no formula
    book.save("people.xlsx")
    merge = MERGE.replace(".csv", ".xlsx")
    run(f"{merge} --sheet first --plan-only")
    assert "is of the same file" in run(f"{merge} --sheet first --yes", code=2).err
    assert "another --sheet" in run(f"{merge} --sheet second --resume --campaign people", code=2).err
    run(f"{merge} --sheet second --yes")
    assert mailed() == {"second@b.test": 1}
    with open("rest.ndjson", "w", encoding="utf-8") as file:
        file.write(run("campaign export people --only pending -o ndjson").out)
    assert run(f"{MERGE.replace('people.csv', 'rest.ndjson')} --dry-run -o json").json["subject"] == "Hello =1+1"
    run(f"{merge} --sheet first --resume")
    assert mailed() == {"first@b.test": 1, "second@b.test": 1}


def test_the_journal_is_private_and_keeps_no_text(run, tmp_path):
    run(f"{MERGE} --yes")
    path = tmp_path / ".local/state/dm/campaigns/people.db"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with closing(sqlite3.connect(path)) as db, db:
        assert db.execute("SELECT data FROM row WHERE number = 2").fetchone() == (
            '{"email": "p2@b.test", "name": "Person 2"}',
        )
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_before_a_send_it_is_shown_and_asked(box, run, mailed):
    without = run(MERGE, code=2)
    assert "send 3 mails from news@sandbox.test: there is no terminal to ask: give --yes" in without.err
    said = run(MERGE, code=2, tty=True, stdin="n\n")
    assert "Hello Person 2" in said.err
    assert "Send 3 mails from news@sandbox.test. Go ahead?" in said.err
    assert run("campaign list -o json").json == []
    assert not mailed()
    run(MERGE, tty=True, stdin="y\n")
    assert mailed() == THREE


def test_a_dry_run_shows_the_plan_and_changes_nothing(run, mailed, people, tmp_path):
    people(["a@b.test,Ada", "a@B.test,Again", "nobody,No", "c@b.test,"])
    shown = run(f"{MERGE} --dry-run -o json", code=2)
    plan = shown.json
    assert (plan["rows"], plan["mails"], plan["bad"], plan["day_left"]) == (4, 1, 3, 2000)
    assert (plan["to"], plan["subject"], plan["text"]) == ("a@b.test", "Hello Ada", "Dear Ada,")
    assert [(one["row"], one["problem"][:25]) for one in plan["problems"]] == [
        (3, "has the address of row 2"),
        (4, "'nobody' has no @; a mail address"[:25]),
        (5, "has no value for name"),
    ]
    assert not mailed()
    assert run("campaign list -o json").json == []
    assert not list((tmp_path / ".local/state/dm/campaigns").glob("*.db*"))


def test_bad_rows_stop_it_unless_they_are_to_be_skipped(run, mailed, people):
    people(["a@b.test,Ada", "a@b.test,Again", "c@b.test,C"])
    stopped = run(f"{MERGE} --yes", code=2)
    assert stopped.err.splitlines() == [
        "dm: 1 of 3 rows is bad; nothing was sent: correct them, or give --skip-bad",
        "    row 3: has the address of row 2",
    ]
    assert "left out: row 3: has the address of row 2" in run(f"{MERGE} --yes --skip-bad").err
    assert mailed() == {"a@b.test": 1, "c@b.test": 1}
    assert report(run)[3]["reason"] == "has the address of row 2"


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (["a@b.test,x@b.test,Two"], "has the value"),
        (['"a@b.test, c@b.test",Two'], "a row has one recipient"),
        (["Bob <a@b.test>,Two"], "angle brackets"),
        ([",Nobody"], "has no address"),
        (['a@b.test,"A\nB"'], "--subject has a line break"),
        (["a@b.test,=?utf-8?q?a=0ABcc:x?="], "--subject has an encoded word"),
        ([f"a@b.test,{'x' * 260}"], "--subject has 266 characters"),
        (["a@b.test"], "it has 1 of 2 values"),
        ([], "the file has no rows"),
        (["invalid@sandbox.test,Earlier"], "was found invalid earlier"),
        (["Ada@Held.test,Domain"], "is suppressed (dm suppression list)"),
        (["ada@example.com,Address"], "is suppressed (dm suppression list)"),
    ],
)
def test_what_is_wrong_with_a_row_is_told_before_anything_is_sent(run, mailed, people, rows, problem):
    if "Earlier" in str(rows):
        run("send single --to invalid@sandbox.test --subject s --text t")
    for address in ("held.test", "ADA@example.com") if "suppressed" in problem else ():
        run("suppression add {}", address)
    people([*rows, "good@b.test,Good"] if rows else [])
    assert problem in run(f"{MERGE} --yes", code=2).err
    assert "good@b.test" not in mailed()


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        (
            MERGE.replace("name }},", "nmae }},"),
            2,
            "--html uses {{ nmae }}, which is no column of the file; did you mean",
        ),
        (MERGE.replace("people.csv", "none.csv"), 2, "cannot read 'none.csv'"),
        (
            MERGE.replace("news@", "nwes@"),
            10,
            "nwes@sandbox.test is no sender address of this account; did you mean news",
        ),
        (f"{MERGE} --to-column mail", 2, "the file has no column 'mail'; it has email, name"),
        (f"{MERGE} --rate 5", 2, "'5' is not a rate such as 20/s"),
        (f"{MERGE} --ramp 200", 2, "'200' is not a ramp such as 200:+30%/day, which is 200 mails on the first day"),
        (f"{MERGE} --ramp 0:+30%/day", 2, "'0:+30%/day' is not a ramp"),
        (f"{MERGE} --ramp 200:+0%/day", 2, "(1 to 999)"),
        (f"{MERGE} --ramp 200:30%/week", 2, "is not a ramp"),
        (f"{MERGE} --window 9-5", 2, "'9-5' is not a part of the day such as 09:00-18:00"),
        (f"{MERGE} --campaign a/b", 2, "'a/b' is no name of a campaign"),
        (f"{MERGE} --campaign '客 户'", 2, "'客 户' is no name of a campaign"),
        (f"{MERGE} --campaign {'客' * 65}", 2, "is no name of a campaign"),
        (f"{MERGE} --campaign a\u3164b", 2, "is no name of a campaign"),  # a letter that nobody sees
        (f"{MERGE} --resume", 10, "no campaign of people.csv was begun"),
        (f"{MERGE} --preview 9", 10, "people.csv has no row 9"),
        (MERGE + """ --headers '{"Message-ID": "<a@b>"}'""", 2, "a merge gives each its own"),
        ("campaign show peple", 10, "there is no campaign 'peple'"),
        ("campaign work people", 2, "work is for a campaign in a database: give --journal postgresql://"),
        ("campaign settle people --sent 2", 10, "there is no campaign 'people'"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(run, mailed, line, code, said):
    assert said in run(line if "campaign " in line else f"{line} --yes", code=code).err
    assert not mailed()


def test_a_campaign_is_called_as_its_file_in_any_script(run, tmp_path):
    names = {
        "客户 2026.csv": "客户-2026",
        "клиенты.csv": "клиенты",
        "ग्राहक.csv": "ग्राहक",  # its vowels are marks
        "e\u0301te\u0301.csv": "été",  # as some systems write names of files
        "!?.csv": "campaign",
    }
    for number, (file, name) in enumerate(names.items()):
        (tmp_path / file).write_text(f"email,name\nada{number}@example.com,Ada\n", encoding="utf-8")
        planned = run(MERGE.replace("people.csv", "{}") + " --plan-only", file).err
        assert f"campaign {name} is planned" in " ".join(planned.split())
        assert run("campaign show {}", name).code == 0
    run("campaign resume {}", "e\u0301te\u0301")
    assert run("campaign report été -o json").json
    assert "did you mean 客户-2026" in run("campaign show 客户-2025", code=10).err
    run("campaign delete {} --yes", "客户-2026")
    assert {row["campaign"] for row in run("campaign list -o json").json} == {*names.values()} - {"客户-2026"}


def test_what_does_not_fit_into_the_quota_is_not_begun(run, mailed, box):
    box("sandbox quota --daily 2 --monthly 60")
    stopped = run(f"{MERGE} --yes", code=5)
    assert "the quota has no room for 3 mails: 2 left today; give --per-day" in stopped.err
    assert not mailed()


def test_a_plan_alone_is_kept_and_sends_nothing_yet(run, mailed):
    planned = run(f"{MERGE} --plan-only -o json")
    assert (planned.json["mails"], planned.json["subject"]) == (3, "Hello Person 2")
    assert "campaign people is planned, and nothing was sent; go on with: dm -p sandbox" in planned.err
    assert run("campaign show people -o json").json["pending"] == 3
    assert "go on with it by" in run(f"{MERGE} --yes", code=2).err
    assert not mailed()
    run("campaign resume people")
    assert mailed() == THREE


def test_a_preview_writes_the_mail_as_others_read_it(run, mailed):
    shown = run(f"{MERGE} --preview 3 -o json").json
    assert shown["to"] == "p3@b.test"
    mail = message_from_string(Path(shown["eml"]).read_text("utf-8"), policy=policy.default)
    assert mail["Subject"] == "Hello Person 3"
    assert mail.get_body(("plain",)).get_content() == "Dear Person 3,\n"
    assert mail.get_body(("html",)).get_content() == "<p>Dear Person 3,</p>\n"
    assert Path(shown["html"]).read_text("utf-8") == "<p>Dear Person 3,</p>"
    assert not mailed()


def test_a_sample_goes_to_one_address_alone(run, mailed):
    run(f"{MERGE} --test-to me@b.test")
    assert mailed() == {"me@b.test": 1}
    assert run("campaign list -o json").json == []


# --- never twice


def test_the_same_again_is_refused_and_names_the_campaign(run, mailed):
    run(f"{MERGE} --yes")
    again = run(f"{MERGE} --yes", code=2)
    assert "the campaign 'people' is of the same file, texts and sender" in again.err
    assert "campaign resume people" in again.err
    run(f"{MERGE} --yes --resume")
    run("campaign resume people")
    assert mailed() == THREE
    run(f"{MERGE} --yes --again")
    assert set(mailed().values()) == {2}
    assert [one["campaign"] for one in run("campaign list -o json").json] == ["people", "people-2"]


@pytest.mark.parametrize(
    ("change", "named"),
    [(("Hello", "Dear"), "--subject"), (("<p>", "<b>"), "--html"), (("news@", "notify@"), "--from"), (None, "file")],
)
def test_what_was_changed_since_is_named(run, mailed, people, faulty, change, named):
    faulty.inject(refused("InvalidAccessKeyId.NotFound", 404), "SingleSendMail")
    run(f"{MERGE} --yes", code=3)
    if change is None:
        people(4)
        assert "people.csv was changed since" in run("campaign resume people", code=2).err
    stopped = run(f"{MERGE.replace(*change) if change else MERGE} --yes --resume", code=2)
    assert f"the campaign 'people' was planned with another {named};" in stopped.err
    assert not mailed()
    faulty.times = 0
    run("campaign resume people --as-planned")
    assert mailed() == THREE


def test_a_second_run_on_a_campaign_is_locked_out(run, mailed, tmp_path):
    run(f"{MERGE} --yes")
    holder = """
import sys
from dmcli.local.locks import Claims
from dmcli.workflows.merge.journals.campaigns import number_of
claims = Claims(sys.argv[1]); assert claims.take(number_of("people")); print("taken", flush=True); sys.stdin.read()
"""
    command = [sys.executable, "-c", holder, str(tmp_path / ".local/state/dm/campaigns/lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "taken\n"
        for line in ("campaign resume people", "campaign settle people --sent 2", "campaign delete people --yes"):
            assert "another dm is working on this campaign" in run(line, code=9).err
        process.stdin.close()
    run("campaign resume people")


def test_a_copy_of_the_journals_sends_nothing(run, mailed, tmp_path, faulty):
    faulty.inject(refused("InvalidAccessKeyId.NotFound", 404), "SingleSendMail")
    run(f"{MERGE} --yes", code=3)
    faulty.times = 0
    state = tmp_path / ".local/state/dm"
    shutil.copytree(state, tmp_path / "copy")
    shutil.rmtree(state)
    shutil.copytree(tmp_path / "copy", state)
    assert "people.db is a copy: sending from it could mail people twice" in run("campaign resume people", code=3).err
    assert not mailed()
    run("campaign resume people --moved")
    run("campaign resume people")
    assert mailed() == THREE


# --- what the service answers


def test_an_answer_that_is_lost_makes_an_unknown_mail_that_is_never_sent_again(run, mailed, faulty):
    faulty.inject(DROPPED, "SingleSendMail", 1)
    ended = run(f"{MERGE} --yes -o json", code=6)
    assert (ended.json["unknown"], ended.json["sent"]) == (1, 2)
    assert ended.error["hint"].endswith("campaign settle people")
    run("campaign resume people", code=6)
    assert mailed() == THREE
    settled = run("campaign settle people")
    assert "1 of 1 unknown mail found at the service" in settled.err
    run("campaign resume people")
    assert mailed() == THREE


def test_what_never_arrived_is_decided_by_hand(run, mailed, faulty):
    faulty.inject(LOST, "SingleSendMail", 1)
    run(f"{MERGE} --yes", code=6)
    (row,) = report(run, "people", "--only", "unknown")
    told = run("campaign settle people", code=5).err
    assert f"nothing is found of 1 mail, which is no proof that nothing was sent: row {row}\n" in told
    assert "count as sent" not in told
    assert f"row {row % 3 + 2} is not unknown" in run(f"campaign settle people --sent {row % 3 + 2}", code=2).err
    run(f"campaign settle people --not-sent {row}")
    run("campaign resume people")
    assert mailed() == THREE


def test_a_row_that_is_refused_is_no_reason_to_stop(run, mailed, faulty):
    faulty.inject(refused("InvalidToAddress"), "SingleSendMail", 1)
    ended = run(f"{MERGE} --yes", code=7)
    assert "1 of 3 mails was rejected" in ended.err
    (row,) = report(run, "people", "--only", "rejected").values()
    assert (row["code"], row["state"]) == ("InvalidToAddress", "rejected")
    run("campaign retry-rejected people")
    run("campaign resume people")
    assert mailed() == THREE


@pytest.mark.parametrize(
    ("code", "status", "ends"),
    [
        ("InvalidSendMail.Spam", 400, 1),
        ("Forbidden.RAM", 403, 3),
        ("InvalidMailAddress.NotFound", 404, 10),
    ],
)
def test_what_is_wrong_for_all_stops_the_run(run, mailed, people, faulty, code, status, ends):
    people(40)
    faulty.inject(refused(code, status), "SingleSendMail")
    stopped = run(f"{MERGE} --yes", code=ends)
    assert "campaign resume people" in stopped.err
    assert counts(run) == {"campaign": "people", "pending": 40} | {
        key: value for key, value in counts(run).items() if key in ("sender", "subject", "file", "made")
    }
    faulty.times = 0
    run("campaign resume people")
    assert set(mailed().values()) == {1}
    assert len(mailed()) == 40


def test_ten_refusals_in_a_row_are_no_chance(run, mailed, people, faulty):
    people(60)
    faulty.inject(refused("InvalidToAddress"), "SingleSendMail")
    assert "the last 10 mails all failed, so the run stopped: no (Inv" in run(f"{MERGE} --yes", code=1).err
    known = run("campaign show people -o json").json
    assert 10 <= known["rejected"] <= 10 + THREADS
    assert known["rejected"] + known["pending"] == 60


def test_where_nobody_listens_any_more_the_rest_waits(run, people, faulty, mailed):
    people(40)
    faulty.inject(Fault("gone", lambda *_: faulty.close()), "SingleSendMail", 1)
    stopped = run(f"{MERGE} --yes", code=6)
    assert "and what became of" in stopped.err
    assert "campaign settle people; then" in stopped.err
    known = run("campaign show people -o json").json
    assert known["sent"] + known["unknown"] + known["pending"] == 40
    assert known["unknown"] <= THREADS
    assert set(mailed().values()) <= {1}


def test_throttled_answers_slow_it_down_and_no_row_is_lost(run, mailed, people, faulty):
    people(20)
    faulty.inject(refused("Throttling.User"), "SingleSendMail", 60)
    run(f"{MERGE} --yes")
    assert len(mailed()) == 20
    assert set(mailed().values()) == {1}


def test_an_outage_costs_few_unknown_mails(run, mailed, people, faulty):
    people(60)
    faulty.inject(LOST, "SingleSendMail")
    stopped = run(f"{MERGE} --yes", code=6)
    assert "mails got no answer, so the run stopped" in stopped.err
    unknown = counts(run)["unknown"]
    assert 10 <= unknown <= 10 + THREADS
    faulty.times = 0
    run("campaign resume people", code=6)
    assert len(mailed()) == 60 - unknown


# --- the commands


def test_what_is_known_of_a_campaign(run, box):
    run(f"{MERGE} --yes --campaign spring")
    assert run("campaign show spring -o json").json["subject"] == "Hello {{ name }}"
    rows = run("campaign export spring -o json").json["rows"]
    assert (rows[0]["email"], rows[0]["name"], rows[0]["state"]) == ("p2@b.test", "Person 2", "sent")
    assert "nothing found" in run("campaign report spring --only unknown").err
    run("campaign delete spring", code=2)
    run("campaign delete spring --yes")
    assert run("campaign list -o json").json == []


def test_a_campaign_belongs_to_its_account(run, box, faulty, mailed):
    faulty.inject(refused("InvalidAccessKeyId.NotFound", 404), "SingleSendMail")
    run(f"{MERGE} --yes", code=3)
    assert "planned with another account or endpoint" in box("campaign resume people", code=2).err
    assert not mailed()


def test_in_the_process_too(box, sandbox, mailed, people):
    people(50)
    box(f"{MERGE} --yes")
    assert len(mailed()) == 50
