#!/bin/sh
# One Mustache greeting in five engines: "Dear ," in Handlebars, with a name and without one, and "Dear None," in pystache
#
# Seen:      2026-11-30
# Versions:  handlebars 4.7.10, mustache 4.2.0, hogan.js 3.0.2 (npm) on Node 20.20; chevron 0.14.0, pystache 0.6.8 (PyPI) on
#            Python 3.11.7
# Guess:     {{#name}}Dear {{name}},{{/name}}{{^name}}Hello,{{/name}} is the textbook's greeting: Dear Li, or Hello where the name
#            is empty, null, or not there. All five read Mustache; Handlebars says it can mostly take its place.
# Behaviour: In Handlebars the section makes the text Li the place where names are looked up, and there is no name in it: "Dear ,"
#            for everybody who has one, and for an empty name as well, which is not taken for false; so is 0. compat: true
#            finds the name, and not the empty one. pystache writes None for {{name}} of null, where the others write nothing.
#            A list comes out as vip,cn or as Python writes it, with brackets and quotes. A link that no HTML needs escaped
#            becomes https:&#x2F;&#x2F; in mustache and ?id&#x3D;7 in Handlebars.
# Matters:   A template is moved from one engine to the other, compiles, and mails "Dear ," to a whole list. Text parts need
#            {{{link}}}: what is escaped for HTML is no link in them.
# Source:    run; https://handlebarsjs.com/guide/#language-features, https://mustache.github.io/mustache.5.html
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix . handlebars@4.7.10 mustache@4.2.0 hogan.js@3.0.2 > npm.log 2>&1 || { cat npm.log; exit 1; }
python3 -m venv py
py/bin/pip install -q --disable-pip-version-check chevron==0.14.0 pystache==0.6.8

cat > cases.json <<'END'
[["a name", "{{#name}}Dear {{name}},{{/name}}{{^name}}Hello,{{/name}}", {"name": "Li"}],
 ["no name", "{{#name}}Dear {{name}},{{/name}}{{^name}}Hello,{{/name}}", {}],
 ["empty name", "{{#name}}Dear {{name}},{{/name}}{{^name}}Hello,{{/name}}", {"name": ""}],
 ["null", "Dear {{name}},", {"name": null}],
 ["0 points", "{{#points}}You have points.{{/points}}{{^points}}No points yet.{{/points}}", {"points": 0}],
 ["list", "{{tags}}", {"tags": ["vip", "cn"]}],
 ["link", "{{link}}", {"link": "https://a.example/?id=7"}]]
END
cat > render.js <<'JS'
const Handlebars = require("handlebars");
const engines = {
  handlebars: (template, data) => Handlebars.compile(template)(data),
  "handlebars, compat": (template, data) => Handlebars.compile(template, { compat: true })(data),
  mustache: (template, data) => require("mustache").render(template, data),
  hogan: (template, data) => require("hogan.js").compile(template).render(data),
};
for (const [name, template, data] of require("./cases.json"))
  for (const [engine, render] of Object.entries(engines)) console.log(`${name}: ${engine} ${render(template, data)}`);
JS
cat > render.py <<'PY'
import json

import chevron
import pystache

for name, template, data in json.load(open("cases.json")):
    print(f"{name}: chevron {chevron.render(template, data)}")
    print(f"{name}: pystache {pystache.render(template, data)}")
PY
echo "guess: Dear Li, / Hello, / Hello, / Dear , / No points yet. and the same in all engines"
{ node render.js; py/bin/python render.py; } | LC_ALL=C sort -s -t: -k1,1 > seen
cat seen
cat > expected <<'END'
0 points: handlebars You have points.
0 points: handlebars, compat You have points.
0 points: mustache No points yet.
0 points: hogan No points yet.
0 points: chevron No points yet.
0 points: pystache No points yet.
a name: handlebars Dear ,
a name: handlebars, compat Dear Li,
a name: mustache Dear Li,
a name: hogan Dear Li,
a name: chevron Dear Li,
a name: pystache Dear Li,
empty name: handlebars Dear ,
empty name: handlebars, compat Dear ,
empty name: mustache Hello,
empty name: hogan Hello,
empty name: chevron Hello,
empty name: pystache Hello,
link: handlebars https://a.example/?id&#x3D;7
link: handlebars, compat https://a.example/?id&#x3D;7
link: mustache https:&#x2F;&#x2F;a.example&#x2F;?id&#x3D;7
link: hogan https://a.example/?id=7
link: chevron https://a.example/?id=7
link: pystache https://a.example/?id=7
list: handlebars vip,cn
list: handlebars, compat vip,cn
list: mustache vip,cn
list: hogan vip,cn
list: chevron ['vip', 'cn']
list: pystache [&#x27;vip&#x27;, &#x27;cn&#x27;]
no name: handlebars Hello,
no name: handlebars, compat Hello,
no name: mustache Hello,
no name: hogan Hello,
no name: chevron Hello,
no name: pystache Hello,
null: handlebars Dear ,
null: handlebars, compat Dear ,
null: mustache Dear ,
null: hogan Dear ,
null: chevron Dear ,
null: pystache Dear None,
END
diff expected seen || { echo "changed: the engines no longer render as described"; exit 1; }
echo "still so"
