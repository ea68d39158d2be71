"""A mail as a message, whatever it is made of."""

from __future__ import annotations

from email import message_from_bytes

import pytest

from dmcli.sandbox.mail import eml, mailbox


def message(cloud, mail: int = 1) -> bytes:
    return eml.write_message(cloud.sandbox, mailbox.get_mail(cloud.sandbox, mail))


@pytest.mark.parametrize("address", ["a..b@example.com", ".a@example.com", "a.@example.com"])
def test_an_address_that_the_service_takes_and_no_standard_has(cloud, address):
    cloud.send(address, FromAlias='a "b" <c>, 您')
    assert f"To: {address}\r\n".encode() in message(cloud)


@pytest.mark.parametrize("given", ["<]:> ]", "您好", "<a@b> ("])
def test_a_message_id_of_the_caller_is_what_it_is(cloud, given):
    cloud.send(Headers={"Message-ID": given})
    read = message_from_bytes(message(cloud), policy=eml.POLICY)
    assert read["Message-ID"] == given
