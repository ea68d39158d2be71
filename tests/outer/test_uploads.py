"""Attachments as the SDKs and dm send them: a permit, an upload, the mail; from the SDKs always over TLS."""

from __future__ import annotations

import base64
import os
import subprocess
from contextlib import closing
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from patience import PATIENT
from sdks import WAYS, Driver
from shell import argv

import dmcli
from dmcli.sandbox.gateway.request import is_upload
from dmcli.sandbox.mail import eml

MAIL: dict[str, Any] = {
    "AccountName": "noreply@sandbox.test",
    "AddressType": 1,
    "ReplyToAddress": False,
    "ToAddress": "a@example.com",
    "Subject": "S",
    "TextBody": "T",
}
# Bytes in which a reader of forms could get lost, and enough of them for several reads.
FILES = {
    "发票 1.pdf": b"\r\n--boundary\r\nContent-Disposition: form-data\r\n\r\n\x00\xff" + os.urandom(300_000),
    "empty.txt": b"",
    "lines.txt": b"one\r\ntwo\n",
}
UPLOADING = {name: way for name, way in WAYS.items() if way.sdk in ("python", "node")}
every_way = pytest.mark.parametrize("way", UPLOADING.values(), ids=UPLOADING)


@every_way
def test_files_arrive_over_tls(account, call, way):
    files = [[name, base64.b64encode(data).decode()] for name, data in FILES.items()]
    answer = call(way, "SingleSendMail", MAIL, files=files, ca=str(account.pem))
    assert "error" not in answer
    assert_files_arrived(account)
    secure = [request.url for request in account.requests if request.url.startswith("https:")]
    assert secure == [f"https://{account.endpoint}/"] * len(FILES)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_files_of_dm_arrive_in_the_same_way(account, tmp_path, record_property, scheme):
    for name, data in FILES.items():
        (tmp_path / name).write_bytes(data)
    record_property("client", f"dm {dmcli.__version__}")
    record_property("scheme", f"HMAC-SHA1, {scheme}")
    attach = [word for name in FILES for word in ("--attach", name)]
    line = "-p sandbox --endpoint {} --ca-bundle {} send single --to a@example.com --subject S --text T {}"
    subprocess.run(
        argv(line, f"{scheme}://{account.endpoint}", account.pem, attach), check=True, cwd=tmp_path, timeout=PATIENT
    )
    assert_files_arrived(account)
    uploads = [request.url for request in account.requests if is_upload(request)]
    assert uploads == [f"{scheme}://{account.endpoint}/"] * len(FILES)


def assert_files_arrived(account):
    """The newest mail has the files, by name and byte for byte."""
    mail = account.cloud.mails()[0]
    assert [one["AttachmentName"] for one in mail["attachments"]] == list(FILES)
    message = message_from_bytes(eml.write_message(account.cloud.sandbox, mail), policy=default)
    assert {part.get_filename(): part.get_payload(decode=True) for part in message.iter_attachments()} == FILES


@pytest.mark.parametrize(
    "way", [way for name, way in UPLOADING.items() if name.endswith("acs3")], ids=["python", "node"]
)
def test_nobody_uploads_to_a_server_that_is_not_trusted(account, installed, way):
    question = account.question(way, "SingleSendMail", MAIL, files=[["a.txt", ""]])
    # A process of its own: connections that were trusted before are kept, and used again.
    with closing(Driver(installed.command(way.sdk), installed.environ)) as driver:
        error = driver.ask(question)["error"]
    assert "certificate" in error["message"].lower()
    assert not [request for request in account.requests if request.url.startswith("https:")]
    assert account.cloud.mails()[0]["subject"] != MAIL["Subject"]
