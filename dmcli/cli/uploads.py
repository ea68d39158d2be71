"""Files that are uploaded for a call: done and told of, shown in dry runs, said in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dmcli.words import listed, tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dmcli.cli.session import Session
    from dmcli.workflows.upload.files import LocalFile
    from dmcli.workflows.upload.upload import Uploads


def uploads_of(current: Session, files: Sequence[LocalFile]) -> Uploads:
    """The uploads of files, each told of once it is there."""
    from dmcli.workflows.upload.files import mb
    from dmcli.workflows.upload.upload import Uploads

    return Uploads(
        lambda: current.resources.open_platform,
        files,
        lambda file: current.say(tr("uploaded {name} ({size})", name=file.name, size=mb(file.size))),
    )


def as_data(files: Sequence[LocalFile]) -> list[dict[str, object]]:
    """What would be uploaded, each content once."""
    if not files:
        return []
    from dmcli.workflows.upload.files import by_content

    return [
        {"file": one.path, "name": one.name, "type": one.kind, "bytes": one.size, "sha256": one.digest}
        for one in by_content(files).values()
    ]


def in_words(files: Sequence[LocalFile]) -> str:
    """The names of files and what they come to; "" for none."""
    from dmcli.workflows.upload.files import mb

    size = mb(sum(file.size for file in files))
    return tr("{names} ({size})", names=listed(file.name for file in files), size=size) if files else ""
