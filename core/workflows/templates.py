"""Text templates and expressions: one sandboxed language over the results of what is upstream.

The language is Jinja's, reduced to what cannot harm: data is plain JSON, nothing has attributes or methods, growth and
loops are bounded. A workflow from a stranger can therefore be opened, validated and run without fear of its templates.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from jinja2 import Environment, Template, nodes
from jinja2 import TemplateError as JinjaError
from jinja2.environment import TemplateExpression
from jinja2.filters import do_round
from jinja2.meta import find_undeclared_variables
from jinja2.runtime import ChainableUndefined, Context, StrictUndefined, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import pass_context

from core.errors import TemplateError
from core.llm.images import without_images
from core.values import Json
from core.workflows.effort import PAID, Priced, at_a_price, effort_of, paid
from core.workflows.filters import FILTERS
from core.workflows.syntax import said

MAX_LENGTH = 20_000_000
"""The longest text a template may grow to, in characters."""

MAX_ROUNDS = 100_000
"""The rounds that all loops of one template may make together."""

MAX_DEPTH = 50
"""How deep expressions and blocks may be nested; compiling them costs the cube of it."""

_TOO_DEEP = 'nested too deeply'

_ALLOWED: tuple[type[nodes.Node], ...] = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Slice,
    nodes.Filter,
    nodes.Test,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.CondExpr,
    nodes.Concat,
    nodes.Add,
    nodes.Sub,
    nodes.Mul,
    nodes.Div,
    nodes.FloorDiv,
    nodes.Mod,
    nodes.Neg,
    nodes.Pos,
    nodes.List,
    nodes.Tuple,
    nodes.Dict,
    nodes.Pair,
    nodes.Keyword,
    nodes.If,
    nodes.For,
)


class _Missing(StrictUndefined):
    """A name or field that is not there; says what is."""

    @property
    def _undefined_message(self) -> str:
        if isinstance(self._undefined_obj, dict):
            known = ', '.join(map(str, self._undefined_obj)) or 'nothing'
            return f'There is no field {self._undefined_name!r}; there are: {known}.'
        if self._undefined_hint:
            return self._undefined_hint
        return f'There is no {self._undefined_name!r} here.'


class _Nothing(ChainableUndefined):
    """Stands for the result of a step that was skipped: empty, false, and so is everything in it."""


class _Language(ImmutableSandboxedEnvironment):
    """Jinja without attributes: `a.b` is the item `b` of `a`, whatever the type of `a` may also call by that name."""

    intercepted_binops = frozenset({'*', '%', '+'})

    def getattr(self, obj: Any, attribute: str) -> Any:
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, Undefined):
            return obj if isinstance(obj, _Nothing) else obj[argument]
        if isinstance(obj, dict | list | tuple | str):
            try:
                return obj[argument]
            except (LookupError, TypeError):
                pass
        return self.undefined(obj=obj, name=argument)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        if operator == '+':
            effort_of(context).spend(left, right)
        elif isinstance(left, str | list | tuple) or isinstance(right, str | list | tuple):
            raise TemplateError(f'`{operator}` works on numbers only.')
        elif isinstance(left, int) and isinstance(right, int) and abs(left * 1.0 * right) > 1e100:
            raise TemplateError(f'`{operator}` makes a number that is too large.')
        return super().call_binop(context, operator, left, right)


def text_of(value: Json) -> str:
    """What a value looks like in a text: a result's `text` where it has one, other data as JSON."""
    match value:
        case None:
            return ''
        case str():
            return value
        case bool():
            return 'true' if value else 'false'
        case {'text': text}:
            return text_of(text)
        case dict() if not value:  # the result of an input node that asks for nothing
            return ''
        case dict() | list() | tuple():
            told = without_images(value)
            return told if isinstance(told, str) else json.dumps(told, ensure_ascii=False, indent=2)
        case _:
            return str(value)


@dataclass(kw_only=True, slots=True)
class Scope:
    """The names that a node's templates and expressions can use.

    `lookup` gives the value of a name: the output of an upstream node by its id (`{{ research.text }}`), `incoming`
    (the text that arrives) or `inputs` (what the run was started with). None stands for a step that was skipped and
    counts as empty; a KeyError means that there is nothing of that name.
    """

    lookup: Callable[[str], Json]

    def with_names(self, names: Mapping[str, Json]) -> 'Scope':
        """The scope in which these names mean this."""
        return Scope(lookup=lambda name: names[name] if name in names else self.lookup(name))

    def render(self, template: str) -> str:
        """The template as text; TemplateError where it names what is not there or grows too long."""
        if '{' not in template:
            return template
        compiled = _compile_template(template)
        text: str = _guarded(template, lambda: _join(compiled.template.generate(self._values(compiled.names))))
        return text

    def evaluate(self, expression: str) -> Json:
        """The value of the expression, as JSON data; TemplateError where it names what is not there."""
        compiled = _compile_expression(expression)
        return _guarded(expression, lambda: _plain(compiled.run(**self._values(compiled.names))))

    def values(self, names: Iterable[str]) -> dict[str, Json]:
        """What the names stand for; those that do not exist are left out."""
        values = {}
        for name in names:
            try:
                values[name] = self.lookup(name)
            except KeyError:
                continue
        return values

    def _values(self, names: Iterable[str]) -> dict[str, Any]:
        values = self.values(names).items()
        return {name: _Nothing(name=name) if value is None else value for name, value in values}


def names_in(source: str, *, expression: bool = False) -> frozenset[str]:
    """The top-level names a template or expression uses; TemplateError where it does not parse."""
    if expression:
        return _compile_expression(source).names
    return _compile_template(source).names if '{' in source else frozenset()


@dataclass(frozen=True, slots=True)
class _CompiledTemplate:
    template: Template
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class _CompiledExpression:
    run: Callable[..., Any]
    names: frozenset[str]


@lru_cache(maxsize=2048)
def _compile_template(source: str) -> _CompiledTemplate:
    language = _language()
    tree, names = _parse(language, source)
    for loop in tree.find_all(nodes.For):
        loop.iter = nodes.Filter(loop.iter, '_bounded', [], [], None, None, lineno=loop.lineno)
    with _explained(source):
        code = language.compile(Priced().visit(tree))
    return _CompiledTemplate(Template.from_code(language, code, dict(language.globals)), names)


@lru_cache(maxsize=2048)
def _compile_expression(source: str) -> _CompiledExpression:
    language = _language()
    if '{{' in source or '{%' in source:
        raise TemplateError(f'`{source}`: an expression is written without braces, for example `score.value > 3`.')
    tree, names = _parse(language, source, expression=True)
    match tree.body:
        case [nodes.Output(nodes=[expression])] if not isinstance(expression, nodes.Tuple):
            pass
        case _:
            raise TemplateError(f'`{_short(source)}` is not one expression.')
    result = nodes.Assign(nodes.Name('result', 'store'), Priced().visit(expression), lineno=1)
    with _explained(source):
        template = language.from_string(nodes.Template([result], lineno=1))
    return _CompiledExpression(TemplateExpression(template, undefined_to_none=False), names)


@lru_cache(maxsize=1)
def _language() -> Environment:
    language = _Language(undefined=_Missing, finalize=_finalize, keep_trailing_newline=True, autoescape=False)
    known = {name: filter_ for name, filter_ in language.filters.items() if name in FILTERS}
    known.update(replace=_replace, join=_joined, round=_round, sum=_sum, tojson=_to_json)
    language.filters = {name: at_a_price(filter_) for name, filter_ in known.items()}
    language.filters.update({'_bounded': _bounded, PAID: paid})
    language.globals = {'range': language.globals['range']}
    return language


def _parse(language: Environment, source: str, *, expression: bool = False) -> tuple[nodes.Template, frozenset[str]]:
    """The checked tree, and the names that it takes from its scope."""
    with _explained(source, expression=expression):
        tree = language.parse('{{ (' + source + '\n) }}' if expression else source)
        _check_below(tree, depth=0)
        return tree, frozenset(find_undeclared_variables(tree)) - language.globals.keys()


@contextmanager
def _explained(source: str, *, expression: bool = False) -> Iterator[None]:
    """Whatever parser and compiler make of a strange source is the template's error, not the app's."""
    try:
        yield
    except JinjaError as error:
        line = getattr(error, 'lineno', 1)
        line = min(line, 1 + source.count('\n'))  # an expression is read with one line more
        message = said(str(error.message), expression=expression)
        raise TemplateError(f'`{_short(source)}`, line {line}: {message}') from error
    except RecursionError as error:
        raise TemplateError(f'`{_short(source)}` is {_TOO_DEEP}.') from error
    except (SyntaxError, ValueError, ArithmeticError, MemoryError) as error:
        raise TemplateError(f'`{_short(source)}`: {getattr(error, "msg", error)}') from error


def _check_below(parent: nodes.Node, *, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise TemplateError(f'A part of the template is {_TOO_DEEP}.')
    for node in parent.iter_child_nodes():
        _check(node)
        _check_below(node, depth=depth + 1)


def _check(node: nodes.Node) -> None:
    if isinstance(node, nodes.Call):
        if isinstance(node.node, nodes.Name) and node.node.name == 'range':
            return
        method = node.node.attr if isinstance(node.node, nodes.Getattr) else 'that'
        raise TemplateError(
            f'Nothing can be called in a template; instead of `.{method}()` use a filter: `| {method}`.'
        )
    if isinstance(node, nodes.Filter) and node.name not in FILTERS:
        near = get_close_matches(node.name, FILTERS, n=1)
        way_out = f'did you mean {near[0]!r}?' if near else f'there are: {", ".join(sorted(FILTERS))}.'
        raise TemplateError(f'There is no filter {node.name!r}; {way_out}')
    if not isinstance(node, _ALLOWED):
        raise TemplateError(f'`{type(node).__name__.lower()}` is not part of the template language.')


def _guarded(source: str, compute: Callable[[], Any]) -> Any:
    """Whatever a filter or operator makes of strange data is the template's error, not the app's."""
    try:
        return compute()
    except TemplateError:
        raise
    except (JinjaError, ArithmeticError, LookupError, TypeError, ValueError, RecursionError) as error:
        raise TemplateError(f'`{_short(source)}`: {error}') from error


def _short(source: str) -> str:
    line = ' '.join(source.split())
    return line if len(line) <= 80 else f'{line[:77]}…'


def _join(chunks: Iterable[str]) -> str:
    parts, length = [], 0
    for chunk in chunks:
        length += len(chunk)
        _check_length(length)
        parts.append(chunk)
    text = ''.join(parts)
    if not text.isascii():
        text.encode()  # a literal can hold half a character, which nothing can store
    return text


def _check_length(length: int) -> None:
    if length > MAX_LENGTH:
        raise TemplateError(f'The text grows beyond {MAX_LENGTH:,} characters.')


def _finalize(value: Any) -> Any:
    """Data in a text is written as `text_of` says; undefined values pass, so that they are reported."""
    return value if isinstance(value, _Missing) else text_of(_plain(value))


def _plain(value: Any) -> Any:
    """The value as JSON data: lazy sequences become lists; what is not there is an error."""
    if isinstance(value, _Nothing):
        return None
    if isinstance(value, _Missing):
        raise TemplateError(value._undefined_message)
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value]


def _replace(text: Any, old: str, new: str, count: int | None = None) -> str:
    source = text_of(_plain(text))
    times = source.count(old) if count is None else min(count, source.count(old))
    _check_length(len(source) + times * max(0, len(new) - len(old)))
    return source.replace(old, new, -1 if count is None else count)


def _joined(items: Iterable[Any], separator: str = '', attribute: str | None = None) -> str:
    texts = [text_of(_plain(item if attribute is None else item[attribute])) for item in items]
    _check_length(sum(map(len, texts)) + len(separator) * len(texts))
    return separator.join(texts)


def _round(value: Any, precision: int = 0, method: Any = 'common') -> float:
    return do_round(value, min(max(precision, -15), 15), method)


def _sum(items: Iterable[Any], attribute: str | int | None = None, start: float = 0) -> float:
    numbers = (item if attribute is None else item[attribute] for item in items)
    return sum(numbers, start if isinstance(start, int | float) else 0)


def _to_json(value: Any, indent: int | None = None) -> str:
    return json.dumps(_plain(value), ensure_ascii=False, indent=None if indent is None else min(indent, 8))


@pass_context
def _bounded(context: Context, items: Iterable[Any]) -> Iterable[Any]:
    """Counts the rounds of all loops of one rendering together."""
    rounds = context.vars.setdefault('_rounds', [0])
    for item in items:
        rounds[0] += 1
        if rounds[0] > MAX_ROUNDS:
            raise TemplateError(f'Its loops make more than {MAX_ROUNDS:,} rounds.')
        yield item
