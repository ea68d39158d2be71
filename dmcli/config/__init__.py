"""The settings of one run, and the files they come from."""
