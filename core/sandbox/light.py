"""The level `light`: a small Python without files, network and packages, on every system (pydantic-monty)."""

import importlib.util
import os
import sys
from dataclasses import dataclass
from typing import Literal

from core.sandbox.child import Launch, run_child
from core.sandbox.guest_source import MEGABYTE, guest_arguments, resource_limits
from core.sandbox.interpreter import readable_places
from core.sandbox.landlock import lack_of_locks
from core.sandbox.sandbox import Lack, Limits, Program, SandboxResult, Write
from core.sandbox.scratch import clean_environment, scratch_directory


@dataclass(frozen=True)
class Light:
    """An interpreter in which there is nothing to break out with."""

    name: str = 'light'
    title: str = 'Light'
    language: Literal['light', 'full'] = 'light'
    strength: int = 30
    protects: bool = True
    stops: str = 'Files, network, programs and packages: its Python has none of them. Too much time, memory or output.'
    does_not_stop: str = (
        'A fault in the interpreter itself (pydantic-monty). Where Linux offers Landlock its process then still '
        'reaches no file of yours and no network; elsewhere it has your rights.'
    )

    async def lack(self) -> Lack | None:
        if importlib.util.find_spec('pydantic_monty') is None:
            return Lack(
                problem='The package pydantic-monty is not installed.', remedy='Install it: pip install pydantic-monty'
            )
        return None

    async def run(self, program: Program, *, limits: Limits, write: Write) -> SandboxResult:
        with scratch_directory() as scratch:
            policy = {
                'app': os.getpid(),
                # For both processes each; neither writes files. The interpreter's own memory is limited below.
                'limits': resource_limits(limits) | {'FSIZE': 0},
                'monty': {
                    'max_memory': limits.memory_mb * MEGABYTE,
                    'max_feed_duration_secs': limits.wall_seconds + 1,
                    'max_total_sleep_secs': limits.wall_seconds + 1,
                },
                'read': [] if lack_of_locks() else [*sys.path, *readable_places(), '/dev/urandom', '/dev/null'],
                'result_bytes': limits.result_bytes,
            }
            launch = Launch(
                arguments=[sys.executable, *guest_arguments('light', policy)],
                environment=clean_environment(scratch),
                directory=scratch,
            )
            return await run_child(self.name, launch, program, limits=limits, write=write)
