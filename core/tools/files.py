"""The tools list_files, read_file and write_file: the run's own folder, and nothing else of this machine."""

import asyncio

from pydantic import Field

from core.tools.folder import RunFolder
from core.tools.tool import ToolContext, ToolError, TypedTool
from core.values import Json, Value

_PATH = Field(max_length=400, description='A path in the folder of this run, such as notes/today.txt.')


class NoArgs(Value):
    pass


class PathArgs(Value):
    path: str = _PATH


class WriteArgs(Value):
    path: str = _PATH
    text: str = Field(description='The whole text of the file.')


class ListFiles(TypedTool[NoArgs]):
    name = 'list_files'
    title = 'List files'
    description = 'Lists the files in the folder of this run.'
    icon = 'folder_open'
    Args = NoArgs

    async def run(self, args: NoArgs, context: ToolContext) -> Json:
        files = await asyncio.to_thread(folder_of(context).files)
        return '\n'.join(f'{path} ({size} bytes)' for path, size in files) or '(There is no file yet.)'


class ReadFile(TypedTool[PathArgs]):
    name = 'read_file'
    title = 'Read a file'
    description = 'Gives the text of a file in the folder of this run.'
    icon = 'draft'
    Args = PathArgs

    async def run(self, args: PathArgs, context: ToolContext) -> str:
        data = await asyncio.to_thread(folder_of(context).read, args.path)
        try:
            return data.decode()
        except UnicodeDecodeError:
            raise ToolError(f'{args.path!r} holds no text ({len(data)} bytes).') from None


class WriteFile(TypedTool[WriteArgs]):
    name = 'write_file'
    title = 'Write a file'
    description = 'Writes a text file in the folder of this run; what stood in it before is replaced.'
    icon = 'edit_document'
    effects = 'idempotent'
    Args = WriteArgs

    async def run(self, args: WriteArgs, context: ToolContext) -> str:
        data = args.text.encode(errors='replace')
        await asyncio.to_thread(folder_of(context).write, args.path, data)
        return f'Written: {args.path} ({len(data)} bytes).'


def folder_of(context: ToolContext) -> RunFolder:
    if context.folder is None:
        raise ToolError('No files can be kept here.')
    return RunFolder(context.folder)
