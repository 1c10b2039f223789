"""Round robin: the members discuss in turn, each hearing all that was said."""

from typing import ClassVar

from core.teams.strategy import Lead, Play, Strategy
from core.teams.table import Answer, Table, transcript, with_so_far
from core.teams.verdict import verdict

HOW = 'You discuss in turn. Take up what the others said, and add what is missing or wrong.'
JUDGING = (
    'The members discuss the task in turn. Judge whether they are done: whether the task has its answer and nothing '
    'that matters is open. If so, give that answer in full.'
)
SO_FAR = 'What was said so far:'


class RoundRobin(Strategy):
    name: ClassVar = 'round_robin'
    title: ClassVar = 'Discussion'
    description: ClassVar = 'The members speak in turn, round by round, and each hears all that was said.'
    icon: ClassVar = 'forum'
    lead: ClassVar = Lead(
        title='Judge',
        does='Says after each round whether they are done. Without it they stop at a limit or a phrase.',
        needed=False,
    )
    fewest: ClassVar = 2
    repeats: ClassVar = True
    listens: ClassVar = True

    def play(self, table: Table) -> Play:
        while not table.over:
            for seat in table.members:
                if not table.over:
                    yield (table.ask(seat, _told(table), how=HOW),)
            if table.lead is not None and any(table.said()) and not table.phrase_said:
                (ruled,) = yield (table.ask(table.lead, _told(table), how=JUDGING, form=verdict(done=True)),)
                if ruled.value['done']:
                    return Answer(text=ruled.value['answer'] or table.answer().text)
        return table.answer()


def _told(table: Table) -> str:
    return with_so_far(table.task, transcript(table.said()), SO_FAR)
