"""Debate: the members argue against each other, and a judge rules."""

from typing import ClassVar

from core.teams.strategy import Lead, Play, Strategy
from core.teams.table import Answer, Seat, Table, speech, transcript, with_so_far
from core.teams.verdict import verdict

OPENING = 'You debate. State your case: your answer to the task, and what speaks for it.'
REPLYING = (
    'You debate. Answer the others: say where they are wrong and why, and give way where they are right. '
    'Then state your case as it is now.'
)
JUDGING = 'The members debate the task. Judge what they said, not how they said it. '
MAY_RULE = (
    'If it is decided, or if more talk would bring nothing new, they are done: then give the answer to the task in '
    'full. If not, say what they should still answer.'
)
MUST_RULE = 'Rule now: give the answer to the task in full.'
SO_FAR = 'What was said so far:'


class Debate(Strategy):
    name: ClassVar = 'debate'
    title: ClassVar = 'Debate'
    description: ClassVar = (
        'All members state their case, then answer each other, round by round, until the judge rules.'
    )
    icon: ClassVar = 'balance'
    lead: ClassVar = Lead(
        title='Judge', does='Says after each round whether it is decided, and gives the answer.', needed=True
    )
    fewest: ClassVar = 2
    repeats: ClassVar = True
    listens: ClassVar = True

    def play(self, table: Table) -> Play:
        judge = _judge(table)
        yield tuple(table.ask(seat, table.task, how=OPENING) for seat in table.members)
        while True:
            if not any(table.said()):
                raise table.silence()
            last = bool(table.over) or table.left <= len(table.members)
            how = JUDGING + (MUST_RULE if last else MAY_RULE)
            told = with_so_far(table.task, transcript(table.said()), SO_FAR)
            ruling = table.ask(judge, told, how=how, form=verdict(done=not last))
            (ruled,) = yield (ruling.model_copy(update={'last': last}),)
            if last or ruled.value['done']:
                return Answer(text=ruled.value['answer'] or table.answer().text)
            told = f'{told}\n\n{speech(judge.name, ruled.value["reason"])}'
            yield tuple(table.ask(seat, told, how=REPLYING) for seat in table.members)


def _judge(table: Table) -> Seat:
    if table.lead is None:  # refused before a team is run
        raise table.silence()
    return table.lead
