"""The level `container`: Docker or Podman by their command line, without a network and without rights."""

import asyncio
import os
import secrets
import shutil
from asyncio.subprocess import DEVNULL, PIPE
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from core.sandbox.child import Launch, run_child
from core.sandbox.guest_source import guest_arguments, resource_limits
from core.sandbox.sandbox import Lack, Limits, Program, SandboxResult, Write
from core.sandbox.scratch import PREFIX, lives, scratch_directory

ENGINES = ('podman', 'docker')
IMAGE = 'python:3.13-slim'
PATIENCE = 15.0
"""Seconds for the engine to answer a question or to remove a container."""

SMALL = 'size=1m,nosuid,nodev,noexec'


@dataclass
class Container:
    """The image must be there already; nothing is ever downloaded for a run."""

    image: str = IMAGE
    name: str = 'container'
    title: str = 'Container'
    language: Literal['light', 'full'] = 'full'
    strength: int = 40
    protects: bool = True
    stops: str = (
        'Seeing, reading or changing your files, the network, other programs, signals to them, anything left running, '
        'and too much time, memory, output or disk.'
    )
    does_not_stop: str = (
        'A fault in the kernel that containers share: of this machine on Linux, of a virtual machine under Docker '
        'Desktop.'
    )

    _found: str | None = None
    """The engine that answered and has the image."""

    async def lack(self) -> Lack | None:
        installed = [engine for engine in ENGINES if shutil.which(engine)]
        if not installed:
            return Lack(
                problem='Neither Podman nor Docker is installed.',
                remedy=f'Install one, for example `apt install podman`, then `podman pull {self.image}`.',
            )
        if (found := await self._engine()) is not None:
            await _remove_orphans(found)
            return None
        engine = installed[0]
        return Lack(
            problem=f'{", ".join(map(str.capitalize, installed))}: none answers and has the image {self.image}.',
            remedy=f'See that `{engine} info` answers, then `{engine} pull {self.image}`. '
            'Another image: AGENT_ORCHESTRATOR_SANDBOX_IMAGE.',
        )

    async def run(self, program: Program, *, limits: Limits, write: Write) -> SandboxResult:
        engine = self._found or await self._engine() or ENGINES[0]
        name = f'{PREFIX}{os.getpid()}-{secrets.token_hex(8)}'
        policy = {
            'directory': '/tmp',  # noqa: S108 - inside
            # Under the limits of the container: without cgroups of its own, Podman ignores those in silence.
            'limits': resource_limits(limits),
            'calls': {'metadata': True},
            'result_bytes': limits.result_bytes,
        }

        async def remove() -> None:  # the engine's command ends, the container does not
            await _say(engine, 'rm', '-f', name)

        with scratch_directory() as scratch:  # where the engine leaves its marks; the inside does not see it
            launch = Launch(
                arguments=[engine, *self._outside(name, limits), *guest_arguments('full', policy)],
                environment=os.environ,  # the engine's own; none of it reaches the inside
                directory=scratch,
                end=remove,
            )
            return await run_child(self.name, launch, program, limits=limits, write=write)

    def _outside(self, name: str, limits: Limits) -> list[str]:
        """The command line up to the interpreter; the options say what an engine would otherwise leave open."""
        # The interpreter itself and the files in /tmp are memory too.
        memory = f'{limits.memory_mb + limits.disk_mb + 32}m'
        return [
            *('run', '--rm', '--interactive', '--name', name),
            *('--pull', 'never', '--network', 'none', '--read-only', '--cap-drop', 'ALL'),
            *('--security-opt', 'no-new-privileges', '--user', '65534:65534', '--hostname', 'sandbox'),
            *('--ulimit', 'nofile=256:256', '--ulimit', 'core=0:0', '--ulimit', 'nproc=4096:4096'),
            *('--pids-limit', '16', '--memory', memory, '--memory-swap', memory, '--cpus', '1'),
            *('--ipc', 'private', '--shm-size', '16m', '--log-driver', 'none', '--stop-timeout', '0'),
            *('--tmpfs', f'/tmp:rw,size={limits.disk_mb}m,mode=1777,nosuid,nodev,noexec', '--workdir', '/tmp'),  # noqa: S108
            *('--tmpfs', f'/var/tmp:rw,{SMALL}', '--tmpfs', f'/run:rw,{SMALL}'),  # noqa: S108
            *('--env', 'HOME=/tmp', '--env', 'TMPDIR=/tmp', '--env', 'MALLOC_ARENA_MAX=2'),
            *('--entrypoint', 'python3', self.image),
        ]

    async def _engine(self) -> str | None:
        """The first engine that answers and has the image."""
        for engine in ENGINES:
            if shutil.which(engine) and await _say(engine, 'image', 'inspect', self.image):
                self._found = engine
                return engine
        return None


async def _remove_orphans(engine: str) -> None:
    """Removes the containers of apps that are gone: a killed app takes only its own processes along."""
    names = await _ask(engine, 'ps', '--all', '--filter', f'name={PREFIX}', '--format', '{{.Names}}') or ''
    for name in names.split():
        app = name.removeprefix(PREFIX).partition('-')[0]
        if name.startswith(PREFIX) and app.isdigit() and not lives(int(app)):
            await _say(engine, 'rm', '-f', name)


async def _say(engine: str, *arguments: str) -> bool:
    return await _ask(engine, *arguments) is not None


async def _ask(engine: str, *arguments: str) -> str | None:
    """What the engine answers; None where it refuses or is too slow."""
    process = await asyncio.create_subprocess_exec(engine, *arguments, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL)
    try:
        answer, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        return None
    return answer.decode(errors='replace') if process.returncode == 0 else None
