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


class Spent(Value):
    """What was used so far."""

    tokens: int = 0
    cost: float = 0.0
    seconds: float = 0.0
    tool_calls: int = 0

    def beyond(self, budget: Budget) -> str:
        """The limit that is reached, in words; empty while none is. Tool calls are counted one by one elsewhere."""
        if budget.tokens is not None and self.tokens >= budget.tokens:
            return f'{budget.tokens} tokens'
        if budget.cost is not None and self.cost >= budget.cost:
            return f'${budget.cost:g}'
        if budget.minutes is not None and self.seconds >= budget.minutes * 60:
            return f'{budget.minutes:g} minutes'
        return ''
