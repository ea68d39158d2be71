"""DMARC by RFC 9989: which records are policies, and which policy holds for a name."""

from __future__ import annotations

import asyncio

import pytest
from answers import asking

from dmcli.maildns import dmarc


def discover(name, **records):
    zone = {(name, "A"): ["192.0.2.1"]} | {(f"_dmarc.{at}", "TXT"): [text] for at, text in records.items()}
    return asyncio.run(dmarc.discover(name, asking(zone)))


def test_the_policy_of_a_name_without_a_record_is_found_by_walking_up():
    found = discover("a.mail.example.com", **{"example.com": "v=DMARC1; p=reject; sp=quarantine"})
    assert (found.at, found.policy, found.organisation) == ("example.com", "quarantine", "example.com")


def test_its_own_record_comes_first():
    found = discover(
        "mail.example.com", **{"mail.example.com": "v=DMARC1; p=none", "example.com": "v=DMARC1; p=reject"}
    )
    assert (found.at, found.policy, found.organisation) == ("mail.example.com", "none", "example.com")


def test_psd_n_is_where_the_walk_ends():
    records = {"mail.example.com": "v=DMARC1; p=reject; psd=n", "example.com": "v=DMARC1; p=none"}
    found = discover("a.mail.example.com", **records)
    assert (found.at, found.policy, found.organisation) == ("mail.example.com", "reject", "mail.example.com")


def test_psd_y_makes_the_name_below_it_the_organisation():
    found = discover("a.example.co.test", **{"co.test": "v=DMARC1; p=reject; psd=y"})
    assert (found.at, found.policy, found.organisation) == ("co.test", "reject", "example.co.test")


def test_np_holds_for_a_name_that_does_not_exist():
    zone = {("_dmarc.example.com", "TXT"): ["v=DMARC1; p=none; sp=none; np=reject"]}
    assert asyncio.run(dmarc.discover("no.example.com", asking(zone))).policy == "reject"


def test_what_nothing_is_known_of_is_told():
    zone = {("_dmarc.example.com", "TXT"): None, ("mail.example.com", "A"): ["192.0.2.1"]}
    found = asyncio.run(dmarc.discover("mail.example.com", asking(zone)))
    assert (found.at, found.unknown) == ("", ("example.com",))


def test_a_name_of_many_labels_takes_eight_looks():
    assert len(dmarc.walk("a.b.c.d.e.f.g.h.i.j.example.com")) == 8


@pytest.mark.parametrize("tag", ["pct=50", "rf=afrf", "ri=86400"])
def test_tags_without_a_meaning_are_said_and_change_nothing(tag):
    found = discover("mail.example.com", **{"mail.example.com": f"v=DMARC1; p=reject; {tag}"})
    assert (found.policy, found.notes) == ("reject", (f"{tag.partition('=')[0]}= has no meaning since RFC 9989",))


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([], "no DMARC record is there"),
        (["google-site-verification=x"], "no DMARC record is there"),
        (["v=dmarc1; p=none"], "'v=dmarc1; p=none' is no DMARC record: v=DMARC1; must come first, in these letters"),
        (["p=none; v=DMARC1"], "'p=none; v=DMARC1' is no DMARC record: v=DMARC1; must come first, in these letters"),
        (["v=DMARC1 p=none"], "'v=DMARC1 p=none' is no DMARC record: v=DMARC1; must come first, in these letters"),
        (["v=DMARC1; p=none", "v=DMARC1; p=reject"], "2 DMARC records are there, and all of them are ignored"),
        (["v=DMARC1; p=maybe"], "p=maybe is none of none, quarantine, reject"),
        (["v=DMARC1; sp=none"], "it has neither p= nor rua=, and so says nothing"),
    ],
)
def test_what_is_no_policy(found, said):
    assert dmarc.problems(tuple(found)) == [said]


@pytest.mark.parametrize(
    ("name", "policy", "aligned", "said"),
    [
        ("mail.example.com", "p=reject; adkim=s", True, "is aligned, relaxed and strict"),
        ("example.com", "p=reject", True, "is aligned by adkim=r, and would not be by adkim=s"),
        ("other.example.com", "p=reject; adkim=R", True, "is aligned by adkim=r, and would not be by adkim=s"),
        ("example.com", "p=reject; adkim=s", False, "is not aligned: adkim=s asks for mail.example.com itself"),
        ("example.com", "p=reject; aspf=s", True, "is aligned by adkim=r, and would not be by adkim=s"),
        (
            "example.org",
            "p=reject",
            False,
            "is not aligned: example.org is of example.org, mail.example.com of example.com",
        ),
    ],
)
def test_alignment_with_the_from_domain(name, policy, aligned, said):
    zone = {("_dmarc.example.com", "TXT"): [f"v=DMARC1; {policy}"], ("mail.example.com", "A"): ["192.0.2.1"]}
    found = asyncio.run(dmarc.alignment("mail.example.com", name, "adkim", asking(zone)))
    assert found == (aligned, said)


def test_alignment_by_a_policy_that_nothing_is_known_of_is_not_known():
    zone = {("_dmarc.example.com", "TXT"): None}
    found = asyncio.run(dmarc.alignment("mail.example.com", "example.com", "aspf", asking(zone)))
    assert found == (None, "may be aligned: nothing is known of _dmarc.example.com")


def test_two_records_are_as_good_as_none_and_the_walk_goes_on():
    zone = {
        ("_dmarc.a.example.com", "TXT"): ["v=DMARC1; p=none", "v=DMARC1; p=none"],
        ("_dmarc.example.com", "TXT"): ["v=DMARC1; p=reject"],
        ("a.example.com", "A"): ["192.0.2.1"],
    }
    found = asyncio.run(dmarc.discover("a.example.com", asking(zone)))
    assert (found.at, found.policy) == ("example.com", "reject")


def test_one_record_that_says_nothing_holds_and_is_told():
    zone = {
        ("_dmarc.a.example.com", "TXT"): ["v=DMARC1; p=maybe"],
        ("_dmarc.example.com", "TXT"): ["v=DMARC1; p=reject"],
    }
    found = asyncio.run(dmarc.discover("a.example.com", asking(zone)))
    assert (found.at, found.notes) == ("", ("a.example.com: p=maybe is none of none, quarantine, reject",))
