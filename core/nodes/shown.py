"""What nodes show to agents, for models that can see."""

from typing import Annotated

from core.errors import StepError
from core.llm.images import Image, read_images
from core.nodes.node_type import Marker, NodeContext

Pictures = Annotated[str, Marker(language='expression')]
"""An expression for pictures: an input of type image or images, or a list of such; empty where nothing is shown."""


def pictures_of(expression: str, context: NodeContext) -> list[Image]:
    """What is shown; what is empty shows nothing. StepError where it is something else than pictures."""
    given = context.evaluate(expression) if expression else []
    wanted = [each for each in (given if isinstance(given, list | tuple) else [given]) if each not in (None, '')]
    try:
        return [image for each in wanted for image in read_images(each)]
    except ValueError as error:
        raise StepError(f'What `{expression}` gives {error}.') from None
