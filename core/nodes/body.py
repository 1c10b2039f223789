"""Node types whose steps run a body: other nodes, in rounds. The contract between them and the engine."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, final

from core.nodes.node_type import C, Completed, NodeContext, NodeType, Outcome, OutputField
from core.values import Json
from core.workflows.graph import Graph


@dataclass(frozen=True, kw_only=True, slots=True)
class Round:
    """One time through a body; its steps stand in the run at `each[index].node`."""

    index: int
    """Counts from 0; no two rounds of a step have the same."""
    names: Mapping[str, Json] = field(default_factory=dict)
    """What its templates can use besides what is upstream of the node itself."""
    incoming: Sequence[dict[str, Any]] = ()
    """What arrives at nodes of the body that nothing leads to."""
    body: Graph | None = None
    """What is run; None: the nodes that stand inside the node."""
    inputs: dict[str, Json] | None = None
    """The inputs of a body that is a workflow of its own and sees nothing outside; None: it sees what its node sees."""


def plain(output: dict[str, Any]) -> Json:
    """A result as a value: the data that it holds, or its text, or all of it where it has neither."""
    return output.get('value', output.get('text', output))


class Rounds(ABC):
    """Which rounds one step runs, and what comes of them.

    The engine asks for rounds, runs them, tells how each ended, and asks again. After a crash this is made anew and
    told again how rounds had ended: what it says must follow from what it was made of and told alone.
    """

    @property
    def total(self) -> int | None:
        """How many rounds there are at most; None where nobody knows."""
        return None

    @abstractmethod
    def ready(self) -> Iterable[Round]:
        """The rounds that may start now; each is given once. StepError where there can be none."""

    @abstractmethod
    def ended(self, index: int, output: dict[str, Any], error: str) -> None:
        """Takes in how a round ended: with its output, or with the error that it failed with."""

    @abstractmethod
    def result(self) -> Completed | None:
        """The step's result, None while rounds are missing; StepError where it has failed. The rest is then stopped."""


class BodyNodeType(NodeType[C], Generic[C]):
    """A node type whose steps run a body. It writes `rounds`; the engine does the rest.

    Such a step is neither timed nor tried again as a whole: the steps in its rounds are.
    """

    round_name: ClassVar[str] = 'round'
    """What one round is called, as in `item 4`; empty where there is only ever one, which is not worth a word."""
    inner_fields: ClassVar[frozenset[str]] = frozenset()
    """The expressions of its own configuration that see the names of its rounds."""

    passes_on: ClassVar[bool] = False
    """Whether the retries and the time limit of its node are those of the steps in its rounds; it sees to that."""

    def names(self, config: C) -> tuple[OutputField, ...]:
        """What the templates in its body can use besides what is upstream of it: the names of its rounds."""
        return ()

    def rounds(self, config: C, context: NodeContext) -> Rounds:
        """The rounds of one step; StepError as in `run`."""
        raise NotImplementedError

    @final
    async def run(self, config: C, context: NodeContext) -> Outcome:
        raise AssertionError('the engine runs the rounds of a body itself')
