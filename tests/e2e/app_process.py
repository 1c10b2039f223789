"""The app as people start it: a process of its own over a data directory."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self, TypeVar

import httpx

ROOT = Path(__file__).parents[2]
PLUGIN = ROOT / 'tests' / 'fixtures' / 'plugin'
PATIENCE = 30.0
"""Seconds until something that should happen counts as not happening."""

T = TypeVar('T')


def environment(**more: str) -> dict[str, str]:
    """The environment for a process of the app: no keyring of the user, no traces of pytest, the sample plugin."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(('NICEGUI_', 'PYTEST_', 'AGENT_ORCHESTRATOR_'))
    }
    fixed = {'PYTHON_KEYRING_BACKEND': 'keyring.backends.null.Keyring', 'PYTHONPATH': str(PLUGIN)}
    return kept | fixed | more


def command(*arguments: object, script: Path = ROOT / 'main.py') -> list[str]:
    """A command line of the app, or of a script that is the app with something added."""
    return [sys.executable, str(script), *map(str, arguments)]


class AppProcess:
    """One data directory and, between `start` and an end, the process that serves it."""

    def __init__(
        self, data_dir: Path, *, env: Mapping[str, str] | None = None, script: Path = ROOT / 'main.py'
    ) -> None:
        self.data_dir = data_dir
        self._script = script
        self.url = ''
        self._env = environment(**(env or {}))
        self._process: subprocess.Popen[str] | None = None
        self._client = httpx.Client(timeout=PATIENCE)
        self._log = data_dir.with_suffix('.log')

    @property
    def process(self) -> subprocess.Popen[str]:
        assert self._process, 'the app was not started'
        return self._process

    @property
    def log(self) -> str:
        """What it wrote to stderr, in all its lives."""
        return self._log.read_text(encoding='utf-8')

    def start(self, *, preexec: Callable[[], None] | None = None) -> Self:
        """Returns once it serves."""
        arguments = command('--no-browser', '--port', 0, '--data-dir', self.data_dir, script=self._script)
        with self._log.open('a') as log:
            self._process = subprocess.Popen(
                arguments,
                env=self._env,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                preexec_fn=preexec,  # noqa: PLW1509 - this process has no threads that matter
            )
        line = self._process.stdout.readline() if self._process.stdout else ''
        assert 'http://' in line, f'the app did not start: {line!r} {self.log}'
        self.url = next(word for word in line.split() if word.startswith('http://')).replace('localhost', '127.0.0.1')
        return self

    def kill(self) -> None:
        """As a power cut would."""
        self._end(signal.SIGKILL)

    def terminate(self) -> tuple[float, int]:
        """Asks it to end; the seconds that it took, and the exit code."""
        began = time.monotonic()
        return self._end(signal.SIGTERM) - began, self.process.returncode

    def close(self) -> None:
        if self._process and self._process.poll() is None:
            self.kill()
        self._client.close()

    def _end(self, sign: signal.Signals) -> float:
        self.process.send_signal(sign)
        self.process.wait(PATIENCE)
        ended = time.monotonic()
        if self.process.stdout:
            self.process.stdout.close()
        return ended

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """The answer of the API to one request."""
        return self._client.request(method, f'{self.url}/api{path}', **options)

    def get(self, path: str) -> Any:
        answer = self.ask('GET', path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any = None) -> Any:
        answer = self.ask('POST', path, json=body)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def import_workflow(self, text: str) -> str:
        """The id of the workflow."""
        answer = self.ask('POST', '/workflows/import', content=text, headers={'Content-Type': 'application/yaml'})
        assert answer.status_code == 201, answer.text
        return str(answer.json()['id'])

    def execute(self, workflow_id: str, inputs: Mapping[str, Any] | None = None) -> str:
        """The id of the run."""
        return str(self.post(f'/workflows/{workflow_id}/execute', {'inputs': dict(inputs or {})})['id'])

    def run(self, run_id: str) -> dict[str, Any]:
        """Row and state of a run."""
        detail: dict[str, Any] = self.get(f'/runs/{run_id}')
        return detail

    def status(self, run_id: str) -> str:
        return str(self.run(run_id)['run']['status'])

    def steps(self, run_id: str) -> dict[str, Any]:
        """The steps' states, by path."""
        steps: dict[str, Any] = self.run(run_id)['state']['steps']
        return steps

    def output(self, run_id: str) -> dict[str, Any]:
        output: dict[str, Any] = self.run(run_id)['state']['output']
        return output

    def events(self, run_id: str) -> list[dict[str, Any]]:
        """The journal of an ended run."""
        lines = self.ask('GET', f'/runs/{run_id}/events').text.splitlines()
        return [json.loads(line.removeprefix('data: ')) for line in lines if line.startswith('data: ')]

    @contextmanager
    def follow(self, run_id: str, *, live: bool = False) -> Iterator[Iterator[str]]:
        """The lines of a run's event stream, while it is open."""
        address = f'{self.url}/api/runs/{run_id}/events'
        with self._client.stream('GET', address, params={'live': live}) as answer:
            yield answer.iter_lines()

    def wait_for(self, run_id: str, *statuses: str, patience: float = PATIENCE) -> str:
        """The status, once it is one of these."""
        return eventually(lambda: self.status(run_id), lambda status: status in statuses, patience=patience)

    def wait_for_end(self, run_id: str, *, patience: float = PATIENCE) -> str:
        return self.wait_for(run_id, 'succeeded', 'failed', 'cancelled', patience=patience)


def eventually(look: Callable[[], T], good: Callable[[T], bool], *, patience: float = PATIENCE) -> T:
    """What `look` sees, once it is good."""
    until = time.monotonic() + patience
    while not good(seen := look()):
        assert time.monotonic() < until, f'after {patience:.0f} s it still is {seen!r}'
        time.sleep(0.02)
    return seen
