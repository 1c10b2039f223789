"""The level `direct`: no protection at all, only a time limit."""

import os
from dataclasses import dataclass
from typing import Literal

from core.sandbox.child import Launch, run_child
from core.sandbox.guest_source import guest_arguments
from core.sandbox.interpreter import interpreter
from core.sandbox.sandbox import Lack, Limits, Program, SandboxResult, Write
from core.sandbox.scratch import clean_environment, scratch_directory


@dataclass(frozen=True)
class Direct:
    """For code that you would run yourself."""

    name: str = 'direct'
    title: str = 'Direct'
    language: Literal['light', 'full'] = 'full'
    strength: int = 0
    protects: bool = False
    stops: str = 'Code that takes too long, and endless output.'
    does_not_stop: str = (
        'Anything else. The code can read, change and delete your files, read the keys of this app, use the network, '
        'start programs that stay, and fill memory and disk.'
    )

    async def lack(self) -> Lack | None:
        return None

    async def run(self, program: Program, *, limits: Limits, write: Write) -> SandboxResult:
        with scratch_directory() as scratch:
            policy = {'app': os.getpid(), 'result_bytes': limits.result_bytes}
            launch = Launch(
                arguments=[interpreter(), *guest_arguments('full', policy)],
                environment=clean_environment(scratch),
                directory=scratch,
            )
            return await run_child(self.name, launch, program, limits=limits, write=write)
