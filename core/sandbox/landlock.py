"""The level `landlock`: the kernel closes files (Landlock) and calls (seccomp). Linux, also inside Docker."""

import os
import platform
import sys
from dataclasses import dataclass
from typing import Literal

from core.sandbox.child import Launch, run_child
from core.sandbox.guest.landlock import version
from core.sandbox.guest.seccomp import MACHINES
from core.sandbox.guest_source import guest_arguments, resource_limits
from core.sandbox.interpreter import interpreter, readable_places
from core.sandbox.sandbox import Lack, Limits, Program, SandboxResult, Write
from core.sandbox.scratch import clean_environment, scratch_directory


@dataclass(frozen=True)
class Landlock:
    """Two locks, since each alone leaves ways out."""

    name: str = 'landlock'
    title: str = 'Landlock and seccomp'
    language: Literal['light', 'full'] = 'full'
    strength: int = 20
    protects: bool = True
    stops: str = (
        'Reading or changing your files, the network, other programs, signals to them, anything left running, and too '
        'much time, memory, output or disk.'
    )
    does_not_stop: str = (
        'Finding out which files exist and how large they are, reading the libraries of the system, and a fault in the '
        'Linux kernel, which the code shares with everything else.'
    )

    async def lack(self) -> Lack | None:
        return lack_of_locks()

    async def run(self, program: Program, *, limits: Limits, write: Write) -> SandboxResult:
        with scratch_directory() as scratch:
            policy = {
                'app': os.getpid(),
                'limits': resource_limits(limits),
                'no_rights': True,
                'files': {
                    'read': [*readable_places(), '/dev/urandom', '/dev/null'],
                    'write': [str(scratch), '/dev/null'],
                },
                'calls': {'metadata': False},
                'result_bytes': limits.result_bytes,
            }
            launch = Launch(
                arguments=[interpreter(), *guest_arguments('full', policy)],
                environment=clean_environment(scratch),
                directory=scratch,
                measured=scratch,
            )
            return await run_child(self.name, launch, program, limits=limits, write=write)


def lack_of_locks() -> Lack | None:
    """What keeps this machine from locking a process in, if anything does."""
    if not sys.platform.startswith('linux') or platform.machine() not in MACHINES:
        return Lack(problem='It needs Linux on x86-64 or ARM64.')
    try:
        version()
    except OSError as error:
        return Lack(
            problem=f'The kernel does not offer Landlock ({error.strerror}).',
            remedy='Use a kernel of 5.13 or newer with `landlock` among its security modules (lsm=…).',
        )
    return None
