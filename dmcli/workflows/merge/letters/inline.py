"""Rows of a merge as one BatchSendMail: what is the same for all is its content, what differs goes as variables.

The service fills in `{name}`; it takes 100 groups of recipients in a call, each with variables of its own (SDK). A row
is a group, since several in one may see each other. What a template has for a row is worked out here, so that filters
and `if` are those of any merge; a variable is one such place, `{html1}` the first of the HTML.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from dmcli.api import catalogue
from dmcli.errors import InputError
from dmcli.words import tr

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dmcli.workflows.merge.letters.template import Template

ACTION = catalogue.get("BatchSendMail")
MOST = 100  # rows in a call (SDK)
# In bytes as they are sent, so that the largest call stays below the 8 MB that the service takes in a body (SDK).
_MOST_VARIABLES = 60_000  # of a row
_MOST_CONTENT = 1_500_000
_PARTS = {"Subject": "subject", "HtmlBody": "html", "TextBody": "text"}
_FIELDS = {**{name: name for name in _PARTS}, "FromAlias": "Alias"}
_BRACES = re.compile(r"\{ ?\w+ ?\}")


class Inline:
    """How the rows of a letter share a call. `wire` are the parameters that all have, with templates as texts.

    Raises InputError for what such a call cannot have.
    """

    def __init__(self, wire: Mapping[str, str], templates: Mapping[str, Template]) -> None:
        self._templates = templates
        rest = {name: text for name, text in wire.items() if name not in _FIELDS}
        if rest.pop("ReplyToAddress", "false") != "false":
            raise InputError(tr("--via batch has no --use-reply-to: give the address with --reply-to"))
        if rest.keys() - {param.name for param in ACTION.params}:
            raise InputError(tr("--via batch takes no attachments: leave them out, or leave out --via"))
        content = {_FIELDS[name]: wire[name] for name in _FIELDS if wire.get(name)}
        for name, template in templates.items():
            texts = template.constants
            if odd := next((found[0] for text in texts for found in [_BRACES.search(text)] if found), ""):
                raise InputError(
                    tr(
                        "{what} has {odd}, which the service would take for a variable of a batch",
                        what=template.what,
                        odd=odd,
                    )
                )
            content[name] = "".join(
                text + (f"{{{_PARTS[name]}{number}}}" if number < len(texts) else "")
                for number, text in enumerate(texts, 1)
            )
        self._rest = rest | {"TemplateContent": json.dumps(content, ensure_ascii=False)}
        if len(quote(self._rest["TemplateContent"])) > _MOST_CONTENT:
            raise InputError(tr("the texts are too large for --via batch: leave out --via, or shorten them"))

    def variables(self, values: Mapping[str, str]) -> dict[str, str]:
        """The variables of a row. Raises ValueError, a sentence, for what cannot be one."""
        found = {
            f"{_PARTS[name]}{number}": text
            for name, template in self._templates.items()
            for number, text in enumerate(template.differing(values), 1)
        }
        if odd := next((match[0] for text in found.values() for match in [_BRACES.search(text)] if match), ""):
            raise ValueError(tr("has {odd} in a value, which the service may take for a variable of a batch", odd=odd))
        if (size := len(quote(json.dumps(found, ensure_ascii=False)))) > _MOST_VARIABLES:
            raise ValueError(
                tr(
                    "differs from other rows by {size} bytes; in a batch it may by {most}",
                    size=size,
                    most=_MOST_VARIABLES,
                )
            )
        return found

    def wire(self, people: Iterable[tuple[str, Mapping[str, str]]]) -> dict[str, str]:
        """The parameters of a call for people with their variables."""
        groups = [{"To": [address], "TemplateData": variables} for address, variables in people]
        return self._rest | {"Receivers": json.dumps(groups, ensure_ascii=False)}
