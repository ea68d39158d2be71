"""The state: the file, several threads and processes at once, starting anew, what is loaded for a call."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from patience import PATIENT, eventually

from dmcli.errors import LocalIOError, LockedError
from dmcli.local.database import open_database
from dmcli.sandbox.control import clock, states
from dmcli.sandbox.control.quota import get_quota, set_quota
from dmcli.sandbox.emulator import Sandbox, open_sandbox
from dmcli.sandbox.mail import mailbox
from dmcli.sandbox.mail.query import Filter
from dmcli.sandbox.store import store
from dmcli.sandbox.store.schema import MIGRATIONS
from dmcli.sandbox.store.store import Job, Store, path_of, region_of

BUSY = """
import sys
sys.path.insert(0, {support!r})
from cloud import Cloud
from dmcli.sandbox.store import store
store.TIMEOUT = 300
cloud = Cloud(sys.argv[1])
cloud.nonces = (f"{{sys.argv[2]}}-{{number}}" for number in range(1000))
for _ in range(50):
    cloud.send()
"""


def test_state_stays_in_a_private_file(cloud, tmp_path):
    path = tmp_path / "new" / "sandbox.db"
    one = type(cloud)(str(path))
    one.send()
    one.sandbox.close()
    other = type(cloud)(str(path))
    assert len(other.mails()) == 1
    other.sandbox.close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_environment_says_where_it_is(tmp_path, monkeypatch):
    open_sandbox({"DM_SANDBOX_DB": str(tmp_path / "a.db")}).close()
    open_sandbox({"XDG_STATE_HOME": str(tmp_path)}).close()
    assert (tmp_path / "a.db").exists()
    assert (tmp_path / "dm" / "sandbox.db").exists()
    open_sandbox({"DM_SANDBOX_DB": ":memory:", "HOME": str(tmp_path / "none")}).close()
    assert not (tmp_path / "none").exists()


def test_each_region_has_a_file_of_its_own(tmp_path):
    environ = {"DM_SANDBOX_DB": str(tmp_path / "a.db")}
    assert path_of(environ, "cn-hangzhou") == path_of(environ) == str(tmp_path / "a.db")
    abroad = path_of(environ, "ap-southeast-1")
    assert abroad == str(tmp_path / "a-ap-southeast-1.db")
    assert (region_of(abroad), region_of(path_of(environ))) == ("ap-southeast-1", "cn-hangzhou")
    # What is led to the file of one region finds the others beside it, and that one again.
    there = {"DM_SANDBOX_DB": abroad}
    assert path_of(there) == path_of(there, "ap-southeast-1") == abroad
    assert path_of(there, "cn-hangzhou") == str(tmp_path / "a.db")
    assert path_of(there, "us-east-1") == str(tmp_path / "a-us-east-1.db")
    assert path_of({"DM_SANDBOX_DB": ":memory:"}, "us-east-1") == ":memory:"


def test_processes_that_start_together_lose_nothing(cloud, tmp_path):
    path, support = str(tmp_path / "sandbox.db"), os.path.join(os.path.dirname(__file__), "..", "..", "support")
    program = [sys.executable, "-c", BUSY.format(support=support), path]
    running = [subprocess.Popen([*program, str(number)]) for number in range(4)]
    assert [one.wait(PATIENT) for one in running] == [0] * 4
    shared = type(cloud)(path)
    account = shared.ok("DescAccountSummary")
    assert (account["Domains"], account["MailAddresses"]) == (1, 2)
    assert account["RemainFreeQuota"] == 2000 - 200
    assert len({mail["id"] for mail in shared.mails()}) == 100
    shared.sandbox.close()


def test_threads_lose_nothing_and_stay_within_the_quota(cloud):
    cloud.quota(100, 100)
    requests = [cloud.request("SingleSendMail", cloud.mail) for _ in range(160)]
    with ThreadPoolExecutor(8) as pool:
        statuses = [reply.status for reply in pool.map(cloud.sandbox.exchange, requests)]
    assert statuses.count(200) == 100
    assert cloud.sql("SELECT count(*) FROM mail") == [(100,)]


def test_of_equal_requests_at_once_one_is_done(cloud):
    request = cloud.request("SingleSendMail", cloud.mail)
    with ThreadPoolExecutor(8) as pool:
        statuses = [reply.status for reply in pool.map(cloud.sandbox.exchange, [request] * 16)]
    assert sorted(statuses) == [200] + [400] * 15


def test_a_block_that_raises_is_undone(cloud):
    def fails() -> None:
        with cloud.sandbox.store.transaction() as connection:
            connection.execute("DELETE FROM tag")
            raise KeyError

    with pytest.raises(KeyError):
        fails()
    assert cloud.ok("QueryTagByParam")["TotalCount"] == 1


def test_the_store_outlives_a_transaction_that_ended_by_itself(cloud):
    with pytest.raises(LocalIOError), cloud.sandbox.store.transaction() as connection:
        connection.execute("ROLLBACK")  # what SQLite does when the disk is full
    cloud.send()


def test_starting_anew_forgets_everything(cloud):
    fresh = {
        table: cloud.sql(f"SELECT count(*) FROM {table}")
        for (table,) in cloud.sql("SELECT name FROM sqlite_master WHERE type = 'table'")
        if table != "sqlite_sequence"  # its rows are not the numbers, of which the last line is
    }
    cloud.quota(1, 1)
    cloud.send("invalid@b.test")
    cloud.ok("CreateTag", TagName="x")
    cloud.ok("DeleteDomain", DomainId="1")
    cloud.sandbox.reset()
    assert {table: cloud.sql(f"SELECT count(*) FROM {table}") for table in fresh} == fresh
    assert get_quota(cloud.sandbox) == {"daily": 2000, "monthly": 60000}
    assert cloud.ok("QueryTagByParam")["data"]["tag"][0]["TagId"] == "1"
    cloud.send()


def test_mail_is_found_by_what_people_remember(cloud):
    for number in range(3):
        cloud.send(f"u{number}@example.com", Subject=f"Code {number}")
    newest = mailbox.list_mail(cloud.sandbox, 2)
    assert [mail["recipient"] for mail in newest] == ["u2@example.com", "u1@example.com"]
    assert "text" not in newest[0]
    for chosen, found in ((Filter(to="U1@"), [2]), (Filter(subject="code 2"), [3]), (Filter(until=2), [2, 1])):
        assert [mail["id"] for mail in mailbox.list_mail(cloud.sandbox, chosen=chosen)] == found
        assert mailbox.count_mail(cloud.sandbox, chosen) == len(found)
    assert mailbox.get_mail(cloud.sandbox, 4) is None


def test_a_call_loads_its_own_area_and_little_else(cloud, tmp_path):
    request = cloud.request("QueryTagByParam", {})
    program = f"""
import sys
from datetime import datetime, timezone
from dmcli.api.wire import Request
from dmcli.sandbox.emulator import Sandbox
before = set(sys.modules)
sandbox = Sandbox({str(tmp_path / "a.db")!r}, now=lambda: datetime(2026, 3, 15, 4, tzinfo=timezone.utc))
assert sandbox.exchange(Request("POST", "http://h/", {{"host": "h"}}, {request.body!r})).status == 200
loaded = set(sys.modules)
areas = {{name.rpartition(".")[2] for name in loaded if name.startswith("dmcli.sandbox.actions.")}}
assert areas == {{"tag"}}, areas
heavy = {{"urllib.parse", "pathlib", "http", "email", "socket", "ssl", "dataclasses", "logging", "uuid", "traceback"}}
assert not heavy & loaded, heavy & loaded
assert "dmcli.api.codes" not in loaded
"""
    clean = [sys.executable, "-S", "-E", "-c", f"import sys; sys.path.insert(0, {os.getcwd()!r})\n{program}"]
    subprocess.run(clean, check=True)


def test_a_send_takes_no_more_steps_the_more_its_recipient_got(cloud):
    def steps() -> int:
        taken = []
        cloud.sandbox.store._connection.set_progress_handler(lambda: taken.append(1), 10)
        cloud.send("ada@example.com")
        cloud.sandbox.store._connection.set_progress_handler(None, 0)
        return len(taken)

    cloud.send("ada@example.com")
    few = steps()
    for _ in range(200):
        cloud.send("ada@example.com")
    assert steps() <= few * 1.3


def test_the_log_is_written_back_while_calls_go_on(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "_WRITTEN_EACH", 5)
    path = tmp_path / "a.db"
    sandbox, whole = Sandbox(str(path)), path.stat().st_size
    add = "INSERT INTO tag (name, description) VALUES (?, ?)"
    for number in range(40):
        sandbox.store.write(lambda connection, _, n=number: connection.execute(add, (f"t{n}", "x" * 9000)))
    eventually(lambda: path.stat().st_size > whole + 5 * 9000)
    sandbox.close()


def test_memory_is_each_ones_own():
    one, other = Sandbox(":memory:"), Sandbox(":memory:")
    set_quota(one, daily=1)
    assert get_quota(other)["daily"] == 2000
    one.close()
    other.close()


def test_starting_anew_forgets_what_was_known_of_the_clock_and_states(cloud):
    clock.turn(cloud.sandbox, {"advance": "100d"})
    states.set_mode(cloud.sandbox, "domains", "manual")
    cloud.send()  # whoever answers a call keeps in mind how things are
    cloud.sandbox.reset()
    assert cloud.sandbox.now() == cloud.now
    assert states.get_modes(cloud.sandbox)["domains"] == "immediate"


def test_a_database_that_others_hold_is_waited_for_once(tmp_path):
    path = str(tmp_path / "held.db")
    held, other = Store(path), sqlite3.connect(path, isolation_level=None)
    held._connection.execute("PRAGMA busy_timeout = 50")
    other.execute("BEGIN IMMEDIATE")
    begun = []
    jobs = [Job(lambda _, __: begun.append(1)) for _ in range(20)]
    held._run(jobs)
    other.close()
    assert [type(job.error) for job in jobs] == [LockedError] * 20
    assert begun == []
    held.close()


def test_a_database_that_others_hold_is_not_reset(tmp_path):
    path = str(tmp_path / "held.db")
    held, other = Sandbox(path), sqlite3.connect(path, isolation_level=None)
    set_quota(held, daily=1)
    held.store._connection.execute("PRAGMA busy_timeout = 50")
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LockedError, match=r"^another program holds .*held\.db"):
        held.reset()
    other.close()
    assert get_quota(held)["daily"] == 1
    held.reset()
    assert get_quota(held)["daily"] == 2000
    held.close()


def test_who_only_looks_waits_for_no_writer(tmp_path):
    path = str(tmp_path / "held.db")
    looking, other = Sandbox(path), sqlite3.connect(path, isolation_level=None)
    looking.store._connection.execute("PRAGMA busy_timeout = 0")
    other.execute("BEGIN IMMEDIATE")
    other.execute("UPDATE setting SET value = 1 WHERE name = 'daily'")
    assert get_quota(looking)["daily"] == 2000
    other.execute("COMMIT")
    assert get_quota(looking)["daily"] == 1
    other.close()
    looking.close()


def test_who_only_looks_waits_for_no_other_thread(tmp_path):
    box = Sandbox(str(tmp_path / "held.db"))
    with ThreadPoolExecutor(1) as other, box.store.change() as connection:
        connection.execute("UPDATE setting SET value = 1 WHERE name = 'daily'")
        assert other.submit(get_quota, box).result(PATIENT)["daily"] == 2000
    assert get_quota(box)["daily"] == 1
    box.close()


def test_mail_of_an_older_file_is_what_it_was(tmp_path):
    path = str(tmp_path / "old.db")
    old = open_database(path, MIGRATIONS[:3])
    columns = [row[1] for row in old.execute("PRAGMA table_info (message)")]
    given = {name: "1" if name in ("id", "track", "size") else name for name in columns}
    old.execute(f"INSERT INTO message ({', '.join(given)}) VALUES ({', '.join('?' * len(given))})", [*given.values()])
    given = {name: "1" for (_, name, *_) in old.execute("PRAGMA table_info (mail)")}
    given |= {"kind": "mail", "variables": "{}", "subject": None, "recipient": "a@b.test"}
    old.execute(f"INSERT INTO mail ({', '.join(given)}) VALUES ({', '.join('?' * len(given))})", [*given.values()])
    old.execute("UPDATE message SET headers = '{}', attachments = '[]'")
    old.close()
    new = Sandbox(path)
    mail = mailbox.get_mail(new, 1)
    new.close()
    names = ("alias", "reply_to", "reply_alias", "subject", "html", "text", "template", "request_id")
    assert {name: mail[name] for name in names} == {name: name for name in names}
