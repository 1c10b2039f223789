"""Sequential: each member builds on what the one before it made."""

from typing import ClassVar

from core.teams.strategy import Play, Strategy
from core.teams.table import Table, transcript, with_so_far

HOW = 'Give your result alone: the next of you builds on it, and that of the last is what the team gives.'


class Sequential(Strategy):
    name: ClassVar = 'sequential'
    title: ClassVar = 'One after the other'
    description: ClassVar = 'Each member builds on what the one before it made; the last result is the answer.'
    icon: ClassVar = 'trending_flat'
    listens: ClassVar = True

    def play(self, table: Table) -> Play:
        for seat in table.members:
            if table.used_up or table.phrase_said:
                break
            before = transcript([*table.said()][-1:])
            yield (table.ask(seat, with_so_far(table.task, before, 'What was made of it so far:'), how=HOW),)
        return table.answer()
