"""DKIM keys in DNS, with cryptography and dkimpy as oracles."""

from __future__ import annotations

from base64 import b64encode

import dkim as dkimpy
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from dmcli.maildns import dkim


def record(size, form=PublicFormat.SubjectPublicKeyInfo):
    key = rsa.generate_private_key(65537, size).public_key()
    return f"v=DKIM1; k=rsa; p={b64encode(key.public_bytes(Encoding.DER, form)).decode()}"


@pytest.mark.parametrize("form", [PublicFormat.SubjectPublicKeyInfo, PublicFormat.PKCS1])
@pytest.mark.parametrize("size", [1024, 2048])
def test_the_length_is_what_dkimpy_reads(size, form):
    text = record(size, form)
    assert (
        dkim.bits(text) == dkimpy.load_pk_from_dns(b"s._domainkey.x.test.", lambda *_, **__: text.encode())[1] == size
    )


def test_a_key_that_is_there_with_blanks_is_equal():
    text = record(1024)
    assert dkim.problems((text.replace("p=", "p= ")[:60] + " " + text.replace("p=", "p= ")[60:],), text) == []


def test_a_wanted_key_may_be_bare():
    text = record(1024)
    assert dkim.problems((text,), dkim.key(text)) == []


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ((), "no DKIM key is there"),
        (("hello",), "no DKIM key is there"),
        (("v=DKIM1; p=QUJD", "v=DKIM1; p=QUJE"), "2 DKIM keys are there, and there must be one"),
        (("v=DKIM1; k=rsa; p=",), "the key is revoked: p= is empty"),
        (("v=DKIM1; k=rsa; p=QUJE",), "it is another key"),
        (("v=DKIM1; k=rsa; p=QUJD",), "the key is not an RSA key"),
        (("v=DKIM2; k=ed25519; p=QUJD",), "v=DKIM2 is not DKIM1"),
        (("k=ed25519; v=DKIM1; p=QUJD",), "v=DKIM1 must be the first tag"),
    ],
)
def test_what_is_wrong(found, said):
    assert dkim.problems(found, "v=DKIM1; k=rsa; p=QUJD") == [said]


def test_the_mode_of_trial_is_said():
    assert dkim.notes("v=DKIM1; t=y:s; p=QUJD") == ["t=y: receivers may treat it as a test"]
