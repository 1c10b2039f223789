"""The tool calculator: arithmetic, read as a tree and never run as code."""

import ast
import math
import operator
from collections.abc import Callable
from typing import Any

from pydantic import Field

from core.tools.tool import ToolContext, ToolError, TypedTool
from core.values import Value

_LARGEST = 10**300
_MOST_DIGITS = 1000

Number = int | float

_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Number]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_FUNCTIONS: dict[str, Callable[..., Number]] = {
    'abs': abs, 'min': min, 'max': max, 'round': round, 'sqrt': math.sqrt, 'exp': math.exp, 'log': math.log,
    'log10': math.log10, 'log2': math.log2, 'sin': math.sin, 'cos': math.cos, 'tan': math.tan, 'asin': math.asin,
    'acos': math.acos, 'atan': math.atan, 'floor': math.floor, 'ceil': math.ceil, 'degrees': math.degrees,
    'radians': math.radians, 'hypot': math.hypot,
}  # fmt: skip
_CONSTANTS = {'pi': math.pi, 'e': math.e, 'tau': math.tau}


class CalculatorArgs(Value):
    expression: str = Field(
        min_length=1, max_length=500, description='Such as (3 + 4) * 2 ** 5, sqrt(2), 15 % 4, round(10 / 3, 2).'
    )


class Calculator(TypedTool[CalculatorArgs]):
    name = 'calculator'
    title = 'Calculator'
    description = 'Calculates: + - * / // % ** ( ), pi, e, and functions such as sqrt, log, sin, round, min and max.'
    icon = 'calculate'
    Args = CalculatorArgs

    async def run(self, args: CalculatorArgs, context: ToolContext) -> str:
        return str(calculate(args.expression))


def calculate(expression: str) -> Number:
    """The value; ToolError where it has none, or one beyond all use."""
    written = expression.strip().replace('^', '**').replace('×', '*').replace('÷', '/').replace('−', '-')
    try:
        return _bounded(_value(ast.parse(written, mode='eval').body))
    except (SyntaxError, RecursionError, MemoryError):
        raise ToolError(f'{expression!r} is not arithmetic.') from None
    except ZeroDivisionError:
        raise ToolError('It divides by zero.') from None
    except (OverflowError, ValueError, TypeError) as error:
        raise ToolError(f'{expression!r} has no value: {error}.') from None


def _value(node: ast.expr) -> Number:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return _bounded(number)
        case ast.Name(id=name) if name in _CONSTANTS:
            return _CONSTANTS[name]
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -_value(inner)
        case ast.UnaryOp(op=ast.UAdd(), operand=inner):
            return _value(inner)
        case ast.BinOp(op=ast.Pow(), left=left, right=right):
            return _power(_value(left), _value(right))
        case ast.BinOp(op=kind, left=left, right=right) if type(kind) in _OPERATORS:
            return _bounded(_OPERATORS[type(kind)](_value(left), _value(right)))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _FUNCTIONS:
            return _bounded(_FUNCTIONS[name](*map(_value, args)))
        case _:
            raise ToolError(f'It knows only numbers, + - * / // % ** ( ) and {", ".join([*_CONSTANTS, *_FUNCTIONS])}.')


def _power(base: Number, exponent: Number) -> Number:
    if abs(base) > 1 and abs(exponent) * math.log10(abs(base)) > _MOST_DIGITS:
        raise OverflowError('the result is too large')
    value = base**exponent
    if isinstance(value, complex):
        raise ValueError('the root of a negative number')
    return _bounded(value)


def _bounded(value: Number) -> Number:
    if isinstance(value, float) and not math.isfinite(value):
        raise OverflowError('the result is not finite')
    if isinstance(value, int) and abs(value) > _LARGEST:
        raise OverflowError('the result is too large')
    return value
