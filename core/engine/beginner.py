"""How a step begins: its configuration filled in, its result taken over from an earlier run, or its attempts made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from core.engine.attempts import Attempts, Post, explained, failure
from core.engine.fingerprint import fingerprint
from core.engine.frame import Frame
from core.engine.plan import Planned
from core.engine.stand_in import instead
from core.engine.surroundings import Surroundings
from core.errors import StepError, TemplateError
from core.nodes.body import BodyNodeType, Rounds
from core.nodes.marked import filled_in
from core.nodes.node_type import NodeContext
from core.runs import events as e
from core.runs.deadline import Deadline
from core.runs.earlier import Earlier
from core.runs.state import RunState, StepState
from core.values import Value
from core.workflows.templates import Scope
from core.workflows.workflow import WorkflowVersion


@dataclass(slots=True)
class Beginning:
    """What happened to a step so far, and what is to follow."""

    events: Sequence[e.RunEvent] = ()
    attempts: Attempts | None = None
    rounds: Rounds | None = None
    """The rounds that it runs, if it has a body."""


@dataclass(kw_only=True, slots=True)
class Beginner:
    """Begins the steps of one run."""

    run_id: str
    state: RunState
    around: Surroundings
    earlier: Earlier
    """The runs whose results are taken over."""
    workflows: Mapping[str, WorkflowVersion]
    """Those that the run has inside it."""
    post: Post

    def start(self, planned: Planned, frame: Frame, *, not_before: datetime | None = None) -> Beginning:
        """A first or a further attempt, an earlier result, a stand-in's, or why it cannot be begun."""
        path, node, now = frame.path_of(planned), planned.node.id, self.around.clock.now()
        step = self.state.step(path, node=node)
        scope, incoming = frame.results.scope(planned), frame.results.incoming(planned)
        if planned.stand_in is not None:
            return Beginning([instead(planned, planned.stand_in, path, incoming=incoming, now=now)])
        attempt = step.attempt + 1
        given: dict[str, Any]
        try:
            config = filled_in(planned.config, scope) if planned.templated else planned.config
            if planned.has_rounds:
                rounds = self._rounds(planned, config, self._context(planned, step, frame, incoming, scope))
                given = {'input': config.model_dump(mode='json'), 'rounds': rounds.total}
                return Beginning([e.StepStarted(at=now, path=path, node=node, **given)], rounds=rounds)
            key = fingerprint(planned, config, incoming=incoming, scope=scope, state=self.state)
        except (StepError, TemplateError) as error:
            started = e.StepStarted(at=now, path=path, node=node, attempt=attempt)
            return Beginning([started, failure(planned, path, str(error), now)])
        given = {'input': config.model_dump(mode='json'), 'fingerprint': key}
        if (found := self.earlier.same(path, key)) is not None:
            run_id, earlier = found
            result = {'output': earlier.output, 'handles': earlier.handles, 'run_id': run_id}
            return Beginning([e.StepReused(at=now, path=path, node=node, **given, **result)])
        context = self._context(planned, step, frame, incoming, scope)
        if not_before is None:
            context.attempt = attempt  # else it begins when its time has come
        return Beginning(attempts=self._attempts(planned, config, context, given, step, not_before=not_before))

    def resume(self, planned: Planned, frame: Frame, step: StepState) -> Beginning:
        """Calls a step again that has waited. From here on it runs: what a crash leaves of it may have acted."""
        given = {'input': step.input, 'fingerprint': step.fingerprint}
        incoming, scope = frame.results.incoming(planned), frame.results.scope(planned)
        context = self._context(planned, step, frame, incoming, scope)
        return Beginning(attempts=self._attempts(planned, _config(planned, step), context, given, step))

    def rounds_of(self, planned: Planned, frame: Frame, step: StepState) -> Rounds:
        """The rounds of a step that an earlier executor began; StepError as when it began."""
        incoming, scope = frame.results.incoming(planned), frame.results.scope(planned)
        return self._rounds(planned, _config(planned, step), self._context(planned, step, frame, incoming, scope))

    def _rounds(self, planned: Planned, config: Value, context: NodeContext) -> Rounds:
        try:
            return cast('BodyNodeType[Any]', planned.type).rounds(config, context)
        except Exception as error:
            raise explained(error, context.path, context.run_id) from error

    def _attempts(
        self,
        planned: Planned,
        config: Value,
        context: NodeContext,
        given: dict[str, Any],
        step: StepState,
        *,
        not_before: datetime | None = None,
    ) -> Attempts:
        return Attempts(
            planned=planned,
            config=config,
            context=context,
            given=given,
            failures=step.failures,
            not_before=not_before,
            post=self.post,
            live=self.around.live,
            clock=self.around.clock,
        )

    def _context(
        self, planned: Planned, step: StepState, frame: Frame, incoming: Sequence[dict[str, Any]], scope: Scope
    ) -> NodeContext:
        path, around, run_id = step.path, self.around, self.run_id
        return NodeContext(
            run_id=run_id,
            path=path,
            title=planned.title,
            retry=planned.node.retry,
            timeout=planned.node.timeout,
            attempt=step.attempt,
            inputs=frame.results.inputs,
            incoming=incoming,
            scope=scope,
            calls=step.calls,
            summaries=step.summaries,
            tools=step.tools,
            decisions=step.decisions,
            wait=step.wait,
            answer=step.answer,
            agents=self.state.agents,
            teams=self.state.teams,
            workflows=self.workflows,
            strategies=around.strategies,
            conversations=around.conversations,
            llm=around.llm,
            sandboxes=around.sandboxes,
            toolbox=around.toolbox,
            depth=self.state.depth,
            clock=around.clock,
            deadline=Deadline(),
            note=lambda event: self.post(event, until='noted'),
            record=lambda event: self.post(event, until='durable'),
            say=lambda status: around.live.say(run_id, path, status),
            show=lambda text, thinking: around.live.add(run_id, path, text=text, thinking=thinking),
        )


def _config(planned: Planned, step: StepState) -> Value:
    return type(planned.config).model_validate(step.input)
