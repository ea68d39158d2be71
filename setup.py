"""What a wheel has beyond its modules: topics of help, manual pages, and files where packagers look for them."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import os
import shutil
import sys
import tarfile

from setuptools import setup
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

HERE = os.path.dirname(os.path.abspath(__file__))
MANUAL = os.path.join("build", "man")
sys.path.insert(0, HERE)  # a build in isolation does not have it


class Build(build_py):
    """Copies the pages that `dm help TOPIC` prints into the package."""

    def run(self) -> None:
        """As setuptools does, and the pages; an editable installation reads docs itself."""
        from dmcli.cli.topics import TOPICS

        super().run()
        if not self.editable_mode:
            topics = os.path.join(self.build_lib, "dmcli", "topics")
            for folder in ("", "zh"):
                os.makedirs(os.path.join(topics, folder), exist_ok=True)
                for page in set(TOPICS.values()):
                    shutil.copyfile(os.path.join(HERE, "docs", folder, page), os.path.join(topics, folder, page))


class Source(sdist):
    """Archives whose bytes depend on SOURCE_DATE_EPOCH alone; setuptools heeds it in a wheel, not here."""

    def make_archive(self, *args: object, **more: object) -> str:
        """As setuptools does; then times, owners and order are evened out. Only .tar.gz is made."""
        made: str = super().make_archive(*args, **more)
        if "SOURCE_DATE_EPOCH" in os.environ:
            _even_out(made, int(os.environ["SOURCE_DATE_EPOCH"]))
        return made


def _even_out(archive: str, epoch: int) -> None:
    plain = io.BytesIO()
    with tarfile.open(archive) as old, tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as new:
        for member in sorted(old.getmembers(), key=lambda member: member.name):
            data = old.extractfile(member) if member.isfile() else None
            member.mtime, member.pax_headers = epoch, {}
            member.uid = member.gid = 0
            member.uname = member.gname = ""
            member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
            new.addfile(member, data)
    with open(archive, "wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=epoch) as packed:
        packed.write(plain.getvalue())


def manual() -> list[str]:
    """The manual pages, written; of the day of SOURCE_DATE_EPOCH, else of today."""
    from dmcli.cli.manual import manual as pages

    now = dt.datetime.now(dt.UTC).timestamp()
    day = dt.datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", now)), dt.UTC).date()
    os.makedirs(os.path.join(HERE, MANUAL), exist_ok=True)
    for name, text in pages(day.isoformat()).items():
        with open(os.path.join(HERE, MANUAL, name), "w", encoding="utf-8") as file:
            file.write(text)
    return sorted(os.path.join(MANUAL, name) for name in pages(day.isoformat()))


def data_files() -> list[tuple[str, list[str]]]:
    """The files of share/; the shells want bash's by the name of the program."""
    bash = os.path.join("build", "completions", "dm")
    os.makedirs(os.path.join(HERE, os.path.dirname(bash)), exist_ok=True)
    shutil.copyfile(os.path.join(HERE, "completions", "dm.bash"), os.path.join(HERE, bash))
    return [
        ("share/man/man1", manual()),
        ("share/bash-completion/completions", [bash]),
        ("share/zsh/site-functions", ["completions/_dm"]),
        ("share/fish/vendor_completions.d", ["completions/dm.fish"]),
        ("share/doc/dmcli", ["config.example.yaml"]),
    ]


setup(cmdclass={"build_py": Build, "sdist": Source}, data_files=data_files())
