"""The sandbox's account as a SQLite file: its tables, transactions and snapshots."""
