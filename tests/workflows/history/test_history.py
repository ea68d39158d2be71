"""The history against the sandbox that it was read from: through the real commands, and by SQL of its own."""

from __future__ import annotations

import csv
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest
from patience import PATIENT
from shell import DM, words

READS = (
    "stats totals --since 2026-02-02 --until 2026-03-02",
    "stats totals --since 2026-02-23 --from news@sandbox.test",
    "stats totals --since 2026-02-23 --tag receipt --domain sandbox.test",
    "stats details --since 2026-02-24 --until '2026-03-01 23:59' --all",
    "stats details --since 2026-02-01 --status spam --all",
    "stats details --since 2026-02-10 --tag sale --limit 150",
    "stats details --since 2026-02-20 --all --page-size 7",
    "stats tracking --since 2026-02-24",
    "stats tracking --since 2026-02-24 --from NEWS@sandbox.test",
    "stats tracking --since 2026-02-24 --from noreply@sandbox.test --tag welcome",
    "stats tracking --since 2026-02-24 --domain sandbox.test",
)
# Half past midnight of 2026-03-02 for the service, and still the first of March in UTC.
NIGHT = "2026-03-01T16:30:00Z"


@pytest.fixture
def past(box):
    """Makes a past of 60 days, the last of which is 2026-03-01 for the service."""

    def made(mails: int = 1500, seed: int = 7) -> None:
        box("sandbox clock set {}", NIGHT)
        box("sandbox seed --days 60 --mails {} --seed {}", mails, seed)

    return made


@pytest.fixture
def dump(tmp_path):
    """All that the history holds, as SQL; `history` of another folder."""

    def made(folder=tmp_path) -> list[str]:
        with closing(sqlite3.connect(folder / ".local/state/dm/history.db")) as db:
            return list(db.iterdump())

    return made


def rows(box, line, *values):
    return box(f"{line} -o json --query rows", *values).json


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_commands_say_from_the_history_what_the_service_says(box, past, tmp_path, seed):
    past(seed=seed)
    box("sandbox play bounce --mail 1400")
    box("stats sync")
    for line in READS:
        live = box(f"{line} -o csv").out
        assert live.count("\n") > 1, line
        assert box(f"{line} --from-history -o csv").out == live, line
    report = "stats report --since 2026-02-05 --until 2026-03-01 -o json"
    assert box(f"{report} --from-history").json == box(report).json
    live, kept = (rows(box, f"stats invalid --all {more}") for more in ("", "--from-history"))
    assert sorted(kept, key=str) == sorted(live, key=str) != []
    assert [row["UtcLastUpdateTime"] for row in kept] == [row["UtcLastUpdateTime"] for row in live]
    pieces = rows(box, "stats invalid --since 2026-01-01 --until 2026-03-01 --all --page-size 1 --from-history")
    assert pieces == [row for row in kept if 1767196800 <= int(row["UtcLastUpdateTime"]) < 1772380800]
    with closing(sqlite3.connect(tmp_path / "sandbox.db")) as truth:
        counted = truth.execute(
            "SELECT date(created + 28800, 'unixepoch'), sum(status = 0), sum(status IN (3, 4)), sum(status = 2), "
            "count(*) FROM mail WHERE created >= unixepoch('2026-01-31') - 28800 GROUP BY 1 ORDER BY 1"
        ).fetchall()
    figures = ("successCount", "faildCount", "unavailableCount", "requestCount")
    totals = rows(box, "stats totals --since 2026-01-01 --from-history")
    assert [(row["CreateTime"], *(int(row[name]) for name in figures)) for row in totals] == counted


def test_it_is_kept_once_the_service_has_forgotten_and_further_back(box, past):
    past()
    box("stats sync")
    before = rows(box, "stats totals --since 2026-01-01 --from-history")
    box("sandbox clock advance 20d")
    box("stats sync")
    box("sandbox mail delete --all --yes")
    box("sandbox clock advance 8d")
    done = box("stats sync -o json").json
    assert (done["first"], done["last"], done["gaps"]) == ("2026-01-31", "2026-03-30", [])
    assert rows(box, "stats totals --since 2026-01-01 --from-history") == before
    assert rows(box, "stats totals --since 2026-01-01") == []
    report = box("stats report --since 2026-01-31 --until 2026-03-01 --from-history -o json").json
    assert report["totals"]["requests"] == sum(int(row["requestCount"]) for row in before)
    assert report["days"][0]["tracked"] is not None
    assert report["failures"]


def test_a_second_sync_changes_nothing(box, past, dump):
    past(800)
    first = box("stats sync -o json").json
    before = dump()
    assert box("stats sync -o json").json["mails"] == first["mails"]
    assert dump() == before
    box("stats sync --reread 30")
    assert dump() == [line.replace(",1,", ",0,") if '"day" VALUES' in line else line for line in before]


def test_late_changes_of_the_last_days_are_taken_over(box, past):
    past()
    box("stats sync")
    late, old = (
        box("sandbox mail list -o json --query 'mails[?created < `{}` && status == `0`].id | [0]' --limit 1000", at).out
        for at in (1772290000, 1771700000)  # 2026-02-28, 2026-02-21
    )
    for number in (late, old):
        box("sandbox play bounce --mail {}", number.strip())

    def failed(more: str) -> list[int]:
        found = rows(box, f"stats totals --since 2026-02-15 {more}")
        return [int(row["unavailableCount"]) for row in found]

    truth, stale = failed(""), failed("--from-history")
    assert sum(truth) == sum(stale) + 2
    box("stats sync")
    assert sum(failed("--from-history")) == sum(truth) - 1  # the older one was settled
    box("stats sync --reread 12")
    assert failed("--from-history") == truth
    report = "stats report --since 2026-02-05 --until 2026-03-01 -o json"
    assert box(f"{report} --from-history").json == box(report).json
    assert rows(box, "stats details --since 2026-02-15 --status invalid --all --from-history") == rows(
        box, "stats details --since 2026-02-15 --status invalid --all"
    )


def test_days_that_nobody_read_are_named_and_never_bridged(box, past):
    past(600)
    box("stats sync")
    box("sandbox clock advance 40d")
    box("send single --to ada@example.com --subject s --text t")
    done = box("stats sync -o json")
    # The last days of the first run were open, and were never read again.
    assert done.json["gaps"] == ["2026-02-27 to 2026-03-11"]
    assert (done.json["last"], done.json["open"], done.json["mails"]) == ("2026-04-11", 4, done.json["mails"])
    assert "lost for good" in done.err
    assert "2026-02-27 to 2026-03-11" in done.err
    seen = box("stats totals --since 2026-02-20 --from-history")
    assert seen.err.startswith(
        "warning: the history has nothing of 2026-03-03 to 2026-03-11; it keeps 2026-01-31 to 2026-04-11, "
        "and dm stats sync adds the last 30 days\n"
    )
    assert "2026-02-27 to 2026-03-11" in box("stats history", tty=True).out
    assert "nothing of 2026-01-01 to 2026-01-30" in box("stats totals --since 2026-01-01 --from-history").err


@pytest.mark.parametrize("call", [1, 17, 40])
def test_a_run_that_ends_in_between_goes_on_where_it_was(box, past, dump, tmp_path, call):
    past(2000)
    box("sandbox snapshot take before")
    box("stats sync")
    whole = dump()
    os.remove(tmp_path / ".local/state/dm/history.db")
    box("sandbox snapshot restore before")
    box("sandbox fault add error InternalError --nth {}", call)
    box("sandbox fault add error Forbidden.RAM --nth {}", call + 1)
    box("stats sync", code=3)
    box("stats sync")
    assert dump() == whole


def test_a_run_that_is_killed_at_any_moment_loses_nothing(box, past, dump, tmp_path):
    past(4000)
    chance = random.Random(5)  # noqa: S311
    command = [*DM, *words("-p sandbox stats sync")]
    for number in range(6):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(0.2, 1.2))
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENT)
        if number == 3:
            box("sandbox play bounce --mail 3990")
    box("stats sync")
    killed = dump()
    os.remove(tmp_path / ".local/state/dm/history.db")
    box("stats sync")
    # A text that only a replaced row had may stay, and numbers of texts follow the order of coming.
    assert _contents(killed) == _contents(dump())


def _contents(lines):
    """The rows of a dump, those of details with their texts, whatever numbers those have."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.executescript("\n".join(lines))
        found = [db.execute(f"SELECT * FROM {table}").fetchall() for table in ("day", "daily", "track", "invalid")]
        failed = "SELECT day, status, message, sender, tag, domain, mails FROM failure JOIN sort ON sort.id = sort"
        found.append(sorted(db.execute(failed).fetchall()))
        details = (
            "SELECT day, seq, at, r.value, t.value, sender, tag, status, message, class FROM detail "
            "JOIN text AS r ON r.id = recipient JOIN text AS t ON t.id = subject JOIN sort ON sort.id = sort "
            "ORDER BY 1, 2"
        )
        return [*found, db.execute(details).fetchall()]


FULL = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)),) * 2)
from dmcli.__main__ import main
main()
"""


def test_a_full_disk_loses_nothing(box, past, dump, tmp_path, server):
    past(3000)
    box("stats sync")
    whole, size = dump(), os.path.getsize(tmp_path / ".local/state/dm/history.db")
    os.remove(tmp_path / ".local/state/dm/history.db")
    command = [sys.executable, "-c", FULL, str(size // 2), *words("-p sandbox --endpoint {} stats sync", server.url)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENT, check=False)
    assert done.returncode == 8, done
    assert "history.db cannot be used" in done.stderr
    command[3] = str(size * 100)
    assert subprocess.run(command, capture_output=True, timeout=PATIENT, check=False).returncode == 0
    assert _contents(dump()) == _contents(whole)


HOLD = """
import sys
from dmcli.workflows.history.store import open_history
import os
kept = open_history(os.environ).claim(*sys.argv[1:])
print("held", flush=True)
input()
"""


def test_two_at_once_and_two_accounts(box, past, tmp_path):
    past(300)
    box("send single --to ada@example.com --subject s --text t")
    box("--region ap-southeast-1 send single --to li@example.com --subject s --text t")
    mine = [f"sandbox {tmp_path / 'sandbox.db'}", "dm-sandbox-id"]
    holder = subprocess.Popen([sys.executable, "-c", HOLD, *mine], stdin=-1, stdout=-1, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    for line in ("stats sync", "stats history prune --older-than 1d --yes"):
        assert "another dm is writing the history of this account" in box(line, code=9).err
    box("--region ap-southeast-1 stats sync")  # an account of its own
    holder.communicate("\n", timeout=PATIENT)
    box("stats sync")
    assert len(rows(box, "stats details --to ada@example.com --from-history")) == 1
    assert rows(box, "stats details --to li@example.com --from-history") == []
    other = rows(box, "--region ap-southeast-1 stats details --all --from-history")
    assert [row["ToAddress"] for row in other] == ["li@example.com"]
    box("sandbox reset --yes")
    assert "there is no history of this account yet" in box("stats history", code=10).err
    assert box("--region ap-southeast-1 stats history -o json").json["mails"] == 1


@pytest.mark.parametrize("where", ["a folder that is none", "a link to nowhere"])
def test_a_history_that_cannot_be_opened_is_not_taken_for_none(box, tmp_path, monkeypatch, where):
    path = tmp_path / "history.db"
    path.symlink_to("nowhere/history.db")  # as of a disk that is not mounted
    if where == "a folder that is none":
        (tmp_path / "file").touch()
        path = tmp_path / "file" / "history.db"
    monkeypatch.setenv("DM_HISTORY", str(path))
    for line in ("stats totals --from-history", "stats history", "stats sync", "sandbox reset --yes"):
        assert str(path.parent) in box(line, code=8).err, line


def test_what_cannot_be_read_is_said_in_a_sentence(box, past, tmp_path):
    path = tmp_path / ".local/state/dm/history.db"
    past(300)
    reading = ("stats totals --from-history", "stats history", "stats history export --to a.csv")
    for line in (*reading, "stats history prune --older-than 10d --yes"):
        said = box(line, code=10).err
        assert "there is no history of this account yet: begin one with dm stats sync" in said, line
    box("sandbox reset --yes")  # which forgets what is kept of it
    assert not list(path.parent.glob("history.db*"))  # nothing of this makes a history
    past(300)
    box("stats sync")
    box("--region ap-southeast-1 stats history prune --older-than 10d --yes", code=10)
    box("--region ap-southeast-1 stats history", code=10)
    assert oct(os.stat(path).st_mode & 0o777) == "0o600"
    for line, said in (
        ("stats totals --from-history --since 5d --until 9d", "--until lies before --since: swap them"),
        ("stats totals --from-history --dedicated-ip 1.2.3.4", "--dedicated-ip cannot be used with --from-history"),
        ("stats tracking --from-history --esp gmail.com", "--esp cannot be used with --from-history"),
        ("stats history export --to mails.xls", "give a name that ends in .csv or .parquet"),
        ("stats history prune --older-than soon --yes", "'soon' is no number of days such as 400d"),
        ("stats history prune --older-than 10d", "there is no terminal to ask: give --yes"),
        ("stats sync --reread 31", "31 is out of range"),
    ):
        assert said in box(line, code=2).err, line
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")
    assert "this dm knows none above" in box("stats totals --from-history", code=3).err
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 2")
        (page,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'daily'").fetchone()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (size,) = db.execute("PRAGMA page_size").fetchone()
    with open(path, "r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * 100)
    assert "is damaged" in box("stats totals --from-history", code=3).err
    path.write_bytes(b"no database" * 1000)
    assert "is not a usable database" in box("stats sync", code=3).err


def test_a_history_of_the_first_format_is_brought_up_to_date(box, past, tmp_path):
    past(800)
    box("stats sync")
    line = "stats report --since 2026-02-05 --until 2026-03-01 -o json --from-history"
    before = box(line).json
    with closing(sqlite3.connect(tmp_path / ".local/state/dm/history.db")) as db:
        db.execute("DROP TABLE failure")
        db.execute("PRAGMA user_version = 1")
    assert box(line).json == before
    assert before["failures"]


def test_days_that_a_window_cuts_count_by_the_last_change(box, past):
    past(300)
    box("stats sync")
    window = "stats details --all --since '2026-02-20 10:30' --until '2026-02-24 18:00'"
    live, kept = (rows(box, f"{window} {more}") for more in ("", "--from-history"))
    within = [row for row in kept if 1771554600 <= int(row["UtcLastUpdateTime"]) < 1771927260]
    days = [row for row in kept if row not in live]  # sent before, known within; or sent within, known after
    assert live
    assert all(row in within or row in live for row in kept)
    assert len(days) <= 3


def test_a_recipient_is_found_in_any_spelling(box):
    for address in ("Ada@Example.com", "ada@example.com", "eve@example.com"):
        box("send single --to {} --subject s --text t", address)
    box("stats sync")
    for typed in ("ada@example.com", "ADA@example.com"):
        assert len(rows(box, "stats details --to {} --from-history", typed)) == 2


def test_old_days_are_pruned_and_space_comes_back(box, past, tmp_path, terminal):
    past(3000)
    before = box("stats sync -o json").json
    kept = rows(box, "stats totals --since 2026-02-20 --from-history")
    line = "stats report --since 2026-02-20 --until 2026-03-01 --from-history -o json"
    report = box(line).json
    assert "deleted" in box("stats history prune --older-than 10d --yes").err
    assert box(line).json == report
    after = box("stats history -o json").json
    assert (after["first"], after["gaps"]) == ("2026-02-20", [])
    assert after["bytes"] < before["bytes"]
    assert rows(box, "stats totals --since 2026-02-20 --from-history") == kept
    with closing(sqlite3.connect(tmp_path / ".local/state/dm/history.db")) as db:
        unused = (
            "SELECT count(*) FROM text WHERE id NOT IN (SELECT recipient FROM detail UNION SELECT subject FROM detail)"
        )
        assert db.execute(unused).fetchone() == (0,)
    assert "nothing was done" in terminal("-p sandbox stats history prune --older-than 5d", answers=["n"])[1]


def test_mails_are_exported(box, past, tmp_path, monkeypatch):
    past(500)
    box("stats sync")
    path = tmp_path / "mails.csv"
    box("stats history export --to {}", path)
    with open(path, encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert oct(os.stat(path).st_mode & 0o777) == "0o600"
    assert len(found) == box("stats history -o json").json["mails"]
    printed = box("stats details --since 2026-01-01 --all --from-history -o csv").out
    assert path.read_text() == printed
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    said = box("stats history export --to {}", tmp_path / "mails.parquet", code=3).err
    assert "pip install 'dmcli[parquet]'" in said
    assert [name for name in os.listdir(tmp_path) if "mails" in name] == ["mails.csv"]
    assert "cannot write" in box("stats history export --to {}", tmp_path / "no" / "mails.csv", code=8).err


def test_a_sender_that_was_deleted_keeps_what_is_there(box, past):
    past(400)
    box("stats sync")
    line = "stats tracking --since 2026-02-24 --from news@sandbox.test --from-history"
    before = rows(box, line)
    box("sandbox fault add error InvalidMailAddress.NotFound --action GetTrackListByMailFromAndTagName")
    box("stats sync")
    assert rows(box, line) == before != []


def test_dumps_of_the_same_state_are_the_same(box, past, dump, tmp_path):
    past(300)
    box("stats sync")
    before = dump()
    os.remove(tmp_path / ".local/state/dm/history.db")
    box("stats sync")
    assert dump() == before


def test_replies_that_say_odd_things_are_kept_as_far_as_they_go(tmp_path):
    from dmcli.api import catalogue
    from dmcli.workflows.history.reader import HistoryReader
    from dmcli.workflows.history.store import History

    history = History(str(tmp_path / "history.db"))
    kept = history.claim("here", "me")
    odd = [
        {"toAddress": "a@b.test", "utcLastUpdateTime": 10**17, "Status": "many"},
        {"ToAddress": None, "Subject": "\ud800", "UtcLastUpdateTime": 2**70},
        {"Subject": ["list"], "Status": -3, "More": {}},
    ]
    assert kept.put_day(20_000, [odd, []], settled=True) == 3
    window = {"StartTime": "2024-10-04 00:00", "EndTime": "2024-10-04 23:59"}
    found = list(HistoryReader(kept).rows(catalogue.get("SenderStatisticsDetailByParam"), window))
    assert [row["ToAddress"] for row in found] == ["a@b.test", "", ""]
    assert [row["Subject"] for row in found] == ["", "?", "['list']"]
    assert {row["LastUpdateTime"][:4] for row in found} == {"", "1970"}
    history.close()
