"""`stats report`: its figures are those of the mail, and its page says them without help from elsewhere."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from html.parser import HTMLParser

import pytest

from dmcli.render.report.markdown import markdown
from dmcli.render.report.page import page

DAY = "date(created + 28800, 'unixepoch')"
VOID = {"meta", "br", "path", "rect", "polyline"}


class Wellformed(HTMLParser):
    """Fails where an element is not closed; knows all that could be fetched, and the texts."""

    def __init__(self):
        super().__init__()
        self.open, self.links, self.text = [], [], ""

    def handle_starttag(self, tag, attrs):
        self.links += [value for name, value in attrs if name in ("src", "href", "srcset", "action", "data")]
        assert tag != "script"
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def parsed(html):
    parser = Wellformed()
    parser.feed(html)
    parser.close()
    assert parser.open == []
    return parser


@pytest.fixture
def past(box):
    box("sandbox seed --days 90 --mails 3000 --seed 7")
    return box


def truth(database, question):
    with closing(sqlite3.connect(database)) as db, db:
        return db.execute(question).fetchall()


@pytest.fixture
def database(monkeypatch, tmp_path):
    path = tmp_path / "past.db"
    monkeypatch.setenv("DM_SANDBOX_DB", str(path))
    return path


def test_the_figures_are_those_of_the_mail(database, past):
    report = past("stats report --since 60d -o json").json
    since = report["since"]
    ((sent, delivered, failed, invalid),) = truth(
        database,
        "SELECT count(*), count(*) FILTER (WHERE status = 0), count(*) FILTER (WHERE status IN (3, 4)), "
        f"count(*) FILTER (WHERE status = 2) FROM mail WHERE {DAY} >= '{since}'",
    )
    totals = report["totals"]
    assert [totals[name] for name in ("requests", "delivered", "failed", "invalid")] == [
        sent,
        delivered,
        failed,
        invalid,
    ]
    days = dict(truth(database, f"SELECT {DAY}, count(*) FROM mail WHERE {DAY} >= '{since}' GROUP BY 1"))
    assert {day["day"]: day["requests"] for day in report["days"] if day["requests"]} == days
    assert len(report["days"]) == 61
    assert totals["spam"] is None  # not known of all days
    (note,) = report["notes"]
    kept = note["day"]
    assert kept > since
    kinds = truth(
        database,
        f"SELECT reason, count(*) FROM mail WHERE status AND {DAY} >= '{kept}' GROUP BY status, 1 ORDER BY 2 DESC",
    )
    assert [row["mails"] for row in report["failures"]] == [count for _, count in kinds[:10]]
    assert sum(row["mails"] for row in report["recipient_domains"]) == sum(count for _, count in kinds)
    ((found,),) = truth(database, f"SELECT count(*) FROM invalid WHERE {DAY.replace('created', 'at')} >= '{kept}'")
    assert report["invalid_addresses"]["count"] == found
    senders = truth(
        database,
        f"SELECT sender, count(*) FROM mail JOIN message ON message.id = message WHERE {DAY} >= '{since}' "
        "GROUP BY 1 ORDER BY 2 DESC, 1",
    )
    assert [(row["name"], row["requests"]) for row in report["senders"]] == senders
    assert [day["day"] for day in report["days"] if day["opens"] is None][-1] < kept
    ((opens, readers),) = truth(
        database,
        "SELECT count(*), count(DISTINCT mail.id) FROM event JOIN mail ON mail.id = event.mail "
        f"JOIN message ON message.id = message WHERE track AND event.kind = 'open' AND {DAY} >= '{kept}'",
    )
    assert (totals["opens"], totals["unique_opens"]) == (opens, readers)
    ((spam,),) = truth(database, f"SELECT count(*) FROM mail WHERE status = 3 AND {DAY} >= '{kept}'")
    assert past("stats report --since {} -o json", kept).json["totals"]["spam"] == spam > 0
    (_, cells) = [line for line in past("stats report --since {}", kept).out.splitlines() if "|" in line][0:3:2]
    assert f"| {spam} (" in cells


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_page_has_the_figures_and_fetches_nothing(past, lang, tmp_path):
    report = past("stats report --since 90d -o json").json
    done = past("--lang {} stats report --since 90d --html {}", lang, tmp_path / "report.html")
    assert done.out == ""
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert len(text.encode()) < 300_000
    found = parsed(text)
    assert found.links == []
    assert "url(" not in text
    assert "@import" not in text
    assert f"{report['totals']['requests']:,}" in found.text
    assert all(row["message"] in found.text for row in report["failures"])
    assert ("邮件报告" in found.text) == (lang == "zh")
    words = re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)
    if lang == "zh":
        assert not re.search(r">(Sent|Delivered|Quota|Senders|Tags|Why mails failed)<", words)


HOSTILE = "<script>alert(1)</script>|[x](javascript:y) `z`\n# t"


def hostile_report():
    counts = {"requests": 2, "delivered": 1, "failed": 0, "invalid": 1}
    looks = dict.fromkeys(("tracked", "opens", "unique_opens", "clicks", "unique_clicks"), 0)
    return {
        "since": "2026-11-01",
        "until": "2026-11-01",
        "region": HOSTILE,
        "totals": {**counts, **looks, "spam": None},
        "days": [{"day": "2026-11-01", **counts, **looks}],
        "failures": [{"outcome": HOSTILE, "message": HOSTILE, "mails": 1}],
        "recipient_domains": [{"domain": HOSTILE, "mails": 1, "invalid": 1, "spam": 0, "failed": 0}],
        "invalid_addresses": {"count": 1, "latest": [HOSTILE]},
        "quota": {"DailyQuota": 10, "MonthQuota": None, "QuotaLevel": 2, "UserStatus": 0},
        "senders": [{"name": HOSTILE, **counts, "spam": None}],
        "tags": [],
        "notes": [{"note": "compared", "what": HOSTILE, "count": 31, "compared": 30}],
    }


def test_what_others_wrote_stays_text():
    found = parsed(page(hostile_report(), "en", "now"))
    assert found.text.count(HOSTILE) == 7
    lines = markdown(hostile_report(), "en").splitlines()
    tables = [line for line in lines if "alert" in line and line.startswith("|")]
    assert len(tables) == 3
    assert "| Mails a day | Level |" in lines  # of the month nothing is known
    for line in tables:
        assert r"\<script\>alert(1)\</script\>\|\[x\](javascript:y) \`z\` \# t" in line


def test_what_nobody_sees_is_shown_as_an_escape():
    report = hostile_report() | {"failures": [{"outcome": "spam", "message": "5\x1b[1m\u202ea\x00", "mails": 1}]}
    assert r"5\x1b[1m\u202ea\x00" in parsed(page(report, "en", "now")).text
    assert r"5\\x1b\[1m\\u202ea\\x00" in markdown(report, "en")


def test_markdown_is_what_is_printed(past, tmp_path):
    report = past("stats report --since 30d -o json").json
    said = past("stats report --since 30d").out
    assert past("stats report --since 30d --markdown").out == said
    assert past("stats report --since 30d --markdown --html {}", tmp_path / "r.html").out == said
    assert (tmp_path / "r.html").read_text("utf-8").startswith("<!DOCTYPE html>")
    assert said.startswith("## Mail report\n")
    assert f"| {report['totals']['requests']:,} |" in said
    busiest = max(report["days"], key=lambda day: day["requests"])
    quota = said.partition("### Quota\n")[2].split("###")[0]
    assert quota.startswith("\n| Mails a day | Mails a month | Level |\n|---:|---:|---:|\n| 2,000 | 60,000 | 2 |\n")
    assert f"({busiest['requests']} of 2,000 mails on {busiest['day']})." in quota
    widths = {line.count(" | ") for line in said.split("###")[1].splitlines() if line.startswith("| ")}
    assert len(widths) == 1


def test_one_mail_is_no_plural(box):
    box("send single --to ada@example.com --subject s --text t")
    box("sandbox clock advance 1d")
    assert "(1 of 2,000 mails on " in box("stats report").out
    box("sandbox quota --daily 0 --monthly 0")
    assert "no room for 1 more: 0 of 0 left today" in box("account show --need 1", code=5).err


def test_it_begins_where_the_service_begins_to_tell(box):
    run = box("stats report --since 400d -o json")
    assert f"shown from {run.json['since']} on" in run.err
    assert run.json["days"][0]["day"] == run.json["since"]


def test_no_mail_is_said(box, tmp_path):
    assert "No mail was sent in these days." in box("stats report --since 3d").out
    box("stats report --since 3d --html {}", tmp_path / "report.html")
    assert "No mail was sent in these days." in parsed((tmp_path / "report.html").read_text("utf-8")).text


def test_a_page_that_cannot_be_written_is_told_before_any_call(box, tmp_path):
    result = box("stats report --html {}", tmp_path / "missing" / "report.html", code=8)
    assert "missing/report.html" in result.err


def test_a_report_that_fails_leaves_things_as_they_were(box, tmp_path):
    old, new = tmp_path / "old.html", tmp_path / "new.html"
    old.write_text("last week's")
    for path in (old, new):
        box("stats report --from-history --html {}", path, code=10)
    assert old.read_text() == "last week's"
    assert not new.exists()
