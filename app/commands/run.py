"""`run`: one workflow from the terminal, followed to its end."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from app.commands.documents import find_team, find_workflow, read_text
from app.commands.views import View, view_for
from app.exit_codes import CANCELLED, FAILED, SUCCEEDED, WAITING
from app.instance import Instance, open_instance
from app.settings import Settings
from core.errors import ConflictError, InvalidError
from core.llm.images import LARGEST, image_from, kind_of
from core.runs.events import RunWaiting
from core.runs.nesting import around
from core.runs.run import PendingApproval, Run
from core.runs.state import RunState
from core.teamwork import IMAGES, PREFIX, TASK, workflow_of
from core.workflows.workflow import Workflow

HOW_TO_APPROVE = (
    'Decide on the page (start agent-orchestrator and open Home), or run again with --approve-all. The run is kept.'
)

HOW_TO_ASK_A_TEAM = "Write --input task='Name this product.' --input images=@product.png."


async def run(options: argparse.Namespace, settings: Settings) -> int:
    """Starts a run of a file, a stored workflow or a team, shows it, and says by its exit code how it ended."""
    inputs = read_inputs(options.input)
    text = _file_text(options.what)
    async with open_instance(settings, model=options.model) as instance:
        if text is None and options.what.startswith(PREFIX):
            workflow, started = await _run_team(
                instance, options.what.removeprefix(PREFIX), inputs, until=options.until
            )
        else:
            workflow = await _workflow(instance, options.what, text)
            started = await instance.start_run(workflow.id, dict(inputs), until=options.until)
        with view_for(options, workflow, started, instance) as view, _interruption() as interrupted:
            following = Following(instance=instance, run=started, workflow=workflow, view=view)
            return await following.to_the_end(interrupted, approve_all=options.approve_all)


async def _workflow(instance: Instance, name: str, text: str | None) -> Workflow:
    if text is None:
        return await find_workflow(instance, name)
    return await instance.import_file(text, once=True)


async def _run_team(
    instance: Instance, name: str, inputs: Mapping[str, str | list[str]], *, until: str | None
) -> tuple[Workflow, Run]:
    if until:
        raise InvalidError('A team is run as a whole; leave --until out.')
    task, images = inputs.get(TASK, ''), inputs.get(IMAGES, [])
    if not isinstance(task, str) or not task.strip() or inputs.keys() - {TASK, IMAGES}:
        raise InvalidError(f'A team is given a task, and pictures if it is to see some. {HOW_TO_ASK_A_TEAM}')
    team = await find_team(instance, name)
    run = await instance.run_team(team.id, task, images=[images] if isinstance(images, str) else images)
    return workflow_of(team), run


def read_inputs(given: Sequence[str]) -> dict[str, str | list[str]]:
    """KEY=VALUE pairs as a dict, @FILE read in; several of one key are a list. Types are the workflow's business."""
    inputs: dict[str, list[str]] = {}
    for pair in given:
        key, equals, value = pair.partition('=')
        if not (key and equals):
            raise InvalidError(f'--input {pair!r} is not KEY=VALUE, for example --input topic=Tides.')
        read = _from_file(Path(value[1:])) if value.startswith('@') else value
        inputs.setdefault(key.strip(), []).append(read)
    return {key: values[0] if len(values) == 1 else values for key, values in inputs.items()}


def _from_file(file: Path) -> str:
    """The text of a file; a picture as a data URL."""
    try:
        with file.open('rb') as opened:
            picture = opened.read(LARGEST + 1) if kind_of(opened.peek(16)) else b''
    except OSError:
        return read_text(file)
    if not picture:
        return read_text(file)
    try:
        return image_from(picture, name=file.name).named_url
    except ValueError as error:
        raise InvalidError(f'{file} {error}.') from None


@dataclass(kw_only=True, slots=True)
class Following:
    """A run as the terminal follows it."""

    instance: Instance
    run: Run
    workflow: Workflow
    view: View
    state: RunState = field(default_factory=RunState)

    async def to_the_end(self, interrupted: asyncio.Event, *, approve_all: bool) -> int:
        """The exit code, when the run has ended or waits for somebody who is not here."""
        try:
            async with asyncio.TaskGroup() as group:
                cancelling = group.create_task(self._cancel_when(interrupted))
                try:
                    return await self._follow(approve_all=approve_all)
                finally:
                    cancelling.cancel()
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None

    async def _follow(self, *, approve_all: bool) -> int:
        async for event in self.instance.watch(self.run.id):
            self.state.apply(event)
            self.view.show(event, self.state)
            if isinstance(event, RunWaiting) and not await self._go_on(approve_all=approve_all):
                self.view.end(self.state)
                return WAITING
        self.view.end(self.state)
        return {'succeeded': SUCCEEDED, 'cancelled': CANCELLED}.get(self.state.status, FAILED)

    async def _go_on(self, *, approve_all: bool) -> bool:
        """Whether the waiting run will go on without somebody else."""
        if any(step.status == 'unknown' for step in self.state.steps.values()):
            self.view.say('It is not known whether a step happened. Open the run on the page and decide.')
            return False
        for approval in (await self.instance.run(self.run.id)).approvals:
            if approve_all:
                await self._decide(approval, approved=True)
            elif self.view.asks:
                await self._ask(approval)
            else:
                place = f' ({approval.path})' if around(approval.path) else ''
                self.view.say(f'{approval.title}{place} waits for a person. {HOW_TO_APPROVE}')
                return False
        return True

    async def _ask(self, approval: PendingApproval) -> None:
        answer = await self.view.ask(approval)
        approved = answer.strip().lower() in {'y', 'yes'}
        await self._decide(approval, approved=approved, comment='' if approved else _comment(answer))

    async def _decide(self, approval: PendingApproval, *, approved: bool, comment: str = '') -> None:
        with suppress(ConflictError):  # somebody decided on the page meanwhile
            await self.instance.decide(self.run.id, approval.path, approved=approved, value=None, comment=comment)

    async def _cancel_when(self, interrupted: asyncio.Event) -> None:
        await interrupted.wait()
        self.view.say('Cancelling. Press Ctrl+C again to leave at once.')
        with suppress(ConflictError):  # it has just ended by itself
            await self.instance.cancel(self.run.id)


def _comment(answer: str) -> str:
    return '' if answer.strip().lower() in {'', 'n', 'no'} else answer.strip()


def _file_text(what: str) -> str | None:
    """The text of the file, or None where the words are a name."""
    file = Path(what)
    looks_like_a_file = what == '-' or file.suffix in {'.yaml', '.yml'} or file.is_file()
    return read_text(file) if looks_like_a_file else None


@contextmanager
def _interruption() -> Iterator[asyncio.Event]:
    """An event that the first Ctrl+C or SIGTERM sets; the second ends the process as usual."""
    interrupted, loop = asyncio.Event(), asyncio.get_running_loop()

    def first(*_: object) -> None:
        as_before()
        loop.call_soon_threadsafe(interrupted.set)

    def as_before() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    before = {number: signal.signal(number, first) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield interrupted
    finally:
        as_before()
        sys.stdout.flush()
