"""What attacks are after, as the host sees it: everything here is looked at from outside the sandbox."""

import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

SECRET_VARIABLE = 'AGENT_ORCHESTRATOR_TEST_SECRET'


@dataclass
class Ground:
    """A file with a secret, an open port, a process to be killed; and whether they were touched."""

    directory: Path
    secret: str
    port: int
    address: str
    """Of this machine on its network, where it has one; reachable as from anywhere else."""
    victim: 'subprocess.Popen[bytes]'
    visits: list[str] = field(default_factory=list)
    mark: str = field(default_factory=lambda: f'mark_{secrets.token_hex(8)}')

    @property
    def file(self) -> Path:
        return self.directory / 'secret.txt'

    @property
    def socket(self) -> Path:
        return self.directory / 'socket'

    def variables(self) -> dict[str, Any]:
        """What an attacker knows."""
        return {
            'directory': str(self.directory),
            'file': str(self.file),
            'port': self.port,
            'address': self.address,
            'unix': str(self.socket),
            'abstract': self.mark,
            'victim': self.victim.pid,
            'app': os.getpid(),
            'mark': self.mark,
            'variable': SECRET_VARIABLE,
        }

    def visited(self) -> bool:
        """Whether an attacker came in; known once the last in each line, who comes only now, was heard."""
        lines = (
            (socket.AF_INET, ('127.0.0.1', self.port)),
            (socket.AF_UNIX, str(self.socket)),
            (socket.AF_UNIX, '\0' + self.mark),
        )
        for family, where in lines:
            with socket.socket(family) as last:
                last.settimeout(10)
                last.connect(where)
                last.send(b'last')
                last.recv(1)
        return self.mark in self.visits

    def left_behind(self) -> list[int]:
        """Processes anywhere on this machine whose command line bears the mark."""
        found = []
        for entry in Path('/proc').iterdir():
            with suppress(OSError):
                if entry.name.isdigit() and self.mark.encode() in (entry / 'cmdline').read_bytes():
                    found.append(int(entry.name))
        return found


@contextmanager
def prepared(directory: Path) -> Iterator[Ground]:
    secret = secrets.token_hex(16)
    directory.chmod(0o755)
    os.environ[SECRET_VARIABLE] = secret
    victim = subprocess.Popen([sys.executable, '-S', '-c', 'import time; time.sleep(60)'])
    with socket.create_server(('', 0)) as server:
        ground = Ground(directory, secret, server.getsockname()[1], _own_address(), victim)
        ground.file.write_text(secret)
        with _unix(str(ground.socket)) as by_path, _unix('\0' + ground.mark) as abstract:
            ends = [Thread(target=_answer, args=(ear, ground), daemon=True) for ear in (server, by_path, abstract)]
            for thread in ends:
                thread.start()
            try:
                yield ground
            finally:
                for ear in (server, by_path, abstract):
                    ear.shutdown(socket.SHUT_RDWR)
                for thread in ends:
                    thread.join(5)
                victim.kill()
                victim.wait()
                del os.environ[SECRET_VARIABLE]
                for pid in ground.left_behind():
                    os.kill(pid, 9)


def _answer(ear: socket.socket, ground: Ground) -> None:
    with suppress(OSError):
        while True:
            visitor, _ = ear.accept()
            with visitor:
                visitor.settimeout(2)
                with suppress(OSError):
                    ground.visits.append(visitor.recv(100).decode())


@contextmanager
def _unix(name: str) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as ear:
        ear.bind(name)
        ear.listen()
        yield ear


def _own_address() -> str:
    """Found without sending anything."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(('192.0.2.1', 9))
        except OSError:
            return '127.0.0.1'
        address: str = probe.getsockname()[0]
        return address
