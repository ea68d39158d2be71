"""The DNS of mail: which records a domain wants, and how zones and other tools have them. Pure data and functions."""
