"""A model server in a process of its own: speaks the streaming chat protocol of OpenAI-compatible servers.

`python -m bench.model_server SECONDS` prints its port and answers each request after so many seconds.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

WORDS = ('The ', 'answer ', 'is ', 'forty', '-two', '.')


@contextmanager
def model_server(seconds: float) -> Iterator[str]:
    """Its base URL, while it runs."""
    with subprocess.Popen(
        [sys.executable, '-m', 'bench.model_server', str(seconds)], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield f'http://127.0.0.1:{int(process.stdout.readline())}/v1'
        finally:
            process.terminate()


def _answer() -> bytes:
    chunks: list[dict[str, Any]] = [
        {'choices': [{'index': 0, 'delta': {'content': word}, 'finish_reason': None}]} for word in WORDS
    ]
    chunks.append({'choices': [{'index': 0, 'delta': {}, 'finish_reason': 'stop'}]})
    usage = {'prompt_tokens': 20, 'completion_tokens': len(WORDS), 'total_tokens': 20 + len(WORDS)}
    chunks.append({'choices': [], 'usage': usage})
    common: dict[str, Any] = {'id': 'c', 'object': 'chat.completion.chunk', 'created': 0, 'model': 'answers'}
    lines = [f'data: {json.dumps(common | chunk)}\n\n' for chunk in chunks]
    return ''.join([*lines, 'data: [DONE]\n\n']).encode()


async def _serve(seconds: float) -> None:
    body = _answer()
    head = f'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: {len(body)}\r\n\r\n'.encode()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while request := await reader.readuntil(b'\r\n\r\n'):
                sizes = [line for line in request.lower().split(b'\r\n') if line.startswith(b'content-length:')]
                if sizes:
                    await reader.readexactly(int(sizes[0].partition(b':')[2]))
                await asyncio.sleep(seconds)
                writer.write(head + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(talk, '127.0.0.1', 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == '__main__':
    asyncio.run(_serve(float(sys.argv[1])))
