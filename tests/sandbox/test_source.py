"""What code reads and sets, found without running it."""

import pytest

from core.errors import TemplateError
from core.sandbox.source import read_source, renamed_in_code


@pytest.mark.parametrize(
    ('code', 'free'),
    [
        ('a + b', {'a', 'b'}),
        ('a = 1\na + b', {'b'}),
        ('import os.path as p, sys\np, sys, os', {'os'}),
        ('def f(x, *args, y=z, **more): return x, args, y, more, w', {'z', 'w'}),
        ('[n for n in items if n > limit]', {'items', 'limit'}),
        ('try:\n    pass\nexcept ValueError as error:\n    print(error, len(x))', {'x'}),
        ('match v:\n    case {"a": x, **rest}: x\n    case [_, *others] as all: others', {'v'}),
        ('class A: pass\nlambda q: (A, q)', set()),
        ('f"{a} {b!r}"', {'a', 'b'}),
        ('(n := first) + n', {'first'}),
    ],
)
def test_names_that_code_does_not_set_come_from_outside(code: str, free: set[str]) -> None:
    assert read_source(code).free == free


@pytest.mark.parametrize(
    ('code', 'sets'),
    [
        ('result = 1', True),
        ('if x:\n    result = 1', True),
        ('result += 1', True),
        ('(result := 1)', True),
        ('result', False),
        ('def f():\n    result = 1', False),
        ('class A:\n    result = 1', False),
        ('a.result = 1', False),
    ],
)
def test_a_result_is_set_by_the_module_itself(code: str, sets: bool) -> None:
    assert read_source(code).sets_result == sets


@pytest.mark.parametrize(
    ('code', 'says'),
    [
        ('x = (', "Line 1: '\\(' was never closed"),
        ('\0', 'null'),
        ('(' * 500, 'too many nested'),
        ('-' * 100_000 + '1', 'as Python'),
    ],
)
def test_what_is_no_python_says_where(code: str, says: str) -> None:
    with pytest.raises(TemplateError, match=says):
        read_source(code)


@pytest.mark.parametrize(
    ('code', 'renamed'),
    [
        ("old['text'] + 'old' + x.old + f(old=old)", "new['text'] + 'old' + x.old + f(old=new)"),
        ("print('ä', old, old)  # old\nold", "print('ä', new, new)  # old\nnew"),
        ('old = 1\nold + 1', 'old = 1\nold + 1'),
        ('older', 'older'),
        ('old +', 'old +'),
    ],
)
def test_a_name_from_outside_is_renamed_and_nothing_else(code: str, renamed: str) -> None:
    assert renamed_in_code(code, 'old', to='new') == renamed
