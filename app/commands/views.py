"""How a run is shown in a terminal, a pipe or a script."""

import argparse
import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, ClassVar

from app.instance import Instance
from core.parts import output_of
from core.runs.events import AttemptFailed, Logged, NotRun, RunEvent, StepEvent, StepFailed, StepStarted
from core.runs.nesting import Nesting, holder
from core.runs.run import PendingApproval, Run
from core.runs.state import RunState, StepState, StepStatus
from core.workflows.workflow import Workflow

NOTABLE: frozenset[StepStatus] = frozenset({'failed', 'waiting', 'unknown'})
"""What is told also of steps inside steps."""

NOT_RUN: dict[NotRun, str] = {
    'same': 'taken from an earlier run',
    'pinned': 'pinned',
    'disabled': 'passed on: disabled',
}


class View:
    """Shows nothing: what all views share. Progress goes to stderr, results to stdout."""

    asks: ClassVar[bool] = False
    """Whether a person is there who can answer."""

    def __init__(self, workflow: Workflow, run: Run) -> None:
        self.workflow = workflow
        self.run = run

    def show(self, event: RunEvent, state: RunState) -> None: ...

    def say(self, message: str) -> None:
        sys.stderr.write(f'{message}\n')
        sys.stderr.flush()

    def end(self, state: RunState) -> None: ...

    async def ask(self, approval: PendingApproval) -> str:
        """What the person answered to the approval: yes, no, or why not."""
        raise NotImplementedError


@contextmanager
def view_for(options: argparse.Namespace, workflow: Workflow, run: Run, instance: Instance) -> Iterator[View]:
    """The view that fits the options and where the output goes."""
    if options.json:
        yield JsonView(workflow, run)
    elif options.json_lines:
        yield JsonLinesView(workflow, run)
    elif sys.stderr.isatty():
        from app.commands.tree import live_tree  # noqa: PLC0415 - rich

        with live_tree(workflow, run, instance) as tree:
            yield tree
    else:
        yield LinesView(workflow, run)


CALM = 1.0
"""Seconds between two lines about how far the rounds of a step have come."""


class LinesView(View):
    """One line for each step that starts or ends; of what runs in rounds how far it has come, and what went wrong."""

    def __init__(self, workflow: Workflow, run: Run) -> None:
        super().__init__(workflow, run)
        self._nesting = Nesting()
        self._told_at: dict[str, datetime] = {}

    def show(self, event: RunEvent, state: RunState) -> None:
        if isinstance(event, StepEvent):
            self._nesting.note(state.steps[event.path])
        match event:
            case StepEvent() if state.steps[event.path].is_round:
                self._show_progress(event, state)
            case StepStarted() if event.attempt > 1:
                self.say(f'{event.path}: attempt {event.attempt}')
            case AttemptFailed():
                self.say(f'{event.path}: {event.error}')
            case Logged():
                self.say(f'{event.path or "run"}: {event.level}: {event.message}')
            case StepEvent() if not holder(event.path) or state.steps[event.path].status in NOTABLE:
                self._show_step(event.path, state.steps[event.path], event.type)
            case _:
                pass

    def _show_progress(self, event: StepEvent, state: RunState) -> None:
        """One line about the rounds of a step, where there was none lately or one failed."""
        path = holder(event.path)
        told, failed = self._told_at.get(path), isinstance(event, StepFailed)
        ended = state.steps[event.path].settled
        if ended and (failed or told is None or (event.at - told).total_seconds() >= CALM):
            self._told_at[path] = event.at
            self.say(f'{path}: {progress(self._nesting, path, state.steps[path])}')

    def _show_step(self, path: str, step: StepState, kind: str) -> None:
        if kind != 'model_called':
            rounds = [progress(self._nesting, path, step)] if self._nesting.inside(path) else []
            self.say(f'{path}: {" · ".join([*rounds, summary(step)])}')

    def end(self, state: RunState) -> None:
        print_result(state, self.run)


class JsonView(View):
    """One document when it is over."""

    def end(self, state: RunState) -> None:
        write_json(
            {
                'run_id': self.run.id,
                'workflow_id': self.workflow.id,
                'workflow': self.workflow.name,
                'part': self.run.part.model_dump() if self.run.part else None,
                'status': state.status,
                'inputs': state.inputs,
                'output': state.output,
                'error': state.error,
                'usage': state.usage.model_dump(mode='json'),
                'steps': {path: _step(step) for path, step in state.steps.items()},
            },
            indent=2,
        )


class JsonLinesView(View):
    """Each event as one line, as it happens."""

    def show(self, event: RunEvent, state: RunState) -> None:
        sys.stdout.write(event.model_dump_json() + '\n')
        sys.stdout.flush()


def print_result(state: RunState, run: Run) -> None:
    """The run's result on stdout, or on stderr why there is none; a part's is that of its node."""
    output = output_of(run, state)
    if state.status == 'failed':
        sys.stderr.write(f'The run failed: {state.error}\n')
    elif state.status == 'cancelled':
        sys.stderr.write('The run was cancelled.\n')
    elif len(output) == 1:
        _print_value(next(iter(output.values())))
    else:
        for name, value in output.items():
            sys.stdout.write(f'{name}:\n')
            _print_value(value)
    sys.stdout.flush()


def progress(nesting: Nesting, path: str, step: StepState) -> str:
    """How far the rounds of a step have come: `37/1000, 2 failed`."""
    rounds = nesting.rounds(path)
    failed = rounds.count('failed')
    total = len(rounds.paths) if step.settled or step.rounds is None else step.rounds
    return f'{rounds.ended}/{total}' + (f', {failed} failed' if failed else '')


def summary(step: StepState) -> str:
    """Where the step stands, in a few words."""
    facts: list[str] = [step.status]
    if step.status == 'succeeded' and step.started_at and step.ended_at and step.not_run is None:
        facts.append(f'{(step.ended_at - step.started_at).total_seconds():.1f} s')
    if step.not_run is not None:
        facts.append(NOT_RUN[step.not_run])
    if step.usage.tokens:
        facts.append(f'{step.usage.tokens} tok')
    if step.usage.cost:
        facts.append(f'${step.usage.cost:.4f}')
    facts.extend(reason for reason in (step.error, step.reason) if reason)
    return ' · '.join(facts)


def write_json(value: Any, *, indent: int | None = None) -> None:
    sys.stdout.write(json.dumps(value, indent=indent, ensure_ascii=False, default=str) + '\n')
    sys.stdout.flush()


async def read_line() -> str:
    """A line from stdin, without a thread that would outlive a cancelled wait where that can be helped."""
    loop = asyncio.get_running_loop()
    line: asyncio.Future[str] = loop.create_future()

    def read() -> None:
        if not line.done():
            line.set_result(sys.stdin.readline())

    try:
        loop.add_reader(sys.stdin, read)
    except (NotImplementedError, OSError, ValueError):  # Windows, or stdin is a file
        return await asyncio.to_thread(sys.stdin.readline)
    try:
        return await line
    finally:
        loop.remove_reader(sys.stdin)


def _print_value(value: Any) -> None:
    if isinstance(value, str):
        sys.stdout.write(value.rstrip('\n') + '\n')
    else:
        write_json(value, indent=2)


def _step(step: StepState) -> dict[str, Any]:
    return {
        'node': step.node,
        'status': step.status,
        'attempts': step.attempt,
        'output': step.output,
        'error': step.error,
        'reason': step.reason,
        'started_at': step.started_at.isoformat() if step.started_at else None,
        'ended_at': step.ended_at.isoformat() if step.ended_at else None,
        'usage': step.usage.model_dump(mode='json'),
        'not_run': step.not_run,
        'reused_from': step.reused_from,
    }
