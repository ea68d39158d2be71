"""`dm` as a program of its own for a fifth of the price: forked from a process that has loaded all of it.

Most of what a short run of `dm` costs is the start of Python and of the libraries. What tests start here in its place
a small client. It hands its arguments, environment, folder and standard streams to a server that has loaded
everything. The server forks, and the new process is `dm` from its first line on: with streams of its own, signals of
its own, and an end of its own that is the client's too. A client that is killed takes its `dm` with it.

Python itself does not start anew, and modules are loaded already. So tests of limits, of what is loaded, of arguments
that others see and of exact moments start the real one, `real_argv` of tests/support/shell.py. Where the environment
has settings of Python or a language of its own, the client becomes the real one by itself.
"""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

_PROJECT = str(Path(__file__).parents[2])
_SETTINGS = ("PYTHON", "LC_", "LANG")  # the variables that Python heeds as it starts
REAL = "from dmcli.__main__ import main; main()"
# What `dm` imports where it needs it, and most runs do.
LATE = (
    *("_strptime", "certifi", "cryptography.hazmat.primitives.asymmetric.ec", "cryptography.x509"),
    *("cryptography.hazmat.primitives.serialization", "difflib", "dns.asyncquery", "dns.rdtypes.ANY.MX"),
    *("dns.rdtypes.ANY.TXT", "dns.resolver", "http.client", "jinja2.meta", "jinja2.sandbox", "mimetypes"),
    *("publicsuffixlist", "requests", "rich._emoji_codes", "rich.live", "rich.panel", "rich.progress", "rich.table"),
    *("stringprep", "yaml"),
)

# Runs without the modules of `site`, which take longer than all of it; `signal` would load `enum` for as long again.
CLIENT = """
import marshal, os, _signal, sys, _socket
for name, value in os.environ.items():
    if name.startswith({settings!r}) and value not in {known!r}.get(name, ()):
        os.execv({python!r}, [{python!r}, "-c", {real!r}, *sys.argv[1:]])
fds = []
for fd in range(3):
    try:
        os.fstat(fd)
        fds.append(fd)
    except OSError:
        pass
link = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
link.connect({path!r})
for number in (_signal.SIGINT, _signal.SIGTERM, _signal.SIGHUP, _signal.SIGQUIT):
    if _signal.getsignal(number) != _signal.SIG_IGN:
        _signal.signal(number, lambda number, _: link.send(bytes([number])))
ignored = [n for n in (_signal.SIGINT, _signal.SIGTERM, _signal.SIGHUP) if _signal.getsignal(n) == _signal.SIG_IGN]
umask = os.umask(0)
os.umask(umask)
asked = marshal.dumps([sys.argv[1:], {{**os.environb}}, os.getcwdb(), umask, fds, ignored])
packed = b"".join(fd.to_bytes(4, sys.byteorder) for fd in fds)
link.sendmsg([len(asked).to_bytes(4, "big")], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, packed)] if fds else [])
link.sendall(asked)
ended = link.recv(4)
status = int.from_bytes(ended, "big") if ended else 9
if os.WIFSIGNALED(status):
    _signal.signal(os.WTERMSIG(status), _signal.SIG_DFL)
    os.kill(os.getpid(), os.WTERMSIG(status))
os._exit(os.WEXITSTATUS(status))
"""


@functools.cache
def quick_dm() -> list[str]:
    """What starts a quick `dm`; the server starts with the first call and ends with this process."""
    folder = tempfile.mkdtemp(prefix="dm-")
    path, program = os.path.join(folder, "socket"), os.path.join(folder, "dm")
    # Where there is no language at all, Python takes C.UTF-8 and sets LC_CTYPE.
    env = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG"))}
    env |= {"LC_ALL": "C.UTF-8", "LC_CTYPE": "C.UTF-8", "PYTHONPATH": _PROJECT}
    known = {name: [value] for name, value in env.items() if name.startswith(_SETTINGS)}
    known["PYTHONPATH"].append(os.environ.get("PYTHONPATH", _PROJECT))  # what the suite was started with, no test
    client = CLIENT.format(path=path, python=sys.executable, real=REAL, settings=_SETTINGS, known=known)
    with open(program, "w", encoding="utf-8") as file:
        file.write(f"#!{sys.executable} -IS\n{client}")
    os.chmod(program, 0o700)
    server = subprocess.Popen([sys.executable, __file__, path], stdin=-1, stdout=-1, env=env)
    assert server.stdin
    assert server.stdout
    assert server.stdout.readline() == b"ready\n"

    def end() -> None:
        server.communicate()
        shutil.rmtree(folder)

    atexit.register(end)
    return [sys.executable, "-IS", program]


def quick_folder() -> str:
    """A folder for PATH in which `dm` is the quick one."""
    return os.path.dirname(quick_dm()[-1])


# --- the server


def load() -> None:
    """Load all that a `dm` may load."""
    import gc
    import importlib
    import pkgutil

    import dmcli
    from dmcli.sandbox.dns import zones

    own = [module.name for module in pkgutil.walk_packages(dmcli.__path__, "dmcli.")]
    for name in (*own, *LATE):
        if not name.endswith(("__main__", "pytest_plugin")):
            importlib.import_module(name)
    zones.main_domain("example.com")  # a list of all domains is read once
    gc.collect()
    gc.freeze()  # what is not looked at is not copied for a fork


class Asked(NamedTuple):
    """What a client has: words, variables, folder, mask of files, which streams are open, which signals it ignores."""

    words: list[str]
    env: dict[bytes, bytes]
    folder: bytes
    umask: int
    streams: list[int]
    ignored: list[int]


class Server:
    """Forks for each client until standard input is closed."""

    def __init__(self, path: str) -> None:
        import selectors
        import signal
        import socket

        load()
        self.waiting = selectors.DefaultSelector()
        self.running: dict[int, socket.socket] = {}  # the clients by their process
        self.wake, self.woken = socket.socketpair()
        self.woken.setblocking(False)
        signal.set_wakeup_fd(self.woken.fileno())
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self.listening = socket.socket(socket.AF_UNIX)
        self.listening.bind(path)
        self.listening.listen(64)
        for file, answer in ((0, os._exit), (self.wake, self._reap), (self.listening, self._fork)):
            self._wait_for(file, answer)
        print("ready", flush=True)

    def run(self) -> tuple[Asked, list[int]]:
        """Serve. Returns in the forks alone, each with what its client asked and the streams that it sent."""
        while True:
            for key, _ in self.waiting.select():
                if found := key.data(key.fileobj):
                    return found

    def _wait_for(self, file: Any, answer: Callable[[Any], Any]) -> None:
        self.waiting.register(file, 1, answer)

    def _fork(self, listening: socket.socket) -> tuple[Asked, list[int]] | None:
        import marshal
        import signal
        import socket

        link = listening.accept()[0]
        head, fds, _, _ = socket.recv_fds(link, 4, 3)
        size, data = int.from_bytes(head, "big"), b""
        while len(data) < size:
            data += link.recv(size - len(data))
        if pid := os.fork():
            for fd in fds:
                os.close(fd)
            self.running[pid] = link
            self._wait_for(link, functools.partial(self._pass_on, pid))
            return None
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self.waiting.close()
        for each in (self.wake, self.woken, self.listening, link, *self.running.values()):
            each.close()
        return Asked(*marshal.loads(data)), fds  # noqa: S302  from our own client

    def _reap(self, wake: socket.socket) -> None:
        """Tell the clients of those that ended."""
        wake.recv(4096)
        while self.running:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            link = self.running.pop(pid)
            with suppress(KeyError):  # it is gone
                self.waiting.unregister(link)
            with suppress(OSError):
                link.sendall(status.to_bytes(4, "big"))
            link.close()

    def _pass_on(self, pid: int, link: socket.socket) -> None:
        """Give the process the signals that its client got; where the client is gone, end it."""
        import signal

        try:
            numbers = link.recv(64)
        except OSError:
            numbers = b""
        if not numbers:
            self.waiting.unregister(link)
        for number in numbers or [signal.SIGKILL]:
            os.kill(pid, number)


def _become(asked: Asked, fds: list[int]) -> None:
    """Let this process have all that the client has."""
    import fcntl
    import signal
    import termios
    import time

    given = dict(zip(asked.streams, fds, strict=True))
    for fd in range(3):
        if fd in given:
            os.dup2(given[fd], fd)
        else:
            os.close(fd)
    for fd in fds:
        os.close(fd)
    os.environb.clear()
    os.environb.update(asked.env)
    time.tzset()
    os.umask(asked.umask)
    os.chdir(asked.folder)
    sys.argv[:] = ["-c", *asked.words]
    for name, fd, mode in (("stdin", 0, "r"), ("stdout", 1, "w"), ("stderr", 2, "w")):
        stream = _stream(fd, mode) if fd in given else None
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    for number in asked.ignored:
        signal.signal(number, signal.SIG_IGN)
    if sys.stdin and sys.stdin.isatty():
        # The terminal is in control of it, unless it has another program in control already, such as a shell.
        os.setsid()
        with suppress(OSError):
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _stream(fd: int, mode: str) -> Any:
    """A standard stream as Python makes it where there is no language."""
    errors = "backslashreplace" if fd == 2 else "surrogateescape"
    stream = open(fd, mode, encoding="utf-8", errors=errors, closefd=False)  # noqa: SIM115  it is open to the end
    stream.reconfigure(line_buffering=fd == 2 or stream.isatty())
    return stream


def _run() -> None:
    """Run `dm` to its end, without taking down all that was loaded: the fork would be copied for that."""
    import threading

    from dmcli.__main__ import main

    code: Any = 0
    try:
        main()
    except SystemExit as end:
        code = end.code
    threading._shutdown()  # waits for the threads that Python waits for
    atexit._run_exitfuncs()
    os._exit(code or 0)


if __name__ == "__main__":
    _become(*Server(sys.argv[1]).run())
    _run()
