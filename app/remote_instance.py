"""An instance behind a running server's REST API."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
from pydantic import TypeAdapter

from app.instance import Instance
from app.settings import PREFIX, Settings
from core.errors import ConflictError, InvalidError, OrchestratorError, StorageError
from core.runs.events import RunEvent, run_event
from core.runs.live import LiveStep
from core.runs.run import Run
from core.teams.team import Team
from core.triggers.schedule import Schedule, ScheduleState
from core.triggers.webhook import Webhook
from core.workflows.workflow import Workflow

RECONNECT = 0.2
"""Seconds before a lost connection is opened again."""

_WORKFLOWS = TypeAdapter(list[Workflow])
_TEAMS = TypeAdapter(list[Team])
_SCHEDULES = TypeAdapter(list[Schedule])
_WEBHOOKS = TypeAdapter(list[Webhook])


@asynccontextmanager
async def open_remote(url: str, settings: Settings, *, model: str | None = None) -> AsyncIterator[Instance]:
    """Talks to the server at `url`, which holds the data directory."""
    if model:
        raise InvalidError(
            f'--model cannot be used while a server holds the data directory ({url}). Choose the default model in its '
            'settings, stop it, or use another directory with --data-dir.'
        )
    password = settings.password.get_secret_value() if settings.password else ''
    headers = {b'Authorization': f'Bearer {password}'.encode()} if password else {}
    # Not by a proxy: the server is on this machine.
    async with httpx.AsyncClient(base_url=f'{url}/api', headers=headers, timeout=30, trust_env=False) as client:
        yield RemoteInstance(client)


class RemoteInstance:
    """Commands as requests; problem documents become the errors they were."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._live: dict[str, LiveStep] = {}

    async def workflows(self) -> list[Workflow]:
        return _WORKFLOWS.validate_json((await self._ask('GET', '/workflows')).content)

    async def import_file(self, text: str, *, once: bool = False) -> Workflow:
        answer = await self._ask('POST', '/workflows/import', params={'once': once}, content=text.encode())
        return Workflow.model_validate_json(answer.content)

    async def export_file(self, workflow_id: str) -> str:
        return (await self._ask('GET', f'/workflows/{workflow_id}/export')).text

    async def teams(self) -> list[Team]:
        return _TEAMS.validate_json((await self._ask('GET', '/teams')).content)

    async def run_team(self, team_id: str, task: str, *, images: Sequence[str] = ()) -> Run:
        answer = await self._ask('POST', f'/teams/{team_id}/execute', json={'task': task, 'images': [*images]})
        return Run.model_validate_json(answer.content)

    async def start_run(self, workflow_id: str, inputs: dict[str, Any], *, until: str | None = None) -> Run:
        execution = {'inputs': inputs, 'until': until}
        answer = await self._ask('POST', f'/workflows/{workflow_id}/execute', json=execution)
        return Run.model_validate_json(answer.content)

    async def watch(self, run_id: str) -> AsyncIterator[RunEvent]:
        """Follows the run; where the connection is lost, it goes on after the last event that came."""
        after = 0
        while True:
            async for event in self._events(run_id, after):
                yield event
                after = event.seq
                if event.ends_run:
                    return
            await asyncio.sleep(RECONNECT)

    def live(self, run_id: str) -> Mapping[str, LiveStep]:
        return self._live

    async def cancel(self, run_id: str) -> None:
        await self._ask('POST', f'/runs/{run_id}/cancel', json={'by': 'command line'})

    async def decide(self, run_id: str, path: str, *, approved: bool, value: str | None, comment: str) -> None:
        decision = {'approved': approved, 'value': value, 'comment': comment, 'by': 'command line'}
        await self._ask('POST', f'/approvals/{run_id}/{path}', json=decision)

    async def run(self, run_id: str) -> Run:
        return Run.model_validate((await self._ask('GET', f'/runs/{run_id}')).json()['run'])

    async def schedules(self) -> list[Schedule]:
        return _SCHEDULES.validate_json((await self._ask('GET', '/schedules')).content)

    async def schedule_state(self, schedule_id: str) -> ScheduleState:
        return ScheduleState.model_validate_json((await self._ask('GET', f'/schedules/{schedule_id}/state')).content)

    async def save_schedule(self, schedule: Schedule) -> Schedule:
        method, path = ('PUT', f'/schedules/{schedule.id}') if schedule.revision else ('POST', '/schedules')
        answer = await self._ask(method, path, json=schedule.model_dump(mode='json'))
        return Schedule.model_validate_json(answer.content)

    async def webhooks(self) -> list[Webhook]:
        return _WEBHOOKS.validate_json((await self._ask('GET', '/webhooks')).content)

    async def save_webhook(self, webhook: Webhook) -> Webhook:
        answer = await self._ask('PUT', f'/webhooks/{webhook.id}', json=webhook.model_dump(mode='json'))
        return Webhook.model_validate_json(answer.content)

    async def _ask(self, method: str, path: str, **content: Any) -> httpx.Response:
        try:
            response = await self._client.request(method, path, **content)
        except httpx.TransportError as error:
            raise StorageError(self._lost()) from error
        if response.is_error:
            raise _error_of(response)
        return response

    async def _events(self, run_id: str, after: int) -> AsyncIterator[RunEvent]:
        params = {'after': after, 'live': True}
        try:
            async with self._client.stream('GET', f'/runs/{run_id}/events', params=params, timeout=60) as response:
                if response.is_error:
                    await response.aread()
                    raise _error_of(response)
                kind = ''
                async for line in response.aiter_lines():
                    name, _, data = line.partition(': ')
                    if name == 'event':
                        kind = data
                    elif name == 'data' and kind == 'live':
                        self._hear(data)
                    elif name == 'data':
                        event = run_event.validate_json(data)
                        self._forget(event)
                        yield event
        except httpx.ConnectError as error:
            raise StorageError(self._lost()) from error
        except httpx.TransportError:  # cut in the middle: ask again from where it was
            return

    def _hear(self, data: str) -> None:
        frame = _LIVE.validate_json(data)
        step = self._live.get(frame['path'])
        if step is None or step.attempt != frame['attempt']:
            step = self._live[frame['path']] = LiveStep(attempt=frame['attempt'])
        step.add(text=frame['text'], thinking=frame['thinking'])
        step.status = frame['status']

    def _forget(self, event: RunEvent) -> None:
        path = getattr(event, 'path', None)
        if path and event.type in {'step_completed', 'step_failed', 'step_cancelled', 'attempt_failed'}:
            self._live.pop(path, None)

    def _lost(self) -> str:
        return f'The server at {self._client.base_url.host} does not answer any more; its runs go on when it is back.'


_LIVE: TypeAdapter[dict[str, Any]] = TypeAdapter(dict[str, Any])


def _error_of(response: httpx.Response) -> OrchestratorError:
    try:
        problem = response.json()
        detail = str(problem['detail'])
        places = [(str(place['where']), str(place['what'])) for place in problem.get('problems', ())]
    except (ValueError, KeyError, TypeError):
        return StorageError(f'The server answered with status {response.status_code} and without a reason.')
    match response.status_code:
        case 401:
            return InvalidError(f'The server asks for a password. Set {PREFIX}PASSWORD or add --password WORDS.')
        case 409:
            return ConflictError(detail)
        case status if status >= 500:
            return StorageError(detail)
        case _:
            return InvalidError(detail, problems=places)
