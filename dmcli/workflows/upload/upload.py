"""Uploading: a permit of OpenPlatform, a form to the bucket of OSS that it names, and the URL for DirectMail's call.

That is the way of SDK alibabacloud-dm20151123 (SingleSendMailAdvance, SendValidateFileAdvance). How long a URL is good
for is undocumented.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, NamedTuple

from dmcli.api.actions.openplatform import AUTHORIZE
from dmcli.api.model import Effect
from dmcli.api.wire import Request
from dmcli.client.attempts import Operation
from dmcli.client.retry import PATIENCE, Outcome, Step
from dmcli.client.verdict import Verdict, error_class, error_text, judge
from dmcli.errors import UnreachableError
from dmcli.words import tr
from dmcli.workflows.upload.files import by_content
from dmcli.workflows.upload.form import Form

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from dmcli.api.wire import Reply
    from dmcli.client.client import Client
    from dmcli.workflows.upload.files import LocalFile

GOOD_FOR = 12 * 3600.0  # seconds after which a file is uploaded again; the URLs of a run must outlast its mails
_SLOWEST = 64 * 1024  # bytes a second
_CREATED = "201"
_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{1,5})?")
_KEY = re.compile(r"[!-~]+")
_THERE = "FileAlreadyExists"  # the key is of this permit alone, so an attempt whose answer was lost did it
_NOTHING = {"en": ("", ""), "zh": ("", "")}  # what a code of OSS would mean for DirectMail


class _Permit(NamedTuple):
    """Where a file goes, and the fields that let it."""

    host: str
    key: str
    fields: dict[str, str]

    @property
    def url(self) -> str:
        """What DirectMail's call names, as the SDKs write it."""
        return f"http://{self.host}/{self.key}"


def upload(client: Client, file: LocalFile) -> str:
    """Upload a file; the URL by which DirectMail fetches it. `client` is that of OpenPlatform.

    It is tried as often as a read, since an upload under the same permit makes the same object. Raises InputError where
    the file was changed, and DmError; no mail was sent.
    """
    permit = _permit(client.call(AUTHORIZE, {"Product": "Dm"}))
    form, more = Form(permit.fields, file), file.size / _SLOWEST
    headers = {"host": permit.host, "content-type": form.content_type}
    scheme = client.target.url.partition("://")[0]  # TLS, unless what stands for the vendor speaks none
    request = Request(
        "POST", f"{scheme}://{permit.host}/", headers, b"", patience=PATIENCE[Effect.WRITE] + more, stream=form
    )
    result = client.retrier.run(
        Operation("PostObject", Effect.READ, client.exchange, lambda: request, _judge, more=more)
    )
    if result.step is not Step.FINISH:
        verdict = result.verdict
        raise error_class(result, Effect.READ)(
            tr("{name} could not be uploaded: {why}", name=file.name, why=error_text(result, Effect.READ)),
            code=verdict.code,
            request_id=verdict.request_id,
            http_status=verdict.status,
            explained=_NOTHING if verdict.code else None,
        )
    return permit.url


class Uploads:
    """Files of which each content is uploaded once, when it is first needed and when its URL has become old.

    `client` makes that of OpenPlatform. `tell` is told of each file once it is there.
    """

    def __init__(
        self,
        client: Callable[[], Client],
        files: Iterable[LocalFile],
        tell: Callable[[LocalFile], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.files = by_content(files)
        self._client, self._tell, self._clock = client, tell, clock
        self._urls: dict[str, str] = {}
        self._at = 0.0

    @property
    def due(self) -> bool:
        """Whether files are to be uploaded now, for the first time or again."""
        return bool(self.files) and (not self._urls or self._clock() - self._at >= GOOD_FOR)

    def put_into(self, wire: Mapping[str, str]) -> dict[str, str]:
        """The parameters of a call with URLs in the place of what stands for them. Raises what `upload` raises."""
        if self.due:
            self._at, urls = self._clock(), {}
            for stand_in, file in self.files.items():
                urls[stand_in] = upload(self._client(), file)
                self._tell(file)
            self._urls = urls
        return {name: self._urls.get(value, value) for name, value in wire.items()}


def _permit(reply: Mapping[str, Any]) -> _Permit:
    """The permit that OpenPlatform gave. Raises UnreachableError where it is none."""
    names = {
        "OSSAccessKeyId": "AccessKeyId",
        "policy": "EncodedPolicy",
        "Signature": "Signature",
        "key": "ObjectKey",
    }
    fields = {field: str(reply.get(name) or "") for field, name in names.items()}
    host, key = f"{reply.get('Bucket') or ''}.{reply.get('Endpoint') or ''}", fields["key"]
    if not (all(fields.values()) and _HOST.fullmatch(host) and _KEY.fullmatch(key)):
        raise UnreachableError(tr("OpenPlatform gave a permit that names no place to upload to; nothing was sent"))
    return _Permit(host, key, fields | {"success_action_status": _CREATED})


def _judge(reply: Reply) -> Verdict:
    """What OSS's answer to a form means: 201 with XML as asked for, an Error in XML else."""
    verdict = judge(reply, "XML", "OSS")
    posted = str(reply.status) == _CREATED and b"<PostResponse" in reply.body
    return verdict._replace(outcome=Outcome.DONE) if posted or verdict.code == _THERE else verdict
