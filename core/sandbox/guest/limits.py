"""Resource limits, rights that are given up, and the tie to the app; what a system does not know is left out."""

import ctypes
import os
import sys
from typing import Any

PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38
SIGKILL = 9
CAPABILITY_VERSION_3 = 0x20080522


def set_limits(limits: dict[str, int]) -> None:
    """Limits by their names without RLIMIT_; a limit that is lower already stays."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for name, wanted in limits.items():
        which = getattr(resource, f'RLIMIT_{name}', None)
        if which is None:
            continue
        highest = resource.getrlimit(which)[1]
        value = wanted if highest == resource.RLIM_INFINITY else min(wanted, highest)
        hard = value + 1 if name == 'CPU' and highest == resource.RLIM_INFINITY else value
        try:
            resource.setrlimit(which, (value, hard))
        except (ValueError, OSError):
            if name != 'AS':  # macOS knows it and refuses it
                raise


def die_with(app: int) -> None:
    """Ends this process when the app ends, however it ends; Linux only."""
    if not sys.platform.startswith('linux'):
        return
    call('prctl', PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)
    if os.getppid() != app:
        os._exit(1)


def give_up_rights() -> None:
    """No capability, not even root's, and none to be won by running another program."""

    class Header(ctypes.Structure):
        _fields_ = [('version', ctypes.c_uint32), ('pid', ctypes.c_int)]

    class Rights(ctypes.Structure):
        _fields_ = [('effective', ctypes.c_uint32), ('permitted', ctypes.c_uint32), ('inheritable', ctypes.c_uint32)]

    call('prctl', PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    call('capset', ctypes.byref(Header(CAPABILITY_VERSION_3, 0)), (Rights * 2)())


def call(function: str, *arguments: Any) -> int:
    """A function of the C library; OSError where it fails."""
    result: int = getattr(ctypes.CDLL(None, use_errno=True), function)(*arguments)
    return checked(result, function)


def checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f'{what}: {os.strerror(number)}')
    return result
