"""`import` and `export`: workflows as files."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from app.exit_codes import SUCCEEDED
from app.instance import Instance, open_instance
from app.settings import Settings
from core.errors import InvalidError
from core.teams.team import Team
from core.values import Entity
from core.workflows.workflow import Workflow

E = TypeVar('E', bound=Entity)


async def import_files(files: Sequence[Path], settings: Settings) -> int:
    """Adds each file's workflow and all that it names; nothing in them is executed."""
    texts = [read_text(file) for file in files]
    async with open_instance(settings) as instance:
        for text in texts:
            workflow = await instance.import_file(text)
            sys.stdout.write(f'Imported {workflow.name!r} as {workflow.id}.\n')
    return SUCCEEDED


async def export_workflow(name: str, output: Path | None, settings: Settings) -> int:
    """Writes the workflow with that name or id as YAML."""
    async with open_instance(settings) as instance:
        text = await instance.export_file((await find_workflow(instance, name)).id)
    if output is None:
        sys.stdout.write(text)
    else:
        _write(output, text)
    return SUCCEEDED


async def find_workflow(instance: Instance, name: str) -> Workflow:
    """The workflow with this id, else the only one with this name; InvalidError lists what there is."""
    return _named(name, await instance.workflows(), kind='workflow', where='workflow or file')


async def find_team(instance: Instance, name: str) -> Team:
    """Likewise."""
    return _named(name, await instance.teams(), kind='team', where='team')


def _named(name: str, items: Sequence[E], *, kind: str, where: str) -> E:
    found = [item for item in items if item.id == name]
    found = found or [item for item in items if item.name.casefold() == name.casefold()]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ', '.join(item.id for item in found)
        raise InvalidError(f'Several {kind}s are named {name!r}; say which by its id: {ids}.')
    known = ', '.join(repr(item.name) for item in items) or 'none'
    raise InvalidError(f'There is no {where} {name!r}; there are: {known}.')


def read_text(file: Path) -> str:
    """The file's text, `-` for stdin; InvalidError where it cannot be read."""
    try:
        return sys.stdin.read() if str(file) == '-' else file.read_text(encoding='utf-8')
    except OSError as error:
        raise InvalidError(f'{file} cannot be read: {error.strerror}.') from None
    except UnicodeDecodeError as error:
        raise InvalidError(f'{file} is not UTF-8 text: {error.reason} at byte {error.start}.') from None


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding='utf-8')
    except OSError as error:
        raise InvalidError(f'{file} cannot be written: {error.strerror}.') from None
