"""`triggers` and `schedule`: what starts workflows by itself."""

import argparse
import sys

from pydantic import ValidationError

from app.commands.documents import find_workflow
from app.commands.run import read_inputs
from app.exit_codes import SUCCEEDED
from app.instance import Instance, open_instance
from app.settings import Settings
from core.errors import InvalidError
from core.triggers.schedule import Schedule
from core.triggers.webhook import Webhook

Trigger = Schedule | Webhook


async def triggers(options: argparse.Namespace, settings: Settings) -> int:
    """Switches those that are named, and lists all of the workflow, or of all workflows."""
    async with open_instance(settings) as instance:
        workflow = await find_workflow(instance, options.name) if options.name else None
        for key, enabled in ((options.on, True), (options.off, False)):
            if key:
                await _switch(instance, key, enabled=enabled)
        for trigger in await _all(instance):
            if workflow is None or trigger.workflow_id == workflow.id:
                sys.stdout.write(await _line(instance, trigger))
    return SUCCEEDED


async def add_schedule(options: argparse.Namespace, settings: Settings) -> int:
    """Adds a schedule to a workflow; it starts runs while a server runs."""
    async with open_instance(settings) as instance:
        workflow = await find_workflow(instance, options.name)
        try:
            schedule = Schedule(
                name=options.title or workflow.name,
                workflow_id=workflow.id,
                cron=options.cron or '',
                every=options.every,
                zone=options.zone,
                inputs=read_inputs(options.input),
                missed=options.missed,
                overlap=options.overlap,
            )
        except ValidationError as error:
            problems = [('.'.join(map(str, fault['loc'])), fault['msg']) for fault in error.errors()]
            raise InvalidError('; '.join(what for _, what in problems), problems=problems) from None
        made = await instance.save_schedule(schedule)
        sys.stdout.write(await _line(instance, made))
        if workflow.published is None:
            sys.stderr.write(f'{workflow.name!r} is not published yet; the schedule starts nothing until it is.\n')
    return SUCCEEDED


async def _all(instance: Instance) -> list[Trigger]:
    return [*await instance.schedules(), *await instance.webhooks()]


async def _switch(instance: Instance, key: str, *, enabled: bool) -> None:
    found = [trigger for trigger in await _all(instance) if trigger.id == key]
    if not found:
        known = ', '.join(trigger.id for trigger in await _all(instance)) or 'none'
        raise InvalidError(f'There is no schedule or webhook {key!r}; there are: {known}.')
    for trigger in found:
        change = {'enabled': enabled}
        match trigger:
            case Schedule():
                await instance.save_schedule(trigger.model_copy(update=change))
            case Webhook():
                await instance.save_webhook(trigger.model_copy(update=change))


async def _line(instance: Instance, trigger: Trigger) -> str:
    state = 'on' if trigger.enabled else 'off'
    match trigger:
        case Webhook():
            return f'webhook   {trigger.id}  {state}  {trigger.workflow_id}  signature: {trigger.signature}\n'
        case Schedule():
            stands = await instance.schedule_state(trigger.id)
            due = f'next: {stands.next[0].isoformat()}' if stands.next else 'next: –'
            note = f'  {stands.progress.note}' if stands.progress and stands.progress.note else ''
            return f'schedule  {trigger.id}  {state}  {trigger.workflow_id}  {trigger.said}  {due}{note}\n'
