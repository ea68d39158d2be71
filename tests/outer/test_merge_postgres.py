"""Campaigns in a real PostgreSQL: the tests of merges hold there too, and several workers share one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg
import pytest
from faulty import Fault
from patience import PATIENT, eventually
from postgres import KEYED, running
from shell import argv

from dmcli.workflows.merge.journals.shared import SharedCampaigns
from dmcli.workflows.merge.pace import Wishes

PROJECT = Path(__file__).parents[2]
MERGE = "send merge people.csv --from news@sandbox.test --subject 'Hello {{ name }}' --text 'Dear {{ name }}' --yes"


@pytest.fixture(scope="module")
def database():
    with running() as server:
        with psycopg.connect(server.url, autocommit=True) as db:
            db.execute(f"CREATE ROLE {KEYED} LOGIN PASSWORD 'right'")
            db.execute("CREATE ROLE bare LOGIN")
        yield server


@pytest.fixture
def journal(database, monkeypatch):
    """An empty database; its address, which `dm` uses."""
    with psycopg.connect(database.url, autocommit=True) as db:
        db.execute("DROP DATABASE IF EXISTS mail WITH (FORCE)")
        db.execute("CREATE DATABASE mail")
    monkeypatch.setenv("DM_JOURNAL", database.url_of("mail"))
    return database.url_of("mail")


@pytest.fixture
def work(faulty, tmp_path):
    """Starts a worker on another machine: it has neither the file nor what this one keeps."""
    begun = []

    def start():
        home = tmp_path / f"home{len(begun)}"
        home.mkdir()
        line = argv("-p sandbox --endpoint {} campaign work people -o json", faulty.url)
        env = {**os.environ, "HOME": str(home)}
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        begun.append(subprocess.Popen(line, cwd=home, env=env, **streams))
        return begun[-1]

    yield start
    for process in begun:
        process.kill()
        process.communicate()


def ask(journal, statement):
    with psycopg.connect(journal, autocommit=True) as db:
        return db.execute(statement).fetchall()


def test_the_tests_of_merges_hold_here_too(database):
    files = [f"tests/workflows/merge/{name}.py" for name in ("test_merge", "test_stops", "test_batches")]
    env = {**os.environ, "TEST_POSTGRES": database.url}
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "on_postgres", *files]
    path = os.pathsep.join([str(PROJECT / "tests/support"), env.get("PYTHONPATH", "")])
    done = subprocess.run(
        command,
        cwd=PROJECT,
        env={**env, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=PATIENT,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert int(done.stdout.split(" passed")[0].split()[-1]) > 45


def test_killed_workers_and_a_crashing_database_send_nothing_twice_and_lose_nothing():
    command = [sys.executable, PROJECT / "tests/benchmarks/kill_workers.py"]
    command += ["--rows", "500", "--workers", "3", "--kills", "15", "--crashes", "2"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENT, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "as it must be" in done.stdout


def test_workers_elsewhere_share_the_rows_and_one_rate(run, people, journal, mailed, work):
    people(80)
    planned = run(f"{MERGE} --plan-only --rate 40/s")
    assert "campaign work people" in planned.err
    assert journal not in planned.err  # it is known from the environment
    began = time.time()
    workers = [work(), work()]
    for one in workers:
        out, said = one.communicate()
        assert one.returncode == 0, said
        assert '"sent": 80' in out
    assert time.time() - began >= 79 / 40
    assert set(mailed().values()) == {1}
    assert len(mailed()) == 80
    ((busy,),) = ask(journal, "SELECT count(DISTINCT worker) FROM dm_people.row")
    assert busy == 2
    assert "is working on" not in run("campaign list").err


@pytest.mark.parametrize("wish", ["--per-day 5", "--ramp 5:+30%/day"])
def test_so_many_a_day_is_for_all_workers_together(run, people, journal, mailed, work, wish):
    people(12)
    run(f"{MERGE} --plan-only {wish}")
    workers = [work(), work()]
    for one in workers:
        while "5 went out today; the service's next day begins at" not in (line := one.stderr.readline()):
            assert line, one.wait()
    assert len(mailed()) == 5
    for one in workers:
        one.send_signal(signal.SIGINT)
        one.communicate()
        assert one.returncode == 130
    assert ask(journal, "SELECT count(*) FROM dm_people.row WHERE state = 'pending' AND worker IS NULL") == [(7,)]


def test_a_row_that_is_begun_while_the_day_is_counted_is_counted(run, people, journal):
    """A worker begins the mail that it has reserved at any moment, that between two counts too."""
    people(12)
    run(f"{MERGE} --plan-only --per-day 5")
    ended = threading.Event()

    def begin_and_give_back():
        with psycopg.connect(journal, autocommit=True) as db:
            while not ended.is_set():
                db.execute("UPDATE dm_people.row SET state = 'under way', at = %s WHERE number = 2", (time.time(),))
                db.execute("UPDATE dm_people.row SET state = 'pending', at = NULL WHERE number = 2")

    with psycopg.connect(journal, autocommit=True) as db:
        db.execute("UPDATE dm_people.row SET worker = 99 WHERE number = 2")
        db.execute("UPDATE dm_people.row SET state = 'sent', at = %s WHERE number BETWEEN 3 AND 6", (time.time(),))
    campaigns = SharedCampaigns(journal, typed=False, learn=lambda _: None)
    other = threading.Thread(target=begin_and_give_back)
    try:
        found = campaigns.look("people")
        found.pace("account", Wishes(per_day=5))
        other.start()
        assert [rows for _ in range(500) if (rows := found.claim(0, 1))] == []
    finally:
        ended.set()
        other.join()
        campaigns.close()


def test_what_a_dead_worker_had_under_way_is_unknown_and_what_a_living_one_has_is_not(
    run, faulty, journal, mailed, work
):
    free = threading.Event()
    faulty.inject(Fault("hold", lambda *_: free.wait(), executed=True), "SingleSendMail", 1)
    run(f"{MERGE} --plan-only")
    slow = work()
    eventually(lambda: sum(mailed().values()) == 3)
    other = work()
    while "other workers have the rest" not in (line := other.stderr.readline()):
        assert line, other.wait()
    shown = run("campaign show people -o json").json
    assert (shown["under_way"], shown["unknown"]) == (1, 0)
    assert "another dm is working on this campaign" in run("campaign delete people --yes", code=9).err
    slow.kill()
    other.communicate()
    free.set()
    assert other.returncode == 6
    shown = run("campaign show people -o json").json
    assert (shown["sent"], shown["unknown"]) == (2, 1)
    run("campaign resume people", code=6)
    assert set(mailed().values()) == {1}
    assert "1 of 1 unknown mail found" in run("campaign settle people").err


def test_workers_share_batches_and_a_dead_one_costs_its_own(run, people, faulty, journal, mailed, work):
    people(150)
    free = threading.Event()
    faulty.inject(Fault("hold", lambda *_: free.wait(), executed=True), "BatchSendMail", 1)
    run(f"{MERGE} --via batch --plan-only")
    began = time.time()
    slow = work()
    eventually(lambda: len(mailed()) == 100)
    held = "SELECT count(*) FROM dm_people.row WHERE state = 'under way'"
    assert ask(journal, held) == [(100,)]
    slow.kill()
    slow.wait()
    other = work()
    other.communicate()
    assert time.time() - began > 60 / 20  # one rate for all
    free.set()
    assert other.returncode == 6
    shown = run("campaign show people -o json").json
    assert (shown["sent"], shown["unknown"]) == (50, 100)
    run("campaign resume people", code=6)
    assert set(mailed().values()) == {1}
    assert "100 of 100 unknown mails found" in run("campaign settle people").err


def test_rows_that_go_again_in_halves_are_no_other_workers(run, box, people, faulty, journal, mailed, work):
    box("sandbox fault add error InvalidReceiverName.Malformed --action BatchSendMail --to 'p2@*' --rate 1")
    run(f"{MERGE} --via batch --plan-only")
    workers = [work(), work()]
    for one in workers:
        _, said = one.communicate()
        assert one.returncode == 7, said
    assert faulty.arrived("BatchSendMail") == 3  # all, the one that is refused, the others
    assert mailed() == {"p3@b.test": 1, "p4@b.test": 1}
    assert ask(journal, "SELECT count(DISTINCT worker) FROM dm_people.row") == [(1,)]


def test_without_the_database_nothing_further_is_begun(run, people, faulty, journal, mailed, work):
    people(60)
    free = threading.Event()
    faulty.inject(Fault("hold", lambda *_: free.wait(), executed=True), "SingleSendMail", 1)
    run(f"{MERGE} --plan-only --rate 20/s")
    worker = work()
    eventually(lambda: len(mailed()) > 3)
    ask(
        journal,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = 'mail'",
    )
    free.set()
    said = worker.communicate()[1]
    assert worker.returncode == 6, said
    assert "the journal could not be written" in said
    assert "campaign settle people; then dm -p sandbox" in said
    assert len(mailed()) < 60
    rest = run("campaign resume people --rate 1000/s -o json", code=6).json
    assert rest["pending"] == rest["under_way"] == 0
    assert rest["sent"] + rest["unknown"] == 60
    assert set(mailed().values()) == {1}


def test_a_worker_has_the_account_of_the_plan_and_a_paused_campaign_waits(run, box, journal, mailed):
    run(f"{MERGE} --plan-only")
    assert "planned with another account or endpoint" in box("campaign work people", code=2).err
    run("campaign pause people")
    assert "'people' is paused; nothing was sent" in run("campaign work people", code=4).err
    assert not mailed()
    run("campaign resume people")
    run("campaign work people")
    assert set(mailed().values()) == {1}


def test_what_cannot_be_is_told_in_a_sentence_and_no_password(run, database, journal, monkeypatch):
    def said(url, code, *, typed=True, line=MERGE):
        monkeypatch.setenv("DM_JOURNAL", "" if typed else url)
        told = run(line + (" --journal {}" if typed else ""), *([url] if typed else []), code=code).err
        assert "wrong" not in told
        return told

    assert "cannot be reached: connection failed" in said("postgresql://dm@127.0.0.1:1/mail", 4)
    assert "cannot be had" in said(database.url_of("mail").replace("postgres@", f"{KEYED}:wrong@"), 3, typed=False)
    assert "--journal has a password" in said("postgresql://dm:wrong@127.0.0.1:1/mail", 2)
    assert 'database "none" does not exist' in said(database.url_of("none"), 3)
    for url in ("mysql://db/mail", "postgresql://dm:wr@wrong@db/mail", "postgresql://dm:wrong/@db/mail", "wrong"):
        assert "--journal is no URL of a PostgreSQL database such as" in said(url, 2)
        assert "DM_JOURNAL is no URL" in said(url, 3, typed=False)
    assert "an option that PostgreSQL does not know" in said("postgresql://db/mail?colour=wrong", 2)
    assert "permission denied" in said(database.url_of("mail", "bare"), 3)
    assert "is too long for a campaign in a database" in said(journal, 2, line=f"{MERGE} --campaign {'x' * 61}")
    assert "is too long for a campaign in a database" in said(journal, 2, line=f"{MERGE} --campaign {'客' * 21}")
    said(journal, 0, line=f"{MERGE} --plan-only")
    assert "did you mean people?" in said(journal, 10, line="campaign show peple")
    assert "leave it out" in said(journal, 2, line="campaign resume people --moved")
    ask(journal, "UPDATE dm_people.campaign SET format = 99 RETURNING 1")
    for line in ("campaign work people", "campaign show people"):
        assert "has format 99, this dm knows 1; upgrade dm" in said(journal, 3, line=line)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    assert "pip install 'dmcli[postgres]'" in said(journal, 3)
