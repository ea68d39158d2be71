"""The account: its quota, its domains with the DNS records they ask for, and everything else that it keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dmcli.api import catalogue
from dmcli.api import quota as quotas
from dmcli.api.actions.common import DOMAIN_STATUS, FILED, TEMPLATE_STATUS
from dmcli.api.paging import page_of
from dmcli.errors import InputError
from dmcli.maildns.wanted import wanted
from dmcli.sandbox.control import states
from dmcli.sandbox.control.quota import get_usage, set_quota
from dmcli.sandbox.errors import ServiceError
from dmcli.sandbox.service.context import MAX_PAGE
from dmcli.sandbox.web.request import MOST, Page, PageRequest, RefusedError, link, see
from dmcli.untrusted import read_number
from dmcli.words import tr, tr_in

if TYPE_CHECKING:
    from dmcli.api.model import Action, Field
    from dmcli.api.wire import Reply


class Section(NamedTuple):
    """What the account keeps of one kind: its anchor, its title, the action that lists it.

    `page` and `id` are the page of one of them and the field that it is found by, `empty` is the command that makes
    one.
    """

    anchor: str
    title: str
    action: str
    page: str = ""
    id: str = ""
    empty: str = ""


SECTIONS = (
    Section("domains", "Domains", "QueryDomainByParam", "domain", "DomainId", "domain create mail.example.com"),
    Section("addresses", "Sender addresses", "QueryMailAddressByParam", empty="address create --help"),
    Section("lists", "Recipient lists", "QueryReceiverByParam", "list", "ReceiverId", "receiver create customers"),
    Section("tags", "Tags", "QueryTagByParam", empty="tag create welcome"),
    Section("templates", "Templates", "QueryTemplateByParam", "template", "TemplateId", "template create --help"),
    Section("tasks", "Batch sends", "QueryTaskByParam", empty="send batch --help"),
    Section("invalid", "Invalid addresses", "QueryInvalidAddress"),
)
_ALL = {"PageSize": str(MAX_PAGE), "Length": str(MAX_PAGE)}


class Listing(NamedTuple):
    """A table: its columns, its rows, and how many there are in all."""

    columns: list[Field]
    rows: list[dict[str, Any]]
    total: int


def show(request: PageRequest) -> Page:
    """The quota, and all that the account keeps."""
    return _page(request)


def quota(request: PageRequest) -> Page | Reply:
    """Set the quota; a field that is left empty leaves one as it is."""
    try:
        wanted = {name: _mails(request.field(name)) for name in ("daily", "monthly")}
        set_quota(request.sandbox, **wanted)
    except InputError as error:
        return _page(request, error.message)
    return see(link("account"))


def domain(request: PageRequest, number: int) -> Page:
    """A domain, and the DNS records that it asks for."""
    found = _described(request, "DescDomain", {"DomainId": str(number)})
    word = DOMAIN_STATUS[found["DomainStatus"]]
    return Page("domain.html", {"domain": found, "status": word, "filed": FILED, "records": wanted(found)})


def members(request: PageRequest, receiver: str) -> Page:
    """A recipient list with its members, a page of them."""
    after = request.query.get("after", "")
    listing, reply = _listed(request, "QueryReceiverDetail", {"ReceiverId": receiver, "NextStart": after})
    every, _ = _listed(request, "QueryReceiverByParam", {})
    chosen = next(row for row in every.rows if row["ReceiverId"] == receiver)
    more = link(f"account/list/{receiver}", after=reply["NextStart"]) if reply["NextStart"] else ""
    schema = reply["DataSchema"].split(",")
    title = tr_in("of a list", "Members")  # in the catalogue of actions it is how many there are
    shown = {"receiver": chosen, "listing": listing, "title": title, "more": more, "after": after, "schema": schema}
    return Page("list.html", shown)


def template(request: PageRequest, number: int) -> Page:
    """A template."""
    found = _described(request, "DescTemplate", {"TemplateId": str(number)})
    return Page(
        "template.html", {"template": found, "number": number, "status": TEMPLATE_STATUS[found["TemplateStatus"]]}
    )


def confirm(request: PageRequest, ticket: str) -> Page:
    """What the link in a confirming mail leads to: the question whether the reply address is to be confirmed."""
    waiting = states.find_waiting(request.sandbox, ticket)
    if not waiting:
        raise RefusedError(404, tr("This link was used, or a later one has taken its place."))
    return Page("confirm.html", {"ticket": ticket, **waiting._asdict()})


def confirmed(request: PageRequest, ticket: str) -> Reply:
    """Confirm the reply address."""
    _described(request, "ApproveReplyMailAddress", {"Ticket": ticket})
    return see(f"{link('account')}#addresses")


def _page(request: PageRequest, wrong: str = "") -> Page:
    used = get_usage(request.sandbox)
    kept = [(section, _listed(request, section.action, _ALL)[0]) for section in SECTIONS]
    # A meter is amber and red above its bounds, not from them on.
    meter = {"low": quotas.FAIR - 1, "high": quotas.BAD - 1, "percent": quotas.percent_used}
    shown = {"quota": used, "meter": meter, "sections": kept, "wrong": wrong}
    return Page("account.html", shown, 400 if wrong else 200)


def _mails(text: str) -> int | None:
    """A number of mails, None for an empty text. Raises InputError."""
    if not text:
        return None
    number = read_number(text, MOST)
    if number is None:
        raise InputError(tr("{given!r} is no number of mails", given=text))
    return number


def _listed(request: PageRequest, name: str, params: dict[str, str]) -> tuple[Listing, dict[str, Any]]:
    """What a listing gives, with the columns that its table has, and the reply itself. Raises RefusedError."""
    action = catalogue.get(name)
    reply = _reply(request, action, _ALL | params)
    columns = [field for field in action.fields if field.title]
    rows = page_of(action, reply).rows
    return Listing(columns, rows, int(reply["TotalCount"])), reply


def _described(request: PageRequest, name: str, params: dict[str, str]) -> dict[str, Any]:
    return _reply(request, catalogue.get(name), params)


def _reply(request: PageRequest, action: Action, params: dict[str, str]) -> dict[str, Any]:
    """The reply of an action, asked past the wire. Raises RefusedError."""
    try:
        return request.sandbox.perform(action, params)
    except ServiceError:
        raise RefusedError(404, tr("The account has no such thing; perhaps it was deleted.")) from None
