"""Both signatures, by published vectors and against the vendor's own signers."""

from __future__ import annotations

from datetime import UTC, datetime
from types import MappingProxyType, SimpleNamespace
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

import pytest
from alibabacloud_tea_openapi.utils import Utils
from aliyunsdkcore.auth.composer import rpc_signature_composer as core
from hypothesis import given, settings
from hypothesis import strategies as st

from dmcli.api import signing
from dmcli.api.request import Keys, Signed, Target, sign
from dmcli.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

SECRET = "testsecret"
NONCE = "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf"
STAMP = "2016-02-23T12:46:24Z"
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
OLD = {
    "AccessKeyId": "testid",
    "Format": "JSON",
    "RegionId": "cn-hangzhou",
    "SignatureMethod": "HMAC-SHA1",
    "SignatureNonce": NONCE,
    "SignatureVersion": "1.0",
    "Timestamp": STAMP,
    "Version": "2015-11-23",
}


class Old(NamedTuple):
    """A vector of HMAC-SHA1."""

    method: str
    params: dict[str, str]
    string: str
    signature: str


_TAIL = (
    "SignatureMethod%3DHMAC-SHA1%26SignatureNonce%3D3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf%26SignatureVersion%3D1.0%26"
)
OLD_VECTORS = {
    "the vendor's ECS example": Old(
        "GET",
        {name: value for name, value in OLD.items() if name != "RegionId"}
        | {"Format": "XML", "Version": "2014-05-26", "Action": "DescribeRegions"},
        f"GET&%2F&AccessKeyId%3Dtestid%26Action%3DDescribeRegions%26Format%3DXML%26{_TAIL}"
        "Timestamp%3D2016-02-23T12%253A46%253A24Z%26Version%3D2014-05-26",
        "OLeaidS1JvxuMvnyHOwuJ+uX5qY=",
    ),
    "get": Old(
        "GET",
        OLD | {"Action": "DescAccountSummary"},
        f"GET&%2F&AccessKeyId%3Dtestid%26Action%3DDescAccountSummary%26Format%3DJSON%26RegionId%3Dcn-hangzhou%26{_TAIL}"
        "Timestamp%3D2016-02-23T12%253A46%253A24Z%26Version%3D2015-11-23",
        "kxgDqGkB95umwN0xl+melJjgSi8=",
    ),
    "temporary key": Old(
        "GET",
        OLD | {"Action": "DescAccountSummary", "SecurityToken": "CAISfake/+=token"},
        "GET&%2F&AccessKeyId%3Dtestid%26Action%3DDescAccountSummary%26Format%3DJSON%26RegionId%3Dcn-hangzhou%26"
        f"SecurityToken%3DCAISfake%252F%252B%253Dtoken%26{_TAIL}"
        "Timestamp%3D2016-02-23T12%253A46%253A24Z%26Version%3D2015-11-23",
        "QCPT8Dx4tGIFyai2zUTH71SuSoM=",
    ),
    "special characters": Old(
        "POST",
        OLD
        | {
            "Action": "SingleSendMail",
            "AccountName": "noreply@mail.example.com",
            "AddressType": "1",
            "ReplyToAddress": "true",
            "ToAddress": "a@example.com,b@example.com",
            "Subject": "测试主题",
            "HtmlBody": '<a%b\' + * %7E~> 1+1=2 & "q"',
            "TagName": "t_1-x",
        },
        "POST&%2F&AccessKeyId%3Dtestid%26AccountName%3Dnoreply%2540mail.example.com%26Action%3DSingleSendMail%26"
        "AddressType%3D1%26Format%3DJSON%26HtmlBody%3D%253Ca%2525b%2527%2520%252B%2520%252A%2520%25257E~%253E%25201"
        "%252B1%253D2%2520%2526%2520%2522q%2522%26RegionId%3Dcn-hangzhou%26ReplyToAddress%3Dtrue%26"
        f"{_TAIL}Subject%3D%25E6%25B5%258B%25E8%25AF%2595%25E4%25B8%25BB%25E9%25A2%2598%26TagName%3Dt_1-x%26"
        "Timestamp%3D2016-02-23T12%253A46%253A24Z%26ToAddress%3Da%2540example.com%252Cb%2540example.com%26"
        "Version%3D2015-11-23",
        "0uWph3cVeRIcdj1cEDhoQErGT7c=",
    ),
    "line breaks, an emoji, an empty value": Old(
        "POST",
        OLD
        | {
            "Action": "SingleSendMail",
            "TextBody": "line1\nline2\r\n\ttab \U0001f600",
            "FromAlias": "",
            "ToAddress": "x@example.com",
        },
        "POST&%2F&AccessKeyId%3Dtestid%26Action%3DSingleSendMail%26Format%3DJSON%26FromAlias%3D%26"
        f"RegionId%3Dcn-hangzhou%26{_TAIL}"
        "TextBody%3Dline1%250Aline2%250D%250A%2509tab%2520%25F0%259F%2598%2580%26"
        "Timestamp%3D2016-02-23T12%253A46%253A24Z%26ToAddress%3Dx%2540example.com%26Version%3D2015-11-23",
        "Q/J4MsB0C3+iOYmEjEcWSetXREc=",
    ),
}


@pytest.mark.parametrize("vector", OLD_VECTORS.values(), ids=OLD_VECTORS)
def test_hmac_sha1_vectors(vector: Old) -> None:
    assert signing.v1_string_to_sign(vector.method, vector.params) == vector.string
    assert signing.v1_signature(vector.string, SECRET) == vector.signature


def test_the_vendors_directmail_example() -> None:
    params = {
        "AccessKeyId": "testid",
        "AccountName": "<a%b'>",
        "Action": "SingleSendMail",
        "AddressType": "1",
        "Format": "XML",
        "HtmlBody": "4",
        "RegionId": "cn-hangzhou",
        "ReplyToAddress": "true",
        "SignatureMethod": "HMAC-SHA1",
        "SignatureNonce": "c1b2c332-4cfb-4a0f-b8cc-ebe622aa0a5c",
        "SignatureVersion": "1.0",
        "Subject": "3",
        "TagName": "2",
        "Timestamp": "2016-10-20T06:27:56Z",
        "ToAddress": "1@test.com",
        "Version": "2015-11-23",
    }
    string = signing.v1_string_to_sign("POST", params)
    assert "%26AccountName%3D%253Ca%2525b%2527%253E%26" in string
    assert signing.v1_signature(string, SECRET) == "llJfXJjBW3OacrVgxxsITgYaYm0="


class New(NamedTuple):
    """A vector of ACS3-HMAC-SHA256; `headers` without those that all have."""

    action: str
    signature: str
    query: Mapping[str, str] = MappingProxyType({})
    body: str = ""
    body_hash: str = EMPTY
    headers: Mapping[str, str] = MappingProxyType({})


FORM = (
    "AccountName=noreply%40mail.example.com&AddressType=1&ReplyToAddress=true&Subject=%E6%B5%8B%E8%AF%95%E4%B8%BB%E9"
    "%A2%98&TextBody=hi+~+%2A+%2B+%25&ToAddress=a%40example.com"
)
NEW_VECTORS = {
    "empty": New("DescAccountSummary", "a99ade0f707c125be9be999c0837809c5d5b796964e7ce63f6a16640c02e8763"),
    "query": New(
        "QueryDomainByParam",
        "185285fed4dba53ffd5b63bdd56cc90ac2b7ae5471e2c9a16e4601b441b69764",
        query={"PageNo": "1", "KeyWord": "a b~*测"},
    ),
    "form": New(
        "SingleSendMail",
        "0ef7279e850df829d88b1b89bc5c86b3db9427dd77e6273272a7f10198663623",
        body=FORM,
        body_hash="a7f9d9f49038b2bb9f6cb05b984dbee479c13f88c337da703cabd642692f487b",
        headers={"content-type": "application/x-www-form-urlencoded"},
    ),
    "temporary key": New(
        "DescAccountSummary",
        "0f2c8b71d488b7ac48556fda1a25817f322558f0fbc23347c3c14568ca7565a3",
        headers={"x-acs-accesskey-id": "testid", "x-acs-security-token": "CAISfake/+=token"},
    ),
}


@pytest.mark.parametrize("vector", NEW_VECTORS.values(), ids=NEW_VECTORS)
def test_acs3_hmac_sha256_vectors(vector: New) -> None:
    body_hash = signing.sha256_hex(vector.body.encode())
    assert body_hash == vector.body_hash
    headers = dict(vector.headers) | {
        "host": "dm.aliyuncs.com",
        "x-acs-action": vector.action,
        "x-acs-date": STAMP,
        "x-acs-signature-nonce": NONCE,
        "x-acs-version": "2015-11-23",
        "x-acs-content-sha256": body_hash,
    }
    signed = ";".join(sorted(headers))
    canonical = signing.v3_canonical_request("POST", "/", vector.query, headers, signed, body_hash)
    assert signing.v3_signature(signing.v3_string_to_sign(canonical), SECRET) == vector.signature


def test_the_vendors_run_instances_example_stage_by_stage() -> None:
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com",
        "x-acs-action": "RunInstances",
        "x-acs-content-sha256": EMPTY,
        "x-acs-date": "2023-10-26T10:22:32Z",
        "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
        "x-acs-version": "2014-05-26",
    }
    query = {"RegionId": "cn-shanghai", "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"}
    signed = "host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version"
    canonical = signing.v3_canonical_request("POST", "/", query, headers, signed, EMPTY)
    assert canonical.split("\n") == [
        "POST",
        "/",
        "ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai",
        *(f"{name}:{value}" for name, value in headers.items()),
        "",
        signed,
        EMPTY,
    ]
    string = signing.v3_string_to_sign(canonical)
    assert string == "ACS3-HMAC-SHA256\n7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259"
    signature = signing.v3_signature(string, "YourAccessKeySecret")
    assert signature == "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    assert signing.v3_authorization("YourAccessKeyId", signed, signature) == (
        f"ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders={signed},Signature={signature}"
    )


def test_a_signed_header_that_was_not_sent_counts_as_empty() -> None:
    canonical = signing.v3_canonical_request("GET", "/", {}, {"a": "\t x \t"}, "a;b", EMPTY)
    assert canonical == f"GET\n/\n\na:x\nb:\n\na;b\n{EMPTY}"


def test_every_byte_is_encoded_by_rfc_3986() -> None:
    for point in range(0x250):
        assert signing.percent_encode(chr(point)) == quote(chr(point), safe="-_.~")
        assert signing.percent_encode(f"a{chr(point)}1") == f"a{quote(chr(point), safe='-_.~')}1"
    assert signing.percent_encode("") == ""
    assert signing.percent_encode("-_.~") == "-_.~"


def test_what_never_comes_again_is_not_remembered() -> None:
    """A list of 1,000 pages has as many nonces and signatures."""
    target = Target("https://dm.example", "cn-hangzhou")
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    before = signing._encode_line.cache_info().currsize
    for number in range(50):
        sign(Signed("DescDomain", "2015-11-23", target, Keys("id", Secret("secret")), moment, f"{number:032x}"), {})
    assert signing._encode_line.cache_info().currsize - before < 25


def test_names_are_sorted_by_their_bytes() -> None:
    assert signing.canonical_query({"b": "", "a": "1", "B": "2", "ä": "", "a.1": ""}) == "B=2&a=1&a.1=&b=&%C3%A4="


# Characters that signers have got wrong, as likely as all others together.
CHARACTERS = st.sampled_from("!*'()~+ %&=/\\\"<>@:;,?#[]{}|^`$-_.\x00\n\r\t\x7f") | st.characters(
    exclude_categories=["Cs"]
)
TEXTS = st.text(CHARACTERS, max_size=12)
# The vendor's V3 signer does not encode names: those of real parameters need it in no signer.
PLAIN_NAMES = st.text("ABMZabmz059_.-", min_size=1, max_size=12)
TOKENS = st.none() | TEXTS.filter(bool)
METHODS = st.sampled_from(["GET", "POST"])
SECRETS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=30)
hundreds = settings(max_examples=200, database=None)


@hundreds
@given(METHODS, st.dictionaries(TEXTS, TEXTS, max_size=6), TOKENS, SECRETS)
def test_hmac_sha1_agrees_with_both_of_the_vendors_signers(
    method: str, params: dict[str, str], token: str | None, secret: str
) -> None:
    signed = OLD | params | ({} if token is None else {"SecurityToken": token})
    string = signing.v1_string_to_sign(method, signed)
    assert string == getattr(core, "__compose_string_to_sign")(method, signed)
    signature = signing.v1_signature(string, secret)
    assert signature == getattr(core, "__get_signature")(string, secret)
    assert signature == Utils.get_rpcsignature(signed, method, secret)


@hundreds
@given(
    METHODS,
    st.dictionaries(PLAIN_NAMES, TEXTS, max_size=6),
    st.dictionaries(PLAIN_NAMES.map(str.lower), st.text(CHARACTERS, max_size=8), max_size=3),
    st.binary(max_size=20),
    TOKENS,
    SECRETS,
)
def test_acs3_hmac_sha256_agrees_with_the_vendors_signer(
    method: str, query: dict[str, str], more: dict[str, str], body: bytes, token: str | None, secret: str
) -> None:
    temporary = {} if token is None else {"x-acs-accesskey-id": "testid", "x-acs-security-token": token}
    headers = more | temporary | {"host": "dm.aliyuncs.com", "x-acs-date": STAMP, "x-acs-signature-nonce": NONCE}
    signed = ";".join(sorted(headers))
    body_hash = signing.sha256_hex(body)
    canonical = signing.v3_canonical_request(method, "/", query, headers, signed, body_hash)
    signature = signing.v3_signature(signing.v3_string_to_sign(canonical), secret)
    request = SimpleNamespace(method=method, pathname="/", query=query, headers=headers)
    assert body_hash == Utils.hash(body, signing.V3_METHOD).hex()
    assert signing.v3_authorization("testid", signed, signature) == Utils.get_authorization(
        request, signing.V3_METHOD, body_hash, "testid", secret
    )
