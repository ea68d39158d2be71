"""The list of IP addresses that may send: kept, limited, and held to, over HTTP from several loopback addresses."""

from __future__ import annotations

import json
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from dmcli.sandbox.server.server import Server

ME = "127.0.0.1"


def listed(cloud):
    return [row["IpAddress"] for row in cloud.ok("GetIpfilterList")["data"]["ipfilters"]]


def test_entries_come_once_and_go(cloud):
    first = cloud.ok("AddIpfilter", IpAddress="192.0.2.1")["IpFilterId"]
    assert cloud.ok("AddIpfilter", IpAddress="192.0.2.1")["IpFilterId"] == first
    cloud.ok("AddIpfilter", IpAddress="2001:db8::/64")
    assert listed(cloud) == ["192.0.2.1", "2001:db8::/64"]
    cloud.ok("DeleteIpfilterByEdmId", Id=first)
    assert cloud.refused("DeleteIpfilterByEdmId", Id=first) == (404, "InvalidIP.NotFound")
    for number in range(9):
        cloud.ok("AddIpfilter", IpAddress=f"198.51.100.{number}")
    assert cloud.refused("AddIpfilter", IpAddress="192.0.2.1") == (400, "InvalidIPNumber.Malformed")
    assert cloud.refused("AddIpfilter", IpAddress="192.0.2.1/24") == (400, "InvalidIpAddress.Malformed")


@pytest.mark.parametrize(
    ("entry", "sends"),
    [
        (ME, True),
        ("127.0.0.0/8", True),
        ("126.255.255.255-127.0.0.1", True),
        ("127.0.0.2-127.255.255.255", False),
        ("::/0", False),
    ],
)
def test_only_listed_addresses_send(cloud, entry, sends):
    cloud.ok("UpdateIpProtection", IpProtection="1")
    assert cloud.ok("GetIpProtection")["IpProtection"] == "1"
    assert cloud.refused("SingleSendMail", **cloud.mail) == (404, "InvalidIP.NotFound")
    cloud.ok("AddIpfilter", IpAddress=entry)
    if sends:
        cloud.send()
    else:
        assert cloud.refused("SingleSendMail", **cloud.mail) == (404, "InvalidIP.NotFound")
        cloud.ok("UpdateIpProtection", IpProtection="0")
        cloud.send()


def test_whether_an_address_is_a_sender_is_told_to_listed_callers_alone(cloud):
    cloud.ok("UpdateIpProtection", IpProtection="1")
    unknown = {**cloud.mail, "AccountName": "nobody@sandbox.test"}
    assert cloud.refused("SingleSendMail", **unknown) == (404, "InvalidIP.NotFound")
    cloud.ok("AddIpfilter", IpAddress=ME)
    assert cloud.refused("SingleSendMail", **unknown) == (404, "InvalidMailAddress.NotFound")


def test_a_server_knows_where_a_call_comes_from(cloud):
    cloud.ok("UpdateIpProtection", IpProtection="1")
    cloud.ok("AddIpfilter", IpAddress="127.0.0.2")
    with Server(cloud.sandbox.exchange) as server:
        place = urlsplit(server.url)
        answers = {}
        for source in (ME, "127.0.0.2"):
            request = cloud.request("SingleSendMail", cloud.mail)
            caller = HTTPConnection(place.hostname, place.port, timeout=60, source_address=(source, 0))
            caller.request("POST", "/", request.body, {"Content-Type": "application/x-www-form-urlencoded"})
            answers[source] = json.loads(caller.getresponse().read()).get("Code")
            caller.close()
    assert answers == {ME: "InvalidIP.NotFound", "127.0.0.2": None}


def test_the_commands(dm):
    assert dm("ip-filter protection -o json").json["IpProtection"] == "0"
    assert "no address is listed, so nobody could send" in dm("ip-filter protect on", code=2).err
    dm("ip-filter add 203.0.113.0/24")
    assert "sends from 127.0.0.1, which is not listed" in dm("ip-filter protect on", code=2).err
    assert "sends from 127.0.0.1, which is not listed" in dm("ip-filter protect ON", code=2).err
    assert "'banana'" in dm("ip-filter protect banana", code=2).err
    dm("ip-filter protect on --dry-run")
    assert dm("ip-filter protection -o json").json["IpProtection"] == "0"
    dm("ip-filter protect on --yes")
    dm("ip-filter remove 203.0.113.0/24 --yes")
    dm("ip-filter add 127.0.0.0/8")
    assert "only the listed IP addresses may send mail" in dm("ip-filter protect on").err
    assert [row["IpAddress"] for row in dm("ip-filter list -o json").json["data"]["ipfilters"]] == ["127.0.0.0/8"]
    dm("send single --to ada@example.com --subject S --text T")
    dm("ip-filter remove 127.0.0.0/8 --yes")
    assert "InvalidIP.NotFound" in dm("send single --to ada@example.com --subject S --text T", code=1).err
    assert "any IP address may send mail" in dm("ip-filter protect off").err
    dm("send single --to ada@example.com --subject S --text T")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("203.0.113.7/24", "give 203.0.113.0/24"),
        ("example.com", "is not an IP address, a network"),
        ("203.0.113.9-203.0.113.5", "is not an IP address, a network"),
        ("1" * 200, "is not an IP address, a network"),
    ],
)
def test_what_is_no_address_is_refused(dm, typed, said):
    assert said in dm("ip-filter add {} --dry-run", typed, code=2).err
