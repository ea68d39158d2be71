"""Where access keys come from: whole from one source, checked, never shown, and renewed before they end.

`chain` has the order of the sources; beside it there is a module for each provider.
"""

from dmcli.credentials.chain import source

__all__ = ["source"]
