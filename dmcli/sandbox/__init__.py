"""The sandbox: a DirectMail of one's own. It verifies signatures, keeps state in SQLite and sends nothing anywhere."""
