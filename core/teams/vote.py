"""Vote: all members answer, then all vote for one of the answers."""

from collections import Counter
from collections.abc import Sequence
from typing import ClassVar

from core.teams.strategy import Lead, Play, Strategy
from core.teams.table import Answer, Table
from core.teams.turn import Said, Taken
from core.teams.verdict import ballot

HOW = 'All of you answer at the same time, without seeing each other; then you vote for the best answer.'
VOTING = 'Vote for the answer that does the task best. Whose it is, yours perhaps, does not matter.'
BREAKING = 'The votes of the members are tied. Decide which of these answers does the task best.'


class Vote(Strategy):
    name: ClassVar = 'vote'
    title: ClassVar = 'Vote'
    description: ClassVar = 'All members answer at the same time, then all vote; the answer with most votes is taken.'
    icon: ClassVar = 'how_to_vote'
    lead: ClassVar = Lead(
        title='Judge', does='Decides where votes are tied. Without it the first of the tied answers wins.', needed=False
    )
    fewest: ClassVar = 2

    def play(self, table: Table) -> Play:
        yield tuple(table.ask(seat, table.task, how=HOW) for seat in table.members)
        answers = [*table.said()]
        if not answers:
            raise table.silence()
        if len(answers) == 1:
            return Answer(text=answers[0].said.text.strip(), more={'winner': answers[0].turn.name, 'votes': {}})
        numbers = [str(number) for number in range(1, len(answers) + 1)]
        form, told = ballot(numbers), _ballot_paper(table.task, answers, numbers)
        said = yield tuple(table.ask(seat, told, how=VOTING, form=form) for seat in table.members)
        votes = _counted(said, numbers)
        winners = [number for number in numbers if votes[number] == max(votes.values())]
        if len(winners) > 1 and table.lead is not None:
            tied = [answers[int(number) - 1] for number in winners]
            told = _ballot_paper(table.task, tied, winners)
            (ruled,) = yield (table.ask(table.lead, told, how=BREAKING, form=ballot(winners)),)
            winners = [ruled.value['vote']]
        chosen = answers[int(winners[0]) - 1]
        counted = {answers[int(number) - 1].turn.name: votes[number] for number in numbers}
        return Answer(text=chosen.said.text.strip(), more={'winner': chosen.turn.name, 'votes': counted})


def _ballot_paper(task: str, answers: Sequence[Taken], numbers: Sequence[str]) -> str:
    """The answers without their names, so that only what they say counts."""
    listed = (f'Answer {number}:\n\n{each.said.text.strip()}' for number, each in zip(numbers, answers, strict=True))
    return '\n\n'.join([task, *listed])


def _counted(said: Sequence[Said], numbers: Sequence[str]) -> Counter[str]:
    counts = Counter(dict.fromkeys(numbers, 0))
    counts.update(each.value['vote'] for each in said if not each.error)
    return counts
