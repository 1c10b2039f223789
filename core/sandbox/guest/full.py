"""Full Python inside the child: locks itself in, says `ready`, and only then reads the code."""

import ast
import os
from typing import Any

from core.sandbox.guest.landlock import restrict_files
from core.sandbox.guest.limits import die_with, give_up_rights, set_limits
from core.sandbox.guest.seccomp import restrict_calls
from core.sandbox.guest.wire import Wire, ended, print_through, returned

FILE = '<code>'


def main(policy: dict[str, Any]) -> None:
    """Never returns."""
    wire = Wire()
    try:
        lock(policy)
    except BaseException as error:
        wire.finish({'t': 'locked_out', 'problem': f'{type(error).__name__}: {error}'})
    wire.send({'t': 'ready'})
    program = wire.receive()
    wire.end_with_the_app()
    printing = print_through(wire)
    frame = run(program, most=policy['result_bytes'])
    printing.flush()
    wire.finish(frame)


def lock(policy: dict[str, Any]) -> None:
    """Each lock that the level wants, in the one order that works: each later one would forbid the earlier."""
    if app := policy.get('app'):
        die_with(app)
    if directory := policy.get('directory'):
        os.chdir(directory)
    set_limits(policy.get('limits', {}))
    if policy.get('no_rights'):
        give_up_rights()
    if files := policy.get('files'):
        restrict_files(read=files['read'], write=files['write'], execute=[])
    if calls := policy.get('calls'):
        restrict_calls(metadata=calls['metadata'], programs=False)


def run(program: dict[str, Any], *, most: int) -> dict[str, Any]:
    """The last frame: what came of the program."""
    code = program['code']
    names = {'__name__': '__main__', '__builtins__': __builtins__, **program['variables']}
    try:
        value = execute(code, names, sets_result=program['sets_result'])
    except SystemExit as error:
        if error.code:
            return ended(error, '')
        value = names.get('result')
    except BaseException as error:
        return ended(error, told(error, code))
    return returned(value, most=most)


def execute(code: str, names: dict[str, Any], *, sets_result: bool) -> Any:
    tree = ast.parse(code, FILE)
    last = tree.body[-1] if tree.body else None
    if sets_result or not isinstance(last, ast.Expr):
        exec(compile(tree, FILE, 'exec'), names)
        return names.get('result') if sets_result else None
    exec(compile(ast.Module(tree.body[:-1], tree.type_ignores), FILE, 'exec'), names)
    return eval(compile(ast.Expression(last.value), FILE, 'eval'), names)


def told(error: BaseException, code: str) -> str:
    """The traceback from where the code begins, with its lines."""
    import linecache  # these two take longer to import than most code takes to run
    import traceback

    linecache.cache[FILE] = (len(code), None, code.splitlines(keepends=True), FILE)
    at = error.__traceback__
    while at and at.tb_frame.f_code.co_filename != FILE:
        at = at.tb_next
    return ''.join(traceback.format_exception(type(error), error, at, limit=-30))
