"""`python -m bench`: measures on this machine and prints a table; --quick for a look in half a minute."""

import argparse
import asyncio
import os
import platform
import sys
import tempfile
from pathlib import Path

from app import event_loop
from bench import browser, code, inside, looking, maps, outside
from bench.figures import Figure, table
from bench.yardstick import together, yardsticks


def main() -> int:
    parser = argparse.ArgumentParser(prog='python -m bench', description=__doc__)
    parser.add_argument('--repeat', type=int, default=5, help='measurements of each thing')
    parser.add_argument('--quick', action='store_true', help='small sizes, once')
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        figures = event_loop.run(measure(Path(directory), repeat=options.repeat, quick=options.quick))
    print(f'Python {platform.python_version()} on {platform.system()} {platform.machine()}, {os.cpu_count()} CPUs\n')
    print(table(figures))
    return 0 if all(figure.met for figure in figures) else 1


async def measure(directory: Path, *, repeat: int, quick: bool) -> list[Figure]:
    """Everything, one after the other; each in a data directory of its own."""
    times = 1 if quick else repeat
    sizes = (3, 100) if quick else (3, 100, 3000)
    before = yardsticks(_new(directory, 'before'), repeat=times)
    figures = [
        *await inside.node_cost(_new(directory, 'nodes'), sizes=sizes, repeat=times),
        *await inside.run_cost(_new(directory, 'runs'), runs=5 if quick else 20, repeat=times),
        *await inside.many_runs(_new(directory, 'many'), at_once=20, rounds=1 if quick else 3, repeat=times),
        *await inside.parallel_calls(_new(directory, 'parallel'), calls=10, repeat=times),
        *await asyncio.to_thread(maps.map_cost, _new(directory, 'maps'), few=100, many=1000, repeat=times),
        *await looking.looks(_new(directory, 'looking'), items=1000, viewers=10, repeat=times),
        *await code.cold_starts(runs=3 if quick else 20),
        *await asyncio.to_thread(outside.start_and_memory, _new(directory, 'start'), repeat=times),
        *await asyncio.to_thread(browser.builder, _new(directory, 'builder'), repeat=times),
    ]
    after = yardsticks(_new(directory, 'after'), repeat=times)
    return [*together(before, after), *figures]


def _new(directory: Path, name: str) -> Path:
    path = directory / name
    path.mkdir()
    print(f'{name} …', file=sys.stderr, flush=True)
    return path


if __name__ == '__main__':
    sys.exit(main())
