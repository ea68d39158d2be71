"""Sending domains (reference sections 6 and 12.2).

A domain is made unverified, and its first check verifies it, as if its DNS records were there, unless `states` says
otherwise. Where the sandbox's DNS authority is in use (`dm sandbox dns`), they have to be there. The first label of a
reserved domain (`mail.example.com`, anything below .test) may ask for something else:

    fail, unverified   the check fails (CheckDomain.Failed)
    pending            the check passes without a result: status 1
    icp                usable without ICP filing: status 3
    cname              usable without a CNAME: status 4
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dmcli.sandbox.calendar import time_text
from dmcli.sandbox.dns.authority import read_zones
from dmcli.sandbox.dns.domain import COLUMNS, UNVERIFIED, VERIFIED, Domain, records_of, wants
from dmcli.sandbox.dns.verify import seen_records
from dmcli.sandbox.dns.zones import host_in_zone, main_domain
from dmcli.sandbox.errors import ServiceError
from dmcli.sandbox.facts import NOBODY, SDK, Facts, said
from dmcli.sandbox.service.context import Context, list_page
from dmcli.sandbox.service.delivery import is_reserved
from dmcli.sandbox.service.states import check_domain
from dmcli.sandbox.store.sql import like
from dmcli.words import listed, tr

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dmcli.sandbox.service.context import Handler, Look, Reading

MAX_DOMAINS = 5
CHECKS = {"pending": UNVERIFIED, "icp": 3, "cname": 4}
# What a domain cannot be used without; ownership, SPF and MX (reference section 6.5).
_NEEDED = ("ownership", "spf", "mx")


def create(context: Context) -> dict[str, Any]:
    """CreateDomain."""
    name = context.params["DomainName"].lower()
    if not main_domain(name):
        raise ServiceError("InvalidDomainName.Malformed")
    if context.one("SELECT 1 FROM domain WHERE name = ?", name):
        raise ServiceError("InvalidDomainName.Duplicate")
    if context.count("SELECT count(*) FROM domain") >= MAX_DOMAINS:
        raise ServiceError("InvalidDomainNumber.Malformed")
    selector = context.get("dkimSelector", "aliyun-cn-hangzhou")
    made = context.add("domain", name=name, selector=selector, created=context.now)
    return {"DomainId": str(made), "domainId": made}


def query(context: Context) -> dict[str, Any]:
    """QueryDomainByParam: the rows as the SDK knows them and as reference section 12.2 has them."""
    status = context.get("Status")
    conditions = {**like("name", context.get("KeyWord")), "(status = 1) = ?": int(status) if status else None}
    page = list_page(context, COLUMNS, "domain", conditions, "id")
    domains = [Domain(*row) for row in page.rows]
    return {**page.head, "data": {"domain": [_row(d) for d in domains], "data": [_row_2019(d) for d in domains]}}


def _row(domain: Domain) -> dict[str, Any]:
    return {
        "DomainId": str(domain.id),
        "DomainName": domain.name,
        "DomainStatus": str(domain.status),
        "SpfAuthStatus": domain.failed("spf"),
        "MxAuthStatus": domain.failed("mx"),
        "CnameAuthStatus": domain.failed("cname"),
        "ConfirmStatus": domain.failed("cname"),
        "IcpStatus": domain.filed,
        "DomainRecord": domain.proof("owner", 20),
        "CreateTime": time_text(domain.created),
        "UtcCreateTime": domain.created,
    }


def _row_2019(domain: Domain) -> dict[str, Any]:
    row = _row(domain)
    record, flag = row.pop("DomainRecord"), row.pop("ConfirmStatus")
    host = host_in_zone("dmtrace", domain.name)
    return {**row, "CnameConfirmStatus": flag, "CnameRecord": host, "DomainType": record}


def describe(context: Context) -> dict[str, Any]:
    """DescDomain: what DNS must have, and what was there at the last check, or is there now where that is asked for."""
    domain = _existing(context, absent="InvalidDomainId.NotFound")
    if context.looked:
        domain = domain._replace(seen=context.looked)
    want = wants(domain)
    there = domain.status != UNVERIFIED
    wanted_values = {
        "ownership": want["DomainType"],
        "spf": want["SpfRecordV2"],
        "dmarc": want["DmarcRecord"],
        "mx": want["MxRecord"],
    }
    found = domain.found if domain.found is not None else (wanted_values if there else {})
    return {
        **_row_2019(domain),
        **want,
        "DefaultDomain": "0",
        "DomainVersion": 1,
        "TldomainName": want["TlDomainName"],
        "DnsTxt": found.get("ownership", ""),
        "DnsSpf": found.get("spf", ""),
        "DkimAuthStatus": domain.failed("dkim"),
        "DkimRsaLength": domain.dkim_bits,
        "DmarcAuthStatus": int(domain.failed("dmarc")),
        "DnsDmarc": found.get("dmarc", ""),
        "DnsMx": found.get("mx", ""),
    }


def check(context: Context) -> dict[str, Any]:
    """CheckDomain: a domain that is verified stays so, as long as the DNS authority, if in use, has its records."""
    domain = _existing(context)
    label = domain.name.partition(".")[0] if is_reserved(domain.name) else ""
    if domain.status == UNVERIFIED and label in ("fail", "unverified"):
        raise ServiceError("CheckDomain.Failed")
    status = domain.status
    if status == UNVERIFIED and check_domain(context, domain.id, domain.created):
        status = CHECKS.get(label, VERIFIED)
    seen = _assumed(domain._replace(status=status, seen=""), domain.old_key) if domain.old_key else ""
    if context.looked:
        seen = context.looked
        status = _status_by_dns(domain._replace(seen=seen), status, label)
    context.run("UPDATE domain SET status = ?, seen = ? WHERE id = ?", status, seen, domain.id)
    return {"DomainStatus": status}


def _assumed(domain: Domain, old_key: str = "") -> str:
    """What DNS is thought to have where nobody looks, as it is kept: what is wanted, of DKIM the record of an old key.

    Without it DNS has the record of the key that there is.
    """
    import json

    there = {one.check: "" if domain.failed(one.check) == "1" else one.value for one in records_of(domain)}
    return json.dumps(there | ({"dkim": old_key} if old_key else {}))


def _status_by_dns(domain: Domain, status: int, label: str) -> int:
    """What becomes of a status by what DNS has: usable without the CNAME, not without ownership, SPF and MX."""
    if any(domain.failed(record) == "1" for record in _NEEDED):
        return UNVERIFIED
    if domain.failed("cname") == "1":
        return {VERIFIED: 4, 3: 2}.get(status, status)
    return status if label == "cname" else {4: VERIFIED, 2: 3}.get(status, status)


def set_password(context: Context) -> dict[str, Any]:
    """ModifyPWByDomain, the one action with a Code when it succeeds."""
    from dmcli.sandbox.service.passwords import hash_password, matches

    name, password = context.params["DomainName"].lower(), context.params["Password"]
    found = context.one("SELECT password FROM domain WHERE name = ?", name)
    if not found:
        raise ServiceError("InvalidDomain.NotFound")
    if matches(password, found[0]):
        raise ServiceError("InvalidDomainPassword.equalcurrent")
    context.run("UPDATE domain SET password = ? WHERE name = ?", hash_password(password), name)
    return {"Code": "OK", "Message": "OK", "Success": True}


def rotate_dkim(context: Context) -> dict[str, Any]:
    """ChangeDomainDkimRecord: another key under the same selector, which DNS does not have yet."""
    row = context.one(f"SELECT {COLUMNS} FROM domain WHERE name = ?", context.params["Domain"].lower())
    if not row:
        raise ServiceError("InvalidDomain.NotFound")
    domain = Domain(*row)
    bits = int(context.get("DkimRsaLength", str(domain.dkim_bits)))
    seen = domain.seen or (_assumed(domain) if domain.status != UNVERIFIED else "")
    domain = domain._replace(dkim_bits=bits, dkim_rotations=domain.dkim_rotations + 1)
    sql = "UPDATE domain SET dkim_bits = ?, dkim_rotations = ?, seen = ? WHERE id = ?"
    context.run(sql, bits, domain.dkim_rotations, seen, domain.id)
    want = wants(domain)
    return {
        "Changed": True,
        "DkimPublicKey": want["DkimPublicKey"],
        "DkimRsaLength": bits,
        "Hostname": want["DkimRR"],
    }


def delete(context: Context) -> dict[str, Any]:
    """DeleteDomain: its sender addresses stay, and cannot send any more."""
    context.run("DELETE FROM domain WHERE id = ?", _existing(context, absent="InvalidDomainId.NotFound").id)
    return {}


def _existing(context: Context, *, absent: str = "InvalidDomainId.Malformed") -> Domain:
    """The domain meant. Raises ServiceError, with the code `absent` for an id that is none of the account's."""
    row = context.one(f"SELECT {COLUMNS} FROM domain WHERE id = ?", context.params["DomainId"])
    if not row:
        raise ServiceError(absent)
    return Domain(*row)


def _look_at_dns(reading: Reading, params: Mapping[str, str], settings: Mapping[str, Any]) -> str:
    """What DNS has of a domain's records, as it is kept; "" where domains verify without."""
    import json

    if "dns" not in settings:
        return ""
    with reading() as connection:
        row = connection.execute(f"SELECT {COLUMNS} FROM domain WHERE id = ?", (params["DomainId"],)).fetchone()
        zones = read_zones(connection)
    return json.dumps(seen_records(zones, int(settings["dns"]), records_of(Domain(*row)))) if row else ""


def _look_now(reading: Reading, params: Mapping[str, str], settings: Mapping[str, Any]) -> str:
    asked = params.get("RequireRealTimeDnsRecords") in ("true", "1")
    return _look_at_dns(reading, params, settings) if asked else ""


LOOKS: dict[str, Look] = {"CheckDomain": _look_at_dns, "DescDomain": _look_now}

HANDLERS: dict[str, Handler] = {
    "CreateDomain": create,
    "QueryDomainByParam": query,
    "DescDomain": describe,
    "CheckDomain": check,
    "ModifyPWByDomain": set_password,
    "ChangeDomainDkimRecord": rotate_dkim,
    "DeleteDomain": delete,
}

FACTS: dict[str, Facts] = {
    "CreateDomain": Facts(
        section="6.2 and 12.2",
        printed=("DomainName",),
        old=("domainId",),
        never=("InvalidDomainName.Conflict", "InvalidDomain.NotFound"),
        copied={said("There are at most {most} domains.", most=MAX_DOMAINS): "help pages"},
        guessed={
            "A domain is kept in lower case.": NOBODY,
            "A public suffix, such as com.cn or localhost, is refused with InvalidDomainName.Malformed.": NOBODY,
        },
        missing={"A domain is never another account's: there is no other account.": "reference 12.2"},
    ),
    "QueryDomainByParam": Facts(
        section="6.4 and 12.2",
        printed=("KeyWord", "PageNo", "PageSize", "Status"),
        old=("DomainType", "CnameRecord", "CnameConfirmStatus"),
        copied={"Rows stand at data.domain, and with the names of the newer section at data.data.": "reference 12.2"},
        guessed={"Every usable state, 2 to 4 too, is normal for the filter Status.": "reference 6.4"},
    ),
    "DescDomain": Facts(
        section="6.5 and 12.2",
        printed=("DomainId",),
        old=("UtcCreateTime", "TldomainName"),
        same={
            "DefaultDomain": "0",
            "SpfRecord": "include:spf1.dm.aliyun.com",
            "MxRecord": "mx01.dm.aliyun.com",
            "TracefRecord": "tracedm.aliyuncs.com",
        },
        always={
            "DomainVersion": "1",
            "SpfRecordV2": "v=spf1 include:spf1.dm.aliyun.com -all",
        },
        likely=("InvalidDomainId.NotFound",),
        guessed={
            "An id that no domain has is refused with InvalidDomainId.NotFound, for which the reference has "
            "InvalidDomainId.Malformed.": "Terraform",
            "The host and value of each record are made from the domain's name; the private half of the DKIM key is "
            "nowhere.": SDK,
            "Hosts are relative to the main domain, as they are typed at a DNS provider: aliyundm for example.net, "
            "aliyundm.mail for mail.example.net.": "reference 6.5",
            "The main domain is what can be registered below a public suffix of publicsuffix.org.": "reference 6.5",
            "CnameConfirmStatus tells whether the CNAME is there; the SDK's text says that a record was changed.": (
                "reference 6.5"
            ),
        },
        missing={
            "The Internet's DNS is not asked. Without dm sandbox dns the Dns fields hold what is wanted once the "
            "domain is verified, before that nothing; with it they hold what the sandbox's zones had at the last "
            "check, or have now for RequireRealTimeDnsRecords.": SDK,
        },
    ),
    "CheckDomain": Facts(
        section="6.3 and 12.2",
        printed=("DomainId",),
        never=("InvalidDomainName.DuplicateTLD",),
        copied={"An id that no domain has is refused with InvalidDomainId.Malformed.": "reference 12.2"},
        guessed={
            said(
                "A check passes, unless a reserved domain begins otherwise: with {labels}, or with fail. and "
                "unverified., which are refused with CheckDomain.Failed.",
                labels=lambda: listed(
                    [tr("{label}. (status {status})", label=label, status=status) for label, status in CHECKS.items()],
                    " and ",
                ),
            ): NOBODY,
            "A domain that is verified stays so.": NOBODY,
        },
        missing={
            "The Internet's DNS is not asked, only the sandbox's own with dm sandbox dns: then ownership, SPF and MX "
            "have to be there at each check, and status 4 is without the CNAME.": "reference 6.3",
        },
    ),
    "ModifyPWByDomain": Facts(
        section="6.1 and 12.2",
        printed=("DomainName", "Password"),
        same={"Code": "OK", "Success": "true"},
        always={"Message": "OK"},
        never=("InvalidDomainStatus.Malformed", "InvalidDomainId.Malformed"),
        copied={
            "A password has 10 to 20 characters with digits, small and capital letters.": "reference 12.2",
            "A password cannot be set twice in a row.": "reference 12.2",
        },
        missing={
            "One digit, capital and small letter are enough where the SDK's text asks for two.": SDK,
        },
    ),
    "ChangeDomainDkimRecord": Facts(
        always={"Changed": "true"},
        guessed={
            "A key has 1024 or 2048 bits, and without DkimRsaLength as many as before.": SDK,
            "The new key takes the place of the old one at once, under the same selector.": NOBODY,
            "Hostname is relative to the main domain, as DkimRR of DescDomain is.": NOBODY,
            "A domain stays verified; its DKIM flag is bad until the new record is in the sandbox's DNS, or the domain "
            "is verified by hand.": NOBODY,
        },
        missing={"Each call changes the key, also one that asks for the length that it has.": SDK},
    ),
    "DeleteDomain": Facts(
        guessed={
            "An id that no domain has is refused as DescDomain refuses it.": NOBODY,
            "Its sender addresses stay, with DomainStatus 1, and cannot send.": NOBODY,
        },
    ),
}
