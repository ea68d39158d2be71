"""How data are shown: in the formats of -o, and as panels and charts. The only place that knows rich.

Commands hand over what they received and the catalogue's fields; all that differs by format is decided here.
"""

from dmcli.render.output import Output, show_text
from dmcli.render.show import show_document, show_pages

__all__ = ["Output", "show_document", "show_pages", "show_text"]
