"""The tool run_python: code that a model wrote, in the sandbox, on files of the run."""

import asyncio
import json
from typing import Any

from pydantic import Field

from core.errors import TemplateError
from core.sandbox.sandbox import Language, Limits, Program, Sandbox, SandboxError, SandboxResult
from core.sandbox.source import read_source
from core.tools.files import folder_of
from core.tools.tool import ToolContext, ToolError, TypedTool
from core.values import Json, Value

KEPT = 20_000
"""Characters of what is printed that a model is given; the rest is counted."""

MOST_READ = 2_000_000
"""Bytes of all files together that code is given."""


class RunPythonArgs(Value):
    code: str = Field(
        max_length=100_000,
        description='Python. Its result is the variable `result`, else the value of its last line. It has no network '
        'and no packages.',
    )
    level: Language = Field(
        default='light',
        description='light: a part of Python, with json, re, math, datetime, collections, itertools, csv and the like; '
        'no inheritance, no yield · full: Python with its standard library, where this machine has a sandbox for it.',
    )
    read: tuple[str, ...] = Field(
        default=(),
        max_length=50,
        description='Paths of text files of this run; the code finds their texts in the variable `files`, by path.',
    )
    write: str = Field(
        default='', max_length=400, description='A path of this run that the result is written to; data as JSON.'
    )
    seconds: float = Field(default=30.0, gt=0, le=300, description='It is ended after this time.')


class RunPython(TypedTool[RunPythonArgs]):
    name = 'run_python'
    title = 'Run Python'
    description = (
        'Runs Python in a sandbox and gives its result, what it printed, and the level of the sandbox. It can read '
        'files of this run and write its result into one.'
    )
    icon = 'code'
    effects = 'idempotent'  # it computes, and what it writes is a whole file
    timeout = None  # its own `seconds` begin when there is a place for it
    Args = RunPythonArgs

    async def run(self, args: RunPythonArgs, context: ToolContext) -> Json:
        program = await _program(args, context)
        printed = _Printed()
        try:
            sandbox = await _sandbox(args.level, context)
            limits = Limits(wall_seconds=args.seconds, cpu_seconds=max(1, round(args.seconds)))
            async with context.sandboxes.room:
                context.say(f'Running Python ({sandbox.title})')
                result = await sandbox.run(program, limits=limits, write=printed.write)
        except SandboxError as error:
            raise ToolError(str(error)) from error
        if result.ended != 'done':
            raise ToolError(_explained(result, args.level, printed))
        told: dict[str, Json] = {'result': result.value, 'printed': printed.told, 'level': result.level}
        if args.write:
            data = _written(result.value)
            await asyncio.to_thread(folder_of(context).write, args.write, data)
            told['result'] = f'Written: {args.write} ({len(data)} bytes).'
        return told


async def _program(args: RunPythonArgs, context: ToolContext) -> Program:
    try:
        source = read_source(args.code)
    except TemplateError as error:
        raise ToolError(str(error)) from error
    files = await asyncio.to_thread(_texts, args.read, context) if args.read else {}
    return Program(code=args.code, variables={'files': files}, sets_result=source.sets_result)


def _texts(paths: tuple[str, ...], context: ToolContext) -> dict[str, str]:
    texts, total = {}, 0
    for path in paths:
        data = folder_of(context).read(path)
        total += len(data)
        if total > MOST_READ:
            raise ToolError(f'The files are larger than the {MOST_READ / 1e6:g} MB that code is given.')
        try:
            texts[path] = data.decode()
        except UnicodeDecodeError:
            raise ToolError(f'{path!r} holds no text ({len(data)} bytes).') from None
    return texts


async def _sandbox(level: Language, context: ToolContext) -> Sandbox:
    """A level that protects: what a model wrote nobody has read, whatever an administrator allowed for code nodes."""
    sandbox = await context.sandboxes.choose(level)
    if not sandbox.protects:
        raise ToolError(
            f'What a model writes runs only in a sandbox that protects this machine, and {sandbox.title} does not. '
            'Use the level light, or have a sandbox installed; Settings › Sandbox says which.'
        )
    return sandbox


def _explained(result: SandboxResult, level: Language, printed: '_Printed') -> str:
    parts = [result.traceback.strip() or result.problem]
    if level == 'light' and result.problem.startswith(('NotImplementedError', 'ModuleNotFoundError')):
        parts.append('The level light is only a part of Python; the level full has all of it.')
    if printed.told:
        parts.append(f'Printed before:\n{printed.told}')
    return '\n\n'.join(parts)


def _written(value: Any) -> bytes:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
    return text.encode(errors='replace')


class _Printed:
    """What the code prints, up to a length."""

    def __init__(self) -> None:
        self._kept = ''
        self._length = 0

    async def write(self, text: str) -> None:
        self._kept += text[: KEPT - len(self._kept)]
        self._length += len(text)

    @property
    def told(self) -> str:
        cut = self._length - len(self._kept)
        return f'{self._kept}\n… (cut: {cut:,} more characters)' if cut else self._kept
