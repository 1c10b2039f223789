"""A graph as text: what a person types of it, and what the draft says."""

import asyncio
from collections.abc import Callable
from typing import Any

from core.drafts.draft import Draft
from core.errors import InvalidError
from core.workflows.document import graph_text, read_graph
from core.workflows.graph import Graph

PAUSE = 0.4
"""Seconds without a keystroke after which the text is taken in."""


class TypedGraph:
    """The text is what the person typed, always; the draft takes it over whenever it can be read.

    `fault` says why the text is not a graph; `typing` whether something was typed that is not taken in yet.
    """

    def __init__(self, draft: Draft, *, on_change: Callable[[], Any]) -> None:
        self.text = graph_text(draft.workflow)
        self.fault: InvalidError | None = None
        self.typing = False
        self._draft = draft
        self._graph: Graph = draft.graph
        self._on_change = on_change
        self._keystrokes = 0

    async def type(self, text: str) -> None:
        """Takes in what the editor holds now, once the person pauses."""
        if text == self.text:
            return
        self.text, self.typing = text, True
        self._keystrokes += 1
        typed = self._keystrokes
        self._on_change()
        await asyncio.sleep(PAUSE)
        if typed == self._keystrokes:
            await self.take()

    async def take(self) -> None:
        """Reads the text now, and gives the draft what it says."""
        self.typing = False
        try:
            self._graph, self.fault = read_graph(self.text), None
        except InvalidError as error:
            self.fault = error
            self._on_change()
            return
        self._draft.replace(self._graph, source=self.text)
        await self._draft.save()
        self._on_change()

    def catch_up(self) -> bool:
        """Takes over what was changed elsewhere; whether that is another text."""
        if self._draft.graph == self._graph or self.typing:
            return False
        self._graph, self.fault = self._draft.graph, None
        self.text = graph_text(
            self._draft.workflow.model_copy(update={'graph': self._draft.graph, 'source': self._draft.source})
        )
        return True
