"""The form of a schedule, with its next times while it is filled in."""

import asyncio
from collections.abc import Sequence
from typing import Any
from zoneinfo import available_timezones

from nicegui import ui
from pydantic import ValidationError

from core.errors import InvalidError
from core.nodes.input import InputField, asked_by
from core.orchestrator import Orchestrator
from core.triggers.due import UNITS, Timing
from core.triggers.schedule import Schedule
from core.workflows.workflow import Workflow
from pages.components.buttons import button
from pages.components.dialogs import asked_once, dialog
from pages.components.fields import choice, number_field, text_field
from pages.components.layout import box, phrase, row, stack, words
from pages.components.problems import Fields, problems_of, show_problems
from pages.components.toasts import explained
from pages.triggers.moments import moment
from pages.workflows.run_form import input_widget

KINDS = {'cron': 'At times of the clock', 'every': 'At intervals'}
USUAL = {
    '0 8 * * MON-FRI': 'Working days at 8',
    '0 8 * * *': 'Each day at 8',
    '0 * * * *': 'Each hour',
    '0 8 * * MON': 'Mondays at 8',
    '0 8 1 * *': 'First of the month',
}
MISSED = {
    'once': 'Make up for them by one run',
    'skip': 'Leave them out',
    'all': 'Make up for each (the latest 100)',
}
OVERLAP = {'skip': 'Leave the new one out', 'start': 'Start it all the same'}


async def ask_for_schedule(schedule: Schedule | None, workflow: Workflow, orchestrator: Orchestrator) -> bool:
    """Lets a person fill in a schedule and stores it; whether they did."""
    versions = await orchestrator.workflows.versions(workflow.id)
    fields = asked_by(versions[0].graph if versions else workflow.graph)
    zones = await asyncio.to_thread(lambda: sorted(available_timezones()))
    with dialog(f'Edit {schedule.name}' if schedule else 'Add a schedule', width=560) as asked:
        form = ScheduleForm(schedule, workflow, orchestrator, asked, fields=fields, zones=zones)
        form.draw()
    if schedule is None:
        ui.timer(0, form.take_zone, once=True)
    return await asked_once(asked) is not None


class ScheduleForm:
    """The fields of one schedule; those of the other kind of timing are hidden."""

    def __init__(
        self,
        schedule: Schedule | None,
        workflow: Workflow,
        orchestrator: Orchestrator,
        asked: ui.dialog,
        *,
        fields: Sequence[InputField],
        zones: list[str],
    ) -> None:
        self._schedule = schedule
        self._workflow = workflow
        self._orchestrator = orchestrator
        self._asked = asked
        self._asks = fields
        self._zones = zones
        self._inputs: dict[str, Any] = {}
        self._drawn = False

    def draw(self) -> None:
        at = self._schedule
        with stack('ao-gap-4 ao-scroll ao-trigger-form'):
            self._name = text_field('Name', at.name if at else '', placeholder='Each morning')
            self._kind = choice('Starts', KINDS, 'every' if at and at.every else 'cron', on_change=self._show_timing)
            self._draw_cron(at)
            self._draw_interval(at)
            with box('ao-trigger-preview') as self._preview:
                self._preview.props['aria-live'] = 'polite'
            self._draw_inputs(at)
            self._missed = choice('Times at which the app did not run', MISSED, at.missed if at else 'once')
            self._overlap = choice(
                'If its run before has not ended',
                OVERLAP,
                at.overlap if at else 'skip',
                help_text='A run that waits for a person has not ended.',
            )
        with row().style('align-self: flex-end'):
            button('Cancel', self._asked.close, kind='quiet')
            button('Save schedule', self._save, kind='primary')
        self._drawn = True
        self._show_timing()

    def _draw_cron(self, at: Schedule | None) -> None:
        with box('ao-form') as self._for_cron:
            with box('ao-trigger-usual'):
                for cron, title in USUAL.items():
                    self._draw_usual(cron, title)
            self._cron = text_field(
                'Cron expression',
                at.cron if at else '0 8 * * MON-FRI',
                help_text='Minute, hour, day of month, month, day of week.',
                on_change=self._show_next,
            ).classes('ao-mono-input')
            zone = at.zone if at else 'UTC'
            options = self._zones if zone in self._zones else [zone, *self._zones]
            zones = {each: each for each in options}
            self._zone = choice('Time zone', zones, zone, searched=True, on_change=self._show_next)

    def _draw_usual(self, cron: str, title: str) -> None:
        def take() -> None:
            self._cron.value = cron

        with box('ao-tag', tag='button').props('type=button').on('click', take):
            words(title)

    def _draw_interval(self, at: Schedule | None) -> None:
        every = (at and at.every) or 3_600
        size = next(size for size, _ in UNITS if every % size == 0)
        with box('ao-trigger-interval') as self._for_interval:
            self._number = number_field('Every', every // size, minimum=1, step=1, on_change=self._show_next)
            units = {size: f'{name}s' for size, name in reversed(UNITS)}
            self._unit = choice('Unit', units, size, on_change=self._show_next)

    def _draw_inputs(self, at: Schedule | None) -> None:
        if not self._asks:
            return
        words('Each run starts with', 'ao-part-name')
        for field in self._asks:
            known = (at.inputs if at else {}).get(field.name)
            shown = field if known is None else field.model_copy(update={'default': known})
            with box('ao-field'):
                self._inputs[field.name] = input_widget(shown)

    async def take_zone(self) -> None:
        """A new schedule is read on the clock of whoever makes it."""
        try:
            zone = await ui.run_javascript('return Intl.DateTimeFormat().resolvedOptions().timeZone', timeout=5)
        except TimeoutError:
            return
        if zone in self._zones and not self._zone.is_deleted:
            self._zone.value = zone

    # The next times

    def _show_timing(self) -> None:
        self._for_cron.visible = self._kind.value == 'cron'
        self._for_interval.visible = self._kind.value == 'every'
        self._show_next()

    def _show_next(self) -> None:
        if not self._drawn:
            return
        self._preview.clear()
        with self._preview:
            try:
                timing = Timing.model_validate(self._timing())
            except ValidationError as error:
                phrase(_reason(error), 'ao-field-error')
                return
            words(f'{timing.said}. The next times:', 'ao-small ao-dim')
            for due in self._orchestrator.schedules.next(timing):
                words(moment(due, timing), 'ao-number ao-small')

    def _timing(self) -> dict[str, Any]:
        if self._kind.value == 'cron':
            return {'cron': self._cron.value or '', 'every': None, 'zone': self._zone.value or 'UTC'}
        number = self._number.value
        every = number * self._unit.value if number is not None else None
        return {'cron': '', 'every': every, 'zone': self._zone.value or 'UTC'}

    # Saving

    def _said(self) -> Schedule:
        """What the fields say; InvalidError names each field that is wrong."""
        said: dict[str, Any] = self._schedule.model_dump() if self._schedule else {}
        given = {name: widget.value for name, widget in self._inputs.items()}
        said |= self._timing() | {
            'name': (self._name.value or '').strip(),
            'workflow_id': self._workflow.id,
            'inputs': {name: value for name, value in given.items() if value not in (None, '', [])},
            'missed': self._missed.value,
            'overlap': self._overlap.value,
        }
        try:
            return Schedule.model_validate(said)
        except ValidationError as error:
            raise InvalidError('The schedule cannot be saved as it is.', problems=problems_of(error)) from None

    async def _save(self) -> None:
        schedules = self._orchestrator.schedules
        with explained():
            try:
                said = self._said()
                self._asked.submit(await (schedules.save(said) if said.revision else schedules.create(said)))
            except InvalidError as error:
                fields: Fields = {'name': self._name, 'cron': self._cron, 'every': self._number, 'zone': self._zone}
                inputs = {f'inputs.{name}': widget for name, widget in self._inputs.items()}
                named = {where: widget for where, widget in inputs.items() if hasattr(widget, 'error')}
                if show_problems(error.problems, {**fields, **named}):
                    raise


def _reason(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    text = str(first.get('ctx', {}).get('error', first['msg']))
    return f'{text[:1].upper()}{text[1:]}.'
