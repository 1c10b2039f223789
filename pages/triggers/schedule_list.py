"""The schedules of a workflow: when each starts next, what came of it, and whether it is on."""

from nicegui import ui

from core.orchestrator import Orchestrator
from core.runs.run import Run
from core.triggers.schedule import Progress, Schedule
from core.workflows.workflow import Workflow
from pages.components.buttons import button, icon_button
from pages.components.dialogs import confirm
from pages.components.layout import box, icon, panel, row, section, stack, words
from pages.components.menus import menu_item
from pages.components.toasts import explained, toast
from pages.triggers.moments import moment
from pages.triggers.parts import draw_fault, draw_run, run_of, shown_inputs
from pages.triggers.schedule_form import ask_for_schedule
from pages.triggers.switching import trigger_switch


class ScheduleList:
    """The list in one dialog."""

    def __init__(self, workflow: Workflow, orchestrator: Orchestrator) -> None:
        self._workflow = workflow
        self._orchestrator = orchestrator
        self._schedules = orchestrator.schedules

    async def draw(self) -> None:
        with section('Schedules') as actions:
            with actions:
                button('Add schedule', self._add, icon='add').mark('add-schedule')
            self._list = stack()
        await self.refresh()

    async def refresh(self) -> None:
        schedules = await self._schedules.of(self._workflow.id)
        progress = await self._schedules.progress()
        runs = {key: await run_of(came.run_id, self._orchestrator) for key, came in progress.items()}
        if self._list.is_deleted:
            return
        self._list.clear()
        with self._list:
            if not schedules:
                words('Starts the workflow at times that you choose.', 'ao-faint ao-small')
                return
            with panel('ao-panel--tight'):
                for schedule in schedules:
                    self._draw_row(schedule, progress.get(schedule.id), runs.get(schedule.id))

    def _draw_row(self, schedule: Schedule, came: Progress | None, run: Run | None) -> None:
        with box('ao-trigger') as made:
            made.props['data-off'] = str(not schedule.enabled).lower()
            self._draw_head(schedule)
            self._draw_times(schedule)
            with row('ao-trigger-last'):
                draw_run(run, now=self._orchestrator.clock.now(), never='It has started nothing yet.')
            self._draw_note(schedule, came)

    def _draw_head(self, schedule: Schedule) -> None:
        with row('ao-gap-3'):
            with box('ao-chip-icon'):
                icon('schedule')
            with stack('ao-grow').style('gap: 0; min-width: 0'):
                words(schedule.name, 'ao-strong ao-one-line')
                words(_said(schedule), 'ao-dim ao-small ao-two-lines')
            trigger_switch(schedule.name, value=schedule.enabled, switch_to=lambda on: self._switch(schedule, on=on))
            with icon_button('more_horiz', f'More about {schedule.name}'), ui.menu().props('auto-close'):
                menu_item('Edit', 'edit', lambda: self._edit(schedule))
                menu_item('Delete', 'delete', lambda: self._delete(schedule), danger=True)

    def _draw_times(self, schedule: Schedule) -> None:
        with row('ao-trigger-facts'):
            if schedule.enabled:
                words('Next', 'ao-faint ao-small')
                due = next(iter(self._schedules.next(schedule, count=1)), None)
                words(moment(due, schedule) if due else 'never', 'ao-number')
            else:
                words('Switched off', 'ao-faint ao-small')
            if inputs := shown_inputs(schedule.inputs):
                words(inputs, 'ao-faint ao-small ao-one-line')

    def _draw_note(self, schedule: Schedule, came: Progress | None) -> None:
        if came and came.note and schedule.enabled:
            draw_fault(f'{moment(came.until, schedule)}: {came.note}')

    async def _add(self) -> None:
        with explained():
            if await ask_for_schedule(None, self._workflow, self._orchestrator):
                await self.refresh()

    async def _edit(self, schedule: Schedule) -> None:
        with explained():
            newest = await self._schedules.get(schedule.id)
            if await ask_for_schedule(newest, self._workflow, self._orchestrator):
                await self.refresh()

    async def _switch(self, schedule: Schedule, *, on: bool) -> None:
        with explained():
            newest = await self._schedules.get(schedule.id)
            await self._schedules.save(newest.model_copy(update={'enabled': on}))
            toast(f'{schedule.name} is {"on" if on else "off"}.')
        await self.refresh()

    async def _delete(self, schedule: Schedule) -> None:
        text = 'It starts nothing more. The runs that it started stay.'
        if await confirm(f'Delete {schedule.name}?', text, action='Delete schedule'):
            with explained():
                await self._schedules.delete(schedule.id)
            await self.refresh()


def _said(schedule: Schedule) -> str:
    return f'{schedule.said} · {schedule.zone}' if schedule.cron else schedule.said
