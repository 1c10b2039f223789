"""The command line as people use it: a process over a data directory of its own."""

import io
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.cli import main
from tests.e2e.app_process import PATIENCE, AppProcess, command, environment

Finished = subprocess.CompletedProcess[str]
Cli = Callable[..., Finished]


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / 'data'


@pytest.fixture
def process(data_dir: Path) -> Cli:
    """Runs a command over the data directory, in a process of its own, with nothing to read but `stdin`."""

    def run(*arguments: object, stdin: str = '', **env: str) -> Finished:
        return subprocess.run(
            command(*arguments, '--data-dir', data_dir),
            env=environment(**env),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    return run


@pytest.fixture
def cli(data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """The same in this process, which saves a second of imports each time."""

    def run(*arguments: object, stdin: str = '', **env: str) -> Finished:
        for name in [name for name in os.environ if name.startswith('AGENT_ORCHESTRATOR_')]:
            monkeypatch.delenv(name)
        for name, value in environment(**env).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr('sys.stdin', io.StringIO(stdin))
        monkeypatch.setenv('NICEGUI_STORAGE_PATH', str(data_dir / 'browser'))  # which serving sets for good
        line = [*map(str, arguments), '--data-dir', str(data_dir)]
        try:
            code = main(line)
        except SystemExit as end:  # argparse
            code = int(end.code or 0)
        printed = capsys.readouterr()
        return Finished(line, code, printed.out, printed.err)

    return run


@pytest.fixture
def server(data_dir: Path) -> Iterator[AppProcess]:
    """A server that holds the data directory."""
    app = AppProcess(data_dir)
    try:
        yield app.start()
    finally:
        app.close()


@pytest.fixture
def greeting(tmp_path: Path) -> Path:
    return written(tmp_path, 'greeting.yaml', GREETING)


@pytest.fixture
def approval(tmp_path: Path) -> Path:
    return written(tmp_path, 'approval.yaml', APPROVAL)


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    return written(tmp_path, 'slow.yaml', SLOW)


def written(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text, encoding='utf-8')
    return file


GREETING = """
agent_orchestrator: 1
name: Greeting
nodes:
  who: {type: input, config: {fields: [{name: name}, {name: times, type: number, default: 1}]}}
  greet: {type: template, config: {text: 'Hello {{ inputs.name }} × {{ inputs.times + 1 }}'}}
  done: {type: output, config: {format: text}}
edges: [who -> greet, greet -> done]
"""

APPROVAL = """
agent_orchestrator: 1
name: Approval
nodes:
  start: {type: input}
  check: {type: approval, name: Read it, config: {message: Is it good?, value: Draft}}
  good: {type: output, config: {value: 'Sent: {{ check.text }}'}}
  bad: {type: output, config: {value: 'Rejected: {{ check.comment }}'}}
edges: [start -> check, check.approved -> good, check.rejected -> bad]
"""

SLOW = """
agent_orchestrator: 1
name: Slow
nodes:
  start: {type: input}
  wait: {type: delay, config: {seconds: 600}}
  done: {type: output}
edges: [start -> wait, wait -> done]
"""
