"""An account as code, killed after every call of an apply: applied again, it is what the file says, nothing twice."""

from __future__ import annotations

import itertools

import pytest
from failpoints import KILLED, POINTS, Runs

FILE = """\
domains: [sandbox.test, mail.example.com]
ip-pools: {a: {ips: [192.0.2.11]}, b: {ips: [192.0.2.10]}}
config-sets: {shop: {ip-pool: a, validation: true}}
senders:
  news@sandbox.test: {type: batch, reply-to: other@sandbox.test, config-set: shop}
  x@mail.example.com: {type: trigger, config-set: shop}
tags: {hello: {description: new}, b: {}}
moved: {tags: {welcome: hello}}
lists: {customers: {description: Three customers to try with, members-file: people.csv}, vip: {}}
templates: {newsletter: {subject: Changed, html: <p>}, another: {subject: A, html: <p>}}
suppressed: [a.test]
ip-filter: [203.0.113.0/24]
settings: {eventbridge: true}
"""
PRUNED = ("senders", "templates", "members", "suppressed")


@pytest.fixture(scope="module")
def forks(tmp_path_factory):
    made = Runs(str(tmp_path_factory.mktemp("runs")))
    yield made
    made.close()


@pytest.mark.parametrize("how", ["file", "plan"])
def test_applied_again_after_a_kill_the_account_is_what_the_file_says(forks, faulty, box, tmp_path, monkeypatch, how):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "account.yaml").write_text(FILE)
    (tmp_path / "people.csv").write_text("email\nada@example.com\nzoe@example.com\n")
    box("dedicated-ip create-pool a --ip 192.0.2.10")
    box("dedicated-ip create-pool b --ip 192.0.2.11")
    box("template create gone --subject s --html h")
    box("suppression add old.test")
    account = ["-p", "sandbox", "--endpoint", faulty.url, "account", "apply"]
    pruning = [word for kind in PRUNED for word in ("--prune", kind)]
    line = [*account, "account.yaml", *pruning, "--force", "--yes"]
    if how == "plan":
        assert forks([*account, "account.yaml", *pruning, "--force", "--plan", "plan.json"]) == 0, forks.output
        line = [*account, "plan.json", "--yes"]
    box("sandbox snapshot take before")
    for number in itertools.count(13):  # the account was read before
        code = forks(line, POINTS[6], number)
        if code == KILLED:
            assert forks(line) == 0, (number, forks.output)
        else:
            assert code == 0, forks.output
        assert box("account diff account.yaml -o json").json["equal"]
        box("sandbox snapshot restore before")
        if code != KILLED:
            break
    assert number >= 30
