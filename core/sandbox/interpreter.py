"""The Python that full Python runs on: the one below the app's environment, without the app's packages."""

import os
import sys
from pathlib import Path

SYSTEM = ('/usr/lib', '/usr/lib64', '/usr/lib32', '/lib', '/lib64', '/lib32')
FILES = ('/etc/ld.so.cache', '/etc/localtime', '/usr/share/zoneinfo')


def interpreter() -> str:
    return os.path.realpath(getattr(sys, '_base_executable', sys.executable))


def readable_places() -> list[str]:
    """What it must be able to read: its standard library, and the libraries of the system."""
    prefix = Path(sys.base_prefix)
    own = [str(path) for name in ('lib', 'lib64') if (path := prefix / name).is_dir()]
    return [*own, *(place for place in (*SYSTEM, *FILES) if os.path.exists(place))]  # noqa: PTH110
