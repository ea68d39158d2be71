#!/bin/sh
# An invitation brings its time zone with it, +08:00: three of six readers do not take it
#
# Seen:      2026-11-30
# Versions:  icalendar 7.3.0, vobject 0.9.9, ics 0.7.3, icalevents 0.3.1 (PyPI) on Python 3.11.7; ical.js 2.2.1, node-ical
#            0.27.2 (npm) on Node 20.20; TZ=America/New_York
# Guess:     The name of a zone in an invitation is a key to the VTIMEZONE in the same file (RFC 5545, 3.2.19), which has to be
#            there and says how far from UTC it is: 09:00 in a zone of +08:00 is 01:00 UTC for every reader, whatever its name.
# Behaviour: ics 0.7.3 reads 09:00 UTC for all names but that of the IANA. node-ical goes by the name, of which it knows many:
#            for others it is 09:00 where the program runs, 14:00 UTC here, with the name as the time's zone. vobject gives a
#            time without a zone where the name has commas, as Exchange's have. icalendar, icalevents and ical.js are right.
# Matters:   Exchange, Evolution and many makers of invitations use names of their own. A reader that books rooms or sends
#            reminders is hours off, where its server runs in UTC as well, and says nothing.
# Source:    run; RFC 5545, sections 3.2.19 and 3.6.5; https://github.com/ics-py/ics-py, https://github.com/jens-maus/node-ical
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv py
py/bin/pip install -q --disable-pip-version-check icalendar==7.3.0 vobject==0.9.9 ics==0.7.3 icalevents==0.3.1
npm install --silent --no-audit --no-fund --prefix . ical.js@2.2.1 node-ical@0.27.2 > npm.log 2>&1 || { cat npm.log; exit 1; }

cat > names.json <<'END'
["Asia/Shanghai", "China Standard Time", "(UTC+08:00) Beijing, Chongqing, Hong Kong, Urumqi",
 "/freeassociation.sourceforge.net/Asia/Shanghai", "Beijing Office"]
END
cat > read.py <<'PY'
import datetime
import json

import ics
import icalendar
import icalevents.icalevents
import vobject

INVITATION = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//invitation//EN
METHOD:REQUEST
BEGIN:VTIMEZONE
TZID:{text}
BEGIN:STANDARD
DTSTART:16010101T000000
TZOFFSETFROM:+0800
TZOFFSETTO:+0800
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:1@shop.example
DTSTAMP:20261128T000000Z
ORGANIZER:mailto:li@shop.example
ATTENDEE:mailto:han@example.com
DTSTART;TZID="{name}":20261201T090000
DTEND;TZID="{name}":20261201T100000
SUMMARY:Meeting
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")
DAYS = datetime.datetime(2026, 11, 29), datetime.datetime(2026, 12, 3)
readers = {
    "icalendar": lambda text: icalendar.Calendar.from_ical(text).walk("VEVENT")[0].decoded("dtstart"),
    "vobject": lambda text: vobject.readOne(text).vevent.dtstart.value,
    "ics": lambda text: next(iter(ics.Calendar(text).events)).begin.datetime,
    "icalevents": lambda text: icalevents.icalevents.events(string_content=text.encode(), start=DAYS[0], end=DAYS[1])[0].start,
}
for number, name in enumerate(json.load(open("names.json"))):
    text = INVITATION.format(name=name, text=name.replace(",", "\\,"))
    with open(f"{number}.ics", "w", newline="") as file:
        file.write(text)
    print(name)
    for reader, read in readers.items():
        found = read(text)
        print(f"  {reader}", f"{found.astimezone(datetime.UTC):%H:%M} UTC" if found.tzinfo else f"{found:%H:%M} without a zone")
PY
cat > read.js <<'JS'
const fs = require("fs");
const nodeIcal = require("node-ical");
(async () => {
  const ICAL = (await import("ical.js")).default;
  for (const [number, name] of require("./names.json").entries()) {
    const text = fs.readFileSync(`${number}.ics`, "utf8");
    const hour = (date) => `${date.toISOString().slice(11, 16)} UTC`;
    console.log(name);
    const event = new ICAL.Event(new ICAL.Component(ICAL.parse(text)).getFirstSubcomponent("vevent"));
    console.log(`  ical.js ${hour(event.startDate.toJSDate())}`);
    const { start } = Object.values(nodeIcal.sync.parseICS(text)).find((found) => found.type === "VEVENT");
    console.log(`  node-ical ${hour(start)}, zone ${start.tz}`);
  }
})();
JS
echo "guess: 01:00 UTC, 30 times"
export TZ=America/New_York
{ py/bin/python -W ignore read.py 2> errors; node read.js; } > seen || { cat errors; exit 1; }
cat seen
cat > expected <<'END'
Asia/Shanghai
  icalendar 01:00 UTC
  vobject 01:00 UTC
  ics 01:00 UTC
  icalevents 01:00 UTC
China Standard Time
  icalendar 01:00 UTC
  vobject 01:00 UTC
  ics 09:00 UTC
  icalevents 01:00 UTC
(UTC+08:00) Beijing, Chongqing, Hong Kong, Urumqi
  icalendar 01:00 UTC
  vobject 09:00 without a zone
  ics 09:00 UTC
  icalevents 01:00 UTC
/freeassociation.sourceforge.net/Asia/Shanghai
  icalendar 01:00 UTC
  vobject 01:00 UTC
  ics 09:00 UTC
  icalevents 01:00 UTC
Beijing Office
  icalendar 01:00 UTC
  vobject 01:00 UTC
  ics 09:00 UTC
  icalevents 01:00 UTC
Asia/Shanghai
  ical.js 01:00 UTC
  node-ical 01:00 UTC, zone Asia/Shanghai
China Standard Time
  ical.js 01:00 UTC
  node-ical 01:00 UTC, zone Asia/Shanghai
(UTC+08:00) Beijing, Chongqing, Hong Kong, Urumqi
  ical.js 01:00 UTC
  node-ical 01:00 UTC, zone Asia/Shanghai
/freeassociation.sourceforge.net/Asia/Shanghai
  ical.js 01:00 UTC
  node-ical 14:00 UTC, zone /freeassociation.sourceforge.net/Asia/Shanghai
Beijing Office
  ical.js 01:00 UTC
  node-ical 14:00 UTC, zone Beijing Office
END
diff expected seen || { echo "changed: invitations are no longer read as described"; exit 1; }
echo "still so"
