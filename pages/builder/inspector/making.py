"""Which control edits what."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from pages.builder.inspector.chosen import AgentControl, ModelControl, TeamControl
from pages.builder.inspector.control import Control
from pages.builder.inspector.controls import ChoiceControl, JsonControl, NumberControl, SwitchControl, TextControl
from pages.builder.inspector.form import Form
from pages.builder.inspector.nested import GroupControl, ListControl
from pages.builder.inspector.pending import Place
from pages.builder.inspector.pictures import ImageControl, ImagesControl
from pages.builder.inspector.schema import SchemaControl
from pages.builder.inspector.shapes import Kind, Shape
from pages.builder.inspector.templated import TemplateControl
from pages.builder.inspector.tool import ToolControl
from pages.builder.inspector.workflow import WorkflowControl

CONTROLS: Mapping[Kind, Callable[[Shape, Place, Form], Control]] = MappingProxyType(
    {
        'text': TextControl,
        'long_text': TextControl,
        'code': TextControl,
        'template': TemplateControl,
        'expression': TemplateControl,
        'whole': NumberControl,
        'number': NumberControl,
        'switch': SwitchControl,
        'choice': ChoiceControl,
        'agent': AgentControl,
        'team': TeamControl,
        'workflow': WorkflowControl,
        'image': ImageControl,
        'images': ImagesControl,
        'model': ModelControl,
        'tool': ToolControl,
        'value': JsonControl,
        'json': JsonControl,
        'json_schema': SchemaControl,
        'group': GroupControl,
        'list': ListControl,
    }
)


def make_control(shape: Shape, place: Place, form: Form) -> Control:
    """The control for the shape, drawn here."""
    return CONTROLS[shape.kind](shape, place, form)
