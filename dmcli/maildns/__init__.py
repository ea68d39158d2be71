"""The DNS of mail: records a domain wants, how other tools have them, and what is wrong with those there."""
