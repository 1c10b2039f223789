"""What a workflow asks for before it runs, as a form."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from nicegui import ui

from core.errors import InvalidError, OrchestratorError
from core.llm.images import Image, read_images
from core.nodes.input import InputField, asked_by
from core.orchestrator import Orchestrator
from core.runs.run import Run
from core.values import Json
from core.workflows.workflow import Workflow
from pages.components.buttons import button
from pages.components.dialogs import asked_once, dialog
from pages.components.fields import choice, number_field, text_area, text_field
from pages.components.image_field import ImageField, ImagesField
from pages.components.keys import key
from pages.components.layout import box, notice, phrase, row, words
from pages.components.toasts import explained, toast_error

TOO_LONG = 'Start the run with the API or agent-orchestrator run … --input name=@file'
"""What to do with a text that no page can send."""


async def ask_and_run(workflow: Workflow, orchestrator: Orchestrator) -> None:
    """Asks for the inputs, starts a run of the draft, and goes to the run's page."""
    if run := await ask_and_start(workflow, orchestrator):
        ui.navigate.to(f'/runs/{run.id}')


async def ask_and_start(
    workflow: Workflow,
    orchestrator: Orchestrator,
    *,
    until: str | None = None,
    last: Mapping[str, Json] | None = None,
) -> Run | None:
    """Asks for the inputs and starts a run of the draft; None if the person does not run it after all.

    until: only this node and what is upstream of it. last: inputs of an earlier run, to begin with.
    """

    async def start(inputs: dict[str, Any]) -> Run:
        return await orchestrator.start_run(workflow.id, inputs, until=until)

    fields = [_with_last(field, last or {}) for field in asked_by(workflow.graph)]
    if not fields:
        with explained():
            return await start({})
        return None
    title = f'Run up to {workflow.graph.by_id[until].title}' if until else f'Run {workflow.name}'
    with dialog(title, width=600) as asked:
        form = RunForm(fields, start, done=asked.submit)
        form.draw()
        with row('ao-dialog-foot'):
            key('Ctrl')
            key('Enter')
            box('ao-grow')
            button('Cancel', asked.close, kind='quiet')
            button('Run', form.send, icon='play_arrow', kind='primary').mark('start-run').props('data-runs')
    run = await asked_once(asked)
    return run if isinstance(run, Run) else None


def _with_last(field: InputField, last: Mapping[str, Json]) -> InputField:
    value = last.get(field.name)
    return field if value is None else field.model_copy(update={'default': value})


class RunForm:
    """The fields; `start` is given what was entered, and errors are shown at their fields."""

    def __init__(
        self,
        fields: list[InputField],
        start: Callable[[dict[str, Any]], Awaitable[Run]],
        *,
        done: Callable[[Run], Any],
    ) -> None:
        self._fields = fields
        self._start = start
        self._done = done
        self._widgets: dict[str, Any] = {}
        self._errors: dict[str, ui.label] = {}
        self._sending = False

    def draw(self) -> None:
        self._notice = box('ao-stack ao-if-any')
        with box('ao-form ao-run-form') as form:
            form.props['data-otherwise'] = TOO_LONG
            for field in self._fields:
                with box('ao-field'):
                    self._widgets[field.name] = input_widget(field)
                    self._errors[field.name] = phrase('', 'ao-field-error')
                    self._errors[field.name].set_visibility(False)
        first = self._widgets[self._fields[0].name]
        first.props('autofocus')

    async def send(self) -> None:
        """Starts the run, or says at each field what is wrong."""
        if self._sending:
            return
        self._sending = True
        self._show({})
        try:
            self._done(await self._try())
        except InvalidError as error:
            self._show_refusal(error)
        except OrchestratorError as error:
            toast_error(error)
        finally:
            self._sending = False

    async def _try(self) -> Run:
        inputs = {name: widget.value for name, widget in self._widgets.items()}
        return await self._start({name: value for name, value in inputs.items() if value is not None})

    def _show_refusal(self, error: InvalidError) -> None:
        at_fields = {where: what for where, what in error.problems if where in self._widgets}
        self._show(at_fields)
        elsewhere = [f'{where}: {what}' if where else what for where, what in error.problems if where not in at_fields]
        if elsewhere or not error.problems:
            with self._notice:
                notice('\n'.join(elsewhere) or str(error), 'bad')

    def _show(self, errors: dict[str, str]) -> None:
        self._notice.clear()
        for name, label in self._errors.items():
            label.text = errors.get(name, '')
            label.set_visibility(name in errors)
            self._widgets[name].props(f'error={str(name in errors).lower()}')


def input_widget(field: InputField) -> Any:
    """What asks for one input, with its label and its default."""
    label = field.label if field.required or field.type == 'boolean' else f'{field.label} (optional)'
    default = field.default
    match field.type:
        case 'text':
            made: Any = text_field(label, _text(default), help_text=field.description)
        case 'long_text':
            made = text_area(label, _text(default), help_text=field.description, rows=5)
        case 'number':
            made = number_field(
                label, default if isinstance(default, int | float) else None, help_text=field.description
            )
        case 'boolean':
            made = ui.switch(label, value=default is True)
            if field.description:
                words(field.description, 'ao-field-help')
        case 'image':
            made = ImageField(label, next(iter(_pictures(default)), None), help_text=field.description)
        case 'images':
            made = ImagesField(label, _pictures(default), help_text=field.description)
        case 'choice':
            options = {option: option for option in field.choices}
            made = choice(label, options, default if default in options else None, help_text=field.description)
    return made.mark(f'input-{field.name}')


def _pictures(default: Json) -> list[Image]:
    """What it begins with; a default that is no picture is told of when the run is to start."""
    try:
        return read_images(default) if default else []
    except ValueError:
        return []


def _text(value: Any) -> str:
    return '' if value is None else str(value)
