"""Fields that hold pictures, as data URLs, so that they can travel in files."""

from pages.builder.inspector.control import Control, Surroundings
from pages.builder.inspector.pending import Place
from pages.builder.inspector.shapes import MISSING, Entered, Shape, pictures_in
from pages.components.image_field import ImageField, ImagesField


class ImageControl(Control):
    """One picture."""

    def __init__(self, shape: Shape, place: Place, around: Surroundings) -> None:
        super().__init__(shape, place, around)
        self._field = ImageField(shape.title, help_text=shape.help, on_change=self._take)
        self.frame = self._field.frame

    def put(self, value: Entered) -> None:
        self._field.put(next(iter(pictures_in(value)), None))

    def _take(self) -> None:
        image = self._field.image
        self.chosen(image.named_url if image else MISSING)


class ImagesControl(Control):
    """Several pictures."""

    def __init__(self, shape: Shape, place: Place, around: Surroundings) -> None:
        super().__init__(shape, place, around)
        self._field = ImagesField(shape.title, help_text=shape.help, on_change=self._take)
        self.frame = self._field.frame

    def put(self, value: Entered) -> None:
        self._field.put(pictures_in(value))

    def _take(self) -> None:
        self.chosen([image.named_url for image in self._field.images] or MISSING)
