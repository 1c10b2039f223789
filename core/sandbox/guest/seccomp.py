"""A filter of system calls: no network, no new processes, no signals to others, nothing that only administrators need.

A list of what is refused, set once the interpreter is up: a list of what is allowed breaks with every new libc.
"""

import ctypes
import os

from core.sandbox.guest.limits import call, checked

Instruction = tuple[int, int, int, int]
"""Operation, how far to jump if true, if false, and the constant."""

LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, MACHINE = 0, 4
"""Where the filter finds the call's number and the machine."""

ALLOW, KILL, REFUSE = 0x7FFF0000, 0x80000000, 0x00050000
EPERM, EACCES, ENOSYS = 1, 13, 38

NEW_NAMESPACES = 0x7E020000 | 0x80
THREAD = 0x00010000
UNIX = 1
X32 = 0x40000000
TIOCSTI, TIOCLINUX = 0x5412, 0x541C
PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38
SET_FILTER, ALL_THREADS = 1, 1


class Machine:
    """A kind of processor: how its kernel names it, and which column of the tables is its."""

    def __init__(self, *, audit: int, column: int, seccomp: int) -> None:
        self.audit = audit
        self.column = column
        self.seccomp = seccomp


MACHINES = {
    'x86_64': Machine(audit=0xC000003E, column=0, seccomp=317),
    'aarch64': Machine(audit=0xC00000B7, column=1, seccomp=277),
}

# name: (x86_64, aarch64); None where the machine has no such call.
ADMINISTRATION: dict[str, tuple[int | None, int | None]] = {
    'mount': (165, 40), 'umount2': (166, 39), 'pivot_root': (155, 41), 'chroot': (161, 51), 'unshare': (272, 97),
    'setns': (308, 268), 'move_mount': (429, 429), 'open_tree': (428, 428), 'fsopen': (430, 430),
    'fsconfig': (431, 431), 'fsmount': (432, 432), 'fspick': (433, 433), 'mount_setattr': (442, 442),
    'keyctl': (250, 219), 'add_key': (248, 217), 'request_key': (249, 218), 'bpf': (321, 280),
    'perf_event_open': (298, 241), 'userfaultfd': (323, 282), 'init_module': (175, 105), 'finit_module': (313, 273),
    'delete_module': (176, 106), 'kexec_load': (246, 104), 'kexec_file_load': (320, 294),
    'open_by_handle_at': (304, 265), 'name_to_handle_at': (303, 264), 'quotactl': (179, 60),
    'quotactl_fd': (443, 443), 'acct': (163, 89), 'swapon': (167, 224), 'swapoff': (168, 225), 'reboot': (169, 142),
    'settimeofday': (164, 170), 'clock_settime': (227, 112), 'adjtimex': (159, 171), 'clock_adjtime': (305, 266),
    'sethostname': (170, 161), 'setdomainname': (171, 162), 'syslog': (103, 116), 'personality': (135, 92),
    'fanotify_init': (300, 262), 'mbind': (237, 235), 'move_pages': (279, 239), 'migrate_pages': (256, 238),
    'mknod': (133, None), 'mknodat': (259, 33), 'memfd_secret': (447, 447), 'iopl': (172, None),
    'ioperm': (173, None), 'modify_ldt': (154, None), 'uselib': (134, None), 'lsm_set_self_attr': (460, 460),
}  # fmt: skip
PROGRAMS: dict[str, tuple[int | None, int | None]] = {
    'fork': (57, None), 'vfork': (58, None), 'execve': (59, 221), 'execveat': (322, 281),
}  # fmt: skip
OTHER_PROCESSES: dict[str, tuple[int | None, int | None]] = {
    'ptrace': (101, 117), 'process_vm_readv': (310, 270), 'process_vm_writev': (311, 271), 'kcmp': (312, 272),
    'pidfd_getfd': (438, 438), 'pidfd_open': (434, 434), 'pidfd_send_signal': (424, 424),
    'rt_sigqueueinfo': (129, 138), 'rt_tgsigqueueinfo': (297, 240), 'tkill': (200, 130), 'shmget': (29, 194),
    'shmat': (30, 196), 'semget': (64, 190), 'msgget': (68, 186), 'mq_open': (240, 180),
}  # fmt: skip
METADATA: dict[str, tuple[int | None, int | None]] = {  # which Landlock leaves open, so they are closed with it
    'truncate': (76, 45), 'chmod': (90, None), 'fchmod': (91, 52), 'fchmodat': (268, 53), 'fchmodat2': (452, 452),
    'chown': (92, None), 'fchown': (93, 55), 'lchown': (94, None), 'fchownat': (260, 54), 'setxattr': (188, 5),
    'lsetxattr': (189, 6), 'fsetxattr': (190, 7), 'removexattr': (197, 14), 'lremovexattr': (198, 15),
    'fremovexattr': (199, 16), 'setxattrat': (463, 463), 'removexattrat': (466, 466), 'utime': (132, None),
    'utimes': (235, None), 'futimesat': (261, None), 'utimensat': (280, 88),
}  # fmt: skip
NEW_WAYS: dict[str, tuple[int | None, int | None]] = {  # as an old kernel answers: take the old way
    'clone3': (435, 435), 'io_uring_setup': (425, 425), 'io_uring_enter': (426, 426), 'io_uring_register': (427, 427),
}  # fmt: skip
CHECKED = {
    'clone': (56, 220), 'socket': (41, 198), 'socketpair': (53, 199), 'kill': (62, 129), 'tgkill': (234, 131),
    'prlimit64': (302, 261), 'ioctl': (16, 29), 'prctl': (157, 167),
}  # fmt: skip


def restrict_calls(*, metadata: bool, programs: bool) -> None:
    """From now on, for all threads and all that they start.

    metadata: whether times and rights of the reachable files may be changed.
    programs: whether it may start processes, and signal them.
    """
    name = os.uname().machine
    if name not in MACHINES:
        raise OSError(ENOSYS, f'seccomp: no list of calls for {name}')
    instructions = filter_for(MACHINES[name], own_pid=os.getpid(), metadata=metadata, programs=programs)
    _install(MACHINES[name], instructions)


def filter_for(machine: Machine, *, own_pid: int, metadata: bool, programs: bool) -> list[Instruction]:
    """The program that the kernel runs at each call."""
    column = machine.column
    program: list[Instruction] = [
        (LOAD, 0, 0, MACHINE),
        (EQUAL, 1, 0, machine.audit),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER),
    ]
    if column == 0:
        program += [(AT_LEAST, 0, 1, X32), (RETURN, 0, 0, KILL)]
    refused = {EPERM: [ADMINISTRATION], ENOSYS: [NEW_WAYS]}
    refused[EPERM] += [] if metadata else [METADATA]
    refused[EPERM] += [] if programs else [PROGRAMS, OTHER_PROCESSES]
    for error, tables in refused.items():
        for numbers in (numbers for table in tables for numbers in table.values()):
            if (number := numbers[column]) is not None:
                program += [(EQUAL, 0, 1, number), (RETURN, 0, 0, REFUSE | error)]
    for name, test in _checks(own_pid, programs=programs).items():
        body = [*test, (RETURN, 0, 0, ALLOW)]
        program += [(EQUAL, 0, len(body), CHECKED[name][column]), *body]
    return [*program, (RETURN, 0, 0, ALLOW)]


def _checks(own_pid: int, *, programs: bool) -> dict[str, list[Instruction]]:
    """Calls that depend on their arguments: each test falls through to allow."""
    refuse = (RETURN, 0, 0, REFUSE | EPERM)
    checks = {
        'clone': [_load(0), (ANY_BIT, 0, 1, NEW_NAMESPACES), refuse],
        'socket': [(RETURN, 0, 0, REFUSE | EACCES)],
        'socketpair': [_load(0), (EQUAL, 1, 0, UNIX), (RETURN, 0, 0, REFUSE | EACCES)],
        'ioctl': [_load(1), (EQUAL, 1, 0, TIOCSTI), (EQUAL, 0, 1, TIOCLINUX), refuse],
    }
    if not programs:
        checks['clone'] += [(ANY_BIT, 1, 0, THREAD), refuse]
        checks['kill'] = checks['tgkill'] = [_load(0), (EQUAL, 1, 0, own_pid), refuse]
        checks['prlimit64'] = [_load(0), (EQUAL, 2, 0, 0), (EQUAL, 1, 0, own_pid), refuse]
        checks['prctl'] = [_load(0), (EQUAL, 0, 1, PR_SET_PDEATHSIG), refuse]
    return checks


def _load(argument: int) -> Instruction:
    return (LOAD, 0, 0, 16 + 8 * argument)


class _Statement(ctypes.Structure):
    _fields_ = [('code', ctypes.c_uint16), ('true', ctypes.c_uint8), ('false', ctypes.c_uint8), ('k', ctypes.c_uint32)]


class _Filter(ctypes.Structure):
    _fields_ = [('length', ctypes.c_ushort), ('statements', ctypes.POINTER(_Statement))]


def _install(machine: Machine, instructions: list[Instruction]) -> None:
    statements = (_Statement * len(instructions))(*(_Statement(*instruction) for instruction in instructions))
    call('prctl', PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    library = ctypes.CDLL(None, use_errno=True)
    library.syscall.restype = ctypes.c_long
    compiled = _Filter(len(instructions), statements)
    result = library.syscall(
        ctypes.c_long(machine.seccomp), ctypes.c_uint(SET_FILTER), ctypes.c_uint(ALL_THREADS), ctypes.byref(compiled)
    )
    if result > 0:
        raise OSError(EPERM, f'seccomp: thread {result} could not be brought under the filter')
    checked(result, 'seccomp')
