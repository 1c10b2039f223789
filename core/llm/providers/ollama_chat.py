"""What Ollama is sent: the body of a chat, and how much context it needs."""

from core.llm.parameters import Parameters
from core.llm.providers.wire import Told
from core.llm.reports import ModelInfo
from core.llm.requests import ModelRequest

_ROOM_TO_ANSWER = 2048  # tokens, where the agent sets no longest answer
_LETTERS_A_TOKEN = 3  # on the safe side: English has four, other languages fewer


def chat_body(request: ModelRequest, known: ModelInfo, context: int) -> Told:
    """`truncate` and `shift` off: what does not fit is refused, where Ollama would else silently lose it."""
    system = [{'role': 'system', 'content': request.instructions}] if request.instructions else []
    messages = [{'role': message.role, 'content': message.text} for message in request.messages]
    body: Told = {
        'model': request.model.model,
        'messages': system + messages,
        'stream': True,
        'truncate': False,
        'shift': False,
        'options': _options(request.parameters, context),
    }
    think = _think(request.parameters, request.model.model, known)
    if think is not None:
        body['think'] = think
    if request.parameters.keep_alive is not None:
        body['keep_alive'] = _keep_alive(request.parameters.keep_alive)
    return body


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
    letters = len(request.instructions) + sum(len(message.text) for message in request.messages)
    return letters // _LETTERS_A_TOKEN + 16 * len(request.messages) + (request.parameters.max_tokens or _ROOM_TO_ANSWER)


def _keep_alive(text: str) -> str | int:
    """Ollama takes bare numbers as seconds, and texts only with a unit."""
    return int(text) if text.lstrip('-').isdigit() else text
