"""The words that a setting and its option take. Every start loads them, so nothing else stands here."""

DATA = ("json", "yaml", "csv", "ndjson")  # for programs
OUTPUT = ("table", *DATA)
LANG = ("en", "zh")
COLOR = ("auto", "always", "never")
