"""How much mail there is, by day, kind, sender, tag and outcome: read from what was counted as it came."""

from __future__ import annotations

from dmcli.api.regions import OFFSET
from dmcli.sandbox.calendar import DAY

_OF_MAIL = f"""
  SELECT (created + {OFFSET}) / {DAY} AS day, kind, sender, tag, status,
    EXISTS (SELECT 1 FROM event WHERE mail = mail.id AND kind = 'open') AS opened,
    EXISTS (SELECT 1 FROM event WHERE mail = mail.id AND kind = 'click') AS clicked FROM mail, clock"""
# A common table expression `counted`, whose value is the time now. The outcome is NULL as long as it is not known. That
# is so for few mails, and for those that came before the clock was turned back; both are found by an index.
COUNTED = f"""
clock (now) AS (VALUES (?)),
late AS ({_OF_MAIL} WHERE settled > created AND settled > now
  UNION ALL {_OF_MAIL} WHERE settled <= created AND created > now AND settled > now),
counted AS (
  SELECT day, kind, sender, tag, status AS outcome, mails, opened, clicked FROM tally
  UNION ALL SELECT day, kind, sender, tag, status, -1, -opened, -clicked FROM late
  UNION ALL SELECT day, kind, sender, tag, NULL, 1, opened, clicked FROM late)"""
