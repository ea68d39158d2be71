"""Files that were uploaded for mail: what is taken for their type, and how long they stay."""

from __future__ import annotations

import pytest

from dmcli.sandbox.mail.mailbox import delete_mail
from dmcli.sandbox.mail.query import Filter
from dmcli.sandbox.service import uploads

KEY = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (b"text/plain", "text/plain"),
        (b"text/plain; charset=utf-8", "text/plain"),
        (b"text/plain\nX-Evil: y", "application/octet-stream"),
        (b"text", "application/octet-stream"),
        (b"", "application/octet-stream"),
        ("text/ä".encode(), "application/octet-stream"),
    ],
)
def test_a_type_that_is_none_is_not_passed_on(given, kind):
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\nContent-Type: ' + given
    (part,) = uploads._parts(head + b"\r\n\r\ndata\r\n--b--\r\n", b"b")
    assert (part.kind, part.data) == (kind, b"data")


def test_a_file_goes_with_the_last_mail_that_names_it(cloud):
    early, now = int(cloud.now.timestamp()) - 60, int(cloud.now.timestamp())
    files = ((KEY, early), ("never" + KEY[5:], early), ("ahead" + KEY[5:], now))
    for key, at in files:
        cloud.sql("INSERT INTO upload VALUES (?, 'a', 'text/plain', ?, ?)", key, b"x", at)
    attached = {"Attachments.1.AttachmentName": "a.txt", "Attachments.1.AttachmentUrl": f"http://127.0.0.1:1/{KEY}"}
    cloud.send("a@example.com,b@example.com", **attached)
    cloud.send("c@example.com")
    for mail, left in ((1, {KEY, files[2][0]}), (2, {files[2][0]}), (3, {files[2][0]})):
        delete_mail(cloud.sandbox, Filter(ids=(mail,)))
        assert {key for (key,) in cloud.sql("SELECT key FROM upload")} == left
