"""`domain doctor` against a real DNS server: one verdict a record, why, and what to publish."""

from __future__ import annotations

import pytest
from zones import Authority, serving

SPF = "v=spf1 include:spf1.dm.aliyun.com -all"
GOOD = f"""
@ 300 TXT "{SPF}"
@ 300 MX 10 mx01.dm.aliyun.com.
_dmarc 300 TXT "v=DMARC1; p=none"
"""


@pytest.fixture
def authority():
    with serving(Authority()) as served:
        served.add("dm.aliyun.com", 'spf1 300 TXT "v=spf1 ip4:192.0.2.0/24 -all"\nmx01 300 A 192.0.2.1\n')
        yield served


@pytest.fixture
def doctor(box, authority):
    """The rows of `domain doctor example.com --no-account` by record, with this zone."""

    def look(text, code=0, domain="example.com", faults=None, more=""):
        authority.add("example.com", text)
        authority.faults.update(faults or {})
        run = box(
            f"domain doctor {domain} --no-account --resolver 127.0.0.1:{authority.port} -o json {more}", code=code
        )
        return {row["record"]: row for row in run.json}

    return look


def verdicts(rows):
    return {record: row["verdict"] for record, row in rows.items()}


def test_a_domain_that_has_it_all(doctor):
    rows = doctor(GOOD)
    assert verdicts(rows) == dict.fromkeys(("delegation", "spf", "dmarc", "mx", "alignment"), "ok")
    assert rows["spf"]["chain"] == ["include:spf1.dm.aliyun.com"]
    assert rows["spf"]["why"] == ["1 of 10 look-ups, 0 of 2 void"]
    assert rows["spf"]["authoritative"]["ns1.example.com"]["values"] == rows["spf"]["resolver"]["values"] == [SPF]


def test_a_domain_that_has_nothing(doctor):
    rows = doctor("", code=5)
    assert {record: row["publish"] for record, row in rows.items() if row["verdict"] == "fix"} == {
        "spf": SPF,
        "dmarc": "v=DMARC1; p=none",
        "mx": "10 mx01.dm.aliyun.com",
    }


@pytest.mark.parametrize(
    ("record", "why", "publish"),
    [
        (
            '@ TXT "v=spf1 mx ~all"',
            "include:spf1.dm.aliyun.com is not in it",
            "v=spf1 mx include:spf1.dm.aliyun.com ~all",
        ),
        (
            f'@ TXT "{SPF}"\n@ TXT "v=spf1 a -all"',
            "2 SPF records are there, and there must be one",
            "v=spf1 a include:spf1.dm.aliyun.com -all",
        ),
        ('@ TXT "v=spf1 include:spf1.dm.aliyun.com +all"', "+all lets everybody send", f"{SPF[:-4]}~all"),
        ('@ TXT "other"', "no SPF record is there", SPF),
        ('@ TXT "v=spf1 ipv4:192.0.2.1 -all"', "example.com: ipv4:192.0.2.1 is no term of SPF", None),
    ],
)
def test_spf_that_is_to_fix(doctor, record, why, publish):
    row = doctor(record, code=5)["spf"]
    assert (row["verdict"], row["why"][0]) == ("fix", why)
    assert row["publish"] == publish


def test_the_include_may_come_through_others_and_in_capitals(doctor):
    zone = GOOD.replace(SPF, "V=SPF1 include:own.example.com -ALL") + f'own TXT "{SPF}"\n'
    row = doctor(zone)["spf"]
    assert (row["verdict"], row["chain"]) == ("ok", ["include:own.example.com", "  include:spf1.dm.aliyun.com"])


def test_a_record_in_several_strings_is_one(doctor):
    assert verdicts(doctor(GOOD.replace(SPF, SPF[:12] + '" "' + SPF[12:])))["spf"] == "ok"


@pytest.mark.parametrize("fault", ["servfail", "refused", "silent", "junk"])
def test_what_gives_no_answer_is_unknown_and_never_missing(doctor, fault):
    rows = doctor(GOOD, code=4, faults={"_dmarc.example.com": fault}, more="--timeout 2s")
    assert verdicts(rows) == dict.fromkeys(rows, "ok") | {"dmarc": "unknown"}
    assert rows["dmarc"]["publish"] is None


def test_an_include_that_gives_no_answer_is_unknown(doctor):
    rows = doctor(GOOD, code=4, faults={"spf1.dm.aliyun.com": "servfail"})
    assert verdicts(rows)["spf"] == "unknown"


def test_what_does_not_fit_into_udp_is_asked_over_tcp(doctor):
    assert verdicts(doctor(GOOD, faults={"example.com": "cut"}))["spf"] == "ok"


def test_dnssec_that_fails_is_told_from_absence(doctor):
    row = doctor(GOOD, code=5, faults={"_dmarc.example.com": "bogus"})["dmarc"]
    assert "DNSSEC validation fails" in row["why"][0]


def test_the_policy_of_the_organisation_holds_for_a_name_without_one(doctor):
    zone = f"""
mail TXT "{SPF}"
mail MX 10 mx01.dm.aliyun.com.
_dmarc TXT "v=DMARC1; p=reject; sp=quarantine"
"""
    row = doctor(zone, domain="mail.example.com")["dmarc"]
    assert (row["verdict"], row["why"]) == ("ok", ["the policy of example.com holds: quarantine"])


def test_mail_that_is_received_elsewhere_is_said(doctor):
    row = doctor(GOOD.replace("mx01.dm.aliyun.com.", "mx.other.test."), code=5)["mx"]
    assert "receives mail at mx.other.test" in row["why"][0]
    row = doctor(f"{GOOD}@ 300 MX 20 mx.other.test.\n")["mx"]
    assert (row["verdict"], row["why"]) == ("ok", ["the name receives mail elsewhere too: 20 mx.other.test"])


def test_a_domain_that_is_not_in_dns(doctor):
    row = doctor(GOOD, domain="nosuch.invalid", code=5)["delegation"]
    assert (row["verdict"], "registered" in row["why"][0]) == ("fix", True)


def test_name_servers_without_authority_are_said(doctor):
    rows = doctor(GOOD, code=4, faults={"example.com": "lame"})
    assert (rows["delegation"]["verdict"], rows["spf"]["verdict"]) == ("unknown", "ok")
    assert "no authority" in rows["delegation"]["why"][1]


def test_with_an_account_each_record_is_looked_at_and_what_the_service_has_not_seen_waits(dm, authority):
    dm("domain create example.com")
    zone = dm("domain records example.com --as zone").out
    authority.add("example.com", zone)
    rows = dm(f"domain doctor example.com --resolver 127.0.0.1:{authority.port} -o json").json
    found = {row["record"]: row for row in rows}
    assert set(found) == {"delegation", "ownership", "spf", "dkim", "dmarc", "mx", "cname", "alignment", "icp"}
    for check in ("ownership", "spf", "dkim", "dmarc", "mx", "cname"):
        assert (found[check]["verdict"], found[check]["seconds"]) == ("waiting", 600)


def test_a_sandbox_that_verifies_without_dns_says_so(box):
    assert box("domain check sandbox.test -o json").json[0]["verified"]
    told = box("domain doctor sandbox.test -o json", code=5).error
    assert "as if their records were there" in told["hint"]
    box(told["hint"].rpartition(": dm ")[2] + " --yes")
    assert not [row for row in box("domain doctor sandbox.test -o json").json if row["verdict"] == "fix"]
    box("sandbox dns break sandbox.test MX missing")
    assert not box("domain doctor sandbox.test -o json", code=5).error["hint"]


def test_a_tracking_name_behind_a_proxy_is_said(box, authority):
    box("domain create example.com")
    authority.add("example.com", "dmtrace 300 A 192.0.2.7\n")
    rows = box(f"domain doctor example.com --resolver 127.0.0.1:{authority.port} -o json", code=5).json
    why = next(row["why"][0] for row in rows if row["record"] == "cname")
    assert "proxy" in why


def test_several_domains_in_one_call_as_a_table(box, authority):
    authority.add("example.com", GOOD)
    authority.add("example.org", GOOD)
    shown = box(
        f"domain doctor example.com example.org --no-account --resolver 127.0.0.1:{authority.port}", tty=True
    ).out
    assert "example.org" in shown
    assert "Delegation" in shown


def test_an_unreachable_resolver_is_unknown(box):
    with serving(Authority()) as gone:
        port = gone.port
    run = box(f"domain doctor example.com --no-account --resolver 127.0.0.1:{port} --timeout 1s", code=4)
    assert run.err.endswith(f"dm: no answer from 127.0.0.1 port {port}: give another --resolver, or more --timeout\n")


@pytest.mark.parametrize("resolver", ["dns.example.com", "192.0.2.1:0", "192.0.2.1:70000", "[::1", "1.2.3"])
def test_a_resolver_that_is_no_address(box, resolver):
    assert "is no resolver" in box("domain doctor example.com --no-account --resolver {}", resolver, code=2).err


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("*.example.com", "is a wildcard; each domain has to be named, such as mail.example.com"),
        ("example", "is not a domain: it has no dot; give 1 to 50 letters, digits, dots and hyphens, such as"),
        (f"{'mail.' * 10}example.com", "is not a domain: it has 61 characters; give 1 to 50"),
        (f"{'a' * 64}.com", "has a label of 64 characters in its domain; at most 63 are possible"),
        ("example.com.", "has an empty label in its domain, a dot too many; leave it out"),
        ("a@b.example", "is a mail address; give its domain alone: b.example"),
        ("https://www.example.com:443/a@b?c", "is a URL; give the domain alone: www.example.com"),
        ("example.com:443", "has a port; give the domain alone: example.com"),
        ("example.com/x", "has a path; give the domain alone: example.com"),
        ("192.0.2.1", "is an IP address; give a domain"),
        ("2001:db8::1", "is an IP address; give a domain"),
        ("a b.com", "has ' ' (SPACE) in its domain, where only letters, digits, hyphens and dots may be"),
        ("123456", "is an id, which only the account knows"),
    ],
)
def test_a_name_that_is_no_domain_gets_one_sentence(box, name, said):
    for line in ("domain doctor {} --no-account --resolver 127.0.0.1:5", "domain ensure {}", "domain create {}"):
        err = box(line, name, code=2).err
        assert (said in err, err.count("\n")) == (True, 1) or name.isdigit(), err


def test_international_names_are_asked_for_in_ascii(box, authority):
    authority.add("xn--bcher-kva.example", GOOD)
    run = box("domain doctor bücher.example --no-account --resolver 127.0.0.1:{} -o json", authority.port)
    assert {row["verdict"] for row in run.json} == {"ok"}
    assert "bücher.example is xn--bcher-kva.example in DNS" in run.err


def test_a_domain_that_the_account_does_not_have(box):
    box("domain doctor nosuch.example.com --resolver 127.0.0.1:5", code=10)


@pytest.mark.parametrize("more", ["", "-o json"])
def test_what_strangers_publish_does_not_steer_the_terminal(box, authority, more):
    authority.add("example.com", GOOD.replace("mx01.dm.aliyun.com.", r"a\027b.test.").replace("-all", r"\027!x"))
    line = f"domain doctor example.com --no-account --resolver 127.0.0.1:{authority.port} {more}"
    run = box(line, tty=True, code=5)
    assert "!x" in run.out
    assert "\u001b!x" not in run.out + run.err
    assert "a\u001bb" not in run.out + run.err
