"""The levels that ship with the app; they take the road that plugins take."""

from core.registry import Registry
from core.sandbox.bubblewrap import Bubblewrap
from core.sandbox.container import IMAGE, Container
from core.sandbox.direct import Direct
from core.sandbox.landlock import Landlock
from core.sandbox.light import Light
from core.sandbox.process import Process
from core.sandbox.sandbox import Sandbox


def add_built_in_sandboxes(sandboxes: Registry[Sandbox], *, image: str = IMAGE) -> None:
    """image: in which containers run Python."""
    for sandbox in (Light(), Container(image=image), Bubblewrap(), Landlock(), Process(), Direct()):
        sandboxes.add(sandbox.name, sandbox)
