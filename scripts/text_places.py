"""Where in code texts for people stand, as `scripts/texts.py` finds them: a line here for each new place."""

from __future__ import annotations

# Where texts stand in what is called: positions and names of arguments. The strings in a tuple, a list, or the values
# of a dictionary that stands there are texts too.
TEXTS: dict[str, tuple[int | str, ...]] = {
    "tr": (0,),
    "marked": (0,),
    "composed": (0, 1, 2),
    "listed": (1, "last"),
    "Action": (2, "summary", "done", "charges", "breaks"),
    "Param": (2, "help"),
    "Field": (1, "title", 2, "words", "alone"),
    "Command": (1, "help"),
    "Ref": (0, "noun"),
    "Package": (1, "help"),
    "_containing": (1,),
    "_option": (2,),
    "_ByHand": (1, 2),
    "FaultEffect": (0, 2),
    "Decision": (0,),
    "Limit": (0, 1, 2),
    "Section": (1,),
    "Cause": (0,),
    "said": (0,),
    "naming": (0,),
    "Facts": ("undeclared_codes",),
    "Option": ("help",),
    "Argument": ("help",),
    "option": ("help",),
    "command": (3, "help"),
    "later": (1, "text"),
    "_replace": ("help", "title"),
    "Group": ("help",),
    "from_history": (0,),
    "good": (0,),
    "fair": (0,),
    "bad": (0,),
    "count": (1, "title"),
    "keyword": (0,),
    "Text": ("rule",),
    "HeaderText": ("rule",),
    "Part": (1,),
}
# What is typed, which looks like a sentence, is none: places as above.
TYPED: dict[str, tuple[int | str, ...]] = {
    "command": (4, "example"),
    "Section": (5, "empty"),
    "Attribute": (1,),  # what the JSON Schema of an account says, in English
    "Part": (2,),
    "Thread": ("name",),
    "NameAttribute": (1,),
    **dict.fromkeys(("ServiceError", "RefusedRequestError", "_xml"), (1,)),  # what the service says
    "Action": ("look", "called_by"),
    "Command": (0, "example"),
}
# Where the keys of a dictionary are texts, and its values are none.
KEYS: dict[str, tuple[int | str, ...]] = {"Facts": ("copied", "guessed", "missing"), "named": (0,)}
# Modules whose sentences are not shown by us in a language: what the service itself says on the wire, or what has its
# languages side by side; and rooms that are not yet in the catalogue.
APART = (
    "cli/reference.py",  # pages of documentation in English
    "cli/manual.py",  # the same
    "cli/examples.py",  # what is typed
    "api/codes/",
    "api/replies/",
    "sandbox/control/past/",  # mail of a made-up past, and what servers said of it
    "sandbox/mail/extract.py",  # names of elements
    "sandbox/gateway/smtp.py",  # on the wire
    "sandbox/smtp/letter.py",  # the same
    "sandbox/environment.py",  # programs
    "sandbox/pytest_plugin.py",  # for tests
    "sandbox/server/http1.py",  # on the wire
    "sandbox/testapi/",  # for programs
    "workflows/trace/reasons.py",  # as api/replies/
)
