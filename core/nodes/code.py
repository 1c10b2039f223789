"""The code node: runs Python in the sandbox."""

import asyncio
from math import ceil
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from core.errors import StepError
from core.nodes.node_type import Completed, NodeContext, NodeType, OutputField, PythonCode
from core.sandbox.sandbox import Language, Limits, Program, Sandbox, SandboxError, SandboxResult
from core.sandbox.source import read_source
from core.values import Value
from core.workflows.templates import text_of

KEPT = 64_000
"""Characters of what is printed that the step keeps and logs; the rest is counted."""

LOG_SECONDS = 0.5
"""Between two entries in the log while code prints; each is a commit."""


class CodeConfig(Value):
    code: PythonCode = Field(
        default='incoming',
        max_length=100_000,
        description='Python. It finds `incoming`, `inputs` and the results of earlier nodes by their ids; its result '
        'is the variable `result`, else the value of its last line.',
    )
    level: Language = Field(
        default='light',
        description='light: a small Python of its own, without packages · full: Python with its standard library.',
    )
    at_least: Literal['any', 'landlock', 'bubblewrap', 'container'] = Field(
        default='any', description='For full Python: the weakest sandbox that will do; else the step is refused.'
    )
    seconds: float = Field(default=30.0, gt=0, le=3600, description='It is ended after this time.')
    memory_mb: int = Field(default=512, ge=32, le=16384, title='Memory (MB)', description='The memory that it may use.')

    @model_validator(mode='after')
    def _demands_what_exists(self) -> Self:
        if self.level == 'light' and self.at_least != 'any':
            raise ValueError('at_least is for full Python; light Python has one level only')
        return self

    @property
    def limits(self) -> Limits:
        return Limits(wall_seconds=self.seconds, cpu_seconds=ceil(self.seconds), memory_mb=self.memory_mb)


class CodeNode(NodeType[CodeConfig]):
    name: ClassVar = 'code'
    title: ClassVar = 'Code'
    description: ClassVar = 'Runs Python in the sandbox.'
    category: ClassVar = 'tools'
    icon: ClassVar = 'code'
    Config = CodeConfig

    def summary(self, config: CodeConfig) -> str:
        return next((line.strip() for line in config.code.splitlines() if line.strip()), '')

    def outputs(self, config: CodeConfig) -> tuple[OutputField, ...]:
        return (
            OutputField(name='text', description='The result as text.'),
            OutputField(name='value', description='The result itself.'),
            OutputField(name='printed', description='What the code printed.'),
            OutputField(name='level', description='The level of the sandbox that ran it.'),
        )

    async def run(self, config: CodeConfig, context: NodeContext) -> Completed:
        printing = _Printing(context)
        try:
            result = await self._execute(config, context, printing)
        finally:
            await printing.end()
        if result.ended != 'done':
            await _log_traceback(result, context)
            raise StepError(_explained(result, config), retryable=result.ended in {'time', 'crash'})
        output = {'text': text_of(result.value), 'value': result.value, 'printed': printing.kept, 'level': result.level}
        return Completed(output=output)

    async def _execute(self, config: CodeConfig, context: NodeContext, printing: '_Printing') -> SandboxResult:
        source = read_source(config.code)
        variables = context.scope.values(source.reads)
        program = Program(code=config.code, variables=variables, sets_result=source.sets_result)
        context.deadline.hold()  # finding a sandbox and waiting for room in it are not the code's time
        try:
            sandbox = await _choose(config, context)
            async with context.sandboxes.room:
                context.deadline.go_on()
                return await sandbox.run(program, limits=config.limits, write=printing.write)
        except SandboxError as error:
            raise StepError(str(error)) from error


async def _choose(config: CodeConfig, context: NodeContext) -> Sandbox:
    at_least = None if config.at_least == 'any' else config.at_least
    return await context.sandboxes.choose(config.level, at_least=at_least)


def _explained(result: SandboxResult, config: CodeConfig) -> str:
    lacking = result.problem.startswith(('NotImplementedError', 'ModuleNotFoundError'))
    if config.level == 'light' and lacking:
        return f'{result.problem} (Light Python is only a part of Python; choose the level full.)'
    return result.problem


async def _log_traceback(result: SandboxResult, context: NodeContext) -> None:
    if result.traceback:
        await context.log(result.traceback, level='error')


class _Printing:
    """What the code prints: shown at once, logged a few times a second, kept up to a length."""

    def __init__(self, context: NodeContext) -> None:
        self.kept = ''
        self._context = context
        self._length = 0
        self._logged = 0
        self._next = 0.0

    async def write(self, text: str) -> None:
        new = text[: KEPT - len(self.kept)]
        self._length += len(text)
        if not new:
            return
        self.kept += new
        self._context.show(new, '')
        if self._now() >= self._next:
            await self._log(upto=self.kept.rfind('\n') + 1)

    async def end(self) -> None:
        await self._log(upto=len(self.kept))
        if self._length > len(self.kept):
            cut = self._length - len(self.kept)
            await self._context.log(f'{cut:,} more characters were printed and not kept.', level='warning')

    async def _log(self, *, upto: int) -> None:
        lines = self.kept[self._logged : upto].rstrip('\n')
        if lines:
            self._logged, self._next = upto, self._now() + LOG_SECONDS
            await self._context.log(lines)

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()
