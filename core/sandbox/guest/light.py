"""The small Python inside the child: an interpreter whose code can reach nothing but its variables."""

import os
from typing import Any

from core.sandbox.guest.landlock import restrict_files
from core.sandbox.guest.limits import die_with, set_limits
from core.sandbox.guest.seccomp import restrict_calls
from core.sandbox.guest.wire import Printing, Wire, ended, print_through, returned

FILE = 'code'

LOADERS = ['/lib64/ld-linux-x86-64.so.2', '/lib/ld-linux-aarch64.so.1']
"""What starts a program that uses shared libraries."""


class CpuTimeError(Exception):
    """The interpreter was ended by its limit of CPU time."""


def main(policy: dict[str, Any]) -> None:
    """Never returns. The interpreter runs in a process of its own below this one, with the same limits."""
    wire = Wire()
    try:
        if app := policy.get('app'):
            die_with(app)
        set_limits(policy['limits'])
        import pydantic_monty
        from pydantic_monty._binary import find_monty_binary

        binary = find_monty_binary()
        if places := policy.get('read'):  # in case that the interpreter itself has a fault
            restrict_files(read=places, write=['/dev/null'], execute=[binary, *LOADERS])
            restrict_calls(metadata=False, programs=True)
        pool = pydantic_monty.Monty(binary_path=binary, min_processes=1, max_processes=1).__enter__()
        session = pool.checkout(script_name=FILE, limits=policy['monty']).__enter__()
    except BaseException as error:
        wire.finish({'t': 'locked_out', 'problem': f'{type(error).__name__}: {error}'})
        return
    wire.send({'t': 'ready'})
    program = wire.receive()
    wire.end_with_the_app()
    printing = print_through(wire)
    frame = run(session, program, printing, most=policy['result_bytes'])
    printing.flush()
    wire.finish(frame)
    os._exit(0)


def run(session: Any, program: dict[str, Any], printing: Printing, *, most: int) -> dict[str, Any]:
    """The last frame: what came of the program."""
    import pydantic_monty

    try:
        value = session.feed_run(
            program['code'], inputs=program['variables'], print_callback=lambda _, text: printing.write(text)
        )
        if program['sets_result']:
            value = session.feed_run('result')
    except (pydantic_monty.MontySyntaxError, pydantic_monty.MontyRuntimeError) as error:
        return ended(error.exception(), error.display())
    except pydantic_monty.MontyCrashedError as error:
        return ended(CpuTimeError() if 'SIGXCPU' in str(error) else error, '')
    except pydantic_monty.MontyError as error:
        return ended(error, '')
    return returned(value, most=most)
