"""What a piece of Python reads and sets, found without running it."""

import ast
import builtins
from dataclasses import dataclass
from functools import lru_cache

from core.errors import TemplateError

RESULT = 'result'


@dataclass(frozen=True, slots=True)
class Source:
    """The names in it; `free` are those that it reads and never sets, so that they must come from outside."""

    reads: frozenset[str]
    free: frozenset[str]
    sets_result: bool


@lru_cache(maxsize=256)
def read_source(code: str) -> Source:
    """TemplateError with the line where it is no Python."""
    try:
        tree = ast.parse(code)
    except SyntaxError as error:
        raise TemplateError(f'Line {error.lineno or 1}: {error.msg}') from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise TemplateError(f'It cannot be read as Python: {error or "it is nested too deeply"}') from None
    reads, sets = set(), set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                reads.add(name)
            case ast.Name(id=name) | ast.arg(arg=name):
                sets.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                sets.add(name)
            case ast.alias(name=path, asname=name):
                sets.add(name or path.partition('.')[0])
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                sets.add(name)
    free = reads - sets - set(dir(builtins))
    return Source(reads=frozenset(reads), free=frozenset(free), sets_result=_sets_result(tree))


def renamed_in_code(code: str, old: str, *, to: str) -> str:
    """The code with the name `old`, where it comes from outside, become `to`; what is no Python stays as it is."""
    try:
        if old not in read_source(code).free:
            return code
    except TemplateError:
        return code
    lines = code.encode().splitlines(keepends=True)  # the parser counts in bytes
    names = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name) and node.id == old]
    for name in sorted(names, key=lambda name: -name.col_offset):
        line = lines[name.lineno - 1]
        end = name.col_offset + len(old.encode())
        if line[name.col_offset : end] != old.encode():  # inside an f-string older parsers point elsewhere
            return code
        lines[name.lineno - 1] = line[: name.col_offset] + to.encode() + line[end:]
    return b''.join(lines).decode()


def _sets_result(tree: ast.Module) -> bool:
    """Whether the module itself, not a function in it, sets `result`."""
    todo: list[ast.AST] = list(tree.body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Name) and node.id == RESULT and isinstance(node.ctx, ast.Store):
            return True
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            continue
        todo.extend(ast.iter_child_nodes(node))
    return False
