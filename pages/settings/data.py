"""Where everything is kept, how much it is, and which backups there are."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from pages.components.formats import plural, size
from pages.components.layout import notice, pairs, panel, section, words
from pages.components.tables import number_cell, table, table_row, text_cell
from pages.components.text import plain_text

BACKUPS = 'backups'


@dataclass(kw_only=True, slots=True)
class Kept:
    """Bytes in the data directory, and its backups as (name, bytes), newest first."""

    database: int = 0
    other: int = 0
    backups: list[tuple[str, int]] = field(default_factory=list)


async def draw_data(data_dir: Path) -> None:
    try:
        kept = await asyncio.to_thread(measure, data_dir)
    except OSError as error:
        notice(f'The data directory {data_dir} cannot be read: {error.strerror}.', 'bad')
        return
    _draw_directory(data_dir, kept)
    _draw_backups(data_dir, kept)


def measure(data_dir: Path) -> Kept:
    """Looks at every file once; blocks."""
    kept = Kept()
    for path in data_dir.rglob('*'):
        if not path.is_file():
            continue
        weight = path.stat().st_size
        if path.parent.name == BACKUPS:
            kept.backups.append((path.name, weight))
        elif '.db' in path.name:
            kept.database += weight
        else:
            kept.other += weight
    kept.backups.sort(reverse=True)
    return kept


def _draw_directory(data_dir: Path, kept: Kept) -> None:
    note = 'Everything is in this directory: agents, workflows, runs, and your keys, encrypted.'
    with section('Data directory', note), panel():
        plain_text(str(data_dir.resolve()), mono=True)
        pairs(
            {
                'Database': size(kept.database),
                'Backups': f'{plural(len(kept.backups), "backup")}, {size(sum(weight for _, weight in kept.backups))}',
                'Other files': size(kept.other),
            }
        )
        words('Another directory: start with --data-dir.', 'ao-faint ao-tiny')


def _draw_backups(data_dir: Path, kept: Kept) -> None:
    note = f'Before the database is brought to a newer version, a copy goes to {data_dir / BACKUPS}.'
    with section('Backups', note), panel('ao-panel--tight'):
        if not kept.backups:
            words('There is no backup yet; none was needed.', 'ao-faint ao-small ao-list-row')
            return
        with table('File', 'Size', numbers=['Size']):
            for name, weight in kept.backups:
                with table_row():
                    text_cell(name, 'ao-mono')
                    number_cell(size(weight))
