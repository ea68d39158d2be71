"""`domain publish` by dynamic updates (RFC 2136), to a server of the tests; with real ones in tests/outer."""

from __future__ import annotations

import pytest
from updates import SECRET, Primary
from zones import serving

DOMAIN = "mail.example.com"
MERGED = "v=spf1 mx include:spf1.dm.aliyun.com ~all"


@pytest.fixture
def primary(monkeypatch):
    monkeypatch.setenv("DM_TSIG_KEY", f"dm:{SECRET}")
    with serving(Primary()) as made:
        made.add("example.com", 'mail 120 TXT "v=spf1 " "mx ~all"\ndmtrace.mail 300 CNAME tracedm.aliyuncs.com.\n')
        yield made


@pytest.fixture
def publish(box, primary):
    box("domain create {}", DOMAIN)

    def publish(more="", code=0):
        line = f"domain publish {DOMAIN} --server 127.0.0.1:{primary.port} --yes -o json"
        run = box(f"{line} --resolver 127.0.0.1:{primary.port} {more}", code=code)
        return {row["record"]: row for row in (run.json if run.out else [])}, run.err

    return publish


def standing(primary, name, kind):
    (zone,) = primary.zones.values()
    found = zone.get_rdataset(f"{name}.example.com.", kind)
    return [] if found is None else sorted(rdata.to_text() for rdata in found)


def test_one_update_publishes_what_is_missing(publish, primary):
    rows, _ = publish()
    assert {record: row["change"] for record, row in rows.items()} == {
        **dict.fromkeys(("ownership", "dkim", "dmarc", "mx"), "add"),
        "spf": "merge",
        "cname": "there",
    }
    assert standing(primary, "mail", "TXT") == [f'"{MERGED}"']
    assert standing(primary, "mail", "MX") == ["10 mx01.dm.aliyun.com."]
    assert len(standing(primary, "aliyun-cn-hangzhou._domainkey.mail", "TXT")) == 1
    assert {row["change"] for row in publish()[0].values()} == {"there"}
    assert primary.updates == 1


def test_a_lost_reply_is_looked_after(publish, primary):
    primary.says = "lost"
    assert publish()[0]["spf"]["published"] is True
    assert primary.updates == 1


@pytest.mark.parametrize(
    ("says", "code", "said"),
    [
        ("REFUSED", 3, "refuses example.com with the TSIG key dm: let the TSIG key dm query and update the zone"),
        ("NOTAUTH", 3, "is not the primary server of example.com"),
        ("NOTZONE", 2, "--zone"),
        ("NOTIMP", 1, "takes no dynamic updates"),
        ("YXRRSET", 1, "has other records than were read"),
        ("SERVFAIL", 4, "SERVFAIL"),
        ("nonsense", 4, "gives no DNS answer"),
    ],
)
def test_what_a_server_refuses_is_one_sentence(publish, primary, says, code, said):
    primary.says = says
    rows, told = publish(code=code)
    assert said in told
    assert "not published: Ownership (TXT aliyundm.mail.example.com), SPF" in told
    assert not any(row["published"] for row in rows.values())
    assert primary.updates == 0


def test_a_server_of_another_zone(publish, primary):
    (zone,) = list(primary.zones)
    text = primary.zones.pop(zone)
    assert "tells no zone that mail.example.com is in" in publish(code=10)[1]
    primary.zones[zone] = text
    primary.faults[DOMAIN] = "lame"
    assert "is no authority for mail.example.com" in publish(code=10)[1]
    assert "has it in example.com" in publish(f"--zone {DOMAIN}", code=2)[1]


def test_no_key_will_not_do(publish, primary, monkeypatch):
    monkeypatch.delenv("DM_TSIG_KEY")
    assert "with no key: give --key-file" in publish(code=3)[1]


def test_a_wildcard_that_takes_the_mail_is_not_hidden(publish, primary):
    primary.zones.clear()
    primary.add("example.com", "* 300 MX 10 mx.elsewhere.test.\n")
    rows, _ = publish(code=7)
    assert {row["change"] for row in rows.values()} == {"refused"}
    assert "the MX of *.example.com" in rows["spf"]["why"]
    assert primary.updates == 0


@pytest.mark.parametrize(
    ("text", "mode", "code", "said"),
    [
        ('key "dm" { algorithm hmac-sha256; secret "SECRET"; };', 0o600, 0, ""),
        ("key:\n  - id: dm\n    algorithm: hmac-sha256\n    secret: SECRET\n", 0o600, 0, ""),
        (
            "# hmac-sha256:dm:x\nkey:\n- id: dm\n  algorithm: hmac-sha256\n  secret: SECRET\n",
            0o640,
            0,
            "chmod 600",
        ),
        ("", 0o600, 3, "is empty"),
        ("nothing", 0o600, 3, "holds no TSIG key"),
        ("a: [", 0o600, 3, "holds no TSIG key"),
        ('key a { algorithm hmac-sha256; secret "SECRET"; }; key b { };', 0o600, 3, "holds 2 TSIG keys"),
        ('key a { algorithm rot13; secret "SECRET"; };', 0o600, 3, "has no algorithm of hmac-sha256"),
        ("a..b:SECRET", 0o600, 3, "'a..b' is no name of a TSIG key"),
        (f"{'a' * 64}:SECRET", 0o600, 3, "is no name of a TSIG key"),
        ("key:\n  - algorithm: hmac-sha256\n    secret: SECRET\n", 0o600, 3, "'' is no name of a TSIG key"),
        ("key a { algorithm hmac-sha256; secret =; };", 0o600, 3, "is not base64"),
        ('key a { algorithm hmac-sha256; secret "SECRET"; };', 0o604, 3, "chmod 600"),
    ],
)
def test_files_of_keys(publish, tmp_path, text, mode, code, said):
    path = tmp_path / "dm.key"
    path.write_text(text.replace("SECRET", SECRET), encoding="utf-8")
    path.chmod(mode)
    told = publish(f"--key-file {path}", code=code)[1]
    assert said in told
    assert SECRET not in told
