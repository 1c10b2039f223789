"""The strategies that ship with the app; they take the road that plugins take."""

from core.teams.debate import Debate
from core.teams.parallel import Parallel
from core.teams.round_robin import RoundRobin
from core.teams.sequential import Sequential
from core.teams.strategy import Strategies
from core.teams.supervisor import Supervisor
from core.teams.vote import Vote


def add_built_in_strategies(strategies: Strategies) -> None:
    for strategy in (Sequential(), Parallel(), RoundRobin(), Supervisor(), Debate(), Vote()):
        strategies.add(strategy.name, strategy)
