"""`doctor`: what works on this machine, what does not, and how to mend it."""

import asyncio
import os
import platform
import shutil
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

import httpx

from app.exit_codes import FAILED, SUCCEEDED
from app.lifespan import built_in_and_plugins
from app.settings import Settings
from core.plugins import Extensions
from core.sandbox.sandboxes import LevelReport, Sandboxes

Verdict = Literal['works', 'missing', 'broken']
"""missing: something optional is not there · broken: the app cannot work."""

MARKS: dict[Verdict, str] = {'works': '✓', 'missing': '–', 'broken': '✗'}

PACKAGES = ('agent-orchestrator', 'nicegui', 'fastapi', 'pydantic', 'sqlmodel', 'openai', 'anthropic', 'ollama')

LOCAL_SERVERS = (
    ('Ollama', 'http://127.0.0.1:11434/api/version', 'Install it from ollama.com, or start it with `ollama serve`.'),
    ('LM Studio', 'http://127.0.0.1:1234/v1/models', 'Start its server: Developer tab, or `lms server start`.'),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that was looked at; `mend` says what to do where it does not work."""

    what: str
    verdict: Verdict
    detail: str
    mend: str = ''


async def doctor(settings: Settings) -> int:
    """Prints every finding; fails if something essential is broken."""
    broken = False
    async for finding in examine(settings):
        broken = broken or finding.verdict == 'broken'
        sys.stdout.write(f'{MARKS[finding.verdict]} {finding.what:<16} {finding.detail}\n')
        if finding.mend and finding.verdict != 'works':
            sys.stdout.write(f'{"":<19}→ {finding.mend}\n')
    return FAILED if broken else SUCCEEDED


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Looks at one thing after the other; changes nothing but a probe file in the data directory."""
    yield python()
    yield packages()
    yield data_directory(settings.data_dir)
    yield holder(settings.data_dir)
    yield database(settings.data_dir)
    yield keys()
    for local in await asyncio.gather(*(local_server(*server) for server in LOCAL_SERVERS)):
        yield local
    yield window()
    extensions = built_in_and_plugins(sandbox_image=settings.sandbox_image)
    for finding in await sandbox(Sandboxes(extensions.sandboxes, unprotected=settings.unprotected_code)):
        yield finding
    for finding in plugins(extensions):
        yield finding


def python() -> Finding:
    enough = sys.version_info >= (3, 11)
    detail = f'{platform.python_version()} on {platform.system()} {platform.machine()}'
    return Finding(
        what='Python', verdict='works' if enough else 'broken', detail=detail, mend='Install Python 3.11 or newer.'
    )


def packages() -> Finding:
    found = {name: _version(name) for name in PACKAGES}
    lacking = [name for name, number in found.items() if number is None and name != 'agent-orchestrator']
    detail = ', '.join(f'{name} {number or "not installed"}' for name, number in found.items())
    return Finding(
        what='Packages',
        verdict='broken' if lacking else 'works',
        detail=detail,
        mend='Install again: pip install --force-reinstall agent-orchestrator',
    )


def data_directory(path: Path) -> Finding:
    probe = path / f'.doctor-{os.getpid()}'
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe.write_bytes(b'')
        probe.unlink()
    except OSError as error:
        mend = 'Give yourself the right to write there, or choose another one with --data-dir.'
        return Finding(what='Data directory', verdict='broken', detail=f'{path}: {error.strerror or error}', mend=mend)
    free = shutil.disk_usage(path).free
    return Finding(
        what='Data directory',
        verdict='works' if free > 100_000_000 else 'broken',
        detail=f'{path}, {free / 1e9:.1f} GB free',
        mend='Make room on this disk: less than 0.1 GB is left.',
    )


def holder(path: Path) -> Finding:
    from storage.lock import holder_of  # noqa: PLC0415

    held = holder_of(path)
    return Finding(what='In use by', verdict='works', detail=str(held) if held else 'nobody just now')


def database(data_dir: Path) -> Finding:
    from storage.schema import revisions  # noqa: PLC0415
    from storage.store import DATABASE  # noqa: PLC0415

    path, known = data_dir / DATABASE, revisions()
    if not path.exists():
        return Finding(what='Database', verdict='works', detail='none yet; it is made at the first start')
    try:
        with closing(sqlite3.connect(f'{path.as_uri()}?mode=ro', uri=True, timeout=2)) as connection:
            (current,) = connection.execute('SELECT version_num FROM alembic_version').fetchone()
            (sound,) = connection.execute('PRAGMA quick_check(1)').fetchone()
    except (sqlite3.Error, TypeError) as error:
        mend = f'Put a copy from {data_dir / "backups"} in its place, or choose another --data-dir.'
        return Finding(what='Database', verdict='broken', detail=f'{path}: {error}', mend=mend)
    detail = f'schema {current}, this version knows up to {known[-1]}, {path.stat().st_size / 1e6:.1f} MB'
    if sound != 'ok':
        mend = f'Put a copy from {data_dir / "backups"} in its place.'
        return Finding(what='Database', verdict='broken', detail=f'{path} is damaged: {sound}', mend=mend)
    return Finding(
        what='Database',
        verdict='works' if current in known else 'broken',
        detail=detail,
        mend='Install the newer Agent Orchestrator again that wrote it, or choose another --data-dir.',
    )


def keys() -> Finding:
    from storage.keys import SystemKeyring  # noqa: PLC0415

    if SystemKeyring().usable():
        return Finding(what='Keyring', verdict='works', detail="the operating system's keyring keeps the master key")
    detail = 'none that can be used; a file that only you can read keeps the master key'
    return Finding(what='Keyring', verdict='missing', detail=detail)


async def local_server(name: str, url: str, mend: str) -> Finding:
    address = httpx.URL(url).netloc.decode()
    try:
        async with httpx.AsyncClient(timeout=2, trust_env=False) as client:
            (await client.get(url)).raise_for_status()
    except httpx.ConnectError:
        return Finding(what=name, verdict='missing', detail=f'does not answer at {address}', mend=mend)
    except httpx.HTTPError as error:
        return Finding(what=name, verdict='missing', detail=f'{address}: {error or type(error).__name__}', mend=mend)
    return Finding(what=name, verdict='works', detail=f'answers at {address}')


def window() -> Finding:
    from app.native import MISSING, available  # noqa: PLC0415

    if available():
        return Finding(what='Native window', verdict='works', detail='pywebview is installed; --native can be used')
    return Finding(
        what='Native window', verdict='missing', detail='not installed; only --native needs it', mend=MISSING
    )


async def sandbox(sandboxes: Sandboxes) -> list[Finding]:
    """Each level with what it does not stop; those without protection only where they are used."""
    return [_level(report) for report in await sandboxes.reports() if report.protects or report.used]


def _level(report: LevelReport) -> Finding:
    if not report.works:
        detail = f'{report.title}: {report.problem}'
        return Finding(what='Sandbox', verdict='missing', detail=detail, mend=report.remedy)
    use = f', used for {report.language} Python' if report.used else ''
    detail = f'{report.title}{use}. Does not stop: {report.does_not_stop[0].lower()}{report.does_not_stop[1:]}'
    return Finding(what='Sandbox', verdict='works', detail=detail)


def plugins(extensions: Extensions) -> list[Finding]:
    node_types, providers, levels = extensions.node_types, extensions.providers, extensions.sandboxes
    detail = f'{len(node_types.names())} node types, {len(providers.names())} providers, '
    detail += f'{len(levels.names())} sandbox levels'
    findings = [Finding(what='Extensions', verdict='works', detail=detail)]
    for name, fault in extensions.faults.items():
        mend = f'Update or remove the plugin {name!r}; everything else works without it.'
        findings.append(Finding(what='Plugin', verdict='missing', detail=f'{name}: {fault}', mend=mend))
    return findings


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
