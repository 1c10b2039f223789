"""What was said in a step: each call of the model, and the calls of tools that came of it."""

from nicegui import ui

from core.llm.messages import Message, Thinking
from core.runs.events import ModelCalled
from core.runs.state import StepState, ToolUse
from pages.components.formats import cost, duration, short
from pages.components.layout import badge, box, notice, row, words
from pages.components.picture import show_image
from pages.components.text import plain_text
from pages.components.tool_calls import ToolCallCard
from pages.runs.values import copy_button, show_text


def draw_messages(step: StepState, *, ended: bool) -> None:
    """All of it, in its order."""
    if not step.calls and not step.tools:
        nothing_more = step.settled or ended
        words('No model was asked by this step.' if nothing_more else 'Nothing has been answered yet.', 'ao-faint')
    running = step.status == 'running' and not ended
    drawn: set[str] = set()
    told = ''
    for call in step.summaries:
        _draw_call('Summary of the conversation before', call, told='')
    for number, call in enumerate(step.calls, 1):
        _draw_call(f'Call {number}', call, told=told)
        told = call.instructions
        ids = [each.id for each in call.answer.tool_calls if each.id in step.tools]
        drawn.update(ids)
        _draw_tools([step.tools[id_] for id_ in ids], running=running)
    _draw_tools([use for id_, use in step.tools.items() if id_ not in drawn], running=running)


def _draw_tools(uses: list[ToolUse], *, running: bool) -> None:
    if uses:
        with box('ao-stack ao-tool-calls'):
            for use in uses:
                ToolCallCard(use, running=running)


def _title(message: Message, *, earlier: bool) -> str:
    """`earlier`: it was said in a turn before."""
    if message.role == 'assistant':
        return 'Earlier answer'
    if message.tool_results:
        return 'Told with the results'
    return 'Earlier prompt' if earlier else 'Prompt'


def _draw_call(title: str, call: ModelCalled, *, told: str) -> None:
    """`told`: the instructions of the call before, which are not shown again."""
    with box('ao-call', tag='section'):
        with row('ao-wrap'):
            words(title, 'ao-strong ao-small')
            badge(call.model)
            box('ao-grow')
            words(_call_figures(call), 'ao-number ao-faint')
        if call.stop not in ('end', 'tools'):
            notice(_stop_reason(call.stop), 'warning')
        if call.instructions and call.instructions != told:
            _draw_message('Instructions', call.instructions)
        for message in call.messages:
            for image in message.images:
                show_image(image)
            if message.text.strip() or not message.tool_results:
                _draw_message(_title(message, earlier=message is not call.messages[-1]), message.text)
        for part in call.answer.parts:
            if isinstance(part, Thinking) and part.text:
                with ui.expansion('Thinking').classes('ao-small'):
                    plain_text(part.text)
        if call.answer.text.strip() or not call.answer.tool_calls:
            _draw_message('Answer', call.answer.text, answer=True)


def _draw_message(title: str, text: str, *, answer: bool = False) -> None:
    with box('ao-message').props(f'data-answer={str(answer).lower()}'):
        with row():
            words(title, 'ao-part-name')
            box('ao-grow')
            copy_button(text)
        show_text(text, marked=answer)


def _call_figures(call: ModelCalled) -> str:
    usage = call.usage
    parts = [
        f'{short(usage.input_tokens)} in, {short(usage.output_tokens)} out',
        f'first token {duration(call.first_token_after)}',
        duration(call.seconds),
        cost(usage.cost),
    ]
    if usage.cached_tokens:
        parts.insert(1, f'{short(usage.cached_tokens)} cached')
    return ' · '.join(parts)


def _stop_reason(stop: str) -> str:
    if stop == 'length':
        return 'The answer was cut at the longest allowed length. Raise max_tokens of the agent to get all of it.'
    return f'The model stopped for the reason {stop!r}.'
