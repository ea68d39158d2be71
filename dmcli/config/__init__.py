"""The settings of one run, and the files they come from; here, since every start loads it, the words that they take."""

DATA = ("json", "yaml", "csv", "ndjson")  # for programs
OUTPUT = ("table", *DATA)
LANG = ("en", "zh")
COLOR = ("auto", "always", "never")
