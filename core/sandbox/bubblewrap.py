"""The level `bubblewrap`: file tree, processes and network of its own, and a filter of calls. Linux."""

import asyncio
import os
import platform
import shutil
import sys
from asyncio.subprocess import DEVNULL, PIPE
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.sandbox.child import Launch, run_child
from core.sandbox.guest.seccomp import MACHINES
from core.sandbox.guest_source import MEGABYTE, guest_arguments, resource_limits
from core.sandbox.interpreter import interpreter, readable_places
from core.sandbox.sandbox import Lack, Limits, Program, SandboxResult, Write
from core.sandbox.scratch import clean_environment

WORK = '/work'
SMALL = str(16 * MEGABYTE)
NAMESPACES = [
    *('--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-net', '--unshare-cgroup-try'),
    *('--disable-userns', '--die-with-parent', '--new-session', '--cap-drop', 'ALL'),
    *('--uid', '65534', '--gid', '65534', '--hostname', 'sandbox', '--clearenv'),
]


@dataclass(frozen=True)
class Bubblewrap:
    """The program `bwrap`, which Flatpak uses too."""

    name: str = 'bubblewrap'
    title: str = 'Bubblewrap and seccomp'
    language: Literal['light', 'full'] = 'full'
    strength: int = 30
    protects: bool = True
    stops: str = (
        'Seeing, reading or changing your files, the network, other programs, signals to them, anything left running, '
        'and too much time, memory, output or disk.'
    )
    does_not_stop: str = (
        'Reading the libraries of the system, and a fault in the Linux kernel, which the code shares with everything '
        'else.'
    )

    async def lack(self) -> Lack | None:
        if not sys.platform.startswith('linux') or platform.machine() not in MACHINES:
            return Lack(problem='It needs Linux on x86-64 or ARM64.')
        if shutil.which('bwrap') is None:
            return Lack(
                problem='bubblewrap is not installed.',
                remedy='Install it: `apt install bubblewrap`, or `dnf install bubblewrap`.',
            )
        return await _refused_by_the_kernel()

    async def run(self, program: Program, *, limits: Limits, write: Write) -> SandboxResult:
        policy = {
            'directory': WORK,
            'limits': resource_limits(limits),
            'calls': {'metadata': True},
            'result_bytes': limits.result_bytes,
        }
        launch = Launch(
            arguments=[*_outside(limits), interpreter(), *guest_arguments('full', policy)],
            environment={'PATH': os.defpath},
        )
        return await run_child(self.name, launch, program, limits=limits, write=write)


def _outside(limits: Limits) -> list[str]:
    """The command line up to the interpreter: what there is inside, and nothing else."""
    arguments = [shutil.which('bwrap') or 'bwrap', *NAMESPACES]
    for name, value in clean_environment(WORK).items():
        arguments += ['--setenv', name, value]
    arguments += ['--size', SMALL, '--tmpfs', '/tmp']  # noqa: S108 - inside
    for place in (*readable_places(), interpreter()):
        arguments += (
            ['--symlink', str(Path(place).readlink()), place] if _is_link(place) else ['--ro-bind', place, place]
        )
    # Its /dev is a tmpfs without a size, and would be writable.
    arguments += ['--proc', '/proc', '--dev', '/dev', '--size', SMALL, '--tmpfs', '/dev/shm', '--remount-ro', '/dev']  # noqa: S108
    work = ['--size', str(limits.disk_mb * MEGABYTE), '--tmpfs', WORK]
    return [*arguments, *work, '--remount-ro', '/', '--chdir', WORK, '--']


def _is_link(place: str) -> bool:
    """Whether it is one of the links such as /lib → usr/lib."""
    return Path(place).is_symlink() and place.count('/') == 1


async def _refused_by_the_kernel() -> Lack | None:
    try:
        trial = await asyncio.create_subprocess_exec(
            *('bwrap', '--unshare-user', '--unshare-net', '--unshare-pid', '--disable-userns'),
            *('--ro-bind', '/', '/', '--proc', '/proc', 'true'),
            stdout=DEVNULL,
            stderr=PIPE,
        )
    except OSError as error:
        return Lack(problem=f'bubblewrap does not start: {error.strerror}.')
    _, said = await trial.communicate()
    if trial.returncode == 0:
        return None
    return Lack(
        problem=f'bubblewrap may not be used here: {said.decode(errors="replace").strip()[:300]}',
        remedy='Inside a container this is normal. Elsewhere allow user namespaces without privileges, '
        'on Ubuntu with an AppArmor profile for bwrap.',
    )
