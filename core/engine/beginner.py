"""How a step begins: its configuration filled in, its result taken over from an earlier run, or its attempts made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.engine.attempts import Attempts, Post, failure
from core.engine.fingerprint import fingerprint
from core.engine.plan import Planned
from core.engine.results import Results
from core.engine.stand_in import instead
from core.engine.surroundings import Surroundings
from core.errors import TemplateError
from core.nodes.marked import filled_in
from core.nodes.node_type import NodeContext
from core.runs import events as e
from core.runs.deadline import Deadline
from core.runs.earlier import Earlier
from core.runs.state import StepState
from core.values import Value
from core.workflows.templates import Scope


@dataclass(slots=True)
class Beginning:
    """What happened to a step so far, and the attempts that are to follow once that is in the journal."""

    events: Sequence[e.RunEvent]
    attempts: Attempts | None = None


@dataclass(kw_only=True, slots=True)
class Beginner:
    """Begins the steps of one run."""

    run_id: str
    results: Results
    around: Surroundings
    earlier: Earlier
    """The runs whose results are taken over."""
    post: Post

    def start(self, planned: Planned, *, not_before: datetime | None = None) -> Beginning:
        """A first or a further attempt, an earlier result, a stand-in's, or why it cannot be begun."""
        path, now, step = planned.node.id, self.around.clock.now(), self._step(planned)
        scope, incoming = self.results.scope(planned), self.results.incoming(planned)
        if planned.stand_in is not None:
            return Beginning([instead(planned, planned.stand_in, incoming=incoming, now=now)])
        attempt = step.attempt + 1
        try:
            config = filled_in(planned.config, scope)
            key = fingerprint(planned, config, incoming=incoming, scope=scope, agents=self.results.state.agents)
        except TemplateError as error:
            started = e.StepStarted(at=now, path=path, node=path, attempt=attempt)
            return Beginning([started, failure(planned, str(error), now)])
        given: dict[str, Any] = {'input': config.model_dump(mode='json'), 'fingerprint': key}
        if (found := self.earlier.same(path, key)) is not None:
            run_id, earlier = found
            result = {'output': earlier.output, 'handles': earlier.handles, 'run_id': run_id}
            return Beginning([e.StepReused(at=now, path=path, node=path, **given, **result)])
        if not_before is not None:  # the attempt begins when its time has come
            started = e.StepStarted(at=now, path=path, node=path, attempt=step.attempt, **given)
            return Beginning([], self._attempts(planned, config, started, scope, incoming, not_before=not_before))
        started = e.StepStarted(at=now, path=path, node=path, attempt=attempt, **given)
        return Beginning([started], self._attempts(planned, config, started, scope, incoming))

    def resume(self, planned: Planned, step: StepState) -> Beginning:
        """Calls a step again that has waited. From here on it runs: what a crash leaves of it may have acted."""
        config = type(planned.config).model_validate(step.input)
        given = {'attempt': step.attempt, 'input': step.input, 'fingerprint': step.fingerprint}
        started = e.StepStarted(at=self.around.clock.now(), path=step.path, node=step.node, **given)
        scope, incoming = self.results.scope(planned), self.results.incoming(planned)
        return Beginning([started], self._attempts(planned, config, started, scope, incoming))

    def _attempts(
        self,
        planned: Planned,
        config: Value,
        started: e.StepStarted,
        scope: Scope,
        incoming: Sequence[dict[str, Any]],
        *,
        not_before: datetime | None = None,
    ) -> Attempts:
        path, around, run_id, step = started.path, self.around, self.run_id, self._step(planned)
        context = NodeContext(
            run_id=run_id,
            path=path,
            title=planned.node.title,
            attempt=started.attempt,
            inputs=self.results.state.inputs,
            incoming=incoming,
            scope=scope,
            calls=step.calls,
            tools=step.tools,
            decisions=step.decisions,
            wait=step.wait,
            answer=step.answer,
            agents=self.results.state.agents,
            llm=around.llm,
            sandboxes=around.sandboxes,
            toolbox=around.toolbox,
            depth=self.results.state.depth,
            clock=around.clock,
            deadline=Deadline(),
            record=lambda event: self.post(event, durable=True),
            say=lambda status: around.live.say(run_id, path, status),
            show=lambda text, thinking: around.live.add(run_id, path, text=text, thinking=thinking),
        )
        return Attempts(
            planned=planned,
            config=config,
            context=context,
            started=started,
            failures=step.failures,
            not_before=not_before,
            post=self.post,
            live=around.live,
            clock=around.clock,
        )

    def _step(self, planned: Planned) -> StepState:
        return self.results.state.step(planned.node.id, node=planned.node.id)
