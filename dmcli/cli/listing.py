"""Lists: their pages, up to a limit, sorted, with chosen columns, and for people a row of sums."""

from __future__ import annotations

import re
import sys
from contextlib import ExitStack
from itertools import chain
from typing import TYPE_CHECKING, Any

from dmcli.api.paging import Page, total_of, value_of
from dmcli.errors import InputError
from dmcli.untrusted import read_number
from dmcli.words import counted, listed, tr

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Protocol

    from dmcli.api.kinds.reference import Ref
    from dmcli.api.model import Action, Field
    from dmcli.cli.session import Session
    from dmcli.render import Output

    class Refiner(Protocol):
        """Adds to the rows of a list what its action does not tell."""

        def pages(self, pages: Iterable[Page]) -> Iterator[Page]:
            """The pages with more in their rows."""

        def row(self, row: dict[str, Any]) -> dict[str, Any]:
            """The sum of some rows, with what follows from its other figures."""


_DESCENDING = ":desc"
_SHORT = 1.0  # seconds that a list may take before its progress is shown


def show_list(
    current: Session,
    action: Action,
    wire: Mapping[str, str],
    values: Mapping[str, Any],
    refiner: Refiner | None = None,
) -> None:
    """A list, page by page, up to the limit; says on stderr what was left out. Raises DmError."""
    from dmcli.render import show_pages

    output = current.output()
    fields = _chosen(action.fields, values.get("columns"), output)
    order = values.get("sort") or ""
    by = _field_of(action.fields, order.removesuffix(_DESCENDING), "--sort") if order else None
    limit = None if values.get("all") else values.get("limit")
    size = values.get("page_size") or 0
    if limit and action.paging and not by:
        size = min(size or action.paging.default_size, limit)
    pages = _pages(current, action, wire, size)
    if refiner:
        pages = refiner.pages(pages)
    if by:
        pages = _sorted(pages, by, descending=order.endswith(_DESCENDING))
    limiter = Limiter()
    pages = _with_progress(current, limiter.limit_pages(pages, limit), action, limit)
    shown = None
    with current.paged() as output:
        rows: list[dict[str, Any]] = []
        sums = output.for_people and action.sums
        shown = show_pages(_summed(pages, action, rows, refiner) if sums else pages, fields, action.lists, output)
        if len(rows) > 1 and not by and output.stdout.isatty():
            _draw(rows, action, _sums(rows, action, refiner), output)
    if shown is None:  # the pager ended before it had all
        return
    if limiter.more:
        sys.stdout.flush()
        current.say(
            tr("showing the first {rows}; there are more: give --all, or a larger --limit", rows=counted(shown, "row"))
        )
    elif not shown:
        _see_filters(current, action, wire)
        current.say(tr("nothing found"))


def _see_filters(current: Session, action: Action, wire: Mapping[str, str]) -> None:
    """See that the things which the filters of an empty list name are there. Raises NotFoundError where one is not."""
    from dmcli.workflows.lookup import names_of, see_names

    def names(ref: Ref) -> list[str]:
        return current.resources.reader.names(ref.name) if current.from_history else names_of(current.client, ref)

    see_names(action, wire, names)


def _chosen(fields: Sequence[Field], columns: str | None, output: Output) -> tuple[Field, ...]:
    """The fields that were asked for, in that order; all where none were. Raises InputError."""
    if columns is None:
        return tuple(fields)
    if not output.wants_columns:
        raise InputError(
            tr("--columns is for tables, tab-separated text and csv: cut json and the like down with --query")
        )
    found = [_field_of(fields, name, "--columns") for name in columns.split(",")]
    return tuple(field._replace(title=field.title or field.name, priority=0) for field in found)


def _field_of(fields: Sequence[Field], name: str, option: str) -> Field:
    """The field of that name on the wire, or with that title; case, blanks and hyphens do not count."""
    for field in fields:
        if _plain(name) in map(_plain, (field.name, field.title, tr(field.title))) and _plain(name):
            return field
    known = listed(field.name for field in fields)
    raise InputError(
        tr("{option}: there is no column {name!r}; there are {known}", option=option, name=name, known=known)
    )


def _plain(name: str) -> str:
    return re.sub("(?<!^)[ _-]", "", name).lower()  # a leading hyphen asks elsewhere for a descending order


def _sorted(pages: Iterable[Page], by: Field, *, descending: bool) -> Iterator[Page]:
    """One page with the rows of all, by a column; rows without a value come last."""
    pages = iter(pages)
    head = next(pages, None)
    if not head:
        return
    rows = [row for page in chain((head,), pages) for row in page.rows]
    known = [row for row in rows if value_of(row, by.name) not in (None, "")]
    numbers = bool(by.shape in ("number", "epoch"))
    known.sort(key=lambda row: _key(value_of(row, by.name), numbers=numbers), reverse=descending)
    yield head._replace(rows=known + [row for row in rows if value_of(row, by.name) in (None, "")], more=False)


def _key(value: Any, *, numbers: bool) -> tuple[float, str]:
    """What rows are sorted by: numbers, per cent among them, by their size; all else as text without regard to case."""
    if numbers:
        try:
            return float(str(value).rstrip("%")), ""
        except ValueError:
            pass
    return 0.0, str(value).casefold()


def _summed(
    pages: Iterable[Page], action: Action, rows: list[dict[str, Any]], refiner: Refiner | None
) -> Iterator[Page]:
    """The pages, and where there are several rows, a row with their sums; `rows` has what was given, but that one."""
    for page in pages:
        yield page
        rows += page.rows
    if len(rows) > 1:
        yield Page({}, [_sums(rows, action, refiner)], "")


def _draw(rows: Sequence[dict[str, Any]], action: Action, sums: Mapping[str, Any], output: Output) -> None:
    """How the counts of the rows went, below their table: those that are known of all rows, and come to their sum."""
    from dmcli.render.sparks import Series, show_sparks

    counts = [field for field in action.fields if field.title and field.shape == "number" and not field.share]
    series = []
    for field in counts:
        found = [read_number(str(value_of(row, field.name))) or 0 for row in rows]
        if str(sums[field.name]) == str(sum(found)):
            series.append(Series(tr(field.title), found))
    show_sparks(series, output)


def _sums(rows: Sequence[dict[str, Any]], action: Action, refiner: Refiner | None) -> dict[str, Any]:
    total = _sum_of(rows, action)
    return refiner.row(total) if refiner else total


def _sum_of(rows: Sequence[dict[str, Any]], action: Action) -> dict[str, Any]:
    """The sums of the columns that are counts, "" where one is not known; a share is that of the sums."""
    total: dict[str, Any] = {action.fields[0].name: tr("Sum")}
    for field in action.fields:
        if field.shape == "number" and not field.share:
            found = [value_of(row, field.name) for row in rows]
            total[field.name] = "" if "" in found else sum(read_number(str(one)) or 0 for one in found)
    for field in action.fields:
        if field.share:
            part, whole = (total[name] for name in field.share)
            total[field.name] = f"{100 * part / whole:.2f}%" if whole else "0%"
    return total


def _pages(current: Session, action: Action, wire: Mapping[str, str], size: int) -> Iterator[Page]:
    """The pages of a list; over a range of time those of all the calls that it needs."""
    if not action.window:
        return current.reader.pages(action, wire, size)
    from dmcli.workflows.windows import pages

    return pages(current.client, action, wire, current.service_now, size, current.say)


def _with_progress(current: Session, pages: Iterator[Page], action: Action, limit: int | None) -> Iterator[Page]:
    """The pages, with a bar on stderr once they have taken a second, where rows do not go to the same terminal."""
    if current.voice.speaks() and not sys.stdout.isatty() and action.paging:
        yield from _spoken(current, pages, action, limit)
        return
    if not current.voice.redraws() or sys.stdout.isatty() or not action.paging:
        yield from pages
        return
    from dmcli.render import Output
    from dmcli.render.progress import Progress

    clock = current.resources.clock
    began, seen, bar = clock(), 0, None
    with ExitStack() as stack:
        for page in pages:
            seen += len(page.rows)
            if bar is None and clock() - began > _SHORT:
                most = _most(action, page, limit)
                bar = stack.enter_context(Progress(Output("table", "", sys.stderr, current.color), most, clock=clock))
            if bar:
                bar.seen = seen
            yield page
            del page  # before the next is fetched, here and below: one is held at a time


def _spoken(current: Session, pages: Iterator[Page], action: Action, limit: int | None) -> Iterator[Page]:
    """The pages, with lines on stderr that say how much of all has come, where that is known."""
    from dmcli.render.spoken import Spoken

    spoken, seen = Spoken(current.say), 0
    for page in pages:
        before, seen = seen, seen + len(page.rows)
        most = _most(action, page, limit)
        if most and (before or seen < most):  # a list of one page is there at once
            spoken.tell(min(seen, most), most, tr("{seen:,} of {most:,} rows", seen=seen, most=most))
        yield page
        del page


def _most(action: Action, page: Page, limit: int | None) -> int | None:
    """How many rows come in all, by what a page says; None where it does not."""
    total = total_of(action.paging, page.reply) if action.paging else None
    return min(total, limit) if total and limit else total


class Limiter:
    """Cuts pages at a limit and remembers whether rows were left out."""

    def __init__(self) -> None:
        self.more = False

    def limit_pages(self, pages: Iterable[Page], limit: int | None) -> Iterator[Page]:
        """The pages up to `limit` rows in all; no further page is fetched."""
        if limit is None:
            yield from pages
            return
        left = limit
        for page in pages:
            if len(page.rows) >= left:
                self.more = page.more or len(page.rows) > left
                yield page._replace(rows=page.rows[:left])
                return
            left -= len(page.rows)
            yield page
            del page
