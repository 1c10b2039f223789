"""The table of attacks: what each tries, how the host sees that it worked, and at which levels it does.

Each attack is bounded by itself, since at the levels without protection it succeeds on a machine that is shared.
"""

from collections.abc import Callable
from dataclasses import dataclass

from core.sandbox.sandbox import Limits, SandboxResult
from tests.sandbox.ground import Ground

Judge = Callable[[Ground, SandboxResult], bool]

LIMITS = Limits(wall_seconds=8, cpu_seconds=6, memory_mb=128, file_mb=8, disk_mb=24)

NONE: frozenset[str] = frozenset()
TRUSTING = frozenset({'process', 'direct'})
DIRECT = frozenset({'direct'})


@dataclass(frozen=True, kw_only=True)
class Attack:
    name: str
    """As in the table of docs/security.md."""
    works_at: frozenset[str]
    sure: bool = True
    """False: where it works, that hangs on what the app itself may do on this machine."""
    judge: Judge
    code: str
    limits: Limits = LIMITS


def secret_came_out(ground: Ground, result: SandboxResult) -> bool:
    return ground.secret in repr(result.value)


def was_visited(ground: Ground, result: SandboxResult) -> bool:
    return ground.visited()


def succeeded(ground: Ground, result: SandboxResult) -> bool:
    """Where only the guest can tell; it has no reason to call a failure a success."""
    return result.ended == 'done' and result.value is True


def file_was_touched(ground: Ground, result: SandboxResult) -> bool:
    return (
        not ground.file.exists()
        or ground.file.read_text() != ground.secret
        or ground.file.stat().st_mode & 0o777 == 0o666
        or (ground.directory / 'new').exists()
    )


def victim_died(ground: Ground, result: SandboxResult) -> bool:
    return ground.victim.poll() is not None


def something_stayed(ground: Ground, result: SandboxResult) -> bool:
    return bool(ground.left_behind())


def was_not_ended(*endings: str) -> Judge:
    return lambda _, result: result.ended not in endings


ATTACKS = [
    Attack(
        name='read a file of yours',
        works_at=TRUSTING,
        judge=secret_came_out,
        code='open(file).read()',
    ),
    Attack(
        name='read a file by way of /proc',
        works_at=TRUSTING,
        judge=secret_came_out,
        code="""
found = ''
for root in ('/proc/self/root', '/proc/1/root', f'/proc/{app}/root', f'/proc/{app}/cwd/../../../../../..'):
    try:
        found += open(root + file).read()
    except OSError:
        pass
found
""",
    ),
    Attack(
        name='change, create or delete a file of yours',
        works_at=TRUSTING,
        judge=file_was_touched,
        code="""
import os
ways = [
    lambda: open(directory + '/new', 'w').close(), lambda: open(file, 'a').write('x'), lambda: os.unlink(file),
    lambda: os.rename(file, directory + '/other'), lambda: os.truncate(file, 0),
]
for way in ways:
    try:
        way()
    except OSError:
        pass
""",
    ),
    Attack(
        name="change a file's rights",
        works_at=TRUSTING,
        judge=file_was_touched,
        code="""
import os
os.chmod(file, 0o666)
""",
    ),
    Attack(
        name='follow links out of its folder',
        works_at=TRUSTING,
        judge=secret_came_out,
        code="""
import os
found = ''
for number, (make, target) in enumerate([(os.symlink, file), (os.link, file), (os.symlink, directory)]):
    try:
        make(target, f'link{number}')
        found += open(f'link{number}' if target == file else f'link{number}/secret.txt').read()
    except OSError:
        pass
found
""",
    ),
    Attack(
        name='have the app follow links when it cleans up',
        works_at=NONE,
        judge=file_was_touched,
        code="""
import os
os.symlink(directory, 'folder')
os.symlink(file, 'file')
os.makedirs('deep/er')
os.symlink(directory, 'deep/er/folder')
""",
    ),
    Attack(
        name='see keys in its own environment',
        works_at=NONE,
        judge=secret_came_out,
        code="""
import os
[*os.environ.items(), open('/proc/self/environ').read()]
""",
    ),
    Attack(
        name='see keys in the environment of other processes',
        works_at=TRUSTING,
        judge=secret_came_out,
        code="""
open(f'/proc/{app}/environ').read() + open(f'/proc/{victim}/environ').read()
""",
    ),
    Attack(
        name='reach a server on this machine',
        works_at=TRUSTING,
        judge=was_visited,
        code="""
import socket
socket.create_connection(('127.0.0.1', port), 2).send(mark.encode())
""",
    ),
    Attack(
        name='reach the network outside',
        works_at=TRUSTING,
        judge=was_visited,
        code="""
import socket
socket.create_connection((address, port), 2).send(mark.encode())
""",
    ),
    Attack(
        name='reach a local socket, such as that of Docker',
        works_at=TRUSTING,
        judge=was_visited,
        code="""
import socket
for name in (unix, '\\0' + abstract):
    try:
        with socket.socket(socket.AF_UNIX) as end:
            end.connect(name)
            end.send(mark.encode())
    except OSError:
        pass
""",
    ),
    Attack(
        name='import ctypes and call the system itself',
        works_at=TRUSTING,
        judge=was_visited,
        code="""
import ctypes, socket, struct
libc = ctypes.CDLL(None)
end = libc.socket(2, 1, 0)
where = struct.pack('=HH4s8x', 2, socket.htons(port), socket.inet_aton('127.0.0.1'))
libc.connect(end, where, len(where))
libc.send(end, mark.encode(), len(mark), 0)
""",
    ),
    Attack(
        name='start other programs',
        works_at=TRUSTING,
        judge=succeeded,
        code="""
import subprocess, sys
subprocess.run([sys.executable, '-c', ''], check=True)
True
""",
    ),
    Attack(
        name='fork without end',
        works_at=TRUSTING,
        judge=succeeded,
        code="""
import os, time
forked = 0
for _ in range(40):
    if os.fork() == 0:
        time.sleep(5)
        os._exit(0)
    forked += 1
forked == 40
""",
    ),
    Attack(
        name='leave a daemon behind',
        works_at=TRUSTING,
        judge=something_stayed,
        code="""
import os, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execve(sys.executable, [sys.executable, '-S', '-c', 'import time; time.sleep(30)', mark], {})
    os._exit(0)
time.sleep(0.5)
""",
    ),
    Attack(
        name='kill another process',
        works_at=TRUSTING,
        judge=victim_died,
        code="""
import os, signal, time
try:
    os.kill(victim, signal.SIGKILL)
finally:
    signal.pidfd_send_signal(os.pidfd_open(victim), signal.SIGKILL)
time.sleep(0.3)
""",
    ),
    Attack(
        name='read the memory of another process',
        works_at=TRUSTING,
        sure=False,
        judge=succeeded,
        code="""
import ctypes
ctypes.CDLL(None).ptrace(16, victim, 0, 0) == 0
""",
    ),
    Attack(
        name='make a namespace of its own',
        works_at=TRUSTING,
        sure=False,
        judge=succeeded,
        code="""
import ctypes, os
child = os.fork()
if child == 0:
    os._exit(0 if ctypes.CDLL(None).unshare(0x10000000) == 0 else 1)
os.waitpid(child, 0)[1] == 0
""",
    ),
    Attack(
        name='fill the memory',
        works_at=DIRECT,
        judge=succeeded,
        code="""
kept = [bytearray(4_000_000) for _ in range(100)]
True
""",
    ),
    Attack(
        name='fill the memory past what is counted',
        works_at=DIRECT,
        judge=succeeded,
        code="""
import mmap
kept = []
for _ in range(150):
    kept.append(mmap.mmap(-1, 4_000_000))
    for place in range(0, 4_000_000, 4096):
        kept[-1][place] = 1
True
""",
    ),
    Attack(
        name='raise its own limits',
        works_at=DIRECT,
        judge=succeeded,
        code="""
import resource
for which in (resource.RLIMIT_DATA, resource.RLIMIT_AS):
    try:
        resource.setrlimit(which, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    except (OSError, ValueError):
        pass
kept = [bytearray(4_000_000) for _ in range(100)]
True
""",
    ),
    Attack(
        name='fill the disk',
        works_at=DIRECT,
        judge=succeeded,
        code="""
import time
for number in range(75):
    with open(f'file{number}', 'wb') as opened:
        opened.write(bytes(4_000_000))
time.sleep(0.5)
True
""",
    ),
    Attack(
        name='fill shared memory',
        works_at=TRUSTING,
        judge=succeeded,
        code="""
import os
made = []
try:
    for number in range(10):
        made.append(f'/dev/shm/{mark}{number}')
        with open(made[-1], 'wb') as opened:
            opened.write(bytes(4_000_000))
finally:
    for path in made:
        if os.path.exists(path):
            os.unlink(path)
True
""",
    ),
    Attack(
        name='compute without end',
        works_at=NONE,
        judge=was_not_ended('time', 'cpu'),
        limits=LIMITS.model_copy(update={'wall_seconds': 1.0}),
        code="""
while True:
    pass
""",
    ),
    Attack(
        name='sleep without end and ignore signals',
        works_at=NONE,
        judge=was_not_ended('time', 'error'),
        limits=LIMITS.model_copy(update={'wall_seconds': 1.0}),
        code="""
import signal, time
for number in range(1, 32):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    time.sleep(1)
""",
    ),
    Attack(
        name='print without end',
        works_at=NONE,
        judge=was_not_ended('output'),
        code="""
while True:
    print('x' * 1000)
""",
    ),
    Attack(
        name='print without end past the app',
        works_at=NONE,
        judge=was_not_ended('output', 'error'),
        code="""
import os
while True:
    os.write(1, b'x' * 1000)
    os.write(2, b'x' * 1000)
""",
    ),
]
