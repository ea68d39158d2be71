"""Statistics that the service forgets after a month, kept in a database on this machine."""
