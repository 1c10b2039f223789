import pytest

from core.errors import TemplateError
from core.workflows.templates import Scope, names_in

VALUES = {
    'research': {'text': 'Tea is old.', 'items': ['a', 'b'], 'score': 4},
    'incoming': 'What arrived.',
    'inputs': {'topic': 'tea'},
    'skipped': None,
    'empty': {},
}


@pytest.fixture
def scope() -> Scope:
    return Scope(lookup=VALUES.__getitem__)


@pytest.mark.parametrize(
    ('template', 'text'),
    [
        ('plain', 'plain'),
        ('{{ research.text }}', 'Tea is old.'),
        ('{{ research }}', 'Tea is old.'),
        ('{{ {"text": 5} }}', '5'),
        ('{{ 1.5 | round(1000000000, "ceil") }}', '1.5'),
        ('{{ research ~ " " ~ research.score ~ none }}', 'Tea is old. 4'),
        ('{% for a, b in {"x": 1} | items %}{{ a }}{{ b }}{% endfor %}', 'x1'),
        ('{{ 2.456 | round(1) }} {{ [1, 2] | sum }} {{ (1, 2) | first }} {{ "ab"[1:] }}', '2.5 3 1 b'),
        ('{{ [skipped, skipped.text] | join }}{{ skipped | replace("a", "b") }}', ''),
        ('{{ research.items }}', '[\n  "a",\n  "b"\n]'),
        ('{{ research["items"][0] }}', 'a'),
        ('{{ inputs.topic | upper }}\n', 'TEA\n'),
        ('{% for item in research.items %}- {{ item }}\n{% endfor %}', '- a\n- b\n'),
        ('{% if research.score > 3 %}good{% else %}bad{% endif %}', 'good'),
        ('{{ skipped.text }}|{{ skipped.text or research.text }}', '|Tea is old.'),
        ('{{ skipped.deep.er | default("none") }}', 'none'),
        ('{{ research.items | join(", ") }}', 'a, b'),
        ('{{ true }} {{ none }} {{ 1.5 }}', 'true  1.5'),
        ('[{{ empty }}]', '[]'),
        ('{{ research.other | default("x") }}', 'x'),
        ('{{ research.items | map("upper") | list }}', '[\n  "A",\n  "B"\n]'),
    ],
)
def test_a_template_becomes_text(scope: Scope, template: str, text: str) -> None:
    assert scope.render(template) == text


@pytest.mark.parametrize(
    ('expression', 'value'),
    [
        ('research.score > 3', True),
        ('"old" in research.text | lower', True),
        ('skipped', None),
        ('not skipped.text', True),
        ('research["items"] | length', 2),
        ('research["items"] | map("upper")', ['A', 'B']),
        ('{"a": research.score * 2}', {'a': 8}),
    ],
)
def test_an_expression_becomes_data(scope: Scope, expression: str, value: object) -> None:
    assert scope.evaluate(expression) == value


@pytest.mark.parametrize(
    ('template', 'says'),
    [
        ('{{ research.txt }}', "There is no field 'txt'; there are: text, items, score."),
        ('{{ nothing.text }}', "'nothing'"),
        ('{{ research.text', 'line 1'),
        ('{{ research.text.upper() }}', '`| upper`'),
        ('{{ research.text | nope }}', "no filter 'nope'; there are: abs, "),
        ('{{ research.text | lenght }}', "no filter 'lenght'; did you mean 'length'"),
        ('{{ "a" * 1000000000 }}', 'numbers only'),
        ('{{ "%9999999999d" % 1 }}', 'numbers only'),
        ('{% set a = 1 %}', 'not part of the template language'),
        ('{% include "/etc/passwd" %}', 'not part of the template language'),
        ('{% macro a() %}{% endmacro %}', 'not part of the template language'),
        ('{{ "".__class__ }}', '__class__'),
        ('{{ research.__class__ }}', '__class__'),
        ('{{ 1 / 0 }}', 'division by zero'),
        ('{% for a in range(9000) %}{% for b in range(9000) %}{% endfor %}{% endfor %}', 'rounds'),
        ('{{ research.text | replace("", research.text * 1) }}', 'numbers only'),
        ('{{ ' + '(' * 5000 + '1' + ')' * 5000 + ' }}', 'too deep'),
        ('{{ ' + '-' * 300 + '1 }}', 'too deep'),
        ('{{ ' + '9' * 5000 + ' }}', '4300 digits'),
        ('{{ 1 is odder }}', "'odder'"),
        ('{{ ' + ' + '.join(['research.score'] * 300) + ' }}', 'too deep'),
        ('{% for a in [1] %}' * 21 + '{% endfor %}' * 21, 'too many statically nested blocks'),
        (r'{{ "\ud800" }}', 'surrogates not allowed'),
        ('{{ research.other | replace("a", "b") }}', "no field 'other'"),
        ('{{ [research.other] | join }}', "no field 'other'"),
    ],
)
def test_a_bad_template_says_what_is_wrong(scope: Scope, template: str, says: str) -> None:
    with pytest.raises(TemplateError) as caught:
        scope.render(template)
    assert says in str(caught.value)


@pytest.mark.parametrize('expression', ['', '1, 2', '1) }}', '1) }} a', 'research.score >', '1 is odder', '9' * 5000])
def test_a_bad_expression_says_so(expression: str) -> None:
    with pytest.raises(TemplateError):
        names_in(expression, expression=True)


def test_growth_is_bounded() -> None:
    scope = Scope(lookup={'big': 'x' * 5_000}.__getitem__)
    with pytest.raises(TemplateError, match='grows beyond'):
        scope.render('{{ big | replace("x", big) }}')
    with pytest.raises(TemplateError, match='grows beyond'):
        scope.render('{{ big | list | join(big) }}')


@pytest.mark.parametrize(
    'template',
    [
        '{{ range(99999) | map("string") | map("replace", "1", range(9999) | join("  ")) | list | length }}',
        '{% for i in range(9999) %}{% if range(99999) | list | length == 1 %}x{% endif %}{% endfor %}',
        ''.join(f'{{% for a{n + 1} in [[{", ".join([f"a{n}"] * 10)}]] %}}' for n in range(15)).replace('a0', '[1]')
        + '{{ a15 }}' + '{% endfor %}' * 15,
        '{{ ' + ' ~ '.join(['big'] * 4000) + ' }}',
        '{{ [' + ', '.join(['range(99999)'] * 300) + '] }}',
        '{% for i in range(9999) %}{{ big | wordcount }}{% endfor %}',
        '{% for i in range(9999) %}{% if "y" in big %}{% endif %}{% endfor %}',
        '{% for i in range(9999) %}{% if big[1:] + big %}{% endif %}{% endfor %}',
        '{% for i in range(9999) %}{% if big is lower %}{% endif %}{% endfor %}',
    ],
)  # fmt: skip
def test_work_is_bounded(template: str) -> None:
    with pytest.raises(TemplateError, match='more work'):
        Scope(lookup={'big': 'x' * 1_000_000}.__getitem__).render(template)


@pytest.mark.parametrize(
    ('template', 'says'),
    [
        ('{{ [[1], [2]] | sum(start=[]) }}', 'unsupported operand'),
        ('{% for a in [99999999 * 99999999] %}' + '{% for a in [a * a * a] %}' * 9 + '{% endfor %}' * 10, 'too large'),
    ],
)
def test_numbers_are_bounded(scope: Scope, template: str, says: str) -> None:
    with pytest.raises(TemplateError, match=says):
        scope.render(template)


def test_braces_in_an_expression_are_explained(scope: Scope) -> None:
    with pytest.raises(TemplateError, match='without braces'):
        scope.evaluate('{{ research.score }} > 3')


def test_the_names_a_template_uses_are_known() -> None:
    assert names_in('{{ a.b }} {% for x in c %}{{ x }}{{ range(3) }}{% endfor %}') == {'a', 'c'}
    assert names_in('a.b and c', expression=True) == {'a', 'c'}


@pytest.mark.parametrize(
    ('source', 'expression', 'words'),
    [
        ('Hello {{', False, 'line 1: A place begins with {{ and has no }}.'),
        ('Hello\n{{ a', False, 'line 2: A place begins with {{ and has no }}.'),
        ('{{ a. }}', False, 'A name is missing after the dot.'),
        ('{{ a b }}', False, 'Something is missing before `b`.'),
        ('{% if a %}x', False, 'A {% if %} has no {% endif %}.'),
        ('a ==', True, '`a ==`, line 1: Something is missing at the end'),
        ('(a', True, '`(a`, line 1: A ( has no ).'),
    ],
)
def test_what_cannot_be_read_is_said_as_a_person_would(source: str, expression: bool, words: str) -> None:
    with pytest.raises(TemplateError) as raised:
        names_in(source, expression=expression)
    assert words in str(raised.value)
