"""The vocabulary of the catalogue: what an action, a parameter, a reply field and a way of paging are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmcli.record import Enumeration, Record

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self

    from dmcli.api.kinds.base import Kind
    from dmcli.api.kinds.reference import Ref
    from dmcli.api.rules import Rule

V2015 = "2015-11-23"
V2017 = "2017-06-22"
BOTH = (V2015, V2017)
ONLY_2015 = (V2015,)
ONLY_2017 = (V2017,)


class Effect(Enumeration):
    """What a call does to the account; retry, confirmation and dry-run follow from it."""

    READ = "reads"
    WRITE = "sets a state, safe to repeat"
    CREATE = "creates"
    DELETE = "deletes"
    SEND = "sends mail or charges, cannot be taken back"


class Tone(Enumeration):
    """How well something stands: as it should be, on the way or in part, or not as it should be."""

    GOOD = "good"
    FAIR = "fair"
    BAD = "bad"


class State(str):
    """A word for a state, with how well things stand in it.

    >>> State("frozen", Tone.BAD).tone
    <Tone.BAD: 'bad'>
    """

    __slots__ = ("tone",)
    tone: Tone

    def __new__(cls, word: str, tone: Tone) -> Self:
        """The word; it is a `str` in every other way."""
        made = super().__new__(cls, word)
        made.tone = tone
        return made


def good(word: str) -> State:
    """A state that is as it should be."""
    return State(word, Tone.GOOD)


def fair(word: str) -> State:
    """A state on the way to what it should be, or in part what it should be."""
    return State(word, Tone.FAIR)


def bad(word: str) -> State:
    """A state that is not as it should be."""
    return State(word, Tone.BAD)


class Param(Record):
    """One request parameter.

    `name` is its name on the wire, `aliases` are other spellings the reference prints, which the service takes too.
    `option` is the name on the command line, derived from `name` where empty; an `argument` stands without dashes.
    `default` is what the client sends when nothing was given, and what the service assumes. `malformed` is the code the
    service answers when the value is not acceptable, `missing` when it is not there (Missing{Name} where empty). A
    `hidden` parameter is reached through `dm api` only. `too_many` is the code of a JSON array with more elements than
    the service takes (that of `malformed` where empty); `recipients` says that the value is who gets the mail.
    """

    name: str
    kind: Kind
    help: str = ""
    required: bool = False
    option: str = ""
    argument: bool = False
    default: str = ""
    malformed: str = ""
    missing: str = ""
    hidden: bool = False
    secret: bool = False
    aliases: tuple[str, ...] = ()
    versions: tuple[str, ...] = BOTH
    too_many: str = ""
    recipients: bool = False

    @property
    def flag(self) -> str:
        """The option's name without dashes, as typed."""
        return self.option or _kebab(self.name)

    def given_in(self, names: Iterable[str]) -> list[str]:
        """Those of the wire names that are this parameter's: its own, or a numbered part (`Attachments.1.Name`)."""
        return [name for name in names if name == self.name or name.startswith(f"{self.name}.")]


class Field(Record):
    """One field of a reply row. A field with a `title` is a column of the table; csv has them all by `name`.

    `words` say in people's language what a code means, and of a state how well things stand; `shape` is one of ""
    (text), "number", "epoch" (seconds, UTC), "utc" (a time that ends in Z), "stamp" (that too, but of the service's
    calendar, UTC+8, in spite of it). Where a table is too wide, the columns of the highest `priority` give way first;
    those of 0 stay. A `share` is how much one count is of another: their names. `alone` is the title of a field that is
    no column, but is told where one thing is shown by itself. Of an object, or of each in a list, the `part` is shown.
    """

    name: str
    title: str = ""
    words: dict[str, str] = {}  # noqa: RUF012  a constant of the catalogue, never changed
    shape: str = ""
    priority: int = 0
    share: tuple[str, ...] = ()
    alone: str = ""
    part: str = ""


class Paging(Record):
    """How a list comes in pages.

    `page` and `size` are the request parameters of numbered pages, `cursor` the parameter (and reply field) that says
    where the next page starts; `total` are the reply fields that may hold the number of rows. With neither `page` nor
    `cursor` everything is in one answer.
    """

    page: str = ""
    size: str = ""
    cursor: str = ""
    total: tuple[str, ...] = ("TotalCount", "totalCount", "Total", "total")
    default_size: int = 50


class Window(Record):
    """How much of the past one call with StartTime and EndTime may ask for, in days of the service's calendar.

    It begins at most `back` days before today, and ends at most `span` days after the day on which it begins; both days
    count. `stricter` is what another source allows. Rows come the earliest first, or the latest where `latest_first`.
    """

    back: int
    span: int
    stricter: Window | None = None
    latest_first: bool = False


class Command(Record):
    """One command built from an action.

    `path` is what is typed after `dm`. `only` names the parameters it takes (all where empty), `must` those of them it
    cannot do without though the service could. `shows` is the kind of thing whose row it shows, where the action lists
    such things and none describes one. `example` is what is typed after the path in the example of its help, where the
    action's sample does not say it as a person would. `groups` are the fields, by wire name, that stand together where
    one thing is shown, below those in none of them.
    """

    path: str
    help: str = ""
    only: tuple[str, ...] = ()
    must: tuple[str, ...] = ()
    shows: Ref | None = None
    example: str = ""
    groups: tuple[tuple[str, ...], ...] = ()


class Action(Record):
    """One operation of the service.

    `already_done` are the codes that, after an attempt of unknown outcome, mean that this attempt did it. `creates` is
    the kind of thing that it makes, whose listing tells whether it is there. `look` is the command, without `dm`, that
    shows what became of it, {Name} standing for a parameter; `done` says what was done when it went well. `lists` are
    the paths at which a reply may hold its rows, the likeliest first. `errors` are the codes the reference prints for
    the action. `sample` is what a person could type for the parameters of a call: values by wire name, a thing by its
    name or id, days as `5d` and `today`. `unsure_versions` are API versions that have it by one source and lack it by
    another: the client calls none of them. `form` are the parameters that the SDK puts into the form body, None
    for all of them; the others go in the URL. `methods` are those of HTTP that the service takes, first the one that is
    used. `charges` is what a call costs, in its unit; it is asked about, where there is `charges_when` only if a
    parameter has that value. `breaks` is what no longer works after a call until something else is done,
    {Name} standing for a parameter; it is asked about too. `window` is how much of the past a call may ask for.
    `sums` says that the counts of its rows can be added up. What an action that is `kept` lists is in the history too.
    `called_by` is the command, without `dm`, that calls it, where it declares none.
    """

    name: str
    area: str
    summary: str
    effect: Effect
    params: tuple[Param, ...] = ()
    fields: tuple[Field, ...] = ()
    lists: tuple[str, ...] = ()
    paging: Paging | None = None
    window: Window | None = None
    sums: bool = False
    rules: tuple[Rule, ...] = ()
    errors: tuple[str, ...] = ()
    already_done: tuple[str, ...] = ()
    creates: Ref | None = None
    look: str = ""
    form: tuple[str, ...] | None = ()
    methods: tuple[str, ...] = ("POST", "GET")
    charges: str = ""
    charges_when: tuple[str, str] = ("", "")
    breaks: str = ""
    done: str = ""
    versions: tuple[str, ...] = BOTH
    unsure_versions: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    commands: tuple[Command, ...] = ()
    called_by: str = ""
    kept: bool = False
    sample: dict[str, str] = {}  # noqa: RUF012  a constant of the catalogue, never changed

    @property
    def in_query(self) -> tuple[str, ...]:
        """The parameters that go in the URL. No secret does, since servers and proxies log URLs."""
        form = self.form
        return () if form is None else tuple(p.name for p in self.params if p.name not in form and not p.secret)

    @property
    def paths(self) -> tuple[str, ...]:
        """The commands that call it, without `dm`; none where `dm api` alone does."""
        return tuple(command.path for command in self.commands) or ((self.called_by,) if self.called_by else ())

    def param(self, name: str) -> Param:
        """The parameter of that wire name. Raises KeyError."""
        for param in self.params:
            if param.name == name:
                return param
        raise KeyError(name)


def _kebab(name: str) -> str:
    """`HtmlBody` as `html-body`."""
    return "".join("-" + c.lower() if c.isupper() else c for c in name).lstrip("-")
