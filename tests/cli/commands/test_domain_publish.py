"""`domain publish` at Alibaba Cloud DNS, played over HTTP: the difference, what is published, what is left alone."""

from __future__ import annotations

import json

import dns.name
import dns.zone
import pytest
from alidns import Alidns, Refusal, served
from zones import Authority, serving

from dmcli.api.wire import Reply
from dmcli.sandbox.server.server import Server

SPF = "v=spf1 include:spf1.dm.aliyun.com -all"
DOMAIN = "mail.example.com"
HOSTS = {
    "ownership": "aliyundm.mail",
    "spf": "mail",
    "dkim": "aliyun-cn-hangzhou._domainkey.mail",
    "dmarc": "_dmarc.mail",
    "mx": "mail",
    "cname": "dmtrace.mail",
}


@pytest.fixture
def alidns(monkeypatch):
    with served(Alidns("example.com", "other.test")) as made:
        monkeypatch.setenv("ALIBABA_CLOUD_ALIDNS_ENDPOINT", made.url)
        yield made


@pytest.fixture
def wanted(box):
    """The wanted records of the domain, by what they are for."""
    box("domain create {}", DOMAIN)
    return {row["record"]: row for row in box("domain records {} -o json", DOMAIN).json}


@pytest.fixture
def publish(box, alidns, wanted):
    """The rows of a publish by record, and what was said."""

    def publish(more="--yes", code=0):
        run = box(f"domain publish {DOMAIN} --provider alidns -o json {more}", code=code)
        return {row["record"]: row for row in json.loads(run.out or "[]")}, run.err

    return publish


def kinds(rows):
    return {record: row["change"] for record, row in rows.items()}


def test_an_empty_zone_gets_it_all_and_the_second_run_changes_nothing(box, publish, alidns, wanted):
    other = alidns.add("example.com", "www", "A", "192.0.2.1")
    rows, _ = publish()
    assert kinds(rows) == dict.fromkeys(HOSTS, "add")
    assert all(row["published"] is True for row in rows.values())
    for record, host in HOSTS.items():
        assert alidns.values("example.com", host, wanted[record]["type"]) == [wanted[record]["value"]]
    (mx,) = (params for params in alidns.named("AddDomainRecord") if params["Type"] == "MX")
    assert mx == {
        "DomainName": "example.com",
        "RR": "mail",
        "Type": "MX",
        "Value": "mx01.dm.aliyun.com",
        "TTL": "600",
        "Line": "default",
        "Priority": "10",
    }
    before = [dict(row) for row in alidns.zones["example.com"]]
    again, said = publish("")  # nothing is asked where there is nothing to do
    assert kinds(again) == dict.fromkeys(HOSTS, "there")
    assert all(row["published"] is None for row in again.values())
    assert alidns.zones["example.com"] == before
    assert before[0]["RecordId"] == other
    assert "published" not in said
    shown = box("domain publish {} --provider alidns -o csv", DOMAIN).out.splitlines()
    assert shown[2] == f"SPF,{DOMAIN},TXT,there already,{SPF},,,,example.com,,600"


def test_a_dry_run_shows_and_changes_nothing(publish, alidns):
    rows, said = publish("--dry-run")
    assert kinds(rows) == dict.fromkeys(HOSTS, "add")
    assert {action for action, _ in alidns.calls} == {"DescribeDomainRecords"}
    assert "nothing was published" in said


def test_it_asks(box, publish, alidns):
    assert "--yes" in publish("", code=2)[1]
    assert not alidns.named("AddDomainRecord")
    no = box(f"domain publish {DOMAIN} --provider alidns", code=2, tty=True, stdin="n\n")
    assert "nothing was done" in no.err
    assert "dmtrace.mail.example.com" in no.err  # the difference, before the question
    yes = box(f"domain publish {DOMAIN} --provider alidns", tty=True, stdin="y\n")
    assert "Publish 6 records in example.com at Alibaba Cloud DNS. Go ahead?" in yes.err
    assert len(alidns.zones["example.com"]) == 6


def test_what_changes_while_the_question_stands_is_not_overwritten(box, publish, alidns, monkeypatch):
    def confirm(*_, **__):
        alidns.add("example.com", "mail", "TXT", "v=spf1 a -all")
        return True

    monkeypatch.setattr("click.prompt", confirm)
    assert "was changed" in box(f"domain publish {DOMAIN} --provider alidns", code=2, tty=True).err
    assert len(alidns.zones["example.com"]) == 1


def test_an_spf_record_gets_the_include_and_all_else_of_it_stays(publish, alidns):
    record = alidns.add("example.com", "mail", "TXT", "v=spf1  MX ip4:192.0.2.0/24 ?all", TTL=3600, Status="DISABLE")
    alidns.add("example.com", "mail", "TXT", "google-site-verification=x", TTL=3600)
    rows, _ = publish("--dry-run")
    assert rows["spf"]["old"] == "v=spf1  MX ip4:192.0.2.0/24 ?all"
    assert "paused" in rows["spf"]["why"]
    publish()
    merged = "v=spf1  MX ip4:192.0.2.0/24 include:spf1.dm.aliyun.com ?all"
    assert alidns.values("example.com", "mail", "TXT") == [merged, "google-site-verification=x"]
    (update,) = alidns.named("UpdateDomainRecord")
    assert update == {
        "RecordId": record,
        "RR": "mail",
        "Type": "TXT",
        "Value": merged,
        "TTL": "3600",
        "Line": "default",
    }
    assert kinds(publish()[0])["spf"] == "there"


@pytest.mark.parametrize(
    ("record", "rows", "why"),
    [
        ("spf", [("mail", "TXT", SPF), ("mail", "TXT", "v=spf1 -all")], "2 SPF records are there"),
        ("spf", [("mail", "TXT", "v=spf1 -all mx")], "terms stand after all"),
        ("spf", [("mail", "TXT", "v=spf1 a:b\xfccher.test -all")], "it is not in ASCII"),
        ("spf", [("mail", "TXT", '"v=spf1 exp=\\255.test -all"')], "it is not in ASCII"),
        ("spf", [("mail", "TXT", "v=spf1 ipv4:192.0.2.1 -all")], "ipv4:192.0.2.1 is no term of SPF"),
        ("spf", [("mail", "TXT", "v=spf1 -include:spf1.dm.aliyun.com -all")], "does not let DirectMail send"),
        ("spf", [("mail", "TXT", f"v=spf1 {' '.join(f'a:h{n}.test' for n in range(10))} -all")], "11 DNS look-ups"),
        ("spf", [("mail", "CNAME", "elsewhere.test")], "a CNAME stands there"),
        ("dkim", [(HOSTS["dkim"], "TXT", "v=DKIM1; p=QUJD")], "it is another key"),
        ("dmarc", [(HOSTS["dmarc"], "TXT", "v=DMARC1; p=none")] * 2, "2 DMARC records"),
        ("dmarc", [(HOSTS["dmarc"], "CNAME", "dmarc.elsewhere.test")], "a CNAME stands there"),
        ("mx", [("mail", "MX", "mx.elsewhere.test")], "the name receives mail at mx.elsewhere.test"),
        ("mx", [("mail", "MX", ".")], "receives no mail (MX 0 .)"),
        ("cname", [("dmtrace.mail", "CNAME", "other.test")], "it leads to other.test"),
        ("cname", [("dmtrace.mail", "A", "192.0.2.1")], "A stands there"),
        ("ownership", [("*", "MX", "mx.elsewhere.test")], "the MX of *.example.com"),
        (  # what is paused is not served, and hides no wildcard
            "mx",
            [("*", "MX", "mx.elsewhere.test"), ("mail", "A", "192.0.2.1", {"Status": "DISABLE"})],
            "the MX of *.example.com",
        ),
    ],
)
def test_what_is_refused_is_said_and_the_rest_published(publish, alidns, record, rows, why):
    for host, kind, value, *more in rows:
        alidns.add("example.com", host, kind, value, **(more[0] if more else {}))
    before = [dict(row) for row in alidns.zones["example.com"]]
    told, said = publish(code=7)
    assert told[record]["change"] == "refused"
    assert why in told[record]["why"]
    assert "not published: " in said
    assert alidns.zones["example.com"][: len(before)] == before
    assert all(row["published"] for row in told.values() if row["change"] == "add")


def test_another_dkim_key_is_replaced_where_that_is_asked_for(publish, alidns, wanted):
    record = alidns.add("example.com", HOSTS["dkim"], "TXT", "v=DKIM1; p=QUJD", TTL=60, Status="DISABLE")
    rows, _ = publish("--replace-dkim --yes")
    assert (rows["dkim"]["change"], rows["dkim"]["ttl"]) == ("replace", 60)
    assert "it is paused" in rows["dkim"]["why"]
    (update,) = alidns.named("UpdateDomainRecord")
    assert (update["RecordId"], update["Value"]) == (record, wanted["dkim"]["value"])
    for value in ("v=DKIM1; p=QUJD", "v=DKIM1; p=REVG"):
        alidns.add("example.com", HOSTS["dkim"], "TXT", value)
    assert publish("--replace-dkim --yes", code=7)[0]["dkim"]["change"] == "refused"


def test_an_spf_record_entered_in_quotes_is_one(publish, alidns):
    alidns.add("example.com", "mail", "TXT", '"v=spf1 mx " "a:\\104ost.test -all"')
    rows, _ = publish()
    assert rows["spf"]["change"] == "merge"
    assert rows["spf"]["old"] == "v=spf1 mx a:host.test -all"
    assert alidns.values("example.com", "mail", "TXT") == ["v=spf1 mx a:host.test include:spf1.dm.aliyun.com -all"]
    alidns.add("example.com", HOSTS["ownership"], "TXT", '"not closed')
    assert publish()[0]["spf"]["change"] == "there"


def test_what_is_as_good_is_there_already(publish, alidns, wanted):
    alidns.add("example.com", HOSTS["dmarc"], "TXT", "v=DMARC1; p=reject")
    alidns.add("example.com", "mail", "MX", "MX01.dm.aliyun.com.", Priority=5)
    alidns.add("example.com", HOSTS["dkim"], "TXT", wanted["dkim"]["value"].replace("; ", ";"))
    alidns.add("example.com", "dmtrace.mail", "CNAME", wanted["cname"]["value"].upper())
    alidns.add("example.com", HOSTS["ownership"], "TXT", "another-text")
    rows, _ = publish()
    assert kinds(rows) == {"ownership": "add", "spf": "add"} | dict.fromkeys(("dkim", "dmarc", "mx", "cname"), "there")
    assert "kept" in rows["dmarc"]["why"]


def test_records_of_other_lines_are_left_alone_and_told(publish, alidns):
    alidns.add("example.com", "mail", "TXT", "v=spf1 a -all", Line="telecom")
    rows, _ = publish()
    assert rows["spf"]["change"] == "add"
    assert "line telecom" in rows["spf"]["why"]
    assert alidns.values("example.com", "mail", "TXT") == ["v=spf1 a -all", SPF]


def test_all_pages_of_a_zone_are_read(publish, alidns):
    for number in range(501):
        alidns.add("example.com", f"host{number}", "A", "192.0.2.1")
    alidns.add("example.com", "mail", "TXT", SPF)
    assert publish("--dry-run")[0]["spf"]["change"] == "there"
    reads = [params for params in alidns.named("DescribeDomainRecords") if params["DomainName"] == "example.com"]
    assert [(params["PageNumber"], params["PageSize"]) for params in reads] == [("1", "500"), ("2", "500")]


def test_the_zone_of_the_longest_name_is_taken(publish, alidns):
    alidns.zones[DOMAIN] = []
    publish()
    assert alidns.zones["example.com"] == []
    assert alidns.values(DOMAIN, "@", "MX") == ["mx01.dm.aliyun.com"]


def test_a_lost_reply_adds_nothing_twice(publish, alidns):
    alidns.loses["AddDomainRecord"] = 1
    publish()
    assert len(alidns.zones["example.com"]) == len(alidns.named("AddDomainRecord")) == 6
    assert kinds(publish()[0]) == dict.fromkeys(HOSTS, "there")


def test_a_request_that_never_arrived_is_made_again(publish, alidns):
    alidns.drops["AddDomainRecord"] = 1
    publish()
    assert len(alidns.zones["example.com"]) == 6
    assert len(alidns.named("AddDomainRecord")) == 7


def test_a_lost_reply_to_a_merge_is_no_failure(publish, alidns):
    alidns.add("example.com", "mail", "TXT", "v=spf1 -all")
    alidns.loses["UpdateDomainRecord"] = 1
    assert publish()[0]["spf"]["published"] is True


def test_what_was_published_before_a_failure_is_told(publish, alidns, monkeypatch):
    add = alidns.AddDomainRecord

    def first_two(params):
        if len(alidns.zones["example.com"]) == 2:
            raise Refusal("ServiceUnavailable", 503)
        return add(params)

    monkeypatch.setattr(alidns, "AddDomainRecord", first_two)
    rows, said = publish(code=4)
    assert [row["published"] for row in rows.values()] == [True, True, False, False, False, False]
    assert "safe to run this again; published: Ownership (TXT aliyundm.mail.example.com), SPF" in said
    assert "not published: DKIM" in said
    monkeypatch.setattr(alidns, "AddDomainRecord", add)
    rest = [row["published"] for row in publish()[0].values()]
    assert rest == [None, None, True, True, True, True]


def test_what_the_provider_refuses_does_not_stop_the_rest(publish, alidns, monkeypatch):
    add = alidns.AddDomainRecord

    def no_mx(params):
        if params["Type"] == "MX":
            raise Refusal("QuotaExceeded.Record")
        return add(params)

    monkeypatch.setattr(alidns, "AddDomainRecord", no_mx)
    rows, said = publish(code=7)
    assert {record: row["published"] for record, row in rows.items()} == dict.fromkeys(HOSTS, True) | {"mx": False}
    assert "QuotaExceeded.Record" in rows["mx"]["why"]
    assert "not published: MX" in said


@pytest.mark.parametrize("action", ["DescribeDomainRecords", "AddDomainRecord"])
def test_keys_without_the_permission(publish, alidns, action):
    alidns.refuses[action] = "Forbidden.RAM"
    _, said = publish(code=3)
    assert "grant them alidns:DescribeDomainRecords, alidns:AddDomainRecord, alidns:UpdateDomainRecord" in said
    assert "AliyunDirectMail" not in said


def test_a_zone_that_the_account_has_not(publish, alidns):
    del alidns.zones["example.com"]
    assert "no zone for mail.example.com" in publish(code=10)[1]


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"RequestId": "1", "DomainRecords": {"Record": [{"RR": 1}]}}'])
def test_nonsense_for_an_answer(publish, alidns, body):
    alidns.raw["DescribeDomainRecords"] = body
    publish(code=4)


@pytest.mark.parametrize(
    "told",
    [
        {"DkimRR": "a" * 64},
        {"DkimRR": "a..b"},
        {"TracefRecord": "two words"},
        {"MxRecord": "\u00fc"},
        {"DomainType": "\x1b[2J"},
        {"DomainName": None},
    ],
)
def test_records_that_none_can_be(box, sandbox, alidns, wanted, told):
    def exchange(request):
        reply = sandbox.exchange(request)
        if b"Action=DescDomain" not in request.body:
            return reply
        return Reply(reply.status, reply.headers, json.dumps(json.loads(reply.body) | told).encode())

    with Server(exchange) as server:
        said = box(f"--endpoint {server.url} domain publish {DOMAIN} --provider alidns --yes", code=4).err
    assert "DirectMail tells" in said
    assert not alidns.calls


def test_an_international_domain(box, alidns):
    alidns.zones["xn--bcher-kva.example"] = []
    box("domain create bücher.example")
    box("domain publish bücher.example --provider alidns --yes")
    assert alidns.values("xn--bcher-kva.example", "@", "TXT") == [SPF]


def test_an_endpoint_that_is_none(publish, monkeypatch):
    monkeypatch.setenv("ALIBABA_CLOUD_ALIDNS_ENDPOINT", "a b")
    assert "ALIBABA_CLOUD_ALIDNS_ENDPOINT" in publish(code=3)[1]


def test_the_keys_of_the_sandbox_do_not_go_to_the_cloud(publish, monkeypatch):
    monkeypatch.delenv("ALIBABA_CLOUD_ALIDNS_ENDPOINT")
    assert "sandbox's" in publish(code=3)[1]


@pytest.mark.parametrize(
    ("typed", "code", "said"),
    [
        ("nosuch.example.com --provider alidns", 10, "nosuch.example.com"),
        ("'*.example.com' --provider alidns", 10, "*.example.com"),
        ("mail.example.com --provider rfc2136", 2, "--server"),
        ("mail.example.com --provider alidns --server 192.0.2.1", 2, "--server goes with"),
        ("mail.example.com --server dns.example.com", 2, "is no DNS server"),
        ("mail.example.com --server 127.0.0.1 --zone 'a b'", 2, "--zone"),
        ("mail.example.com --server 127.0.0.1:1", 4, "cannot be reached"),
        ("mail.example.com --server 127.0.0.1:1 --zone other.test", 2, "is not in the zone other.test"),
        ("mail.example.com --server 127.0.0.1:1 --key-file nosuch.key", 3, "there is no file nosuch.key"),
        ("mail.example.com --provider alidns --resolver x", 2, "is no resolver"),
    ],
)
def test_bad_input(box, alidns, wanted, typed, code, said):
    assert said in box(f"domain publish {typed} --yes", code=code).err


def test_the_provider_is_told_by_the_name_servers(box, server, alidns, monkeypatch, bare):
    box("domain create {}", DOMAIN)
    for part in ("ID", "SECRET"):
        monkeypatch.setenv(f"ALIBABA_CLOUD_ACCESS_KEY_{part}", f"dm-sandbox-{part.lower()}")
    with serving(Authority()) as authority:
        line = f"--endpoint {server.url} domain publish {DOMAIN} --resolver 127.0.0.1:{authority.port} --dry-run"
        authority.add("example.com", "")
        refused = bare(line, code=2).err
        assert "example.com is served by ns1.example.com: give --provider alidns or rfc2136" in refused
        assert "domain records mail.example.com --as zone" in refused
        authority.zones.clear()
        assert "no name server of mail.example.com was found" in bare(line, code=2).err
        text = "@ 300 SOA ns1 host 1 3600 600 86400 60\n@ 300 NS dns1.hichina.com.\n@ 300 NS dns2.hichina.com.\n"
        authority.zones[dns.name.from_text("example.com")] = dns.zone.from_text(text, "example.com", relativize=False)
        assert "aliyundm.mail.example.com" in bare(line).out
