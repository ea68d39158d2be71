"""`dm account export|diff|apply`: what is refused and where, what is deleted, plans, and what cannot be read."""

from __future__ import annotations

import json

import pytest


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tagz: {}\n", "line 1 column 1: there is no 'tagz' here; did you mean 'tags'?"),
        ("zzz: 1\n", "line 1 column 1: there is no 'zzz' here; there are domains, ip-pools, config-sets"),
        ("tags: 3\n", "line 1 column 7: 'tags' must be a list of names, or names with what is said of them"),
        ("- a\n", "line 1 column 1: the file must have parts such as tags:"),
        ("tags:\n  a:\n    desc: x\n", "line 3 column 5: there is no 'desc' here; did you mean 'description'?"),
        ("tags:\n  a:\n    description: [x]\n", "line 3 column 18: 'description' must be one piece of text"),
        ("tags:\n  a: x\n", "line 2 column 6: what is said of 'a' must be 'key: value' lines"),
        ("tags:\n  - a\n  - a\n", "line 3 column 5: the tag 'a' stands there twice"),
        (
            "suppressed:\n- Ada@Example.com\n- ada@example.com\n",
            "line 3 column 3: the suppressed address 'ada@example.com' stands there twice",
        ),
        (
            "suppressed:\n- ada@example.com\n- Ada@Example.com\n",
            "line 3 column 3: the suppressed address 'Ada@Example.com' stands there twice",
        ),
        (
            "suppressed:\n- nobody\n",
            "such as mail.example.com; a mail address such as ada@example.com may stand here too",
        ),
        ("tags:\n  a:\n  a:\n", "line 3 column 3: the key 'a' stands there twice"),
        ("tags: &x {}\n", "line 1 column 7: YAML tags and anchors have no place in it"),
        ("tags: [a\n", "not valid YAML"),
        ("senders:\n  a@b.test:\n    reply-to: c@d.test\n", "'a@b.test' needs 'type'"),
        ("senders:\n  a@b.test:\n    type: bulk\n", "line 3 column 11: 'type': 'bulk' must be one of batch, trigger"),
        ("senders:\n  nobody:\n    type: batch\n", "line 2 column 3: 'senders': 'nobody'"),
        ("config-sets:\n  a:\n    fall-back: maybe\n", "column 16: 'fall-back': 'maybe' must be true or false"),
        ("config-sets:\n  a:\n    forbidden-statuses: x\n", "column 25: 'forbidden-statuses' must be a list of texts"),
        ("ip-filter:\n  - 203.0.113.1/24\n", "is an address within its network; give 203.0.113.0/24"),
        ("ip-pools:\n  a: {ips: [192.0.2.1]}\n  b: {ips: [192.0.2.1]}\n", "in the pool 'a' and in 'b'"),
        ("templates:\n  a:\n    html-file: ../x.html\n", "line 3 column 16: '../x.html' is not below the folder"),
        ("templates:\n  a:\n    html-file: x.html\n", "there is no file 'x.html' beside this one"),
        ("templates:\n  a:\n    html: x\n    html-file: x.html\n", "give 'html' or 'html-file', not both"),
        ("lists:\n  a:\n    members-file: bad.csv\n", "line 3 column 19: bad.csv row 2: column email: 'nobody'"),
        ("lists:\n  a:\n    members-file: none.csv\n", "line 3 column 19: there is no file 'none.csv' beside this one"),
        ("lists:\n  a:\n    members-file: empty.csv\n", "line 3 column 19: empty.csv is empty"),
        (
            "lists:\n  a:\n    members-file: who.csv\n",
            "no column of addresses among who: its first row must have the names of the columns, such as email",
        ),
        (
            "lists:\n  a:\n    members-file: twice.csv\n",
            "the columns 'email' and 'mail' are both Email: begin the name of one with _ to leave it out",
        ),
        ("%YAML 9.9\n---\ntags: []\n", "line 1 column 1: not valid YAML: found incompatible YAML document"),
        (
            "moved:\n  lists: {a: b}\n",
            "line 2 column 3: the service renames nothing of 'lists', only config-sets, tags",
        ),
        ("tags: [a]\nmoved: {tags: {c: b}}\n", "line 2 column 16: there is no 'b' here; there are a"),
        ("tags: [a, b]\nmoved: {tags: {a: b}}\n", "'a' is renamed here, and stands under 'tags' too"),
        ("tags: {}\nmoved: {tags: {a: b}}\n", "line 2 column 16: there is no 'b' here"),
        ("moved: foo\n", "line 1 column 8: here must be 'OLD: NEW' lines"),
        ("moved: [tags]\n", "line 1 column 8: here must be 'OLD: NEW' lines"),
        ("tags: [a]\nmoved: {tags: a}\n", "line 2 column 15: here must be 'OLD: NEW' lines"),
        ("tags: [a]\nmoved: {tags: {c: [a]}}\n", "line 2 column 19: the name of this tag must be one piece of text"),
        ("tags: [a]\nmoved: {tags: {c: a, d: a}}\n", "line 2 column 22: 'c' is called 'a' already, and 'd' cannot be"),
        ("tags: [a, b]\nmoved: {tags: {c: d, d: c}}\n", "line 2 column 16: 'c' comes back to a name that is renamed"),
        ("tags: [a]\nmoved: {tags: {'': a}}\n", "line 2 column 16: the name of this tag must be one piece of text"),
        ("tags:\n\ta: {}\n", "line 2 column 1: not valid YAML: a tab cannot indent; write blanks"),
        ("tags: [@a]\n", "line 1 column 8: not valid YAML: '@' cannot begin a text; put it in quotes"),
        ("# é\ntags: [%a]\n", "line 2 column 8: not valid YAML: '%' cannot begin a text; put it in quotes"),
        ("# nothing\n", "line 1 column 1: the file must have parts such as tags:"),
        ("moved: {}\n", "line 1 column 1: the file must have parts such as tags:"),
        ("ip-pools: [[a]]\n", "line 1 column 12: the name of this IP pool must be one piece of text"),
        ("tags: [\x07]\n", "line 1 column 8: a control character has no place in it"),
    ],
)
def test_a_mistake_in_the_file_has_its_place_and_what_was_meant(box, write, text, said):
    write("email\nnobody\n", "bad.csv")
    write("", "empty.csv")
    write("who\na@example.com\n", "who.csv")
    write("email,mail\na@example.com,b@example.com\n", "twice.csv")
    write("<p>", "x.html") if "not both" in said else None
    told = box("account diff {} -o json", write(text), code=2)
    assert said in told.error["message"]
    assert told.error["message"].startswith("account.yaml line ")
    assert not told.out


def test_a_file_that_is_none_is_told(box, write, tmp_path):
    assert "cannot read 'none.yaml'" in box("account diff none.yaml", code=2).err
    (tmp_path / "account.yaml").write_bytes(b"tags: [\xff]")
    write("", "empty.yaml")
    assert "is not UTF-8 text (byte 8)" in box("account apply account.yaml", code=2).err
    assert "must have parts" in box("account diff empty.yaml", code=2).err  # cut short, it would equal any account
    write("lists:\n", "lists.yaml")
    aside = box("account apply lists.yaml --only tags --prune lists", code=2).err
    assert "--prune lists: --only leaves lists out; name it there too" in aside
    for does in ("diff lists.yaml --only tags", "apply lists.yaml --only tags", "apply lists.yaml --prune tags"):
        assert "lists.yaml says nothing of tags; write 'tags: {}'" in box(f"account {does}", code=2).err
    assert "cannot read '.': Is a directory" in box("account diff .", code=2).err
    assert "none.yaml" in box("account apply none.yaml --lang zh", code=2).err
    assert "empty.yaml 第 1 行第 1 列：" in box("account diff empty.yaml --lang zh", code=2).err
    assert "give the FILE" in box("account export --members", code=2).err


def test_what_the_service_cannot_do_forbids_all_before_anything_is_done(box, write):
    box("dedicated-ip create-pool old --ip 192.0.2.10")
    box("sandbox calls clear")
    file = write(
        "senders:\n"
        "  news@sandbox.test: {type: trigger}\n"
        "  noreply@sandbox.test: {type: trigger}\n"
        "  x@sandbx.test: {type: batch, config-set: shpo}\n"
        "domains: [sandbox.test, a.test, b.test, c.test, d.test, e.test]\n"
        "config-sets: {shop: {ip-pool: none}}\n"
        "lists: {customers: {description: other}}\n"
        "ip-pools: {new: {ips: [192.0.2.10]}, new2: {ips: [192.0.2.99]}}\n"
    )
    told = box("account apply {} --yes -o json", file, code=2)
    message = told.error["message"]
    for said in (
        "nothing was done: 10 obstacles in the way",
        "line 2 column 3: the service cannot change type of the sender address news@sandbox.test (batch -> trigger)",
        "line 2 column 3: the service cannot take reply-to from the sender address news@sandbox.test",
        "line 4 column 3: there is no configuration set 'shpo'; did you mean shop?",
        "line 4 column 3: there is no domain 'sandbx.test'; did you mean sandbox.test?",
        "line 6 column 15: there is no IP pool 'none'",
        "cannot change description of the list customers",
        "192.0.2.10 is in the pool 'old', which the file does not have",
        "there is no dedicated IP '192.0.2.99'; did you mean",
        "there would be 6 domains, and an account may have 5",
    ):
        assert said in message, said
    calls = box("sandbox calls list -o json").json["calls"]
    assert not [one for one in calls if one["action"].startswith(("Create", "Modify", "Delete", "ConfigSetCreate"))]


def test_nothing_goes_without_prune_and_little_without_force(box, write):
    for number in range(12):
        box("tag create t{}", number)
    file = write("tags: [welcome, t0]\n")
    kept = box("account apply {} --yes -o json", file)
    assert (kept.json["deleted"], kept.json["staying"]) == (0, 11)
    assert "left alone without --prune: 11 things not in the file; diff shows them" in kept.err
    box("account diff {}", file, code=5)
    assert "says nothing of lists; write 'lists: {}'" in box("account apply {} --prune lists", file, code=2).err
    refused = box("account apply {} --prune tags --yes -o json", file, code=2)
    assert "11 of 13 tags would be deleted, more than 10 or 30%" in refused.error["message"]
    assert "there is no terminal to ask" in box("account apply {} --prune tags --force", file, code=2).err
    seen = box("account apply {} --prune tags --force --dry-run", file)
    assert seen.err.count("- tag t") == 11
    planned = box("account apply {} --prune tags --force --dry-run -o json", file).json
    assert {one["change"] for one in planned["changes"]} == {"delete"}
    assert planned["notes"] == ["11 deletions cannot be undone"]
    assert "11 deletions cannot be undone" in seen.err
    assert box("account apply {} --prune tags --force --yes -o json", file).json["deleted"] == 11
    box("account diff {}", file)
    # Ten senders a month, whatever is forced; and a list stays that was mailed to just now.
    for number in range(11):
        box("address create s{}@sandbox.test --type batch", number)
    write("senders:\n  s0@sandbox.test: {type: batch}\n", "senders.yaml")
    assert "deletes 10 a month" in box("account apply senders.yaml --prune senders --force --yes", code=2).err
    box("send batch --from news@sandbox.test --list customers --template newsletter --yes")
    write("lists: {}\n", "lists.yaml")
    early = box("account apply lists.yaml --prune lists --force --yes", code=4)
    assert "was mailed to just now, and has to stay for 10 minutes" in early.err
    box("sandbox clock advance 11m")
    assert box("account apply lists.yaml --prune lists --force --yes -o json").json["deleted"] == 1


def test_members_join_and_leave_by_their_file(box, write):
    write("email,City\nli@example.com,Oslo\nzoe@example.com,Bern\n", "people.csv")
    file = write("lists:\n  customers: {description: Three customers to try with, members-file: people.csv}\n")
    seen = box("account diff {} -o json", file, code=5).json["changes"]
    assert [(one["change"], one["name"]) for one in seen] == [("create", "customers"), ("delete", "customers")]
    box("account apply {} --yes", file)
    told = box("account apply {} --prune members --yes", file, code=2)
    assert "2 of 4 members of the list customers would be deleted" in told.err
    assert (
        "other values for 1 member of the list customers, such as li@example.com"
        in box("account apply {} --prune members --force --yes", file).err
    )
    there = box("receiver members customers -o json").json["data"]["detail"]
    assert [one["Email"] for one in there] == ["li@example.com", "zoe@example.com"]


def test_a_plan_is_done_as_it_stands_or_not_at_all(box, write, tmp_path):
    box("config-set create shop")
    file = write(
        "tags: {hello: {description: x}, new: {}}\n"
        "moved: {tags: {welcome: hello}, config-sets: {shop: store}}\n"
        "config-sets: [store]\n"
        "senders:\n  x@sandbox.test: {type: batch, config-set: store}\n"
    )
    kept = box("account apply {} --plan plan.json", file)
    assert "make 2, change 2, delete 0; do just that with: dm -p sandbox account apply plan.json" in kept.err
    assert box("tag list -o json").json["data"]["tag"][0]["TagName"] == "welcome"
    assert "is read by this command; name another" in box("account apply {} --plan ./{}", file, file, code=2).err
    plan = json.loads((tmp_path / "plan.json").read_text())
    assert "leave out the other options" in box("account apply plan.json --force", code=2).err
    elsewhere = box("account apply plan.json --region ap-southeast-1 --yes", code=2)
    assert "is a plan for another account, or another region" in elsewhere.err
    # What was made already, by a run that was cut short, counts as done; what is otherwise stops it.
    box("config-set update shop --name store")
    box("address create x@sandbox.test --type batch")
    assert box("account apply plan.json --dry-run").err.count("~ sender address x@sandbox.test: config-set") == 1
    box("tag update welcome --description other")
    stale = box("account apply plan.json --yes -o json", code=5)
    assert "the account was changed since the plan plan.json was made" in stale.error["message"]
    assert "~ tag welcome -> hello" in stale.error["message"]
    box("tag update welcome --description {}", "Mail to new customers")
    assert box("account apply plan.json --yes -o json").json["failed"] == 0
    assert "there is nothing to do" in box("account apply plan.json").err
    assert "senders" in box("account diff {}", file, code=5).err  # news and noreply, which stay
    idle = box("account apply {} --plan idle.json", file)
    assert "there is nothing to do" in idle.err
    assert "do just that" not in idle.err
    for broken in ({**plan, "dm-account-plan": 2}, {**plan, "changes": [{}]}, {**plan, "changes": 3}):
        write(json.dumps(broken), "plan.json")
        assert "make it anew" in box("account apply plan.json", code=2).err


def test_what_is_written_beside_a_file_stays_in_its_folder(box, write, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "templates").symlink_to(tmp_path / "elsewhere")
    told = box("account export sub/account.yaml", code=8)
    assert "'templates/newsletter.html' is not below the folder of this file" in told.err
    assert not [*(tmp_path / "elsewhere").iterdir()]
    assert "cannot write elsewhere: Is a directory" in box("account export elsewhere", code=8).err
    assert not (tmp_path / "templates").exists()
    assert not (tmp_path / "sub" / "account.yaml").exists()


def test_what_cannot_be_read_is_said_and_never_counts_as_equal(box, write, tmp_path):
    file = write("tags: [welcome]\nsenders: {}\nlists: {}\n")
    box("account export all.yaml --only tags")
    box("sandbox fault add error Forbidden.RAM --action QueryTagByParam --times 100")
    told = box("account diff all.yaml -o json", code=3)
    assert (told.json["equal"], told.json["changes"], told.json["unread"][0]["kind"]) == (False, [], "tags")
    assert told.error["message"] == f"tags (Forbidden.RAM) could not be read: {told.json['unread'][0]['message']}"
    assert "dm:QueryTagByParam" in told.error["hint"]
    partly = box("account export some.yaml", code=3)
    assert "tags (Forbidden.RAM)" in partly.err
    text = (tmp_path / "some.yaml").read_text("utf-8")
    assert "# tags: not read (Forbidden.RAM)\n" in text
    assert "\ntags:" not in text
    assert "\nsenders:" in text
    assert "nothing differs" in box("account diff some.yaml").err
    box("account apply {} --yes", file, code=3)
    assert "profile:sandbox: tags" in box("account diff --against profile:sandbox", code=3).err
    box("sandbox fault remove --all")
    # What others need it for alone is no hindrance.
    box("sandbox fault add error Forbidden.RAM --action ConfigSetList --times 100")
    write("senders:\n  news@sandbox.test: {type: batch, reply-to: support@sandbox.test}\n", "senders.yaml")
    box("account apply senders.yaml --yes")
    write("senders:\n  news@sandbox.test: {type: batch, config-set: shop}\n", "linked.yaml")
    assert "config-sets (Forbidden.RAM) could not be read" in box("account apply linked.yaml --yes", code=3).err
    box("sandbox fault add error Forbidden.RAM --action GetUser --times 100")
    write("settings: {ip-protection: false}\n", "settings.yaml")
    assert "nothing differs" in box("account diff settings.yaml").err
    box("account export --only settings", code=3)
    box("sandbox fault remove --all")
    box("sandbox fault add status 503 --action QueryTagByParam --times 100")
    box("account diff {} --deadline 2s", file, code=4)
    box("sandbox fault remove --all")
    box("template create twice --subject a --html b")
    box("template create twice --subject a --html c")
    twice = box("account export", code=1)
    assert "2 templates are called 'twice', with the ids 2 and 3; names tell things apart here" in twice.err


def test_an_account_to_compare_with_that_is_not_there_is_told_by_its_option(box):
    for against, code, said in (
        ("region:cn-hanzhou", 2, "dm: --against region:cn-hanzhou: unknown region 'cn-hanzhou'; "),
        ("profile:nobody", 3, "dm: --against profile:nobody: there is no profile 'nobody' in "),
        ("nobody", 2, "dm: --against: 'nobody' is neither profile:NAME nor region:NAME"),
    ):
        assert box("account diff --against {}", against, code=code).err.startswith(said)


def test_a_pool_that_cannot_be_read_or_is_gone_is_never_taken_for_another_or_none(box, write, tmp_path):
    for pool in ("old", "new"):
        box("dedicated-ip create-pool {}", pool)
    box("config-set create shop --ip-pool old")
    box("account export sets.yaml --only config-sets")
    box("sandbox fault add error Forbidden.RAM --action DedicatedIpPoolList --times 100")
    for does in (
        "export other.yaml --only config-sets",
        "diff sets.yaml",
        "diff --only config-sets --against profile:sandbox",
    ):
        assert "config-sets (Forbidden.RAM) could not be read" in box(f"account {does}", code=3).err
    assert "ip-pool" not in (tmp_path / "other.yaml").read_text("utf-8")
    box("sandbox fault remove --all")
    box("account apply {} --plan plan.json", write("config-sets:\n  shop: {ip-pool: new}\n"))
    box("dedicated-ip delete-pool new --yes")
    assert "there is no IP pool 'new'" in box("account apply plan.json --yes", code=10).err
    assert box("config-set list -o json").json["ConfigSets"][0]["IpPool"]["IpPoolName"] == "old"


def test_what_is_refused_is_told_and_the_rest_is_done(box, write):
    box("sandbox fault add error InvalidDomainName.Conflict --action CreateDomain --times 100")
    file = write("domains: [sandbox.test, a.test]\nsenders:\n  x@a.test: {type: batch}\ntags: [welcome, b]\n")
    told = box("account apply {} --yes -o json", file, code=7)
    assert (told.json["created"], told.json["failed"]) == (1, 2)
    assert [one["name"] for one in told.json["errors"]] == ["a.test", "x@a.test"]
    assert "a.test was not made" in told.error["message"]
    box("account apply {} --only domains --yes", file, code=1)
    box("sandbox fault remove --all")
    box("sandbox fault add error Forbidden.RAM --action CreateMailAddress --times 100")
    stopped = box("account apply {} --yes -o json", file, code=3)
    assert "1 of 2 changes were made before this; apply it again for the rest" in stopped.error["message"]
    box("sandbox fault remove --all")
    assert box("account apply {} --yes -o json", file).json["created"] == 1
    assert "nothing differs" not in box("account diff {}", file, code=5).err  # news and noreply stay


def test_an_answer_that_was_lost_is_looked_for_and_nothing_is_made_twice(box, write):
    for action in (
        "CreateTemplate",
        "DedicatedIpPoolCreate",
        "CreateUserSuppression",
        "CreateTag",
        "CreateMailAddress",
    ):
        box("sandbox fault add drop --after --action {}", action)
    file = write(
        "templates: {newsletter: {subject: 'News for {UserName}', html: x}, new: {subject: s, html: h}}\n"
        "ip-pools: {a: {ips: [192.0.2.10]}}\n"
        "config-sets: {shop: {ip-pool: a}}\n"
        "suppressed: [a.test]\n"
        "tags: {welcome: {description: Mail to new customers}, b: {}}\n"
        "senders:\n  X@Sandbox.test: {type: batch, config-set: shop}\n"
    )
    assert box("account apply {} --yes -o json", file).json["failed"] == 0
    assert {one["kind"] for one in box("account diff {} -o json", file, code=5).json["changes"]} == {"senders"}
    assert [one["TemplateName"] for one in box("template list -o json").json["data"]["template"]].count("new") == 1
    box("sandbox fault add drop --times 20 --action CreateTemplate")
    write("templates: {never: {subject: s, html: h}}\n")
    told = box("account apply {} --yes -o json --deadline 1s", file, code=6)
    assert "what is there is read first, and nothing is made twice" in told.error["hint"]


def test_what_goes_makes_room_for_what_comes(box, write):
    for name in "bcde":
        box("domain create {}.test", name)
    box("address create x@b.test --type batch")
    file = write("domains: [sandbox.test, new.test, c.test, d.test, e.test]\nsenders:\n  y@new.test: {type: batch}\n")
    assert "there would be 6 domains" in box("account apply {} --yes", file, code=2).err
    done = box("account apply {} --prune domains --prune senders --force --yes -o json", file)
    assert (done.json["created"], done.json["deleted"], done.json["failed"]) == (2, 4, 0)
    lines = [line for line in done.err.splitlines() if line[:2] in ("+ ", "- ")]
    assert lines.index("- domain b.test") < lines.index("+ domain new.test")
    assert lines.index("- sender address x@b.test") < lines.index("- domain b.test")
    senders = "".join(f"  s{n}@new.test: {{type: batch}}\n" for n in range(11))
    write(f"senders:\n{senders}", "many.yaml")
    note = box("account apply many.yaml --dry-run", code=0).err
    assert "there would be 12 senders; an older page of the service allows 10" in note


def test_the_review_of_templates_is_waited_for_when_told(box, write, pauses):
    box("sandbox state set templates checks:3")
    file = write("templates:\n  newsletter: {subject: New, html: <p>}\n")
    assert "1 template to be reviewed by the service; --wait waits for it" in box("account apply {} --yes", file).err
    assert not pauses
    write("templates:\n  newsletter: {subject: Newer, html: <p>}\n")
    told = box("account apply {} --yes --wait", file)
    assert "the service has approved 1 template" in told.err
    assert pauses
    box("sandbox state set templates manual")
    write("templates:\n  newsletter: {subject: Newest, html: <p>}\n")
    assert "still in review: newsletter" in box("account apply {} --yes --wait --timeout 30s", file, code=5).err
    # A run that was killed while it waited goes on waiting.
    again = box("account apply {} --yes --wait --timeout 30s", file, code=5).err
    assert "there is nothing to do" in again
    assert "still in review: newsletter" in again
    box("account apply {} --plan plan.json", write("templates:\n  newsletter: {subject: Last, html: <p>}\n"))
    for _ in range(2):
        assert "still in review" in box("account apply plan.json --yes --wait --timeout 30s", code=5).err
    box("sandbox state set templates checks:1")
    assert "the service has approved 1 template" in box("account apply plan.json --yes --wait").err


def test_ips_change_places_between_pools(box, write):
    file = write("ip-pools:\n  a: {ips: [192.0.2.10, 192.0.2.11]}\n  b: {ips: [192.0.2.12]}\n")
    box("account apply {} --yes", file)
    write("ip-pools:\n  b: {ips: [192.0.2.10]}\n  a: {ips: [192.0.2.12]}\n  c: {ips: [192.0.2.11]}\n")
    box("account apply {} --yes", file)
    assert "nothing differs" in box("account diff {}", file).err
    write("ip-pools:\n  d: {ips: [192.0.2.10, 192.0.2.12]}\n")
    assert "is in the pool 'a'" in box("account apply {} --yes", file, code=2).err
    box("account apply {} --yes --prune ip-pools --force", file)
    assert "nothing differs" in box("account diff {}", file).err


def test_a_thousand_things_are_read_in_as_many_pages_as_they_fill(box, write, sandbox, tmp_path):
    with sandbox.store.change() as db:
        db.executemany(
            "INSERT INTO suppression (address, created) VALUES (?, 0)", [(f"p{n}@b.test",) for n in range(600)]
        )
        db.executemany("INSERT INTO tag (name) VALUES (?)", [(f"tag{n}",) for n in range(399)])
    box("account export {}", write(""))
    text = (
        (tmp_path / "account.yaml")
        .read_text("utf-8")
        .replace("p1@b.test", "q@c.test")
        .replace("  tag1:", "  tag1: {description: x}")
    )
    file = write(text)
    box("sandbox calls clear")
    planned = box("account apply {} --dry-run --prune suppressed", file)
    assert "make 1, change 1, delete 1" in planned.err
    calls = [one["action"] for one in box("sandbox calls list --limit 1000 -o json").json["calls"]]
    assert (calls.count("ListUserSuppression"), calls.count("QueryTagByParam")) == (12, 8)
    assert len(calls) == 12 + 8 + 10 + 2  # one for each other list, thing that is described, and setting
    box("account apply {} --prune suppressed --yes", file)
    assert "nothing differs" in box("account diff {}", file).err


def test_a_plan_without_changes_reads_nothing(box, write, tmp_path):
    plan = tmp_path / "plan.json"
    box("account apply {} --plan {}", write("domains: [sandbox.test]\n"), plan)
    told = box("account apply {} --yes", plan)
    assert "there is nothing to do" in told.err
    assert "read:" not in told.err


def test_people_see_the_plan_in_their_language_and_are_asked(terminal, box, write):
    file = write("tags: {welcome: {description: other}, b: {}}\n")
    asked = terminal("-p sandbox account apply {}", file, answers=["n"])[1]
    assert "nothing was done" in asked
    assert "\x1b[32m+ tag b\x1b[0m" in asked
    shown = box("account apply {} --lang zh --dry-run", file).err
    assert "~ 邮件标签 welcome：description 'Mail to new customers' -> other" in shown
    assert "+ 邮件标签 b\n" in shown
    assert (
        "~ tag welcome: description 'Mail to new customers' -> other" in terminal("-p sandbox account diff {}", file)[1]
    )
