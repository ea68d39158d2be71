"""The tables of the sandbox, and what a new one starts with, as the migrations that make them."""

from __future__ import annotations

from dmcli.api.regions import OFFSET

# Times are epoch seconds. Addresses and domains are kept in lower case or compared without regard to case.
_SCHEMA = """
CREATE TABLE setting (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
-- Grouped by the period they were used in, so that old ones go without a search.
CREATE TABLE nonce (period INTEGER, nonce TEXT, PRIMARY KEY (period, nonce)) WITHOUT ROWID;
CREATE TABLE domain (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, status INTEGER NOT NULL DEFAULT 1,
  selector TEXT NOT NULL DEFAULT '', password TEXT NOT NULL DEFAULT '', created INTEGER NOT NULL);
CREATE TABLE address (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, domain TEXT NOT NULL, sendtype TEXT NOT NULL,
  status INTEGER NOT NULL DEFAULT 0, reply TEXT NOT NULL DEFAULT '', reply_status INTEGER NOT NULL DEFAULT 1,
  address_type TEXT NOT NULL DEFAULT 'INTERNAL', password TEXT NOT NULL DEFAULT '', callback TEXT NOT NULL DEFAULT '',
  created INTEGER NOT NULL, updated INTEGER NOT NULL);
CREATE TABLE address_deletion (id INTEGER PRIMARY KEY, at INTEGER NOT NULL);
CREATE TABLE ticket (ticket TEXT PRIMARY KEY, address INTEGER NOT NULL, reply TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE receiver (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE, alias TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '', columns TEXT NOT NULL, created INTEGER NOT NULL);
CREATE TABLE member (
  receiver TEXT NOT NULL, email TEXT NOT NULL COLLATE NOCASE, variables TEXT NOT NULL, created INTEGER NOT NULL,
  PRIMARY KEY (receiver, email)) WITHOUT ROWID;
CREATE TABLE tag (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, description TEXT NOT NULL DEFAULT '');
CREATE TABLE template (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, subject TEXT NOT NULL, html TEXT NOT NULL,
  nickname TEXT NOT NULL DEFAULT '', status INTEGER NOT NULL DEFAULT 2, remark TEXT NOT NULL DEFAULT '',
  sms_content TEXT NOT NULL DEFAULT '', sms_type TEXT NOT NULL DEFAULT '0', type INTEGER NOT NULL DEFAULT 0,
  created INTEGER NOT NULL);
CREATE TABLE task (
  id INTEGER PRIMARY KEY AUTOINCREMENT, receivers TEXT NOT NULL, template TEXT NOT NULL, tag TEXT NOT NULL,
  count INTEGER NOT NULL, status INTEGER NOT NULL DEFAULT 1, address_type TEXT NOT NULL, ip_pool TEXT NOT NULL,
  created INTEGER NOT NULL);
-- What was sent, once a call; a `mail` row a recipient says what became of it there. Each index costs every send a page
-- in the log; a sender has too large a part of the mail for one of its own.
CREATE TABLE message (
  id INTEGER PRIMARY KEY, request_id TEXT NOT NULL, alias TEXT NOT NULL, reply_to TEXT NOT NULL,
  reply_alias TEXT NOT NULL, subject TEXT NOT NULL, html TEXT NOT NULL, text TEXT NOT NULL, track INTEGER NOT NULL,
  headers TEXT NOT NULL, attachments TEXT NOT NULL, template TEXT NOT NULL, ip_pool TEXT NOT NULL,
  size INTEGER NOT NULL);
-- `settled` is when the outcome is known; `subject` and `variables` are there only where they differ by recipient.
CREATE TABLE mail (
  id INTEGER PRIMARY KEY, message INTEGER NOT NULL, kind TEXT NOT NULL, sender TEXT NOT NULL,
  recipient TEXT NOT NULL COLLATE NOCASE, bcc INTEGER NOT NULL, tag TEXT NOT NULL, status INTEGER NOT NULL,
  reason TEXT NOT NULL, class TEXT NOT NULL, subject TEXT, variables TEXT,
  created INTEGER NOT NULL, settled INTEGER NOT NULL);
CREATE INDEX mail_by_time ON mail (created);
CREATE INDEX mail_by_recipient ON mail (recipient, created);
CREATE TABLE event (id INTEGER PRIMARY KEY, mail INTEGER NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL);
CREATE INDEX event_by_mail ON event (mail);
CREATE TABLE invalid (
  id INTEGER PRIMARY KEY AUTOINCREMENT, address TEXT NOT NULL UNIQUE COLLATE NOCASE, at INTEGER NOT NULL);
-- Recipients that counted against the quota, by day of the service; deleting mail gives nothing back.
CREATE TABLE used (day INTEGER PRIMARY KEY, mails INTEGER NOT NULL);
"""

# Enough for the first send to succeed, over SMTP with SANDBOX_SMTP_PASSWORD. Part of the migrations, so that of two
# first processes one does it.
_SEED = """
INSERT INTO setting (name, value) VALUES ('daily', 2000), ('monthly', 60000);
INSERT INTO domain (name, status, selector, password, created)
  VALUES ('sandbox.test', 0, 'aliyun-cn-hangzhou',
    '00000000000000002525252525252525:' ||
    '74eb7c537776cfd39dfaae03896d2303331bcf86a8051ac04698cd1899ceba04', CAST(strftime('%s', 'now') AS INTEGER));
INSERT INTO address (name, domain, sendtype, reply, reply_status, created, updated)
  SELECT column1, 'sandbox.test', column2, 'support@sandbox.test', 0, CAST(strftime('%s', 'now') AS INTEGER),
    CAST(strftime('%s', 'now') AS INTEGER)
  FROM (VALUES ('noreply@sandbox.test', 'trigger'), ('news@sandbox.test', 'batch'));
INSERT INTO tag (name, description) VALUES ('welcome', 'Mail to new customers');
INSERT INTO receiver (id, name, alias, description, columns, created)
  VALUES (lower(hex(randomblob(16))), 'customers', 'customers@list', 'Three customers to try with',
    'UserName,NickName,Gender,Birthday,Mobile', CAST(strftime('%s', 'now') AS INTEGER));
INSERT INTO member (receiver, email, variables, created)
  SELECT receiver.id, people.column1, people.column2, receiver.created
  FROM receiver, (VALUES ('ada@example.com', '{"UserName": "Ada"}'), ('li@example.com', '{"UserName": "Li"}'),
    ('sam@example.com', '{"UserName": "Sam"}')) AS people WHERE receiver.name = 'customers';
INSERT INTO template (name, subject, html, created)
  VALUES ('newsletter', 'News for {UserName}', '<p>Dear {UserName},</p><p>this is what is new.</p>',
    CAST(strftime('%s', 'now') AS INTEGER));
"""
# What serves those who look in from outside: the log of calls, faults to inject, limits, uploads, what was read.
_AROUND = f"""
-- Of what the caller sent, secrets are masked and long values cut; `spoilt` is how the reply was spoilt on purpose.
CREATE TABLE call (
  id INTEGER PRIMARY KEY, at REAL NOT NULL, ms REAL NOT NULL, request_id TEXT NOT NULL,
  action TEXT NOT NULL, version TEXT NOT NULL, scheme TEXT NOT NULL, key_id TEXT NOT NULL, status INTEGER NOT NULL,
  code TEXT NOT NULL, spoilt TEXT NOT NULL, fault INTEGER, request TEXT NOT NULL, reply TEXT NOT NULL);
CREATE TABLE fault (
  id INTEGER PRIMARY KEY AUTOINCREMENT, effect TEXT NOT NULL, value TEXT NOT NULL, after INTEGER NOT NULL,
  action TEXT NOT NULL, recipient TEXT NOT NULL, nth INTEGER NOT NULL, times INTEGER, rate REAL, seed INTEGER NOT NULL,
  html INTEGER NOT NULL, retry_after INTEGER, seen INTEGER NOT NULL DEFAULT 0, struck INTEGER NOT NULL DEFAULT 0);
CREATE TABLE bucket (
  action TEXT PRIMARY KEY, rate REAL NOT NULL, burst REAL NOT NULL, level REAL NOT NULL, at REAL NOT NULL)
  WITHOUT ROWID;
CREATE TABLE upload (
  key TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, data BLOB NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
-- What counts against the quota is counted as it is sent, see `used`.
CREATE TRIGGER mail_counts AFTER INSERT ON mail WHEN new.kind = 'mail' BEGIN
  INSERT INTO used (day, mails) VALUES ((new.created + {OFFSET}) / 86400, 1)
    ON CONFLICT (day) DO UPDATE SET mails = mails + 1;
END;
ALTER TABLE domain ADD COLUMN checks INTEGER NOT NULL DEFAULT 0;
ALTER TABLE template ADD COLUMN checks INTEGER NOT NULL DEFAULT 0;
ALTER TABLE template ADD COLUMN submitted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE address ADD COLUMN checks INTEGER NOT NULL DEFAULT 0;
ALTER TABLE address ADD COLUMN asked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE event ADD COLUMN url TEXT NOT NULL DEFAULT '';
ALTER TABLE mail ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;
"""
# SQLite goes through a body to get at what stands behind it in its row.
_BODIES_LAST = """
ALTER TABLE message RENAME TO before;
CREATE TABLE message (
  id INTEGER PRIMARY KEY, request_id TEXT NOT NULL, alias TEXT NOT NULL, reply_to TEXT NOT NULL,
  reply_alias TEXT NOT NULL, subject TEXT NOT NULL, track INTEGER NOT NULL, headers TEXT NOT NULL,
  attachments TEXT NOT NULL, template TEXT NOT NULL, ip_pool TEXT NOT NULL, size INTEGER NOT NULL,
  text TEXT NOT NULL, html TEXT NOT NULL);
INSERT INTO message SELECT id, request_id, alias, reply_to, reply_alias, subject, track, headers, attachments, template,
  ip_pool, size, text, html FROM before;
DROP TABLE before;
"""
# The DNS authority: what its zones have, and what is wrong with it; of a domain what the last check found, as JSON.
_DNS = """
CREATE TABLE record (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, type TEXT NOT NULL, value TEXT NOT NULL, priority INTEGER,
  ttl INTEGER NOT NULL, split INTEGER NOT NULL, UNIQUE (name, type, value));
CREATE TABLE broken (name TEXT, type TEXT, how TEXT NOT NULL, PRIMARY KEY (name, type)) WITHOUT ROWID;
ALTER TABLE domain ADD COLUMN seen TEXT NOT NULL DEFAULT '';
"""
_IP_FILTER = """
CREATE TABLE ipfilter (id INTEGER PRIMARY KEY AUTOINCREMENT, address TEXT NOT NULL UNIQUE, created INTEGER NOT NULL);
"""
# Who gets no mail: whom the account suppressed, and who blocks a sender, up to the event after which that was lifted.
_SUPPRESSION = """
CREATE TABLE suppression (
  id INTEGER PRIMARY KEY AUTOINCREMENT, address TEXT NOT NULL UNIQUE COLLATE NOCASE, created INTEGER NOT NULL);
CREATE TABLE suppression_level (level TEXT NOT NULL);
CREATE TABLE unblocked (
  recipient TEXT COLLATE NOCASE, sender TEXT COLLATE NOCASE, kind TEXT, event INTEGER NOT NULL,
  PRIMARY KEY (recipient, sender, kind)) WITHOUT ROWID;
CREATE VIEW block AS SELECT event.id, event.kind, mail.recipient, mail.sender, event.at, mail.created FROM event
  JOIN mail ON mail.id = event.mail LEFT JOIN unblocked
    ON unblocked.recipient = mail.recipient AND unblocked.sender = mail.sender AND unblocked.kind = event.kind
  WHERE event.id > coalesce(unblocked.event, 0);
"""
_CONFIG_SETS = """
CREATE TABLE config_set (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, description TEXT NOT NULL, ip_pool TEXT NOT NULL,
  fall_back INTEGER NOT NULL, validation TEXT NOT NULL);
ALTER TABLE address ADD COLUMN config_set INTEGER;
"""
# The DKIM key of a domain: how long it is, and how often it was changed.
_DKIM = """
ALTER TABLE domain ADD COLUMN dkim_bits INTEGER NOT NULL DEFAULT 2048;
ALTER TABLE domain ADD COLUMN dkim_rotations INTEGER NOT NULL DEFAULT 0;
"""
# Files whose addresses are checked; `counts` is how many came to which result, as JSON.
_VALIDATION = """
CREATE TABLE validation (
  id INTEGER PRIMARY KEY AUTOINCREMENT, file TEXT NOT NULL UNIQUE, name TEXT NOT NULL, total INTEGER NOT NULL,
  counts TEXT NOT NULL, created INTEGER NOT NULL);
"""
# Dedicated IPs, of addresses that are for documents (RFC 5737); nobody can buy more.
_DEDICATED_IPS = """
CREATE TABLE ip_pool (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, created INTEGER NOT NULL);
CREATE TABLE dedicated_ip (
  id TEXT PRIMARY KEY, ip TEXT NOT NULL UNIQUE, pool INTEGER, renewal INTEGER NOT NULL DEFAULT 1,
  warmup TEXT NOT NULL DEFAULT 'sysCusStream', changed INTEGER NOT NULL DEFAULT 0, started INTEGER NOT NULL)
  WITHOUT ROWID;
"""
_SEED_IPS = """
INSERT INTO dedicated_ip (id, ip, started)
  SELECT column1, column2, CAST(strftime('%s', 'now') AS INTEGER)
  FROM (VALUES ('dm-ip-1', '192.0.2.10'), ('dm-ip-2', '192.0.2.11'), ('dm-ip-3', '192.0.2.12'));
"""
# The configuration set that holds for a mail, "" for none; as before, the bodies stand last.
_SETS_OF_MAIL = """
ALTER TABLE message RENAME TO before;
CREATE TABLE message (
  id INTEGER PRIMARY KEY, request_id TEXT NOT NULL, alias TEXT NOT NULL, reply_to TEXT NOT NULL,
  reply_alias TEXT NOT NULL, subject TEXT NOT NULL, track INTEGER NOT NULL, headers TEXT NOT NULL,
  attachments TEXT NOT NULL, template TEXT NOT NULL, ip_pool TEXT NOT NULL, config_set TEXT NOT NULL DEFAULT '',
  size INTEGER NOT NULL, text TEXT NOT NULL, html TEXT NOT NULL);
INSERT INTO message SELECT id, request_id, alias, reply_to, reply_alias, subject, track, headers, attachments, template,
  ip_pool, '', size, text, html FROM before;
DROP TABLE before;
ALTER TABLE task ADD COLUMN config_set TEXT NOT NULL DEFAULT '';
"""
# Who was found invalid is suppressed by the service itself, for as long.
_SYSTEM_SUPPRESSION = """
ALTER TABLE suppression ADD COLUMN type TEXT NOT NULL DEFAULT 'user';
INSERT OR IGNORE INTO suppression (address, created, type) SELECT address, at, 'system' FROM invalid ORDER BY id;
CREATE TRIGGER invalid_found AFTER INSERT ON invalid BEGIN
  INSERT OR IGNORE INTO suppression (address, created, type) VALUES (lower(new.address), new.at, 'system');
END;
CREATE TRIGGER invalid_gone AFTER DELETE ON invalid BEGIN
  DELETE FROM suppression WHERE address = old.address AND type = 'system';
END;
CREATE TRIGGER suppression_gone AFTER DELETE ON suppression WHEN old.type = 'system' BEGIN
  DELETE FROM invalid WHERE address = old.address;
END;
"""
# Events after which somebody may get no more mail, by who that is: to look through all mail that they got would take
# longer with each of them. One whose mail was deleted has no recipient any more.
_BLOCKING = """
CREATE TABLE blocking (
  event INTEGER PRIMARY KEY, kind TEXT NOT NULL, recipient TEXT NOT NULL COLLATE NOCASE,
  sender TEXT NOT NULL COLLATE NOCASE);
CREATE INDEX blocking_by_recipient ON blocking (recipient, kind, sender);
INSERT INTO blocking SELECT event.id, event.kind, mail.recipient, mail.sender FROM event JOIN mail
  ON mail.id = event.mail WHERE event.kind IN ('unsubscribe', 'complaint');
CREATE TRIGGER event_blocks AFTER INSERT ON event WHEN new.kind IN ('unsubscribe', 'complaint') BEGIN
  INSERT INTO blocking SELECT new.id, new.kind, recipient, sender FROM mail WHERE id = new.mail;
END;
CREATE TRIGGER event_goes AFTER DELETE ON event BEGIN DELETE FROM blocking WHERE event = old.id; END;
DROP VIEW block;
CREATE VIEW block AS SELECT event.id, one.kind, one.recipient, one.sender, event.at, mail.created
  FROM blocking AS one JOIN event ON event.id = one.event JOIN mail ON mail.id = event.mail LEFT JOIN unblocked
    ON unblocked.recipient = one.recipient AND unblocked.sender = one.sender AND unblocked.kind = one.kind
  WHERE event.id > coalesce(unblocked.event, 0) AND mail.kind != 'gone';
"""
# How much mail there is, so that it need not be counted: by day of the service, and by what it is looked up by. Kept by
# triggers, since mail comes and goes in several ways. `opened` and `clicked` are mails, not events.
_KEY = "day, kind, sender, tag, status"
_OF = f"({{row}}.created + {OFFSET}) / 86400, {{row}}.kind, {{row}}.sender, {{row}}.tag, {{row}}.status"
_REACTED = ", ".join(
    f"EXISTS (SELECT 1 FROM event WHERE mail = {{row}}.id AND kind = '{kind}')" for kind in ("open", "click")
)
_FIGURES = ("mails", "unseen", "opened", "clicked")


def _counted(row: str, sign: str, reacted: str = _REACTED) -> str:
    """The statement that adds a row of mail to what is counted, or takes it away."""
    changes = ", ".join(f"{name} = {name} {sign} excluded.{name}" for name in _FIGURES)
    return (
        f"INSERT INTO tally ({_KEY}, {', '.join(_FIGURES)}) VALUES ({_OF}, 1, {{row}}.seen = 0, {reacted}) "
        f"ON CONFLICT ({_KEY}) DO UPDATE SET {changes};"
    ).format(row=row)


_TALLY = f"""
CREATE TABLE tally (
  day INTEGER, kind TEXT, sender TEXT, tag TEXT, status INTEGER, mails INTEGER NOT NULL, unseen INTEGER NOT NULL,
  opened INTEGER NOT NULL, clicked INTEGER NOT NULL, PRIMARY KEY ({_KEY})) WITHOUT ROWID;
INSERT INTO tally SELECT day, kind, sender, tag, status, count(*), sum(seen = 0), sum(opened), sum(clicked)
  FROM (SELECT (created + {OFFSET}) / 86400 AS day, kind, sender, tag, status, seen,
    EXISTS (SELECT 1 FROM event WHERE mail = mail.id AND kind = 'open') AS opened,
    EXISTS (SELECT 1 FROM event WHERE mail = mail.id AND kind = 'click') AS clicked FROM mail) GROUP BY 1, 2, 3, 4, 5;
CREATE TRIGGER mail_comes AFTER INSERT ON mail BEGIN {_counted("new", "+", "0, 0")} END;
CREATE TRIGGER mail_goes AFTER DELETE ON mail BEGIN {_counted("old", "-")} END;
CREATE TRIGGER mail_changes AFTER UPDATE OF kind, sender, tag, status, created, seen ON mail
  BEGIN {_counted("old", "-")} {_counted("new", "+")} END;
CREATE TRIGGER mail_is_read AFTER INSERT ON event WHEN new.kind IN ('open', 'click') AND NOT EXISTS
  (SELECT 1 FROM event WHERE mail = new.mail AND kind = new.kind AND id != new.id) BEGIN
  UPDATE tally SET opened = opened + (new.kind = 'open'), clicked = clicked + (new.kind = 'click')
    WHERE ({_KEY}) = (SELECT {_OF.format(row="mail")} FROM mail WHERE id = new.mail);
END;
CREATE INDEX mail_by_settling ON mail (settled) WHERE settled > created;
"""
# Up to which mail the index of words goes, and which mails of one message stand in it together, by the number of the
# last. The tables of the index itself are made with it, where SQLite has what they need.
_SEARCH = """
CREATE TABLE indexed (mail INTEGER NOT NULL);
CREATE TABLE together (last INTEGER PRIMARY KEY, first INTEGER NOT NULL);
"""
MIGRATIONS = (
    *(_SCHEMA, _SEED, _AROUND, _BODIES_LAST, _DNS, _IP_FILTER, _SUPPRESSION, _CONFIG_SETS),
    *(_DKIM, _VALIDATION, _DEDICATED_IPS, _SEED_IPS, _SETS_OF_MAIL, _SYSTEM_SUPPRESSION),
    *(_BLOCKING, _TALLY, _SEARCH),
)
SEED = _SEED + _SEED_IPS  # what a new sandbox has
