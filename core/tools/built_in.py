"""The tools that ship with the app; they take the road that plugins take."""

from core.tools.calculator import Calculator
from core.tools.current_time import CurrentTime
from core.tools.tool import Tools


def add_built_in_tools(tools: Tools) -> None:
    for tool in (Calculator(), CurrentTime()):
        tools.add(tool.name, tool)
