"""The tables of the history, as migrations."""

from __future__ import annotations

FAILED = """
INSERT INTO failure (account, day, sort, domain, mails)
SELECT d.account, d.day, d.sort, lower(substr(r.value, instr(r.value, '@') + 1)), count(*)
FROM detail AS d JOIN sort AS s ON s.id = d.sort JOIN text AS r ON r.id = d.recipient WHERE s.status != 0
"""
# Days are those of the service (UTC+8), counted from 1970-01-01; times are epoch seconds. Of the owner of an account's
# keys there is a hash. `text` are recipients and subjects, `sort` is all else that a row of details says, since that
# comes again and again; `seq` counts the rows of a day down from 0, as the service lists them: the newest first.
MIGRATIONS = (
    """
CREATE TABLE account (
  id INTEGER PRIMARY KEY, place TEXT NOT NULL, owner TEXT NOT NULL, invalid_until INTEGER, UNIQUE (place, owner));
CREATE TABLE text (id INTEGER PRIMARY KEY, value TEXT NOT NULL UNIQUE);
CREATE INDEX text_in_capitals ON text (value COLLATE NOCASE) WHERE value != lower(value);
CREATE TABLE sort (
  id INTEGER PRIMARY KEY, sender TEXT NOT NULL, tag TEXT NOT NULL, status INTEGER NOT NULL, message TEXT NOT NULL,
  class TEXT NOT NULL, config TEXT NOT NULL, config_name TEXT NOT NULL, pool TEXT NOT NULL, pool_name TEXT NOT NULL,
  UNIQUE (sender, tag, status, message, class, config, config_name, pool, pool_name));
CREATE TABLE day (
  account INTEGER NOT NULL, day INTEGER NOT NULL, settled INTEGER NOT NULL, mails INTEGER NOT NULL,
  PRIMARY KEY (account, day)) WITHOUT ROWID;
CREATE TABLE detail (
  account INTEGER NOT NULL, day INTEGER NOT NULL, seq INTEGER NOT NULL, recipient INTEGER NOT NULL,
  subject INTEGER NOT NULL, sort INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (account, day, seq))
  WITHOUT ROWID;
CREATE INDEX detail_by_recipient ON detail (recipient);
-- The details of a day counted; `provider` is the domain of the recipients.
CREATE TABLE daily (
  account INTEGER NOT NULL, day INTEGER NOT NULL, sender TEXT NOT NULL, tag TEXT NOT NULL, provider TEXT NOT NULL,
  status INTEGER NOT NULL, mails INTEGER NOT NULL, PRIMARY KEY (account, day, sender, tag, provider, status))
  WITHOUT ROWID;
-- Opens and clicks as the service counts them, as JSON: of all mail, of a sender, of a sender's mail with a tag.
CREATE TABLE track (
  account INTEGER NOT NULL, day INTEGER NOT NULL, sender TEXT NOT NULL, tag TEXT NOT NULL, counts TEXT NOT NULL,
  PRIMARY KEY (account, day, sender, tag)) WITHOUT ROWID;
CREATE TABLE invalid (
  account INTEGER NOT NULL, at INTEGER NOT NULL, address TEXT NOT NULL COLLATE NOCASE,
  PRIMARY KEY (account, at, address)) WITHOUT ROWID;
CREATE UNIQUE INDEX invalid_by_address ON invalid (account, address);
""",
    # Details of a day that were not delivered, counted by all that a row says but the recipient, and by their domain.
    f"""
CREATE TABLE failure (
  account INTEGER NOT NULL, day INTEGER NOT NULL, sort INTEGER NOT NULL, domain TEXT NOT NULL, mails INTEGER NOT NULL,
  PRIMARY KEY (account, day, sort, domain)) WITHOUT ROWID;
{FAILED} GROUP BY 1, 2, 3, 4;
""",
)
