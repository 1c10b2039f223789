"""The tools http_get and read_page: what an address of the web answers, as it is and as a text."""

from typing import Any

from pydantic import Field

from core.tools.page_text import page_text
from core.tools.tool import ToolContext, ToolError, TypedTool
from core.tools.web import Response, fetch
from core.values import Value

_WORDS = ('text/', 'application/json', 'application/xml', 'application/javascript', 'application/x-www-form-urlencoded')


class AddressArgs(Value):
    url: str = Field(max_length=4000, description='The whole address, beginning with https:// or http://.')


class HttpGet(TypedTool[AddressArgs]):
    name = 'http_get'
    title = 'HTTP GET'
    description = 'Fetches an address of the web and gives the status and the text or JSON of the answer.'
    icon = 'http'
    Args = AddressArgs

    async def run(self, args: AddressArgs, context: ToolContext) -> str:
        response = await fetch(args.url, private=context.private_addresses)
        return f'HTTP {response.status}, {response.content_type or "no type"}, {response.url}\n\n{readable(response)}'


class ReadPage(TypedTool[AddressArgs]):
    name = 'read_page'
    title = 'Read a web page'
    description = 'Fetches a web page and gives its text, without menus, scripts and layout.'
    icon = 'article'
    Args = AddressArgs

    async def run(self, args: AddressArgs, context: ToolContext) -> Any:
        response = await fetch(args.url, private=context.private_addresses)
        if response.status >= 400:
            raise ToolError(f'{response.url} answered with HTTP {response.status}.')
        if response.content_type in ('text/html', 'application/xhtml+xml', ''):
            return page_text(response.text) or '(The page has no text; it may be made by scripts.)'
        return readable(response)


def readable(response: Response) -> str:
    """The body as a text, or what it is instead."""
    kind = response.content_type
    if not kind or kind.startswith(_WORDS) or kind.endswith(('+json', '+xml')):
        return response.text
    return f'({len(response.body)} bytes of {kind})'
