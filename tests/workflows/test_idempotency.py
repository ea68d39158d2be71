"""Sending at most once under a key: through the command line, and a ledger between processes that live and die."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys

import pytest
from faulty import Fault

from dmcli.api.wire import Reply
from dmcli.errors import InputError, LocalIOError, LockedError, RefusedError, UnknownOutcomeError
from dmcli.sandbox.server.http1 import wire
from dmcli.workflows.idempotency import Answer, Ledger, Scope, fingerprint

SEND = "send single --to a@example.com --subject s --text t -o json"
KEY = "--idempotency-key 'order 7'"
SCOPE = Scope("https://dm.aliyuncs.com", "someone", "order 7")


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / ".local" / "state" / "dm" / "sends.db")


@pytest.fixture
def ledger(path):
    made = Ledger(path, now=lambda: 1_000_000_000.0)
    yield made
    made.close()


def send(ledger, scope=SCOPE, payload="p", call=lambda: {"EnvId": "1"}, *, begun=False):
    def announced(announce):
        announce()
        return call()

    return ledger.send(scope, payload, announced, begun=lambda: begun)


def failing(error):
    def call():
        raise error

    return call


def never():
    raise AssertionError("it was sent again")


def mails(dm):
    return dm("sandbox mail list -o json").json["mails"]


# --- through the command line


def test_the_second_run_shows_the_first_answer_and_sends_nothing(dm):
    first = dm(f"{SEND} {KEY}")
    second = dm(f"{SEND} {KEY}")
    assert first.json == second.json
    assert "nothing was sent again" in second.err
    assert "nothing was sent again" not in first.err
    assert len(mails(dm)) == 1


def test_another_mail_under_the_same_key_is_refused(dm):
    dm(f"{SEND} {KEY}")
    refused = dm(f"{SEND} {KEY} --alias Li", code=2)
    assert "the key 'order 7' was used for another mail on 20" in refused.err
    dm(f"{SEND} --idempotency-key 'order 8' --alias Li")
    assert len(mails(dm)) == 2


def test_a_batch_has_keys_too(dm):
    batch = "send batch --from news@sandbox.test --list customers --template newsletter --yes"
    assert dm(f"{batch} {KEY} -o json").json == dm(f"{batch} {KEY} -o json").json
    assert len(mails(dm)) == 3


def test_a_refused_mail_leaves_the_key_free(dm):
    dm(f"{SEND} {KEY} --from nobody@example.com", code=10)
    dm(f"{SEND} {KEY}")


def test_a_dry_run_takes_no_key(box, path):
    box(f"{SEND} {KEY} --dry-run")
    assert not os.path.exists(path)


def test_a_key_belongs_to_where_it_is_sent(bare, server):
    bare(f"-p sandbox {SEND} {KEY}")
    bare(f"-p sandbox {SEND} {KEY}" + " --endpoint {}", server.url)
    assert len(mails(lambda line: bare(f"-p sandbox {line}"))) == 2


@pytest.mark.parametrize("key", ["", "x" * 256, "a\nb"])
def test_a_key_is_one_line_of_up_to_255_characters(box, key):
    assert "--idempotency-key" in box(SEND + " --idempotency-key {}", key, code=2).err


def test_a_mail_of_unknown_outcome_is_settled_by_hand(box, sandbox):
    from dmcli.sandbox.control import faults

    faults.add_fault(sandbox, faults.Fault("drop", after=True))
    lost = box(f"{SEND} {KEY}", code=6)
    error = json.loads(lost.err.splitlines()[-1])["error"]
    assert error["message"].endswith("it may or may not have been accepted")
    assert error["hint"] == (
        "Do not simply run it again; look first: dm -p sandbox stats details --to a@example.com; "
        "then settle it: dm -p sandbox send resolve 'order 7' --sent, or --not-sent"
    )
    again = box(f"{SEND} {KEY}", code=6)
    assert "what became of the mail under the key 'order 7' of 20" in again.err
    assert json.loads(again.err.splitlines()[-1])["error"]["hint"] == error["hint"]
    assert len(mails(box)) == 1
    box("send resolve 'order 7' --sent")
    assert box(f"{SEND} {KEY}").json == {}
    assert len(mails(box)) == 1


def test_a_mail_that_was_not_sent_may_be_sent_again(box, monkeypatch):
    from dmcli.sandbox.emulator import Sandbox

    with monkeypatch.context() as patch:
        patch.setattr(Sandbox, "exchange_in_process", lambda *_: failing(KeyboardInterrupt())())
        assert "while SingleSendMail was under way" in box(f"{SEND} {KEY}", code=130).err
    box(f"{SEND} {KEY}", code=6)
    box("send resolve 'order 7' --not-sent")
    box(f"{SEND} {KEY}")
    assert len(mails(box)) == 1


def test_resolving_says_what_it_cannot_do(box):
    for wrong in ("", "--sent --not-sent", "--not-sent --sent"):
        assert "give either --sent or --not-sent" in box(f"send resolve 'order 7' {wrong}", code=2).err
    assert "nothing was sent under the key 'order 7'" in box("send resolve 'order 7' --sent", code=10).err
    sent = box(f"{SEND} {KEY}")
    box("send resolve 'order 7' --sent")
    refused = box("send resolve 'order 7' --not-sent", code=2)
    assert sent.json["EnvId"] in refused.err


def test_a_new_sandbox_knows_no_keys(box):
    box(f"{SEND} {KEY}")
    box("sandbox reset --yes")
    box(f"{SEND} {KEY}")
    assert len(mails(box)) == 1


def test_a_ledger_that_cannot_be_opened_sends_nothing(box, path):
    os.makedirs(path)
    assert "cannot" in box(f"{SEND} {KEY}", code=8).err
    assert mails(box) == []


# --- the ledger itself


def test_the_file_is_private_durable_and_holds_no_mail(box, path):
    box(f"{SEND} {KEY} --html 'a body nobody should keep'")
    for name in os.listdir(os.path.dirname(path)):
        if name.startswith("sends.db"):
            whole = os.path.join(os.path.dirname(path), name)
            assert stat.S_IMODE(os.stat(whole).st_mode) == 0o600
            with open(whole, "rb") as file:
                assert b"a@example.com" not in (data := file.read())
                assert b"nobody should keep" not in data


def test_what_is_committed_outlasts_a_loss_of_power(ledger):
    assert ledger._db.execute("PRAGMA synchronous").fetchone() == (2,)


def test_an_answer_is_kept_for_30_days_beside_the_newest(path):
    time, told = [1_000_000_000.0], []
    ledger = Ledger(path, now=lambda: time[0], tell=told.append)
    assert send(ledger) == Answer({"EnvId": "1"})
    time[0] += 30 * 86400 + 1
    assert send(ledger, call=never) == Answer({"EnvId": "1"}, 1_000_000_000)
    send(ledger, SCOPE._replace(key="8"))  # it may be that the clock has jumped
    assert told == ["warning: the last mail was recorded 30 days ago by this machine's clock: check it"]
    assert send(ledger, call=never) == Answer({"EnvId": "1"}, 1_000_000_000)
    send(ledger, SCOPE._replace(key="9"))
    assert send(ledger, call=lambda: {"EnvId": "2"}) == Answer({"EnvId": "2"})
    assert len(told) == 1
    ledger.close()


def test_a_clock_that_jumps_forgets_nothing(path):
    time, told = [1_000_000_000.0], []
    ledger = Ledger(path, now=lambda: time[0], tell=told.append)
    send(ledger)
    time[0] += 40 * 86400
    send(ledger, SCOPE._replace(key="8"))
    time[0] -= 40 * 86400 - 60
    send(ledger, SCOPE._replace(key="9"))
    assert told[1:] == ["warning: a mail was recorded 39 days ahead of this machine's clock: check it"]
    for key in ("8", "9"):
        assert send(ledger, SCOPE._replace(key=key), call=never).before
    assert send(ledger, call=never) == Answer({"EnvId": "1"}, 1_000_000_000)
    ledger.close()


def test_an_entry_has_the_time_that_the_service_tells(path):
    time = [1_000_000_000.0]
    ledger = Ledger(path, now=lambda: time[0])

    def answered():
        time[0] = 999_000_000.0
        return {"EnvId": "1"}

    send(ledger, call=answered)
    assert send(ledger, call=never).before == 999_000_000
    ledger.close()


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RefusedError("no"), UnknownOutcomeError("?")])
def test_before_the_first_byte_nothing_is_written(ledger, error):
    def ended(_):
        raise error

    with pytest.raises(type(error)):
        ledger.send(SCOPE, "p", ended, begun=lambda: False)
    assert ledger._db.execute("SELECT count(*) FROM entry").fetchone() == (0,)


def test_what_another_process_sent_in_the_meantime_is_not_sent_again(ledger, path):
    def overtaken(announce):
        other = Ledger(path)
        send(other, call=lambda: {"EnvId": "other"})
        other.close()
        announce()
        raise AssertionError("it was sent twice")

    assert ledger.send(SCOPE, "p", overtaken, begun=lambda: False).reply == {"EnvId": "other"}


def test_an_accepted_mail_with_an_odd_id_is_kept(box, faulty):
    odd = Reply(200, {"content-type": "application/json"}, b'{"RequestId": "R", "EnvId": "\\ud800"}')
    faulty.inject(
        Fault("odd", lambda connection, _: connection.sendall(wire(odd, connection="close"))), "SingleSendMail"
    )
    line = f"--endpoint {faulty.url} {SEND} {KEY}"
    box(line)
    assert "nothing was sent again" in box(line).err
    assert faulty.arrived("SingleSendMail") == 1


def test_what_is_not_known_is_kept_until_it_is(path):
    time = [1_000_000_000.0]
    ledger = Ledger(path, now=lambda: time[0])
    with pytest.raises(UnknownOutcomeError):
        send(ledger, call=failing(UnknownOutcomeError("?")))
    time[0] += 400 * 86400
    with pytest.raises(UnknownOutcomeError, match=r"^what became of the mail under the key 'order 7' of 2001-09-09"):
        send(ledger, call=never)
    ledger.close()


@pytest.mark.parametrize("part", ["endpoint", "owner", "key"])
def test_every_part_of_the_scope_counts(ledger, part):
    send(ledger)
    send(ledger, SCOPE._replace(**{part: "other"}))
    with pytest.raises(InputError, match="another mail on 2001-09-09"):
        send(ledger, payload="q", call=never)


def test_fingerprints_tell_mails_apart():
    wire = {"Subject": "s", "ToAddress": "a@b.cn"}
    assert fingerprint("A", wire) == fingerprint("A", dict(reversed(wire.items())))
    others = [fingerprint("B", wire), fingerprint("A", wire | {"Subject": "t"}), fingerprint("A", {"Subject": "s"})]
    assert len({fingerprint("A", wire), *others}) == 4


@pytest.mark.parametrize("error", [RefusedError("no"), LocalIOError("full"), KeyboardInterrupt()])
def test_where_nothing_was_sent_the_key_is_free(ledger, error):
    with pytest.raises(type(error)):
        send(ledger, call=failing(error))
    assert send(ledger) == Answer({"EnvId": "1"})


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ZeroDivisionError()])
def test_what_was_cut_short_is_unknown(ledger, error):
    with pytest.raises(type(error)):
        send(ledger, call=failing(error), begun=True)
    with pytest.raises(UnknownOutcomeError):
        send(ledger, call=never)


def test_an_answer_that_cannot_be_kept_is_told(ledger):
    def sent_while_the_disk_fills():
        ledger._db.execute("PRAGMA query_only = ON")
        return {"EnvId": "1"}

    with pytest.raises(LocalIOError, match=r"^the mail was accepted: \{'EnvId': '1'\}; but this could not be kept: "):
        send(ledger, call=sent_while_the_disk_fills)
    ledger._db.execute("PRAGMA query_only = OFF")
    with pytest.raises(UnknownOutcomeError):
        send(ledger, call=never)


def test_a_failure_that_cannot_be_kept_says_so_and_stays_unknown(ledger):
    def lost_while_the_disk_fills():
        ledger._db.execute("PRAGMA query_only = ON")
        raise RefusedError("no")

    with pytest.raises(RefusedError, match=r"^no; the key 'order 7' could not be settled: "):
        send(ledger, call=lost_while_the_disk_fills)
    ledger._db.execute("PRAGMA query_only = OFF")
    with pytest.raises(UnknownOutcomeError):
        send(ledger, call=never)


def test_a_run_that_is_cut_short_and_cannot_keep_it_ends_as_it_must(ledger):
    def cut_short_while_the_disk_fills():
        ledger._db.execute("PRAGMA query_only = ON")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        send(ledger, call=cut_short_while_the_disk_fills)


SENDER = """
import sys
from dmcli.workflows.idempotency import Ledger, Scope
def call(announce):
    announce()
    print("sending", flush=True)
    sys.stdin.readline()
    return {"EnvId": "1"}
print(Ledger(sys.argv[1]).send(Scope(*sys.argv[2:]), "p", call, begun=lambda: True).reply, flush=True)
"""


@pytest.fixture
def sender(path):
    """Another process in the middle of a send."""
    command = [sys.executable, "-c", SENDER, path, *SCOPE]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "sending\n"
    yield process
    process.kill()
    process.communicate()


def test_while_another_process_sends_the_key_is_taken(ledger, sender):
    with pytest.raises(LockedError, match="another dm is sending under the key 'order 7' right now"):
        send(ledger, call=never)
    with pytest.raises(LockedError):
        ledger.resolve(SCOPE, sent=False)
    with pytest.raises(InputError):
        send(ledger, payload="q", call=never)
    send(ledger, SCOPE._replace(key="8"))
    sender.stdin.write("\n")
    sender.stdin.flush()
    assert sender.stdout.readline() == "{'EnvId': '1'}\n"
    assert send(ledger, call=never).reply == {"EnvId": "1"}


def test_what_a_killed_process_was_sending_is_unknown(ledger, sender):
    sender.send_signal(signal.SIGKILL)
    sender.wait()
    with pytest.raises(UnknownOutcomeError):
        send(ledger, call=never)
    ledger.resolve(SCOPE, sent=False)
    assert send(ledger) == Answer({"EnvId": "1"})


def test_of_many_processes_one_sends(path):
    command = [
        sys.executable,
        "-c",
        SENDER.replace("sys.stdin.readline()", 'open(sys.argv[1] + ".sent", "a").write("x")'),
        path,
        *SCOPE,
    ]
    running = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for _ in range(8)]
    codes = [process.wait() for process in running]
    assert 0 in codes
    with open(f"{path}.sent", encoding="utf-8") as file:
        assert file.read() == "x"


def test_a_locked_ledger_is_told(path):
    ledger = Ledger(path)
    ledger._db.execute("PRAGMA busy_timeout = 50")
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(LockedError, match="another program holds"):
        send(ledger, call=never)
    holder.close()
    ledger.close()
