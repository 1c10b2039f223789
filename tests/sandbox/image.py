"""A container image of this machine's own Python, made without a network: the tests pull nothing."""

import io
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

from core.sandbox.interpreter import interpreter

IMAGE = 'agent-orchestrator-test-python:1'

LEFT_OUT = re.compile(
    r'/(site-packages|test|tests|idlelib|tkinter|ensurepip|lib2to3|__pycache__|config-[^/]*)(/|$)|\.a$'
)


def make_image(engine: str) -> bool:
    """Imports it under its name, unless it is there already; whether the engine has it now."""
    if _asked(engine, 'image', 'inspect', IMAGE).returncode == 0:
        return True
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode='w') as tar:
        for path in sorted(_files()):
            tar.add(Path(path).resolve(), arcname=path, recursive=False)
        link = tarfile.TarInfo('usr/bin/python3')
        link.type, link.linkname = tarfile.SYMTYPE, interpreter()
        tar.addfile(link)
        for name in ('tmp', 'var/tmp', 'run', 'proc', 'sys', 'dev', 'etc'):
            folder = tarfile.TarInfo(name)
            folder.type, folder.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(folder)
    imported = subprocess.run(
        [engine, 'import', '-', IMAGE], input=archive.getvalue(), capture_output=True, check=False
    )
    return imported.returncode == 0


def _files() -> Iterator[str]:
    """The interpreter, its standard library, and the libraries that both need."""
    executable = Path(interpreter())
    library = Path(sys.base_prefix, 'lib', f'python{sys.version_info[0]}.{sys.version_info[1]}')
    modules = [path for path in library.rglob('*') if path.is_file() and not LEFT_OUT.search(str(path))]
    needed = {executable, *(path for path in modules if path.suffix == '.so')}
    libraries = {found for path in needed for found in _libraries_of(path)}
    yield from {str(path) for path in (executable, *modules, *map(Path, libraries))}


def _libraries_of(path: Path) -> set[str]:
    listed = subprocess.run(['ldd', path], capture_output=True, text=True, check=False).stdout
    return set(re.findall(r'(/\S+) \(0x', listed))


def _asked(*words: str) -> 'subprocess.CompletedProcess[bytes]':
    return subprocess.run(words, capture_output=True, check=False, timeout=60)
