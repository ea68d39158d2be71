"""A command that prints keys: run without a shell, within a time and a size, its errors never shown."""

from __future__ import annotations

import atexit
import ntpath
import os
import shlex
import signal
import threading
import time
from contextlib import suppress
from functools import partial
from typing import IO, TYPE_CHECKING, Any

from dmcli.config.vendor import switched_on
from dmcli.credentials.provider import KeyNames, Provider, fingerprint, read_keys
from dmcli.credentials.uri import FORBIDDEN
from dmcli.errors import ConfigError
from dmcli.untrusted import read_json
from dmcli.words import counted, marked, tr

if TYPE_CHECKING:
    import subprocess

    from dmcli.api.request import Keys
    from dmcli.credentials.provider import ProviderContext
    from dmcli.secret import Secret

LIMIT = 30.0  # seconds
_MOST = 64 * 1024  # bytes of output
_ADVICE = marked("run it by hand to see what is wrong")
# How a command failed: with an exit code or by a signal, and whether it wrote to standard error.
_ENDED = marked(
    {
        (True, False): "{source} ended with exit code {code}; {advice}",
        (True, True): "{source} ended with exit code {code}, having written {bytes} to standard error; {advice}",
        (False, False): "{source} ended by signal {code}; {advice}",
        (False, True): "{source} ended by signal {code}, having written {bytes} to standard error; {advice}",
    }
)
_WINDOWS = os.name == "nt"
# What a command may print: the form of botocore's credential_process, or that of the vendor's mode External.
_VERSION_1 = KeyNames(
    ("AccessKeyId",), ("SecretAccessKey", "AccessKeySecret"), ("SessionToken", "SecurityToken"), ("Expiration",)
)
_EXTERNAL = KeyNames(("access_key_id",), ("access_key_secret",), ("sts_token",), ("expiration", "sts_expiration"))
_MODES = {"ak": False, "ststoken": True, "": False}  # whether there must be a token


def provider(command: Secret, source: str, context: ProviderContext, *, windows: bool = _WINDOWS) -> Provider:
    """The keys that a command prints. `source` is where the command is written. Raises ConfigError."""
    if switched_on(context.environ, FORBIDDEN):
        raise ConfigError(
            tr(
                "{source} wants keys from a command, which {variable} forbids; unset it",
                source=source,
                variable=FORBIDDEN,
            )
        )
    name = program(command, windows=windows)
    if not name:
        raise ConfigError(tr("the command of {source} names no program; check its quotes", source=source))
    told = tr("command '{name}' of {source}", name=name, source=source)
    mark = fingerprint("command", command.reveal())
    # What it prints may depend on its environment, the working directory among it.
    given = fingerprint(mark, *(f"{name}={value}" for name, value in sorted(context.environ.items())))
    return Provider(told, f"command {mark}", partial(_keys, command, told, context, windows=windows), given)


def program(command: Secret, *, windows: bool = _WINDOWS) -> str:
    """The name of the program that a command runs: all of it that may be seen. Empty where it has none."""
    first = next(iter(_words(command, windows=windows)), "")
    return ntpath.basename(first.strip('"')) if windows else os.path.basename(first)


def _words(command: Secret, *, windows: bool) -> list[str]:
    """The program and its arguments; nothing where a quote is left open."""
    try:
        return shlex.split(command.reveal(), posix=not windows)
    except ValueError:
        return []


def _keys(command: Secret, source: str, context: ProviderContext, *, windows: bool) -> Keys:
    # Windows hands a program one line, which the program splits itself.
    output = _output(command.reveal() if windows else _words(command, windows=False), source, dict(context.environ))
    try:
        answer = read_json(output)
    except ValueError:
        answer = None
    found = _names(answer)
    if found is None:
        raise ConfigError(
            tr(
                '{source} printed no keys; it must print JSON with "Version": 1 and '
                'AccessKeyId, or with "mode": "AK" or "StsToken" and access_key_id',
                source=source,
            )
        )
    names, token = found
    if names is _EXTERNAL and str(answer.get("mode")).lower() == "ak":
        answer = answer | {names.token[0]: ""}  # what may stand there is left from another mode
    return read_keys(answer, names, source, context.now(), token=token)


def _names(answer: Any) -> tuple[KeyNames, bool] | None:
    """The names in what was printed, and whether there must be a token; None for neither form."""
    if not isinstance(answer, dict):
        return None
    if answer.get("Version") == 1:
        return _VERSION_1, False
    mode = answer.get("mode", "")
    known = isinstance(mode, str) and mode.lower() in _MODES and "access_key_id" in answer
    return (_EXTERNAL, _MODES[mode.lower()]) if known else None


def _output(command: str | list[str], source: str, environ: dict[str, str]) -> bytes:
    """What a command prints. Raises ConfigError when it does not start, fails, prints too much or takes too long."""
    import subprocess

    try:
        process = subprocess.Popen(  # noqa: S603  a command of the user's own file, without a shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environ,
            start_new_session=True,  # a group of its own, to be ended with all that it starts
        )
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or tr("it has a character that no command has")
        raise ConfigError(tr("{source} cannot be run: {why}", source=source, why=why)) from None
    readers: list[_Reader] = []
    end = partial(_end, process, readers)
    try:
        atexit.register(end)  # completion does not wait for the thread that is in here
        readers += [_Reader(process.stdout, keep=True), _Reader(process.stderr, keep=False)]
        return _wait_for(process, readers, source)
    finally:
        end()
        atexit.unregister(end)


def _wait_for(process: subprocess.Popen[bytes], readers: list[_Reader], source: str) -> bytes:
    """The output of a command that finishes well in time. Raises ConfigError for any other."""
    said, complained = readers
    deadline = time.monotonic() + LIMIT
    said.join(LIMIT)
    if said.size > _MOST:
        raise ConfigError(
            tr(
                "{source} printed more than {most} bytes, which no keys are; {advice}",
                source=source,
                most=_MOST,
                advice=tr(_ADVICE),
            )
        )
    complained.join(max(deadline - time.monotonic(), 0.0))
    # Its pipes may be held open by what it started.
    if said.is_alive() or complained.is_alive() or (code := _code(process, deadline)) is None:
        raise ConfigError(
            tr(
                "{source} took longer than {seconds:g} s and was ended; {advice}",
                source=source,
                seconds=LIMIT,
                advice=tr(_ADVICE),
            )
        )
    if code:
        said_so = complained.size and counted(complained.size, "byte")
        ended = _ENDED[code > 0, bool(said_so)]
        raise ConfigError(tr(ended, source=source, code=abs(code), bytes=said_so, advice=tr(_ADVICE)))
    return bytes(said.data)


def _code(process: subprocess.Popen[bytes], deadline: float) -> int | None:
    """The exit code of a process, None if it does not end in time."""
    import subprocess

    try:
        return process.wait(max(deadline - time.monotonic(), 0.0))
    except subprocess.TimeoutExpired:
        return None


def _end(process: subprocess.Popen[bytes], readers: list[_Reader], *, windows: bool = _WINDOWS) -> None:
    """End a command and what it started, unless all of it has ended."""
    if process.poll() is not None and not any(reader.is_alive() for reader in readers):
        return
    if windows:
        process.kill()
    else:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class _Reader(threading.Thread):
    """Reads a pipe to its end and counts its bytes; those that it keeps only until there are too many."""

    def __init__(self, pipe: IO[bytes] | None, *, keep: bool) -> None:
        super().__init__(daemon=True)
        self.data, self.size = bytearray(), 0
        self._pipe, self._keep = pipe, keep
        self.start()

    def run(self) -> None:
        """Read."""
        assert self._pipe  # noqa: S101  both pipes were asked for
        with self._pipe as pipe:
            while len(self.data) <= _MOST and (data := os.read(pipe.fileno(), _MOST)):
                self.size += len(data)
                if self._keep:
                    self.data += data
