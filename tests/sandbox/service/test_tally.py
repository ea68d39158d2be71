"""Mail is counted as it comes and goes: what was counted is what a count of each mail finds."""

from __future__ import annotations

import itertools
from contextlib import closing
from functools import partial

from dmcli.local.database import open_database
from dmcli.sandbox.control.events import play
from dmcli.sandbox.mail import mailbox
from dmcli.sandbox.mail.counts import Count, count_since
from dmcli.sandbox.mail.query import Filter
from dmcli.sandbox.store import schema

DAY = "(created + 28800) / 86400"
REACTED = ", ".join(
    f"sum(EXISTS (SELECT 1 FROM event WHERE mail = mail.id AND kind = '{kind}'))" for kind in ("open", "click")
)
EACH = f"SELECT {DAY}, kind, sender, tag, status, count(*), sum(seen = 0), {REACTED} FROM mail GROUP BY 1, 2, 3, 4, 5"
TALLY = "SELECT * FROM tally WHERE mails"
LINK = {"ClickTrace": "1", "HtmlBody": "<a href='http://a.test'>a</a>"}
PLAYED = (("open", 1), ("open", 1), ("click", 1), ("bounce", 2))


def test_what_was_counted_is_what_a_count_finds(cloud):
    content = {"Subject": "Hi {name}", "TextBody": "A code"}
    people = [{"To": f"{name}@example.com", "TemplateData": {"name": name}} for name in ("ada", "li")]
    batch = {"AccountName": "news@sandbox.test", "AddressType": "1", "TemplateContent": content, "Receivers": people}
    steps = (
        lambda: cloud.ok("CreateTag", TagName="t"),
        lambda: cloud.send("a@example.com", TagName="t", **LINK),
        lambda: cloud.send("b@example.com"),
        lambda: cloud.send("invalid@b.test"),
        lambda: cloud.ok("BatchSendMail", **batch),
        lambda: mailbox.mark(cloud.sandbox, 2),
        lambda: mailbox.mark(cloud.sandbox, 2, seen=False),
        lambda: mailbox.mark(cloud.sandbox, 3),
        *[partial(play, cloud.sandbox, what, mail) for what, mail in PLAYED],
        lambda: mailbox.delete_mail(cloud.sandbox, Filter(ids=(1,))),
        lambda: mailbox.delete_mail(cloud.sandbox),
        cloud.send,
    )
    for step in steps:
        step()
        assert sorted(cloud.sql(TALLY)) == sorted(cloud.sql(EACH))
        for chosen in (Filter(), Filter(unseen=True), Filter(tag="t"), Filter(sender="NEWS", status="0")):
            numbers = [mail["id"] for mail in mailbox.list_mail(cloud.sandbox, chosen=chosen)]
            assert mailbox.count_mail(cloud.sandbox, chosen) == len(numbers)


def test_outcomes_that_are_not_known_yet_are_counted_as_such(cloud):
    for to in ("a@example.com", "slow@b.test", "spam@b.test"):
        cloud.send(to)
    cloud.pass_time(days=1)
    cloud.send("slow@b.test")
    cloud.send("invalid@b.test")
    for back in (0, 1, 1):  # the clock goes back behind what was sent, too
        cloud.pass_time(days=-back)
        now = int(cloud.now.timestamp())
        outcome = f"CASE WHEN settled <= {now} THEN status END"
        expected = cloud.sql(f"SELECT {DAY}, {outcome}, count(*), {REACTED} FROM mail GROUP BY 1, 2 ORDER BY 1, 2")
        assert sorted(map(repr, count_since(cloud.sandbox, 0).by_day)) == sorted(
            map(repr, itertools.starmap(Count, expected))
        )


def test_a_file_of_before_is_counted_once(cloud, tmp_path):
    cloud.ok("CreateTag", TagName="t")
    before = schema.MIGRATIONS[: schema.MIGRATIONS.index(schema._TALLY)]
    for to in ("a@example.com", "invalid@b.test"):
        cloud.send(to, TagName="t", **LINK)
    play(cloud.sandbox, "open", 1)
    path, rows = str(tmp_path / "old.db"), {table: cloud.sql(f"SELECT * FROM {table}") for table in ("mail", "event")}
    with closing(open_database(path, before)) as old:
        for table, those in rows.items():
            old.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(those[0]))})", those)
    with closing(open_database(path, schema.MIGRATIONS)) as new:
        assert sorted(new.execute(TALLY)) == sorted(cloud.sql(TALLY))
