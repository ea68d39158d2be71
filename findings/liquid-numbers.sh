#!/bin/sh
# One Liquid letter in LiquidJS, Python Liquid and Ruby's Liquid: other instalments, other totals, another day
#
# Seen:      2026-11-30
# Versions:  liquidjs 10.30.1 (npm) on Node 20.20; python-liquid 2.3.6 (PyPI) on Python 3.11.7; Liquid 5.4.0 for Ruby (Debian
#            12); TZ=Asia/Shanghai
# Guess:     Three implementations of one language, of which LiquidJS names Shopify's as what it is compatible with, give one letter:
#            in Liquid whole numbers are divided into whole numbers, and a time with Z is shown in its own zone.
# Behaviour: Of 1000 points in 3 parts LiquidJS makes 333.3333333333333, the others 333. 19.9 times 3 is 59.699999999999996 in
#            LiquidJS and 59.7 for the others. 2026-11-30T16:30:00Z is the 30th, 16:30, in Ruby and Python, and the 1st of December,
#            00:30, in LiquidJS, where the server is in China; a time with +08:00, read there, is the same in all. "10" from a
#            CSV is more than 5 in LiquidJS, an error within the letter in Ruby, and an exception in Python.
# Matters:   A letter that is previewed by one program and sent by another has other amounts and dates. With preserveTimezones,
#            | floor, | round: 2 and | plus: 0 they agree.
# Source:    run; https://liquidjs.com/tutorials/differences.html, https://shopify.github.io/liquid/filters/divided_by/
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
ruby -e 'require "liquid"' 2> ruby.log ||
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends ruby-liquid; } > apt.log 2>&1 || {
  cat apt.log
  echo "needs ruby-liquid"
  exit 1
}
dpkg-query -W -f '${Package} ${Version}\n' ruby-liquid
python3 -m venv py
py/bin/pip install -q --disable-pip-version-check python-liquid==2.3.6
npm install --silent --no-audit --no-fund --prefix . liquidjs@10.30.1 > npm.log 2>&1 || { cat npm.log; exit 1; }

cat > letters.json <<'END'
[["parts", "{{ points | divided_by: 3 }}", {"points": 1000}],
 ["parts, floor", "{{ points | divided_by: 3 | floor }}", {"points": 1000}],
 ["total", "{{ price | times: 3 }}", {"price": 19.9}],
 ["total, rounded", "{{ price | times: 3 | round: 2 }}", {"price": 19.9}],
 ["ends, Z", "{{ ends | date: '%Y-%m-%d %H:%M' }}", {"ends": "2026-11-30T16:30:00Z"}],
 ["ends, +08:00", "{{ ends | date: '%Y-%m-%d %H:%M' }}", {"ends": "2026-12-01T00:30:00+08:00"}],
 ["orders", "{% if orders > 5 %}thank you{% else %}hello{% endif %}", {"orders": "10"}],
 ["orders, plus 0", "{% assign n = orders | plus: 0 %}{% if n > 5 %}thank you{% else %}hello{% endif %}", {"orders": "10"}]]
END
cat > render.js <<'JS'
const { Liquid } = require("liquidjs");
const engines = { liquidjs: new Liquid(), "liquidjs, preserveTimezones": new Liquid({ preserveTimezones: true }) };
for (const [name, template, data] of require("./letters.json"))
  for (const [engine, liquid] of Object.entries(engines)) console.log(`${name}: ${engine} ${liquid.parseAndRenderSync(template, data)}`);
JS
cat > render.py <<'PY'
import json

import liquid

for name, template, data in json.load(open("letters.json")):
    try:
        print(f"{name}: python-liquid {liquid.render(template, **data)}")
    except liquid.exceptions.LiquidError as error:
        print(f"{name}: python-liquid {type(error).__name__}")
PY
cat > render.rb <<'RB'
require "json"
require "liquid"
JSON.parse(File.read("letters.json")).each { |name, template, data| puts "#{name}: ruby #{Liquid::Template.parse(template).render(data)}" }
RB
echo "guess: 333 / 59.7 / 59.7 / one time for all, twice / thank you / thank you, by all"
export TZ=Asia/Shanghai
{ node render.js; py/bin/python render.py; ruby render.rb; } | LC_ALL=C sort -s -t: -k1,1 > seen
cat seen
cat > expected <<'END'
ends, +08:00: liquidjs 2026-12-01 00:30
ends, +08:00: liquidjs, preserveTimezones 2026-12-01 00:30
ends, +08:00: python-liquid 2026-12-01 00:30
ends, +08:00: ruby 2026-12-01 00:30
ends, Z: liquidjs 2026-12-01 00:30
ends, Z: liquidjs, preserveTimezones 2026-11-30 16:30
ends, Z: python-liquid 2026-11-30 16:30
ends, Z: ruby 2026-11-30 16:30
orders: liquidjs thank you
orders: liquidjs, preserveTimezones thank you
orders: python-liquid LiquidTypeError
orders: ruby Liquid error: comparison of String with 5 failed
orders, plus 0: liquidjs thank you
orders, plus 0: liquidjs, preserveTimezones thank you
orders, plus 0: python-liquid thank you
orders, plus 0: ruby thank you
parts: liquidjs 333.3333333333333
parts: liquidjs, preserveTimezones 333.3333333333333
parts: python-liquid 333
parts: ruby 333
parts, floor: liquidjs 333
parts, floor: liquidjs, preserveTimezones 333
parts, floor: python-liquid 333
parts, floor: ruby 333
total: liquidjs 59.699999999999996
total: liquidjs, preserveTimezones 59.699999999999996
total: python-liquid 59.7
total: ruby 59.7
total, rounded: liquidjs 59.7
total, rounded: liquidjs, preserveTimezones 59.7
total, rounded: python-liquid 59.7
total, rounded: ruby 59.7
END
diff expected seen || { echo "changed: the letters are no longer rendered as described"; exit 1; }
echo "still so"
