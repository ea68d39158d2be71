"""Batch tasks: what the catalogue declares is all there is."""

from dmcli.cli.build import group

COMMAND = group("task")
