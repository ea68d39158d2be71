"""The two readers of a head: what the quick one takes is what the strict one reads."""

from __future__ import annotations

import io

from hypothesis import example, given, settings
from hypothesis import strategies as st

from dmcli.sandbox.server.http1 import RefusedRequestError, head_of, read_head

PIECES = (
    *(b"POST / HTTP/1.1", b"GET http://127.0.0.1/a?b HTTP/1.0", b"get / HTTP/1.1", b"POST /\xff HTTP/1.1"),
    *(b"Host: a", b"host:b", b"A: 1", b"a:  2 ", b"B : 3", b" folded", b"C: \xe4\xbd\xa0", b"D: \xff", b"E: \x00"),
    *(b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r", b"\r\n\r\n", b"\r\n\r\n", b"body"),
)


@settings(max_examples=300)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map(b"".join))
@example(b"POST / HTTP/1.1\nA: 1\n\nPOST / HTTP/1.1\r\n\r\n")
@example(b"\r\nPOST / HTTP/1.1\r\n\r\n")
@example(b"POST / HTTP/1.1\r\nA: 1\r\nA: 2\r\n\r\nbody")
def test_what_the_quick_reader_takes_is_what_the_strict_one_reads(sent: bytes) -> None:
    try:
        head, begin = head_of(sent)
    except (RefusedRequestError, EOFError):
        return
    reader = io.BytesIO(sent)
    assert (head, begin) == (read_head(reader, after_chunks=False), reader.tell())


@given(st.lists(st.sampled_from([b"A: 1", b"b:  2 ", b"C: \xe4\xbd\xa0", b"D: \xff", b"a:3"]), max_size=8))
def test_a_head_as_clients_write_it_is_taken_by_both(fields: list[bytes]) -> None:
    sent = b"\r\n".join([b"POST /?a=b HTTP/1.1", *fields, b"", b""])
    assert head_of(sent + b"body") == (read_head(io.BytesIO(sent), after_chunks=False), len(sent))
