"""Recipient lists: people read from a table, put into lists in as few calls as it takes, compared, taken out."""
