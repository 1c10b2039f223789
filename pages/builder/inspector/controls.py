"""The plain fields: texts, numbers, switches, choices, JSON."""

import json
from typing import Any

from nicegui import ui

from core.ids import in_words
from core.values import Json
from core.workflows.validation import Problem
from pages.builder.inspector.control import Control, Surroundings
from pages.builder.inspector.pending import Place
from pages.builder.inspector.shapes import MISSING, Entered, Shape
from pages.components.fields import field, plain


class TextControl(Control):
    """A text of one line or of several."""

    def __init__(self, shape: Shape, place: Place, around: Surroundings) -> None:
        super().__init__(shape, place, around)
        with field(shape.title, help_text=shape.help, required=shape.required) as self.frame:
            self._input = self._draw()
        self.watch_focus(self._input)

    def _draw(self) -> ui.input:
        if self.shape.kind == 'text':
            return plain(ui.input(placeholder=self.placeholder, on_change=self._take), self.shape.title)
        return grown(self.shape, self.placeholder, self._take, mono=self.shape.kind == 'code')

    def put(self, value: Entered) -> None:
        self._input.value = '' if value is MISSING or value is None else str(value)

    def _take(self) -> None:
        text = self._input.value or ''
        in_list = isinstance(self.place[-1], int)
        self.typed(text if text or in_list else MISSING)


class NumberControl(Control):
    """A number, whole or not; what is no number stays in the field and is said to be none."""

    def __init__(self, shape: Shape, place: Place, around: Surroundings) -> None:
        super().__init__(shape, place, around)
        with field(shape.title, help_text=shape.help, required=shape.required) as self.frame:
            self._input = plain(ui.input(placeholder=self.placeholder, on_change=self._take), shape.title)
            self._input.props['inputmode'] = 'numeric' if shape.kind == 'whole' else 'decimal'
            self._input.classes('ao-number-input')
        self.watch_focus(self._input)

    @property
    def placeholder(self) -> str:
        default = self.shape.default
        return f'{default:g}' if isinstance(default, int | float) else self.shape.example

    def put(self, value: Entered) -> None:
        self._input.value = f'{value:.15g}' if isinstance(value, int | float) else ''

    def words_for(self, problem: Problem) -> str:
        return self._beyond() or super().words_for(problem)

    def refuse(self, why: str) -> None:
        super().refuse(self._beyond() or why)

    def _take(self) -> None:
        text = (self._input.value or '').strip().replace(',', '.')
        if not text:
            self.typed(MISSING)
            return
        try:
            number: float = int(text) if self.shape.kind == 'whole' else float(text)
        except ValueError:
            self.cannot_keep('A whole number.' if self.shape.kind == 'whole' else 'A number.')
            return
        if number in (float('inf'), float('-inf')) or number != number:  # noqa: PLR0124 - not a number
            self.cannot_keep('A number.')
        else:
            self.typed(int(number) if number == int(number) and '.' not in text else number)

    def _beyond(self) -> str:
        low, high = self.shape.minimum, self.shape.maximum
        if not isinstance(self._known, int | float):
            return ''
        if low is not None and self._known < low:
            return f'At least {low:g}.'
        return f'At most {high:g}.' if high is not None and self._known > high else ''


class SwitchControl(Control):
    """On or off."""

    def __init__(self, shape: Shape, place: Place, around: Surroundings) -> None:
        super().__init__(shape, place, around)
        with field('', help_text=shape.help) as self.frame:
            self._switch = ui.switch(shape.title, on_change=self._take)
            self._switch.props['aria-label'] = shape.title
        self.frame.box.classes('ao-field--switch')

    def put(self, value: Entered) -> None:
        self._switch.value = bool(self.shape.default if value is MISSING else value)

    def _take(self) -> None:
        value = bool(self._switch.value)
        self.chosen(MISSING if value == self.shape.default else value)


class ChoiceControl(Control):
    """One of several; a value that is not among them is shown as it is."""

    def __init__(self, shape: Shape, place: Place, around: Surroundings) -> None:
        super().__init__(shape, place, around)
        with field(shape.title, help_text=shape.help, required=shape.required) as self.frame:
            self._select = plain(ui.select(self._options(), on_change=self._take), shape.title)
            self._select.props('options-dense behavior=menu')
        self.watch_focus(self._select)

    def _options(self) -> dict[Any, str]:
        none = {} if self.shape.required or self.shape.default is not None else {'': 'Not set'}
        called = self.shape.words or [choice_words(option) for option in self.shape.options]
        return none | dict(zip(self.shape.options, called, strict=True))

    def put(self, value: Entered) -> None:
        chosen = self.shape.default if value is MISSING else value
        shown = None if chosen is MISSING else '' if chosen is None else chosen
        options = self._options()
        if shown not in options and shown not in (None, ''):
            options[shown] = str(shown)
        self._select.set_options(options, value=shown if shown in options else None)

    def _take(self) -> None:
        value = self._select.value
        self.chosen(MISSING if value in ('', None) or value == self.shape.default else value)


class JsonControl(Control):
    """JSON that is checked while it is typed. For `value` what is no JSON is a text, so that texts need no quotes."""

    def __init__(self, shape: Shape, place: Place, around: Surroundings) -> None:
        super().__init__(shape, place, around)
        self._loose = shape.kind == 'value'
        with field(shape.title, help_text=shape.help, required=shape.required) as self.frame:
            around_it, self._input = self._draw()
        self.watch_focus(around_it)

    def _draw(self) -> tuple[ui.element, ui.textarea]:
        """What is edited with, and the text in it."""
        made = grown(self.shape, self.placeholder, self._take, mono=True, rows=1 if self._loose else 3)
        return made, made

    @property
    def placeholder(self) -> str:
        default = self.shape.default
        return '' if default is MISSING or default is None else written(default, loose=self._loose)

    def put(self, value: Entered) -> None:
        nothing = value is MISSING or (value is None and self.shape.default is None)
        self._input.value = '' if nothing else written(value, loose=self._loose)

    def _take(self) -> None:
        text = self._input.value or ''
        if not text.strip():
            self.typed(MISSING)
            return
        try:
            value = json.loads(text, parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            if self._loose and text.lstrip()[0] not in '{["':
                self.typed(text)
            else:
                self.cannot_keep(json_fault(error))
        else:
            self.typed(value)
            self.tell(None)


def grown(shape: Shape, placeholder: str, on_change: Any, *, mono: bool, rows: int = 2) -> ui.textarea:
    """A text area that grows with its text."""
    made = plain(ui.textarea(placeholder=placeholder, on_change=on_change), shape.title)
    made.props('autogrow spellcheck=false' if mono else 'autogrow')
    made.props['input-style'] = f'min-height: {rows * 1.55 + 1}em'
    return made.classes('ao-mono-input' if mono else '')


def choice_words(option: Any) -> str:
    """An option as a person reads it."""
    if isinstance(option, bool):
        return 'Yes' if option else 'No'
    return in_words(str(option))


def written(value: Json, *, loose: bool = False) -> str:
    """The value as JSON; `loose`: a text as it is, where it could not be taken for anything else."""
    if loose and isinstance(value, str) and not _reads_as_json(value):
        return value
    return json.dumps(value, ensure_ascii=False, indent=2)


def json_fault(error: ValueError | RecursionError) -> str:
    """Why a text is no JSON, and where."""
    if isinstance(error, json.JSONDecodeError):
        return f'Not JSON yet, line {error.lineno}, column {error.colno}: {error.msg}.'
    return f'Not JSON: {error}.'


def _reads_as_json(text: str) -> bool:
    if text.lstrip()[:1] in ('', '{', '[', '"'):
        return True
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _refuse(constant: str) -> None:
    raise ValueError(f'{constant} is no number in JSON')
