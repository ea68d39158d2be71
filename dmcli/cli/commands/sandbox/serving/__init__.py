"""Servers of the sandbox: on their own, in the browser, around another command, and where they are."""
