"""Templates: what they fill in, what they refuse, and that they stay small."""

from __future__ import annotations

import pytest

from dmcli.errors import InputError
from dmcli.workflows.merge.letters.plaintext import plain_text
from dmcli.workflows.merge.letters.template import MOST, Template, identifier

REFUSED = {
    "{{ a * 3 }}": "line 1: Mul is not possible",
    "\n{{ a.b }}": "line 2: an attribute is not possible",
    "{{ a[0] }}": "an index is not possible",
    "{% for x in a %}{{ x }}{% endfor %}": "a loop is not possible",
    "{{ lipsum() }}": "a call is not possible",
    "{% macro m() %}{% endmacro %}": "a macro is not possible",
    "{% include 'x' %}": "an include is not possible",
    "{% set b = a ~ a %}": "a set is not possible",
    "{{ 'x'|center(9) }}": "there is no filter 'center'",
    "{{ '%9s'|format(a) }}": "there is no filter 'format'",
    "{{ a|replace('x', 'xx') }}": "there is no filter 'replace'",
    "{{ a is filter }}": "there is no test 'filter'",
    "{{ a": "unexpected end of template",
    "{% if a %}": "line 1: Unexpected end of template",
    "{% nothing %}": "unknown tag 'nothing'",
}


@pytest.mark.parametrize(("source", "said"), REFUSED.items(), ids=REFUSED)
def test_what_could_run_long_or_is_no_template_is_refused(source, said):
    with pytest.raises(InputError) as refused:
        Template("--html", source, html=True)
    assert str(refused.value).startswith("--html")
    assert said.lower() in str(refused.value).lower()


@pytest.mark.parametrize("source", ["{{ first name }}", "{{ a", "{{ a }", "{% if a %}", "{{ }}"])
def test_what_is_no_template_is_told_with_how_a_column_is_written(source):
    with pytest.raises(InputError) as refused:
        Template("--text", source, html=False)
    assert "{{ First_name }}, with _ for each space" in refused.value.hint
    assert refused.value.message.startswith("--text, line 1: ")


def test_values_are_escaped_in_html_alone():
    values = {"name": "<b>&'"}
    assert Template("--html", "{{ name }}", html=True).render(values) == "&lt;b&gt;&amp;&#39;"
    assert Template("--subject", "{{ name }}", html=False).render(values) == "<b>&'"


def test_an_empty_cell_is_no_value():
    template = Template(
        "--text", "{% if nick %}{{ nick }}{% else %}{{ name }}{% endif %}, {{ city|d('x') }}", html=False
    )
    assert template.required == {"name"}
    assert template.columns == {"nick", "name", "city"}
    assert template.render({"nick": "", "name": "Ada", "city": ""}) == "Ada, x"


def test_what_would_be_too_large_is_refused_before_it_is_made():
    template = Template("--text", "{{ a }}" * 9, html=False)
    assert len(template.render({"a": "x" * 1000})) == 9000
    with pytest.raises(ValueError, match="--text would come to"):
        template.render({"a": "x" * (MOST // 9 + 1)})


def test_an_unknown_column_is_told_with_the_nearest():
    template = Template("--subject", "{{ Nmae }}", html=False)
    with pytest.raises(InputError, match=r"--subject uses \{\{ Nmae \}\}, .* did you mean name\?$"):
        template.check_columns(["email", "name"])
    with pytest.raises(InputError, match=r"has \{name\}, which stays as it is"):
        Template("--subject", "Hello {name}", html=False).check_columns(["name"])
    Template("--html", "a{color:red} {{ '{name}' }} {other}", html=True).check_columns(["name"])


@pytest.mark.parametrize(
    ("column", "name"), [("First name", "First_name"), ("姓名", "姓名"), ("2nd", "_2nd"), (" e-mail ", "e_mail")]
)
def test_a_column_has_a_name_that_templates_can_use(column, name):
    assert identifier(column) == name
    assert Template("--text", f"{{{{ {name} }}}}", html=False).columns == {name}


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("a<br>b &lt;c&gt;\n  d", "a\nb <c> d"),
        ("<ul><li>a<li>b</ul>", "- a\n- b"),
        ("<a href='https://x.example/?a=1&amp;b'>x</a>", "x (https://x.example/?a=1&b)"),
        ("<a href='https://x.example/'>https://x.example/</a>", "https://x.example/"),
        ("<a href='{{ url }}'>{{ name }}</a>", "{{ name }} ({{ url }})"),
        ("<head><title>t</title></head><script>s</script>a<img alt='b'>", "ab"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a | b"),
    ],
)
def test_html_as_plain_text(html, text):
    assert plain_text(html) == text
