"""What one rendering of a template may cost, so that no template holds the app up or fills its memory.

All that can grow or take long is paid for before it is used: what filters take and give, texts and lists that are put
together, compared or cut. Names and single items cost nothing.
"""

from collections.abc import Callable, Iterator
from typing import Any

from jinja2 import nodes
from jinja2.runtime import Context
from jinja2.utils import pass_context
from jinja2.visitor import NodeTransformer

from core.errors import TemplateError

MAX_EFFORT = 500_000_000
"""In characters looked at once; a few seconds at worst."""

_ITEM = 50
_FILTER = 5
"""What an item of a list costs, and how many times more a filter costs than a look, in characters."""

PAID = 'paid '
"""The filter that only pays; with a blank, so that no template can name it."""


class _Effort:
    """What is left for one rendering."""

    def __init__(self) -> None:
        self._left = MAX_EFFORT

    def spend(self, *values: Any, times: int = 1) -> None:
        rest = list(values)
        while rest:
            value = rest.pop()
            match value:
                case str():
                    self._pay(times * len(value))
                case list() | tuple():
                    self._pay(times * _ITEM * len(value))
                    rest.extend(value)
                case dict():
                    self._pay(times * _ITEM * len(value))
                    rest.extend(value.values())
                case range():
                    self._pay(times * _ITEM * len(value))
                case _:
                    pass

    def drawn(self, value: Any) -> Any:
        """The value, paid for; what would come bit by bit becomes a list."""
        if not isinstance(value, Iterator):
            self.spend(value, times=_FILTER)
            return value
        items = []
        for item in value:
            self.spend([item], times=_FILTER)
            items.append(item)
        return items

    def _pay(self, cost: int) -> None:
        self._left -= cost
        if self._left < 0:
            raise TemplateError('It takes more work than a template may; do less, or less often in a loop.')


def effort_of(context: Context) -> _Effort:
    """The one purse of a rendering."""
    effort: _Effort = context.vars.setdefault(PAID, _Effort())
    return effort


@pass_context
def paid(context: Context, value: Any) -> Any:
    effort_of(context).spend(value)
    return value


def at_a_price(filter_: Callable[..., Any]) -> Callable[..., Any]:
    """The filter, paid for; it gives a list where it would have given bit by bit."""
    wants = getattr(getattr(filter_, 'jinja_pass_arg', None), 'name', '')

    @pass_context
    def filtered(context: Context, value: Any, *args: Any, **options: Any) -> Any:
        effort = effort_of(context)
        own = {'context': (context,), 'eval_context': (context.eval_ctx,), 'environment': (context.environment,)}
        value = effort.drawn(value)
        effort.spend(*args, *options.values(), times=_FILTER)
        return effort.drawn(filter_(*own.get(wants, ()), value, *args, **options))

    return filtered


class Priced(NodeTransformer):
    """Has everything in a template paid for that is not a filter already."""

    def visit_List(self, node: nodes.List) -> nodes.Node:  # noqa: N802
        return _paid(self.generic_visit(node))

    visit_Dict = visit_List  # noqa: N815

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:  # noqa: N802
        priced = self.generic_visit(node)
        return _paid(priced) if node.ctx == 'load' else priced

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802
        """A text, as in a template, of each part; joined as the filter does it."""
        self.generic_visit(node)
        return _filter(nodes.List(node.nodes, lineno=node.lineno), 'join')

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        node.expr = _paid(node.expr)
        for operand in node.ops:
            operand.expr = _paid(operand.expr)
        return node

    def visit_Test(self, node: nodes.Test) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        node.node = _paid(node.node)
        return node

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        if isinstance(node.arg, nodes.Slice):
            node.node = _paid(node.node)
        return node


def _paid(node: Any) -> nodes.Filter:
    return _filter(node, PAID)


def _filter(node: Any, name: str) -> nodes.Filter:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)
