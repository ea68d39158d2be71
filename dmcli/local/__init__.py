"""The machine that `dm` runs on: its folders, private files, locks and databases."""
