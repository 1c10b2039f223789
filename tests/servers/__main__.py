"""`python -m tests.servers ollama --port 9001 --text "Hello"`: a server for as long as the process lives."""

import argparse
import asyncio

from tests.servers.anthropic import fake_anthropic
from tests.servers.ollama import fake_ollama
from tests.servers.openai import fake_lmstudio, fake_openai
from tests.servers.script import Answer

SERVERS = {'ollama': fake_ollama, 'lmstudio': fake_lmstudio, 'openai': fake_openai, 'anthropic': fake_anthropic}


async def main() -> None:
    parser = argparse.ArgumentParser(prog='python -m tests.servers', description=__doc__)
    parser.add_argument('provider', choices=SERVERS)
    parser.add_argument('--port', type=int, default=0)
    parser.add_argument('--text', default=Answer().text)
    parser.add_argument('--wait', type=float, default=0.0, help='seconds before the first word')
    parser.add_argument('--pause', type=float, default=0.0, help='seconds between words')
    told = parser.parse_args()
    answer = Answer(text=told.text, wait=told.wait, pause=told.pause)
    async with SERVERS[told.provider](answer, port=told.port) as server:
        print(server.base_url, flush=True)  # noqa: T201 - for whoever started it
        await asyncio.Event().wait()


asyncio.run(main())
