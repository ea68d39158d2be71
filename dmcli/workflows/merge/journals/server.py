"""A PostgreSQL server as journals need it: one connection, locks that end with it, and errors in a sentence.

The connection is the life of a worker: its locks tell others that it is there, and end when it does, however it ends.
So it is never made anew; once it is lost, nothing further is done by it.
"""

from __future__ import annotations

import hashlib
import re
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, NoReturn

from dmcli.errors import ConfigError, DmError, InputError, LocalIOError, LockedError, NotFoundError, UnreachableError
from dmcli.words import tr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import psycopg

_HOST = r"(?:\[[0-9A-Fa-f:.]+\]|[\w.%-]*)(?::[0-9]*)?"
# So strict that no part of a password can be taken for something else, and told.
_URL = re.compile(
    rf"postgres(?:ql)?://(?:[^@/?#\s]*@)?{_HOST}(?:,{_HOST})*(?:/[\w.%~-]*)?(?:\?\w+=[^&@\s]*(?:&\w+=[^&@\s]*)*)?"
)
_EXAMPLE = "postgresql://dm@db.example.com/mail"
# Seconds without a sign of the other side after which a connection counts as lost, here and at the server.
_SILENT = {"keepalives_idle": 10, "keepalives_interval": 10, "keepalives_count": 3, "tcp_user_timeout": 30_000}
_SESSION = """
SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3;
SET idle_in_transaction_session_timeout = '30s'; SET lock_timeout = '60s'; SET client_min_messages = warning
"""  # untranslated: SQL
# How a server says that it was reached and will not have us; libpq gives no code for what ends a connection early.
_NOT_HAD = (
    "authentication",
    "password",
    "does not exist",  # untranslated: as a server says it
    "pg_hba",
    "permission denied",  # untranslated: same
    "certificate",
    "SSL",
)


class Server:
    """A connection to the database of a URL. `learn` is told the password, which is never to be shown.

    Raises InputError or ConfigError for a URL that is none, ConfigError where the server will not have us or psycopg is
    missing, UnreachableError.
    """

    def __init__(self, url: str, *, typed: bool, learn: Callable[[str], None] = lambda _: None) -> None:
        told = _checked(url, typed=typed)
        try:
            import psycopg
        except ImportError:
            raise ConfigError(
                tr("a journal in PostgreSQL needs the extra postgres; install it: pip install 'dmcli[postgres]'")
            ) from None
        learn(str(told.get("password") or ""))
        self._schema = ""
        self.shown = f"{told.get('host') or 'localhost'}/{told.get('dbname') or ''}"
        try:
            self.db = psycopg.connect(
                url, autocommit=True, client_encoding="utf8", **{"connect_timeout": 10, **_SILENT, **_given(told)}
            )
            self.shown = f"{self.db.info.host}/{self.db.info.dbname}"
            self.db.execute(_SESSION)
            # What is committed is to outlast a loss of power.
            if self.db.execute("SHOW synchronous_commit").fetchone() in (("off",), ("local",)):  # untranslated: SQL
                self.db.execute("SET synchronous_commit = on")  # untranslated: SQL
        except psycopg.Error as error:
            said = _said(error)
            if any(sign in said for sign in _NOT_HAD):
                raise ConfigError(
                    tr("the journal at {server} cannot be had: {why}", server=self.shown, why=said)
                ) from None
            raise UnreachableError(
                tr("the journal at {server} cannot be reached: {why}", server=self.shown, why=said)
            ) from None

    def close(self) -> None:
        """End the connection, and with it all locks: those at once, since a server ends a connection when it likes."""
        with suppress(DmError):
            self.execute_here("SELECT pg_advisory_unlock_all()")
        self.db.close()

    def execute(self, schema: str, statement: str, values: Sequence[Any] = ()) -> psycopg.Cursor[Any]:
        """Do a statement in which `?` stands for a value, on the tables of a schema. Raises DmError."""
        with self._telling():
            self._use(schema)
            return self.db.execute(statement.replace("?", "%s").encode(), values)

    def execute_here(self, statement: str, values: Sequence[Any] = ()) -> psycopg.Cursor[Any]:
        """Do a statement that names its schema, or is of no table."""
        return self.execute(self._schema, statement, values)

    def now(self) -> float:
        """The database's time, in epoch seconds."""
        found = self.execute_here("SELECT extract(epoch FROM clock_timestamp())::float8").fetchone()
        assert found is not None  # noqa: S101  it always answers
        return float(found[0])

    @contextmanager
    def transaction(self, schema: str) -> Iterator[None]:
        """A block of statements that are kept together, or not at all. Raises DmError."""
        with self._telling():
            self._use(schema)
            with self.db.transaction():
                yield

    def copy(self, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Put many rows into a table, in a transaction."""
        with self.db.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN".encode()) as copy:
            for row in rows:
                copy.write_row([one.replace("\0", "\ufffd") if isinstance(one, str) else one for one in row])

    def free(self, what: str) -> bool:
        """Whether no other connection has a lock; until the transaction ends, none gets it."""
        return self.execute_here("SELECT pg_try_advisory_xact_lock(?)", (key_of(what),)).fetchone() == (True,)

    def lock(self, what: str, *, shared: bool = False) -> bool:
        """Have a lock until the connection ends; false when another connection has it, or not shared."""
        name = "pg_try_advisory_lock_shared" if shared else "pg_try_advisory_lock"
        return self.execute_here(f"SELECT {name}(?)", (key_of(what),)).fetchone() == (True,)

    def wait(self, what: str) -> None:
        """Have a lock until the transaction ends, once others have given it back."""
        self.execute_here("SELECT pg_advisory_xact_lock(?)", (key_of(what),))

    def unlock(self, what: str) -> None:
        """Give back a lock that is not shared."""
        self.execute_here("SELECT pg_advisory_unlock(?)", (key_of(what),))

    def _use(self, schema: str) -> None:
        """Have names of tables be those of a schema; transactions are of one."""
        if schema != self._schema:
            self.db.execute(f"SET search_path TO {schema}".encode())  # untranslated: SQL
            self._schema = schema

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """What the database says as errors of ours."""
        import psycopg

        try:
            yield
        except psycopg.Error as error:
            self._tell(error)

    def _tell(self, error: psycopg.Error) -> NoReturn:
        from psycopg import errors

        where, said = self.shown, _said(error)
        if self.db.closed:
            raise UnreachableError(tr("the journal at {server} was lost: {why}", server=where, why=said)) from None
        if isinstance(error, errors.UndefinedTable | errors.InvalidSchemaName):
            raise NotFoundError(tr("the campaign is no longer in the journal at {server}", server=where)) from None
        if isinstance(error, errors.InsufficientPrivilege):
            raise ConfigError(
                tr(
                    "the journal at {server}: {why}; the role that plans needs CREATE on the database, "
                    "those that work the same role",
                    server=where,
                    why=said,
                )
            ) from None
        if isinstance(error, errors.LockNotAvailable | errors.DeadlockDetected):
            raise LockedError(
                tr("another program holds the journal at {server} ({why}); try again", server=where, why=said)
            ) from None
        if isinstance(error, errors.DiskFull | errors.OutOfMemory):
            raise LocalIOError(tr("the journal at {server} cannot be written: {why}", server=where, why=said)) from None
        raise ConfigError(tr("the journal at {server} cannot be used: {why}", server=where, why=said)) from None


def key_of(what: str) -> int:
    """The number of a lock, of this program's among those of others."""
    return int.from_bytes(hashlib.blake2b(f"dm {what}".encode(), digest_size=8).digest(), signed=True)


def _checked(url: str, *, typed: bool) -> dict[str, Any]:
    """The parts of a URL. Raises InputError or ConfigError, by where it is from, which never has the value."""
    source, kind = ("--journal", InputError) if typed else ("DM_JOURNAL", ConfigError)
    if not _URL.fullmatch(url):
        raise kind(
            tr(
                "{source} is no URL of a PostgreSQL database such as {example}; what is "
                "special in a password is written as %40 and the like",
                source=source,
                example=_EXAMPLE,
            )
        )
    password = re.match(r"\w+://[^@/?:]*:[^@/?]*@", url) or re.search(r"[?&](?:ssl)?password=", url)
    if typed and password:
        raise InputError(
            tr(
                "--journal has a password, which others on this machine can see: put it into "
                "~/.pgpass or PGPASSWORD, or the whole URL into DM_JOURNAL"
            )
        )
    try:
        from psycopg import ProgrammingError
        from psycopg.conninfo import conninfo_to_dict
    except ImportError:
        return {}
    try:
        return dict(conninfo_to_dict(url))
    except ProgrammingError:
        raise kind(
            tr(
                "{source} has an option that PostgreSQL does not know; such as {example}?sslmode=verify-full",
                source=source,
                example=_EXAMPLE,
            )
        ) from None


def _given(told: dict[str, Any]) -> dict[str, Any]:
    """What a URL says of the time-outs."""
    return {name: value for name, value in told.items() if name in (*_SILENT, "connect_timeout")}


def _said(error: Exception) -> str:
    """What the database says, on one line."""
    return " ".join(str(error).split()) or type(error).__name__
