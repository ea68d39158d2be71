"""--attach: files go out byte for byte, each content once, and nothing is sent of what is not fit for it."""

from __future__ import annotations

import os
import socket
import sqlite3
import threading
from collections import Counter
from contextlib import closing, suppress

import pytest
from faulty import UPLOAD, Fault, reset
from merges import write_people

from dmcli.api.wire import Reply
from dmcli.sandbox.certificate import context_for
from dmcli.sandbox.gateway.request import is_upload
from dmcli.sandbox.mail.attachments import read_attachments
from dmcli.sandbox.mail.mailbox import list_mail
from dmcli.sandbox.server.http1 import wire
from dmcli.sandbox.server.server import Server
from dmcli.sandbox.server.site import site_of
from dmcli.workflows.upload import upload

MAIL = "send single --to ada@example.com --subject s --text t"
MEBI = 1 << 20
# Bytes in which a reader of forms could get lost, and enough of them for several reads; sizes at the ends of a piece.
FILES = {
    "发票 1.pdf": b"\r\n--dm-\r\nContent-Disposition: form-data\r\n\r\n\x00\xff" + bytes(range(256)) * 1200,
    "empty.txt": b"",
    "lines.txt": b"one\r\ntwo\r\n",
    "whole.bin": bytes(64 * 1024),
    "more.bin": bytes(64 * 1024 + 1),
}


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


@pytest.fixture
def attached(sandbox):
    """The attachments of all mail, newest first: name, type and bytes."""

    def attached():
        return [
            [(one.name, one.kind, one.data) for one in read_attachments(sandbox, mail)]
            for mail in list_mail(sandbox, whole=True)
        ]

    return attached


@pytest.fixture
def uploads(sandbox):
    """How many files the sandbox has."""

    def uploads():
        with closing(sqlite3.connect(sandbox.path)) as db:
            return db.execute("SELECT count(*) FROM upload").fetchone()[0]

    return uploads


def write(files):
    for name, data in files.items():
        with open(name, "wb") as file:
            file.write(data)


def test_files_arrive_byte_for_byte(dm, attached, uploads):
    write(FILES | {"again.txt": FILES["lines.txt"]})
    options = " ".join("--attach {}" for _ in FILES)
    said = dm(
        f'{MAIL} {options} --attach \'"again.txt";name="a;b.txt"\' --attach lines.txt;name=c.txt;type=text/x-odd '
        "--attachment web.pdf=https://example.com/web.pdf",
        *FILES,
    )
    kinds = ("application/pdf", "text/plain", "text/plain", "application/octet-stream", "application/octet-stream")
    expected = [(name, kind, data) for (name, data), kind in zip(FILES.items(), kinds, strict=True)]
    more = [("a;b.txt", "text/plain", FILES["lines.txt"]), ("c.txt", "text/x-odd", FILES["lines.txt"])]
    assert attached() == [[("web.pdf", "", None), *expected, *more]]
    assert uploads() == len(FILES) + 1  # equal bytes of one type go up once
    assert "uploaded 发票 1.pdf (300.0 kB)\nuploaded empty.txt (0 B)\n" in said.err
    assert "web.pdf, 发票 1.pdf, " in dm("sandbox mail show latest").out  # names, no URLs


def test_a_dry_run_says_what_would_be_uploaded(box, uploads, sandbox):
    write({"a.txt": b"a", "b.txt": b"a", "c.txt": b"c"})
    shown = box(f"{MAIL} --attach a.txt --attach b.txt --attach c.txt --dry-run").json
    assert [(one["file"], one["type"], one["bytes"]) for one in shown["uploads"]] == [
        ("a.txt", "text/plain", 1),
        ("c.txt", "text/plain", 1),
    ]
    urls = [shown["parameters"][f"Attachments.{number}.AttachmentUrl"] for number in (1, 2, 3)]
    assert urls[0] == urls[1] == f"<url:text/plain:sha256:{shown['uploads'][0]['sha256']}>" != urls[2]
    assert (uploads(), list_mail(sandbox)) == (0, [])


def test_what_is_not_fit_to_be_sent_stops_it_before_any_call(bare, faulty):
    write({"a.txt": b"a", "../secret.txt": b"s", "c;d.txt": b"c"})
    os.mkfifo("pipe")
    os.mkdir("folder")
    os.symlink("../secret.txt", "link.txt")
    os.symlink("a.txt", "inside.txt")
    for name, size in (("large.bin", 15 * MEBI * 3 // 4 + 1), ("half.bin", 6 * MEBI)):
        with open(name, "wb") as file:
            file.truncate(size)
    os.symlink("half.bin", "half2.bin")
    many = " ".join(["--attach a.txt"] * 100)
    for options, said in {
        "--attach nothing.txt": "--attach: cannot read 'nothing.txt': No such file or directory",
        "--attach folder": "cannot read 'folder': Is a directory",
        "--attach pipe": "cannot read 'pipe': it is not a regular file; give a regular file",
        "--attach /dev/zero": "cannot read '/dev/zero': it is not a regular file",
        "--attach link.txt": "'link.txt' is a link that leads out of its folder, to",
        "--attach large.bin": "has 11.3 MB, and at most 11.2 MB can be taken, which are 15.0 MB as base64 in a mail",
        "--attach half.bin --attach half2.bin": "come to 12.0 MB, which are 16.0 MB as base64 in a mail, and it takes",
        f"{many} --attachment b=https://x.example/b": "101 attachments are given; the service takes at most 100",
        "--attach 'c;d.txt'": "'c;d.txt' has 'd.txt', which is neither name= nor type=",
        "--attach ';name=x'": "';name=x' names no file",
        "--attach 'a.txt;type=text'": "'text' is no media type such as application/pdf",
        "--attach 'a.txt;type=text/plain\r\nX: y'": "is no media type",
        "--attach 'a.txt;name=a\nb'": "the name 'a\\nb' has a line break or control character",
        "--attach 'a.txt\0;name=a'": "cannot read 'a.txt\\x00': it",
    }.items():
        told = bare("-p sandbox --endpoint {} " + MAIL + " " + options, faulty.url, code=2).err
        assert said in " ".join(told.split()), options
    assert faulty.arrivals == []
    bare(
        "-p sandbox --endpoint {} " + MAIL + " --attach inside.txt --attach '\"c;d.txt\"' --attach half.bin", faulty.url
    )
    assert Counter(faulty.arrivals) == {"AuthorizeFileUpload": 3, UPLOAD: 3, "SingleSendMail": 1}


def test_many_megabytes_are_warned_of(box):
    with open("large.bin", "wb") as file:
        file.truncate(9 * MEBI)
    said = " ".join(box(f"{MAIL} --attach large.bin --dry-run").err.split())
    assert "warning: --attach: the files come to 9.0 MB; the service advises at most 8.0 MB" in said


@pytest.mark.parametrize("change", [b"", b"ab", b"abcd", b"xyz"], ids=["emptied", "shorter", "longer", "other"])
def test_a_file_that_changes_meanwhile_is_not_sent(bare, sandbox, uploads, change):
    write({"a.txt": b"abc"})
    site = site_of(sandbox)

    def exchange(request):
        write({"a.txt": change})
        return site(request)

    with Server(exchange) as server:
        said = bare("-p sandbox --endpoint {} " + MAIL + " --attach a.txt", server.url, code=2).err
    assert "'a.txt' was changed since it was looked at: put it back as it was, or start over with the new" in said
    assert (uploads(), list_mail(sandbox)) == (0, [])


BUSY = Reply(503, {}, b"<Error><Code>ServiceUnavailable</Code><Message>m</Message></Error>")
DENIED = Reply(403, {}, b"<Error><Code>AccessDenied</Code><Message>no</Message><RequestId>R</RequestId></Error>")
LOGIN = Reply(200, {"content-type": "text/html"}, b"<html>log in</html>")


def says(reply):
    return lambda connection, _: connection.sendall(wire(reply, connection="close"))


@pytest.mark.parametrize(
    ("fault", "times", "code", "arrived", "said"),
    [
        (Fault("lost", lambda connection, _: reset(connection), executed=True), 1, 0, 2, "uploaded a.txt"),
        (Fault("busy", says(BUSY)), 1, 0, 2, "uploaded a.txt"),
        (
            Fault("lost", lambda connection, _: reset(connection)),
            9,
            4,
            4,
            "a.txt could not be uploaded: the connection",
        ),
        (Fault("denied", says(DENIED)), 9, 1, 1, "a.txt could not be uploaded: no"),
        (Fault("page", says(LOGIN)), 9, 4, 1, "something other than OSS answered with HTTP 200"),
    ],
)
def test_an_upload_is_repeated_and_the_mail_is_not(box, faulty, sandbox, fault, times, code, arrived, said):
    write({"a.txt": b"abc" * 100_000})
    faulty.inject(fault, UPLOAD, times)
    told = box("--endpoint {} " + MAIL + " --attach a.txt --idempotency-key k", faulty.url, code=code).err
    assert said in " ".join(told.split())
    assert faulty.arrived(UPLOAD) == arrived
    assert faulty.arrived("SingleSendMail") == len(list_mail(sandbox)) == (code == 0)
    if code:  # the key is free
        faulty.times = 0
        box("--endpoint {} " + MAIL + " --attach a.txt --idempotency-key k", faulty.url)
    assert len(list_mail(sandbox)) == 1


@pytest.mark.parametrize("permit", ["{}", '{"Bucket": "b", "Endpoint": "evil.example/x?", "ObjectKey": "k"}'])
def test_a_permit_that_is_none_uploads_nothing(box, faulty, permit):
    write({"a.txt": b"abc"})
    body = f'{{"RequestId": "R", "AccessKeyId": "i", "EncodedPolicy": "p", "Signature": "s", {permit[1:]}'
    faulty.inject(Fault("odd", says(Reply(200, {}, body.replace(", }", "}").encode()))), "AuthorizeFileUpload")
    told = box("--endpoint {} " + MAIL + " --attach a.txt", faulty.url, code=4).err
    assert "OpenPlatform gave a permit that names no place to upload to; nothing was sent" in " ".join(told.split())
    assert faulty.arrivals == ["AuthorizeFileUpload"]


def test_a_key_sends_a_file_once(box, sandbox, uploads):
    write({"a.txt": b"abc"})
    line = f"{MAIL} --attach a.txt --idempotency-key k"
    box(line)
    assert "nothing was sent again" in " ".join(box(line).err.split())
    write({"a.txt": b"other"})
    assert "was used for another mail" in " ".join(box(line, code=2).err.split())
    assert (uploads(), len(list_mail(sandbox))) == (1, 1)


def test_files_go_over_tls_where_the_endpoint_does(bare, sandbox, tmp_path, attached):
    write({"a.txt": b"abc"})
    pem, seen, site = str(tmp_path / "tls.pem"), [], site_of(sandbox)

    def exchange(request):
        seen.append((request.url.partition("://")[0], is_upload(request)))
        return site(request)

    context = context_for(pem)
    with Server(exchange, tls=lambda: context) as server:
        url = server.url.replace("http:", "https:")
        bare("-p sandbox --endpoint {} --ca-bundle {} " + MAIL + " --attach a.txt", url, pem)
    assert seen == [("https", False), ("https", True), ("https", False)]
    assert attached() == [[("a.txt", "text/plain", b"abc")]]


def test_permits_of_the_cloud_are_asked_for_at_its_open_platform(bare, monkeypatch):
    """Through a proxy, which is told where to connect and does not."""
    write({"a.txt": b"abc"})
    asked = []

    def refuse(listening):
        with suppress(OSError):  # closed
            while True:
                connection, _ = listening.accept()
                with connection:
                    asked.append(connection.recv(4096).split(b"\r\n")[0].decode())
                    connection.sendall(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=refuse, args=(listening,), daemon=True).start()
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{listening.getsockname()[1]}")
        monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "some-id")
        monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "some-secret")
        said = bare("--region ap-southeast-1 " + MAIL + " --from n@mail.example.com --attach a.txt", code=4).err
    assert "cannot reach openplatform.aliyuncs.com" in " ".join(said.split())
    assert {line.rpartition(" ")[0] for line in asked} == {"CONNECT openplatform.aliyuncs.com:443"}


def test_debug_tells_of_an_upload_without_its_values(box):
    write({"name-of-it.txt": b"what is in it"})
    said = box("--debug " + MAIL + " --attach name-of-it.txt;name=x").err
    assert "debug: > GET http://sandbox.local\n" in said
    assert "debug: > POST http://sandbox.local form(" in said
    assert "what is in it" not in said


def test_a_merge_uploads_once_for_all(box, attached, uploads):
    write_people(3)
    write({"a.txt": b"abc"})
    merge = "send merge people.csv --subject 'Hi {{ name }}' --text t --attach a.txt --attach a.txt;name=b.txt"
    plan = box(f"{merge} --dry-run -o json").json
    assert (plan["attached"], len(plan["uploads"])) == ("a.txt, b.txt (6 B)", 1)
    assert uploads() == 0
    box(f"{merge} --yes")
    files = [("a.txt", "text/plain", b"abc"), ("b.txt", "text/plain", b"abc")]
    assert (attached(), uploads()) == ([files] * 3, 1)
    box(f"{merge} --test-to me@example.com")
    assert attached()[0] == files
    assert box(f"{merge} --test-to me@example.com --dry-run").json["uploads"][0]["bytes"] == 3
    assert "--via batch takes no attachments" in box(f"{merge} --via batch --yes --again", code=2).err
    write({"a.txt": b"other"})  # the same file of people, and yet other mails
    box(f"{merge} --yes")


def test_a_resume_sends_what_was_planned_or_nothing(box, attached, uploads, monkeypatch):
    write_people(3)
    write({"a.txt": b"abc", "b.txt": b"other"})
    merge = "send merge people.csv --subject 'Hi {{ name }}' --text t --attach "
    box(f"{merge} a.txt --plan-only")
    assert box("campaign show people -o json").json["attached"] == "a.txt (3 B)"
    assert uploads() == 0
    assert "with another --attach" in " ".join(box(f"{merge} b.txt --resume --campaign people", code=2).err.split())
    write({"a.txt": b"abd"})
    told = " ".join(box("campaign resume people", code=2).err.split())
    assert "a.txt' was changed since it was looked at: put it back" in told
    assert "Go on with: dm -p sandbox campaign resume people" in told
    assert attached() == []
    write({"a.txt": b"abc"})
    monkeypatch.setattr(upload, "GOOD_FOR", 0.0)  # as if the run took days
    os.mkdir("elsewhere")
    os.chdir("elsewhere")
    box("campaign resume people")
    assert attached() == [[("a.txt", "text/plain", b"abc")]] * 3
    assert uploads() > 1
    os.remove("../a.txt")
    box("campaign resume people")  # nothing is left to send, so that no file is needed


def test_chinese_says_it_too(box):
    said = box(f"--lang zh {MAIL} --attach nothing.txt", code=2).err
    assert "无法读取 'nothing.txt'" in said
