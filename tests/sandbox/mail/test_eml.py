"""A mail as a message, whatever it is made of."""

from __future__ import annotations

import itertools
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import default

import pytest
from rows import each

from dmcli.sandbox.mail import eml, mailbox
from dmcli.sandbox.mail.attachments import Attachment


def message(cloud, mail: int = 1) -> bytes:
    return eml.write_message(cloud.sandbox, mailbox.get_mail(cloud.sandbox, mail))


@pytest.mark.parametrize("address", ["a..b@example.com", ".a@example.com", "a.@example.com"])
def test_an_address_that_the_service_takes_and_no_standard_has(cloud, address):
    cloud.send(address, FromAlias='a "b" <c>, 您')
    assert f"To: {address}\r\n".encode() in message(cloud)


@pytest.mark.parametrize("given", ["<]:> ]", "您好", "<a@b> ("])
def test_a_message_id_of_the_caller_is_what_it_is(cloud, given):
    cloud.send(Headers={"Message-ID": given})
    read = message_from_bytes(message(cloud))
    assert str(make_header(decode_header(read["Message-ID"]))) == given


TEXTS = [
    "x",
    "您好\n" * 40,
    "a\r\nb\rc\n",
    "--=_alternative\n--=_mixed--\n",
    "x" * 5000,
    "\0",
    " \n. \nFrom me\n",
]
LARGE = "é" * 600_000  # more than the million bytes up to which a body is made readable


@each(
    ("text", "html"),
    [*itertools.product(TEXTS, ["", *TEXTS]), (LARGE, ""), ("x", LARGE), (LARGE, LARGE)],
    named=lambda row: repr([text[:40] for text in row]),
)
def test_what_is_in_a_mail_is_read_from_its_message(text, html):
    mail = {
        "id": 1,
        "env_id": "1",
        "created": 0,
        "sender": "a@b.test",
        "recipient": "c@b.test",
        "subject": "您好 " * 40,
    }
    mail |= {"alias": "Li, 小红", "reply_to": "", "headers": {"X-User-Id": "a " * 200}, "text": text, "html": html}
    files = [
        Attachment("您.txt", "", "text/css", text.encode()),
        Attachment('a"b.txt', "http://h/x"),
        Attachment("m", "", "message/x", b"\r\n"),
    ]
    data = eml.compose(mail, files)
    assert data.count(b"\n") == data.count(b"\r\n")
    assert max(map(len, data.split(b"\r\n"))) <= 998
    read = message_from_bytes(data, policy=default)
    assert (read["From"].addresses[0].display_name, read["Subject"]) == ("Li, 小红", ("您好 " * 40).strip())
    assert read["X-User-Id"] == ("a " * 200).strip()
    for kind, body in {"plain": text, "html": html}.items():
        found = read.get_body((kind,))
        assert (found.get_content() if found else "").splitlines() == body.splitlines()
    assert [one.get_filename() for one in read.iter_attachments()] == ["您.txt", 'a"b.txt.txt', "m"]
    assert [one.get_payload(decode=True) for one in read.iter_attachments()][::2] == [text.encode(), b"\r\n"]
