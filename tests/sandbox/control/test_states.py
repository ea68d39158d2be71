"""States that take time: as many checks, as many seconds, or by hand."""

from __future__ import annotations

import pytest

from dmcli.errors import InputError, NotFoundError
from dmcli.sandbox.control import states


@pytest.fixture
def mode(cloud):
    """Says how a kind of state comes about."""
    return lambda kind, text: states.set_mode(cloud.sandbox, kind, text)


@pytest.fixture
def domain(cloud):
    """A new domain's id, and what a check of it gives."""
    made = cloud.ok("CreateDomain", DomainName="mail.example.com")["DomainId"]
    return lambda: cloud.ok("CheckDomain", DomainId=made)["DomainStatus"]


def template(cloud):
    """A new template's id."""
    return cloud.ok("CreateTemplate", TemplateName="t", TemplateSubject="s", TemplateText="x")["TemplateId"]


def status(cloud, number):
    return cloud.ok("DescTemplate", TemplateId=str(number))["TemplateStatus"]


def reply_status(cloud):
    rows = cloud.ok("QueryMailAddressByParam", KeyWord="noreply")["data"]["mailAddress"]
    return rows[0]["ReplyStatus"]


@pytest.fixture
def asked(cloud):
    """The seeded sender has a reply address, and was asked to confirm it."""
    cloud.ok("ModifyMailAddress", MailAddressId="1", ReplyAddress="r@example.com")
    cloud.ok("CheckReplyToMailAddress", MailAddressId="1")


def test_how_it_is_unless_asked_otherwise(cloud, domain):
    assert states.get_modes(cloud.sandbox) == {"domains": "immediate", "templates": "immediate", "replies": "manual"}
    assert domain() == 0
    assert status(cloud, template(cloud)) == "2"


def test_a_domain_after_so_many_checks(mode, domain):
    mode("domains", "checks:3")
    assert [domain() for _ in range(4)] == [1, 1, 0, 0]


def test_a_domain_after_so_many_seconds(cloud, mode, domain):
    mode("domains", "seconds:60")
    assert domain() == 1
    cloud.pass_time(seconds=59)
    assert domain() == 1
    cloud.pass_time(seconds=1)
    assert domain() == 0


def test_a_domain_by_hand(cloud, mode, domain):
    mode("domains", "manual")
    assert [domain() for _ in range(3)] == [1, 1, 1]
    states.decide(cloud.sandbox, "verify", "Mail.Example.com")
    assert domain() == 0
    states.decide(cloud.sandbox, "unverify", "mail.example.com")
    assert domain() == 1


def test_magic_labels_come_on_top(cloud, mode):
    mode("domains", "checks:2")
    made = cloud.ok("CreateDomain", DomainName="icp.example.com")["DomainId"]
    assert [cloud.ok("CheckDomain", DomainId=made)["DomainStatus"] for _ in range(2)] == [1, 3]


def test_a_template_after_so_many_looks(cloud, mode):
    mode("templates", "checks:2")
    made = template(cloud)
    assert [status(cloud, made) for _ in range(3)] == ["1", "2", "2"]
    cloud.ok("ModifyTemplate", TemplateId=str(made), TemplateSubject="new", TemplateName="t")
    rows = [cloud.ok("QueryTemplateByParam")["data"]["template"][-1]["TemplateStatus"] for _ in range(2)]
    assert rows == ["1", "2"]


def test_a_template_after_so_many_seconds(cloud, mode):
    mode("templates", "seconds:30")
    made = template(cloud)
    assert status(cloud, made) == "1"
    cloud.pass_time(seconds=30)
    assert status(cloud, made) == "2"


def test_a_template_by_hand(cloud, mode):
    mode("templates", "manual")
    made = template(cloud)
    assert [status(cloud, made) for _ in range(2)] == ["1", "1"]
    batch = {"AccountName": "news@sandbox.test", "TemplateName": "t", "ReceiversName": "customers", "AddressType": "1"}
    assert cloud.refused("BatchSendMail", **batch)[1] == "InvalidTemplateStatus.Malformed"
    states.decide(cloud.sandbox, "reject", "t")
    assert status(cloud, made) == "3"
    states.decide(cloud.sandbox, "approve", "t")
    assert status(cloud, made) == "2"
    cloud.ok("BatchSendMail", **batch)


def test_a_look_at_one_template_is_none_at_another(cloud, mode):
    mode("templates", "checks:2")
    one, other = template(cloud), template(cloud)
    assert [status(cloud, one) for _ in range(2)] == ["1", "2"]
    assert status(cloud, other) == "1"


@pytest.mark.usefixtures("asked")
def test_a_reply_address_waits_for_its_ticket(cloud):
    assert [reply_status(cloud) for _ in range(5)] == ["1"] * 5


@pytest.mark.usefixtures("asked")
def test_a_reply_address_after_so_many_looks(cloud, mode):
    mode("replies", "checks:3")
    assert [reply_status(cloud) for _ in range(4)] == ["1", "1", "0", "0"]


def test_a_reply_address_nobody_asked_about_waits(cloud, mode):
    mode("replies", "checks:1")
    cloud.ok("ModifyMailAddress", MailAddressId="1", ReplyAddress="r@example.com")
    assert [reply_status(cloud) for _ in range(3)] == ["1"] * 3


@pytest.mark.usefixtures("asked")
def test_a_reply_address_after_so_many_seconds(cloud, mode):
    mode("replies", "seconds:60")
    assert reply_status(cloud) == "1"
    cloud.pass_time(seconds=60)
    assert reply_status(cloud) == "0"


def test_a_reply_address_at_once(cloud, mode):
    mode("replies", "immediate")
    cloud.ok("ModifyMailAddress", MailAddressId="1", ReplyAddress="r@example.com")
    assert reply_status(cloud) == "0"
    new = {"AccountName": "new@sandbox.test", "Sendtype": "trigger", "ReplyAddress": "r@example.com"}
    cloud.ok("CreateMailAddress", **new)
    rows = cloud.ok("QueryMailAddressByParam", KeyWord="new@")["data"]["mailAddress"]
    assert rows[0]["ReplyStatus"] == "0"


@pytest.mark.usefixtures("asked")
def test_a_reply_address_by_hand(cloud):
    states.decide(cloud.sandbox, "confirm", "noreply@sandbox.test")
    assert reply_status(cloud) == "0"


@pytest.mark.parametrize(
    ("kind", "text"), [("domains", "later"), ("domains", "checks:0"), ("moods", "manual"), ("replies", "")]
)
def test_a_state_that_cannot_be_meant_is_refused(mode, kind, text):
    with pytest.raises(InputError):
        mode(kind, text)


def test_what_is_not_there_cannot_be_settled(cloud):
    cloud.ok("CreateMailAddress", AccountName="shop@sandbox.test", Sendtype="batch")
    for settle in (
        lambda: states.decide(cloud.sandbox, "verify", "nowhere.test"),
        lambda: states.decide(cloud.sandbox, "approve", "none"),
        lambda: states.decide(cloud.sandbox, "confirm", "shop@sandbox.test"),  # it has no reply address
    ):
        with pytest.raises(NotFoundError, match="the sandbox has no"):
            settle()


def test_what_is_taken_back_by_hand_is_checked_afresh(cloud, mode, domain):
    mode("domains", "checks:3")
    assert [domain() for _ in range(3)][-1] == 0
    states.decide(cloud.sandbox, "unverify", "mail.example.com")
    assert [domain() for _ in range(3)] == [1, 1, 0]


def test_the_pages_of_a_list_are_one_look(cloud, mode):
    mode("templates", "checks:2")
    for name in ("a", "b"):
        cloud.ok("CreateTemplate", TemplateName=name, TemplateSubject="s", TemplateText="t")
    seen = [
        cloud.ok("QueryTemplateByParam", PageNo=page, PageSize=1)["data"]["template"][0]["TemplateStatus"]
        for page in (1, 2, 3)
    ]
    assert sorted(map(str, seen)) == ["1", "1", "2"]
