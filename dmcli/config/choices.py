"""The words that a setting and its option take. Every start loads them, so nothing else stands here."""

OUTPUT = ("table", "json", "yaml", "csv", "ndjson")
LANG = ("en", "zh")
