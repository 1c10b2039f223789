"""The guest's modules as one argument of a command line, so that a level needs no file of ours inside."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from core.sandbox.sandbox import Language, Limits

MODULES = ('limits', 'wire', 'landlock', 'seccomp', 'full', 'light')
"""Each after those that it imports."""

_START = """
import json, sys
from types import ModuleType
for name, source in json.loads(sys.argv[2]):
    module = sys.modules[name] = ModuleType(name)
    exec(compile(source, name, 'exec'), module.__dict__)
module.main(json.loads(sys.argv[1]))
"""

MEGABYTE = 1 << 20


def guest_arguments(language: Language, policy: dict[str, Any]) -> list[str]:
    """What follows the interpreter: isolated from its environment, then our modules and the policy."""
    isolated = ['-I', '-B', '-X', 'utf8']
    if language == 'full':  # the standard library and nothing that happens to be installed
        isolated.append('-S')
    return [*isolated, '-c', _START, json.dumps(policy), _sources(language)]


def resource_limits(limits: Limits) -> dict[str, int]:
    """What the kernel counts for each process."""
    return {
        'CPU': limits.cpu_seconds,
        # Address space is reserved more than used, so it only bounds what DATA does not count: shared memory.
        'AS': (limits.memory_mb + 256) * MEGABYTE,
        'DATA': limits.memory_mb * MEGABYTE,
        'FSIZE': limits.file_mb * MEGABYTE,
        'NOFILE': limits.open_files,
        'CORE': 0,
        'MEMLOCK': 0,
        'MSGQUEUE': 0,
    }


@cache
def _sources(language: Language) -> str:
    folder = Path(__file__).parent / 'guest'
    wanted = [name for name in MODULES if name == language or name not in {'full', 'light'}]
    return json.dumps(
        [(f'core.sandbox.guest.{name}', (folder / f'{name}.py').read_text(encoding='utf-8')) for name in wanted]
    )
