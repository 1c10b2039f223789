"""What a call used and what it cost."""

from core.values import Value


class Usage(Value):
    """Tokens as the provider counted them; `cost` in US dollars, None where no price is known (not the same as 0).

    `input_tokens` include the cached ones, `output_tokens` the thinking. The cost of a sum is the sum of the known.
    """

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    thinking_tokens: int = 0
    cost: float | None = None

    def __add__(self, other: 'Usage') -> 'Usage':
        known = [usage.cost for usage in (self, other) if usage.cost is not None]
        return Usage(
            calls=self.calls + other.calls,
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cached_tokens=self.cached_tokens + other.cached_tokens,
            thinking_tokens=self.thinking_tokens + other.thinking_tokens,
            cost=sum(known) if known else None,
        )

    def since(self, before: 'Usage') -> 'Usage':
        """What was added to an earlier sum that this one goes on from."""
        return Usage(
            calls=self.calls - before.calls,
            input_tokens=self.input_tokens - before.input_tokens,
            output_tokens=self.output_tokens - before.output_tokens,
            cached_tokens=self.cached_tokens - before.cached_tokens,
            thinking_tokens=self.thinking_tokens - before.thinking_tokens,
            cost=None if self.cost is None else self.cost - (before.cost or 0.0),
        )

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens
