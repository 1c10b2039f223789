"""What an agent may use for one answer; at the limit it gives one last answer without tools."""

from pydantic import Field

from core.values import Value


class Budget(Value):
    """Limits for one answer of an agent, over all its model calls and tool calls; None is no limit."""

    tokens: int | None = Field(default=None, ge=1, description='Tokens read and written, over all model calls.')
    cost: float | None = Field(default=None, gt=0, description='US dollars, as far as prices are known.')
    minutes: float | None = Field(
        default=None, gt=0, description='Working time of models and tools; waiting for a person does not count.'
    )
    tool_calls: int | None = Field(default=None, ge=0, description='Calls of tools.')

    def within(self, other: 'Budget') -> 'Budget':
        """The tighter of both, limit by limit."""
        mine, theirs = dict(self), dict(other)
        limits = {name: [each[name] for each in (mine, theirs) if each[name] is not None] for name in mine}
        return Budget(**{name: min(both, default=None) for name, both in limits.items()})

    def rest(self, spent: 'Spent', *, shares: int) -> 'Budget':
        """What one of so many may still use that work at the same time; of what is used up, the least there can be."""
        left = {
            'tokens': None if self.tokens is None else max(1, (self.tokens - spent.tokens) // shares),
            'cost': None if self.cost is None else max(LEAST, (self.cost - spent.cost) / shares),
            'minutes': None if self.minutes is None else max(LEAST, (self.minutes - spent.seconds / 60) / shares),
            'tool_calls': None if self.tool_calls is None else max(0, (self.tool_calls - spent.tool_calls) // shares),
        }
        return Budget(**left)


LEAST = 1e-6
"""Dollars or minutes that are left where nothing is: a limit of nothing at all would be no limit."""


class Spent(Value):
    """What was used so far."""

    tokens: int = 0
    cost: float = 0.0
    seconds: float = 0.0
    tool_calls: int = 0

    def __add__(self, other: 'Spent') -> 'Spent':
        return Spent(
            tokens=self.tokens + other.tokens,
            cost=self.cost + other.cost,
            seconds=self.seconds + other.seconds,
            tool_calls=self.tool_calls + other.tool_calls,
        )

    def beyond(self, budget: Budget) -> str:
        """The limit that is reached, in words; empty while none is. Tool calls are counted one by one elsewhere."""
        if budget.tokens is not None and self.tokens >= budget.tokens:
            return f'{budget.tokens} tokens'
        if budget.cost is not None and self.cost >= budget.cost:
            return f'${budget.cost:g}'
        if budget.minutes is not None and self.seconds >= budget.minutes * 60:
            return f'{budget.minutes:g} minutes'
        return ''
