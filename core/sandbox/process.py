"""The level `process`: a process with limits, against accidents only."""

import os
from dataclasses import dataclass
from typing import Literal

from core.sandbox.child import Launch, run_child
from core.sandbox.guest_source import guest_arguments, resource_limits
from core.sandbox.interpreter import interpreter
from core.sandbox.sandbox import Lack, Limits, Program, SandboxResult, Write
from core.sandbox.scratch import clean_environment, scratch_directory


@dataclass(frozen=True)
class Process:
    """For code that means no harm and may have faults."""

    name: str = 'process'
    title: str = 'Process'
    language: Literal['light', 'full'] = 'full'
    strength: int = 10
    protects: bool = False
    stops: str = 'Accidents: endless loops, endless output, too much memory, files that are too large or too many.'
    does_not_stop: str = (
        'Code that means harm: it can read, change and delete your files, read the keys of this app, use the network, '
        'and start programs that stay. On Windows only time, output and disk are limited.'
    )

    async def lack(self) -> Lack | None:
        return None

    async def run(self, program: Program, *, limits: Limits, write: Write) -> SandboxResult:
        with scratch_directory() as scratch:
            policy = {
                'app': os.getpid(),
                'limits': resource_limits(limits),
                'result_bytes': limits.result_bytes,
            }
            launch = Launch(
                arguments=[interpreter(), *guest_arguments('full', policy)],
                environment=clean_environment(scratch),
                directory=scratch,
                measured=scratch,
            )
            return await run_child(self.name, launch, program, limits=limits, write=write)
