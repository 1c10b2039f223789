"""Parallel: all members answer at the same time, and one agent makes one answer of theirs."""

from typing import ClassVar

from core.teams.strategy import Lead, Play, Strategy
from core.teams.table import Answer, Table, transcript, with_so_far

HOW = 'All of you answer at the same time, without seeing each other.'
COMBINING = (
    'The members answered the task without seeing each other. Make one answer of theirs: keep what is right, settle '
    'where they differ, and do not speak of the members.'
)


class Parallel(Strategy):
    name: ClassVar = 'parallel'
    title: ClassVar = 'All at once'
    description: ClassVar = 'All members answer at the same time; the combiner makes one answer of theirs.'
    icon: ClassVar = 'call_merge'
    lead: ClassVar = Lead(
        title='Combiner', does='Makes one answer of all. Without it they are put one below the other.', needed=False
    )

    def play(self, table: Table) -> Play:
        yield tuple(table.ask(seat, table.task, how=HOW) for seat in table.members)
        said = [*table.said()]
        if not said:
            raise table.silence()
        if table.lead is None:
            return Answer(text='\n\n'.join(f'## {each.turn.name}\n\n{each.said.text.strip()}' for each in said))
        told = with_so_far(table.task, transcript(said), 'What the members answered:')
        (combined,) = yield (table.ask(table.lead, told, how=COMBINING).model_copy(update={'last': True}),)
        return Answer(text=combined.text)
