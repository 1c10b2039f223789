"""The conversation of a playground."""

from core.agents.conversation import Turn, Turns


class TriedTurns(Turns):
    """Its turns, for as long as the page is open; the last ones can be taken back."""

    def __init__(self) -> None:
        self._turns: list[Turn] = []

    def __len__(self) -> int:
        return len(self._turns)

    async def add(self, turn: Turn) -> None:
        self._turns.append(turn.model_copy(update={'number': len(self._turns) + 1}))

    async def turns(self, agent: str, conversation: str, *, last: int) -> list[Turn]:
        return self._turns[-last:]

    def take_back(self, *, keep: int) -> None:
        """Leaves only the first of them."""
        del self._turns[keep:]
