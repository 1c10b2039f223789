"""Landlock: the kernel lets this process touch the named places only. Pure ctypes; Linux 5.13 and newer."""

import ctypes
import os

from core.sandbox.guest.limits import checked

CREATE, ADD_RULE, RESTRICT = 444, 445, 446
"""The same numbers on every machine."""

WANTS_VERSION = 1
PATH_BENEATH = 1

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
MAKE_CHAR, MAKE_BLOCK = 1 << 6, 1 << 11
REFER, TRUNCATE, IOCTL_DEVICE = 1 << 13, 1 << 14, 1 << 15
OF_VERSION_1 = (1 << 13) - 1
OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE
TCP = 0b11
SCOPED = 0b11
"""Abstract sockets and signals."""


class _Rules(ctypes.Structure):
    _fields_ = [('files', ctypes.c_uint64), ('network', ctypes.c_uint64), ('scoped', ctypes.c_uint64)]


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = [('allowed', ctypes.c_uint64), ('file', ctypes.c_int32)]


def version() -> int:
    """The version of Landlock that the kernel offers; OSError where it offers none."""
    return _call(CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(WANTS_VERSION))


def restrict_files(*, read: list[str], write: list[str], execute: list[str]) -> None:
    """From now on everything that is not beneath these paths is closed."""
    known = version()
    handled = OF_VERSION_1
    for since, right in ((2, REFER), (3, TRUNCATE), (5, IOCTL_DEVICE)):
        handled |= right if known >= since else 0
    rules = _Rules(handled, TCP if known >= 4 else 0, SCOPED if known >= 6 else 0)
    size = 24 if known >= 6 else 16 if known >= 4 else 8
    handle = _call(CREATE, ctypes.byref(rules), ctypes.c_size_t(size), ctypes.c_uint32(0))
    writing = handled & ~(EXECUTE | MAKE_CHAR | MAKE_BLOCK | IOCTL_DEVICE)
    for paths, allowed in ((read, READ_FILE | READ_DIR), (write, writing), (execute, READ_FILE | EXECUTE)):
        for path in paths:
            _allow(handle, path, allowed, handled)
    _call(RESTRICT, ctypes.c_int(handle), ctypes.c_uint32(0))
    os.close(handle)


def _allow(rules: int, path: str, allowed: int, handled: int) -> None:
    try:
        file = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # a place that this system does not have
        return
    try:
        rights = allowed if os.path.isdir(path) else allowed & OF_FILES & handled
        beneath = _Beneath(rights, file)
        _call(ADD_RULE, ctypes.c_int(rules), ctypes.c_int(PATH_BENEATH), ctypes.byref(beneath), ctypes.c_uint32(0))
    finally:
        os.close(file)


def _call(number: int, *arguments: object) -> int:
    library = ctypes.CDLL(None, use_errno=True)
    library.syscall.restype = ctypes.c_long
    result: int = library.syscall(ctypes.c_long(number), *arguments)
    return checked(result, 'landlock')
