"""What Ollama is sent: the body of a chat, and how much context it needs."""

from collections.abc import Iterator

from core.llm.images import Image
from core.llm.messages import Message, Thinking
from core.llm.parameters import Parameters
from core.llm.providers.schemas import inlined
from core.llm.providers.wire import Told, arguments_of
from core.llm.reports import ModelInfo
from core.llm.requests import ModelRequest

_ROOM_TO_ANSWER = 2048  # tokens, where the agent sets no longest answer
_TOKENS_AN_IMAGE = 1500  # most models scale pictures down to fewer
_LETTERS_A_TOKEN = 3  # on the safe side: English has four, other languages fewer


def chat_body(request: ModelRequest, known: ModelInfo, context: int) -> Told:
    """`truncate` and `shift` off: what does not fit is refused, where Ollama would else silently lose it."""
    system = [{'role': 'system', 'content': request.instructions}] if request.instructions else []
    messages = [told for message in request.messages for told in _told(message)]
    body: Told = {
        'model': request.model.model,
        'messages': system + messages,
        'stream': True,
        'truncate': False,
        'shift': False,
        'options': _options(request.parameters, context),
    }
    if request.callable_tools:
        body['tools'] = _tools(request)
    elif request.output_schema:  # held to it, the model could not write a tool call
        body['format'] = inlined(request.output_schema)
    think = _think(request.parameters, request.model.model, known)
    if think is not None:
        body['think'] = think
    if request.parameters.keep_alive is not None:
        body['keep_alive'] = _keep_alive(request.parameters.keep_alive)
    return body


def _told(message: Message) -> Iterator[Told]:
    """Each result of a tool is a message of its own; what was thought before a call helps some models go on."""
    for result in message.tool_results:
        yield {'role': 'tool', 'tool_name': result.name, 'tool_call_id': result.call_id, 'content': result.text}
    if message.text or message.images or not message.tool_results:
        told: Told = {'role': message.role, 'content': message.text}
        if message.images:
            told['images'] = [image.data for image in message.images]
        if message.tool_calls:
            told['tool_calls'] = [
                {'id': call.id, 'function': {'name': call.name, 'arguments': arguments_of(call)}}
                for call in message.tool_calls
            ]
            if thought := ''.join(part.text for part in message.parts if isinstance(part, Thinking)):
                told['thinking'] = thought
        yield told


def _tools(request: ModelRequest) -> list[Told]:
    """With all references resolved: Ollama hands schemas to templates that know none."""
    return [
        {
            'type': 'function',
            'function': {
                'name': tool.name,
                'description': tool.description,
                'parameters': inlined(tool.parameters),
            },
        }
        for tool in request.callable_tools
    ]


def _options(parameters: Parameters, context: int) -> Told:
    named = {
        'num_ctx': context,
        'num_predict': parameters.max_tokens,
        'temperature': parameters.temperature,
        'top_p': parameters.top_p,
        'seed': parameters.seed,
    }
    return {name: value for name, value in named.items() if value is not None}


def _think(parameters: Parameters, model: str, known: ModelInfo) -> bool | str | None:
    """What to send for `think`; nothing to models that cannot, since they would refuse. Only gpt-oss knows levels."""
    if parameters.thinking is None or known.thinking is False:
        return None
    if parameters.thinking == 'off':
        return False
    return parameters.thinking if 'gpt-oss' in model else True


def tokens_needed(request: ModelRequest) -> int:
    """Tokens for the prompt, estimated from above, and for the answer."""
    parts = [part for message in request.messages for part in message.parts if not isinstance(part, Image)]
    told = [part.model_dump_json() for part in parts]
    told += [tool.model_dump_json() for tool in request.callable_tools]
    letters = len(request.instructions) + sum(map(len, told))
    prompt = letters // _LETTERS_A_TOKEN + 16 * len(request.messages) + _TOKENS_AN_IMAGE * request.images
    return prompt + (request.parameters.max_tokens or _ROOM_TO_ANSWER)


def _keep_alive(text: str) -> str | int:
    """Ollama takes bare numbers as seconds, and texts only with a unit."""
    return int(text) if text.lstrip('-').isdigit() else text
