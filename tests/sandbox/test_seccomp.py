"""The filter of calls, run in a small machine of our own, for both kinds of processor."""

import pytest

from core.sandbox.guest.seccomp import (
    ALLOW,
    ANY_BIT,
    AT_LEAST,
    EACCES,
    ENOSYS,
    EPERM,
    EQUAL,
    KILL,
    LOAD,
    MACHINES,
    REFUSE,
    RETURN,
    Instruction,
    filter_for,
)

OWN = 77
X86, ARM = 'x86_64', 'aarch64'
THREAD_FLAGS = 0x3D0F00
FORK_FLAGS = 0x01200011


def verdict(machine: str, number: int, *arguments: int, audit: int | None = None, **open_: bool) -> int:
    """What the filter says to a call."""
    known = MACHINES[machine]
    program = filter_for(known, own_pid=OWN, **{'metadata': False, 'programs': False, **open_})
    values = {0: number, 4: audit or known.audit} | {16 + 8 * place: value for place, value in enumerate(arguments)}
    return evaluate(program, values)


def evaluate(program: list[Instruction], values: dict[int, int]) -> int:
    at = accumulator = 0
    while True:
        operation, if_true, if_false, constant = program[at]
        at += 1
        match operation:
            case 0x06:
                return constant
            case 0x20:
                accumulator = values.get(constant, 0)
            case _:
                tests = {EQUAL: accumulator == constant, AT_LEAST: accumulator >= constant}
                at += if_true if (tests | {ANY_BIT: bool(accumulator & constant)})[operation] else if_false


@pytest.mark.parametrize(
    ('machine', 'number', 'arguments', 'expected'),
    [
        (X86, 0, (), ALLOW),  # read
        (ARM, 63, (), ALLOW),
        (X86, 41, (2, 1), REFUSE | EACCES),  # socket
        (ARM, 198, (2, 1), REFUSE | EACCES),
        (X86, 53, (1, 1), ALLOW),  # socketpair, which event loops need
        (ARM, 199, (2, 1), REFUSE | EACCES),
        (X86, 56, (THREAD_FLAGS,), ALLOW),  # clone
        (ARM, 220, (THREAD_FLAGS,), ALLOW),
        (X86, 56, (FORK_FLAGS,), REFUSE | EPERM),
        (ARM, 220, (FORK_FLAGS,), REFUSE | EPERM),
        (X86, 56, (THREAD_FLAGS | 0x10000000,), REFUSE | EPERM),
        (X86, 57, (), REFUSE | EPERM),  # fork
        (X86, 435, (), REFUSE | ENOSYS),  # clone3
        (ARM, 435, (), REFUSE | ENOSYS),
        (X86, 59, (), REFUSE | EPERM),  # execve
        (ARM, 221, (), REFUSE | EPERM),
        (X86, 62, (OWN, 9), ALLOW),  # kill
        (X86, 62, (1, 9), REFUSE | EPERM),
        (ARM, 129, (0, 9), REFUSE | EPERM),
        (X86, 302, (0,), ALLOW),  # prlimit64
        (ARM, 261, (OWN,), ALLOW),
        (ARM, 261, (1,), REFUSE | EPERM),
        (X86, 16, (0, 0x5412), REFUSE | EPERM),  # ioctl
        (X86, 16, (0, 0x541C), REFUSE | EPERM),
        (X86, 16, (0, 0x5401), ALLOW),
        (ARM, 167, (1,), REFUSE | EPERM),  # prctl
        (X86, 157, (15,), ALLOW),
        (X86, 101, (), REFUSE | EPERM),  # ptrace
        (ARM, 117, (), REFUSE | EPERM),
        (X86, 425, (), REFUSE | ENOSYS),  # io_uring_setup
        (X86, 0x40000000 | 41, (), KILL),  # the x32 way around
    ],
)
def test_calls_are_judged(machine: str, number: int, arguments: tuple[int, ...], expected: int) -> None:
    assert verdict(machine, number, *arguments) == expected


@pytest.mark.parametrize('machine', MACHINES)
def test_calls_of_another_processor_kill(machine: str) -> None:
    assert verdict(machine, 0, audit=0x40000003) == KILL  # i386


def test_metadata_is_open_only_where_a_file_tree_of_its_own_protects_it() -> None:
    assert verdict(X86, 90) == REFUSE | EPERM
    assert verdict(X86, 90, metadata=True) == ALLOW


def test_a_process_that_starts_an_interpreter_may_do_that_and_nothing_more() -> None:
    assert [verdict(X86, number, FORK_FLAGS, programs=True) for number in (56, 57, 59)] == [ALLOW] * 3
    assert verdict(X86, 56, FORK_FLAGS | 0x10000000, programs=True) == REFUSE | EPERM
    assert verdict(X86, 41, 2, 1, programs=True) == REFUSE | EACCES


@pytest.mark.parametrize('machine', MACHINES)
def test_every_jump_lands_in_the_filter(machine: str) -> None:
    program = filter_for(MACHINES[machine], own_pid=OWN, metadata=False, programs=False)
    assert len(program) < 4096
    for place, (operation, if_true, if_false, _) in enumerate(program):
        if operation not in {LOAD, RETURN}:
            assert place + 1 + max(if_true, if_false) < len(program)
            assert max(if_true, if_false) < 256
