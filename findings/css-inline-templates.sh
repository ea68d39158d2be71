#!/bin/sh
# css-inline, given a template, puts class before the marks around it, and refuses a page for a style that it took before
#
# Seen:      2026-11-28
# Versions:  css-inline 0.24.0, Python 3.11.7
# Guess:     Inlining adds style attributes. With words for the tags of a template engine, which are put back afterwards, all
#            attributes stay in their order; a style attribute that is a placeholder alone is kept, or dropped.
# Behaviour: class is written first, so <p BEGIN class="gold" END>, which stands for {% if vip %} class="gold" {% endif %},
#            becomes <p class="gold" BEGIN END>. A style attribute that is a placeholder alone is kept as it is, and the whole
#            page is refused ("Invalid qualified rule") as soon as a rule is for the same element. A tag between rows moves
#            before the table, as HTML has it.
# Matters:   The template still compiles and renders, and everybody gets what was meant for a few. Whether a page can be
#            inlined depends on rules elsewhere in it.
# Source:    run; https://docs.rs/css-inline/0.24.0/
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv py
py/bin/pip install -q --disable-pip-version-check css-inline==0.24.0

cat > run.py <<'END'
import css_inline

for page in (
    '<p begin class="gold" end>a</p>',
    "<table>{% if vip %}<tr><td>a</td></tr>{% endif %}</table>",
    '<p style="{{ look }}">a</p>',
    '<style>p { margin: 0 }</style><p style="{{ look }}">a</p>',
):
    try:
        print(css_inline.inline(page, load_remote_stylesheets=False).partition("<body>")[2].partition("</body>")[0])
    except css_inline.InlineError as error:
        print("InlineError:", error)
END
echo "guess: every tag of the template where it was"
py/bin/python run.py > seen
cat seen
cat > expected <<'END'
<p class="gold" begin="" end="">a</p>
{% if vip %}{% endif %}<table><tbody><tr><td>a</td></tr></tbody></table>
<p style="{{ look }}">a</p>
InlineError: Invalid qualified rule
END
diff expected seen || { echo "changed: css-inline no longer moves tags of a template as described"; exit 1; }
echo "still so"
