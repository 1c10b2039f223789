"""What every field of the inspector has in common: it shows what the draft says, and never what is being typed."""

import re
from abc import ABC, abstractmethod
from typing import Protocol

from nicegui import ui

from core.ids import in_words
from core.workflows.validation import Problem
from pages.builder.inspector.pending import Pending, Place
from pages.builder.inspector.shapes import MISSING, Entered, Shape
from pages.components.fields import FieldFrame


class Surroundings(Protocol):
    """What a field needs of the form around it."""

    @property
    def pending(self) -> Pending: ...

    def value(self, place: Place) -> Entered:
        """What is kept at this place."""
        ...

    def left(self) -> None:
        """A field was left: what was typed is kept, and what is kept is shown."""
        ...


class Control(ABC):
    """One field: a value at a place in the node. Subclasses draw it and `put` values into it."""

    frame: FieldFrame

    def __init__(self, shape: Shape, place: Place, around: Surroundings) -> None:
        self.shape = shape
        self.place = place
        self.around = around
        self._known: Entered = MISSING
        """What was put in or taken out last."""
        self._shown = False
        self._putting = False
        self._focused = False
        self._fault = ''

    # What the draft says

    def show(self, value: Entered) -> None:
        """Shows what the draft says, unless a person is at it or has typed something that is not in the draft yet."""
        if (self._shown and value == self._known) or self._focused or self.around.pending.holds(self.place):
            return
        self._known, self._shown = value, True
        self._fault = ''
        self._putting = True
        self.put(value)
        self._putting = False

    @abstractmethod
    def put(self, value: Entered) -> None:
        """Puts the value where it is seen."""

    def tell(self, problem: Problem | None) -> None:
        """Shows what is wrong, in words; None where nothing is."""
        if self._fault:
            self.frame.say(self._fault)
        elif problem:
            self.frame.say(self.words_for(problem), problem.severity)
        else:
            self.frame.say(self.own_fault())

    def words_for(self, problem: Problem) -> str:
        """The problem as it is said here."""
        return told(problem)

    def own_fault(self) -> str:
        """What is wrong that the draft does not say; empty where nothing is."""
        return ''

    def refuse(self, why: str) -> None:
        """Shows why what was typed was not taken; it stays in the field."""
        self._known = self.around.value(self.place)
        self._fault = why
        self.frame.say(why)

    # What a person does

    def typed(self, value: Entered) -> None:
        """Takes a letter; it becomes an edit at a pause."""
        if not self._putting:
            self._known, self._fault = value, ''
            self.around.pending.type(self.place, value)

    def chosen(self, value: Entered) -> None:
        """Takes a choice; it becomes an edit at once."""
        if not self._putting:
            self._known, self._fault = value, ''
            self.around.pending.set(self.place, value)

    def cannot_keep(self, why: str) -> None:
        """What is typed is no value yet; it stays in the field."""
        if not self._putting:
            self.around.pending.forget(self.place)
            Control.refuse(self, why)

    def watch_focus(self, made: ui.element) -> None:
        # The framework's own `focus` and `blur` come late, after the click that took the focus away.
        made.on('focusin', self._enter, args=[])
        made.on('focusout', self._leave, args=[])

    def _enter(self) -> None:
        self._focused = True

    def _leave(self) -> None:
        self._focused = False
        self.around.left()

    @property
    def placeholder(self) -> str:
        """What holds where nothing is typed, or what could be."""
        default = self.shape.default
        if default is MISSING or default in (None, '', [], {}):
            return self.shape.example
        return str(default).replace('\n', '⏎')


def place_of(problem: Problem, title: str) -> str:
    """Where it is: the node, and its field if it is that of one."""
    return f'{title} · {field_in_words(problem.field)}' if problem.field else title


def field_in_words(field: str) -> str:
    """The way to a field: 'branches.0.when' → 'Branches › 1 › When'."""
    return ' › '.join(str(int(part) + 1) if part.isdigit() else in_words(part) for part in field.split('.'))


def told(problem: Problem) -> str:
    """The problem in words, without the node and the field, which stand there already."""
    if problem.code == 'missing_field':
        return 'This is required.'
    if problem.code == 'unreachable':
        return 'Nothing leads here. Connect it, or delete it.'
    text = problem.message.removeprefix(f'`{problem.node}`').removeprefix(',').removeprefix(':').strip()
    text = text.removeprefix(f'{problem.field}:').strip()
    return fault_in_source(text)


def fault_in_source(text: str) -> str:
    """An error of a template or an expression without its source, which stands in the field above."""
    text = re.sub(r'^`.*`(, line 1)?: |^`.*`, (?=line \d)', '', text)
    return text[:1].upper() + text[1:]
