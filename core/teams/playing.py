"""A team at work: its play, driven from one turn to the next."""

from collections.abc import Mapping

from core.agents.agent import Agent
from core.errors import StepError
from core.teams.checking import incomplete, problems_of
from core.teams.strategy import Strategies
from core.teams.table import Answer, Table, seats_of
from core.teams.team import Team
from core.teams.turn import Said, Taken, Turn


class Playing:
    """Gives the turns that may be taken now, and takes in how they ended, in any order.

    Turns are numbered from 0. Made anew and told again how turns had ended, it stands where it stood.
    """

    def __init__(self, team: Team, task: str, *, agents: Mapping[str, Agent], strategies: Strategies) -> None:
        """StepError where the team cannot work."""
        if problems := [*problems_of(team, agents, strategies), *incomplete(team, strategies)]:
            raise StepError(f'The team {team.name!r} cannot work: {" ".join(what for _, what in problems)}')
        strategy = strategies.get(team.strategy)
        members, lead = seats_of(team, agents, lead_title=strategy.lead.title if strategy.lead else '')
        self.table = Table(team=team, task=task, members=members, lead=lead)
        self.answer: Answer | None = None
        self.fault: StepError | None = None
        """Why there will be no answer."""
        self._play = strategy.play(self.table)
        self._turns: tuple[Turn, ...] = ()
        """Those that are taken at the same time, now."""
        self._given: set[int] = set()
        self._heard: dict[int, Said] = {}
        self._begin(())

    def ready(self) -> list[tuple[int, Turn]]:
        """The turns that may be taken now, with their numbers; each is given once."""
        if self.fault is not None:
            return []
        numbered = zip(self._numbers(), self._turns, strict=True)
        ready = [(number, turn) for number, turn in numbered if number not in self._given | self._heard.keys()]
        self._given.update(number for number, _ in ready)
        return ready

    def ended(self, number: int, said: Said) -> None:
        """Takes in how a turn ended."""
        self._heard[number] = said
        self._fail_if_lost()
        while self.fault is None and self.answer is None and all(number in self._heard for number in self._numbers()):
            said_now = tuple(self._heard.pop(number) for number in self._numbers())
            self.table.taken += [Taken(turn=turn, said=said) for turn, said in zip(self._turns, said_now, strict=True)]
            self._begin(said_now)
            self._fail_if_lost()

    def _numbers(self) -> range:
        first = len(self.table.taken)
        return range(first, first + len(self._turns))

    def _begin(self, said: tuple[Said, ...]) -> None:
        """Goes on to the next turns, or to the answer."""
        try:
            turns = self._play.send(said) if self.table.taken else next(self._play)
        except StopIteration as end:
            self._turns, self.answer = (), end.value
        except StepError as error:
            self._turns, self.fault = (), error
        else:
            rest = self.table.team.termination.budget.rest(self.table.spent, shares=max(1, len(turns)))
            self._turns = tuple(turn.model_copy(update={'budget': rest}) for turn in turns)

    def _fail_if_lost(self) -> None:
        """One turn that the team cannot do without is enough, whatever else is still being said."""
        for number, turn in zip(self._numbers(), self._turns, strict=True):
            said = self._heard.get(number)
            if said and said.error and not self._can_do_without(turn):
                self.fault = StepError(f'{turn.name}: {said.error}')

    def _can_do_without(self, turn: Turn) -> bool:
        lead = self.table.lead
        return self.table.team.on_failure == 'go_on' and (lead is None or turn.seat != lead.id)
