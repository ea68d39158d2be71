"""Runs that somebody stops: in good order at first, at once the second time."""

from __future__ import annotations

import signal
import subprocess
import threading
import time

import pytest
from faulty import Fault, reset
from patience import eventually
from shell import real_argv

LINE = (
    "-p sandbox --endpoint {} send merge people.csv --from news@sandbox.test --subject 'Hi {{ name }}' --text t --yes"
)


@pytest.fixture
def start(faulty):
    """Starts a merge that goes on until it is stopped."""
    begun = []

    def run(more=""):
        process = subprocess.Popen(real_argv(f"{LINE} {more}", faulty.url), stderr=subprocess.PIPE, text=True)
        begun.append(process)
        return process

    yield run
    for process in begun:
        process.kill()
        process.wait()
        process.stderr.close()


def test_stopped_once_what_is_under_way_ends_and_the_rest_waits(start, run, people, mailed):
    people(40)
    process = start("--rate 20/s")
    eventually(lambda: len(mailed()) > 2)
    process.send_signal(signal.SIGINT)
    said = process.communicate()[1]
    assert process.returncode == 130
    assert " of 40 sent, 0 rejected, 0 unknown; go on with: dm -p sandbox" in " ".join(said.split())
    shown = run("campaign show people -o json").json
    assert shown["unknown"] == shown["under_way"] == 0
    assert shown["sent"] == len(mailed()) < 40
    run("campaign resume people --rate 1000/s")
    assert set(mailed().values()) == {1}
    assert len(mailed()) == 40


def test_stopped_twice_it_ends_at_once_and_what_was_under_way_is_unknown(start, run, faulty, mailed):
    free = threading.Event()
    faulty.inject(Fault("hold", lambda *_: free.wait(), executed=True), "SingleSendMail", 2)
    process = start()
    eventually(lambda: len(mailed()) == 3 and run("campaign show people -o json").json["sent"] == 1)
    process.send_signal(signal.SIGTERM)
    time.sleep(1.1)  # what follows within a second is the same wish
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    said = " ".join(process.communicate()[1].split())
    free.set()
    assert "dm: stopped by SIGTERM; go on with: dm -p sandbox" in said
    assert said.endswith("campaign resume people")
    assert "campaign settle people; then dm" in said
    assert process.returncode == 143
    ended = run("campaign resume people -o json", code=6).json
    assert (ended["sent"], ended["unknown"]) == (1, 2)
    assert set(mailed().values()) == {1}


def test_paused_from_elsewhere_it_stops_in_good_order(start, run, people, mailed):
    people(60)
    process = start("--rate 10/s")
    eventually(lambda: len(mailed()) > 1)
    run("campaign pause people")
    said = process.communicate()[1]
    assert process.returncode == 4, said
    assert "the campaign was paused with" in said
    assert run("campaign show people -o json").json["unknown"] == 0
    assert run("campaign settle people").err.startswith("no mail is unknown")
    assert run("campaign retry-rejected people").err.startswith("no row is rejected")


def test_on_a_terminal_a_bar_shows_how_far_it_is(terminal, server, people):
    people(4)
    code, shown = terminal(f"{LINE} --rate 4/s", server.url)
    assert code == 0
    assert "█" in shown
    assert " of 4 sent, " in shown


def test_on_a_terminal_rows_are_counted_while_they_are_read(terminal, server, people):
    people(1500)
    code, shown = terminal(f"{LINE} --dry-run", server.url)
    assert code == 0
    assert "1,000 rows" in shown


def test_paused_with_mails_unknown_both_are_told(start, run, people, faulty, mailed):
    people(60)
    faulty.inject(Fault("lose", lambda connection, _: reset(connection), executed=True), "SingleSendMail", 1)
    process = start("--rate 10/s")
    eventually(lambda: len(mailed()) > 1)
    run("campaign pause people")
    said = " ".join(process.communicate()[1].split())
    assert process.returncode == 6
    assert "the campaign was paused with" in said
    assert "what became of 1 mail is not known" in said
    assert "campaign settle people; then dm" in said
