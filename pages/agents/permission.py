"""Asks in the middle of a conversation whether a tool may be called."""

import asyncio
from datetime import datetime

from core.errors import InvalidError
from core.runs.events import ApprovalDecided, ApprovalRequest
from core.tools.arguments import require_object
from pages.components.buttons import button
from pages.components.fields import text_area
from pages.components.layout import box, icon, row, words


async def ask_for_permission(request: ApprovalRequest, *, path: str, now: datetime) -> ApprovalDecided:
    """Shows the arguments, and waits until the person allows the call, as they edited it, or refuses it."""
    decided: asyncio.Future[ApprovalDecided] = asyncio.get_running_loop().create_future()
    with box('ao-decision', tag='section').props('data-kind=waiting') as asked:
        with row('ao-gap-3'):
            icon('build', 'ao-decision-icon')
            words(request.title, 'ao-strong', tag='h3')
        if request.message:
            words(request.message, 'ao-dim ao-small', tag='p')
        arguments = text_area('Arguments', request.value, rows=3).classes('ao-decision-value ao-mono')

        def decide(*, approved: bool) -> None:
            try:
                if approved:
                    require_object(arguments.value or '')
            except InvalidError as error:
                arguments.error = str(error)
                return
            if not decided.done():
                decided.set_result(ApprovalDecided(at=now, path=path, approved=approved, value=arguments.value))

        with row('ao-wrap'):
            button('Allow', lambda: decide(approved=True), icon='check', kind='primary')
            button('Refuse', lambda: decide(approved=False), icon='close', kind='danger')
    try:
        return await decided
    finally:
        if not asked.is_deleted:
            asked.delete()
