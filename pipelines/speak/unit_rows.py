"""The rows of a unit: made in any order, written in that of the plan."""

from collections.abc import Sequence

from pipelines.text.row_order import Item
from speech.dataset.schema import Clip, Rejection, Utterance
from speech.dataset.writer import PartWriter
from speech.errors import InputError


class UnitRows:
    """Holds what became of each item until all are known: some megabytes of audio.

    Batches, and so the order in which rows are made, depend on the machine; files must not.
    """

    def __init__(self, items: Sequence[Item]) -> None:
        """Args:
        items: of the plan; those that were rejected there are rows already.
        """
        self._rows: list[Clip | Rejection | None] = [
            item if isinstance(item, Rejection) else None for item in items
        ]
        self.utterances = [item for item in items if isinstance(item, Utterance)]
        self._place = {item.id: i for i, item in enumerate(items) if isinstance(item, Utterance)}

    @property
    def rejected(self) -> int:
        """Rows that were not to be spoken."""
        return len(self._rows) - len(self.utterances)

    def add(self, row: Clip | Rejection) -> None:
        """What became of an utterance.

        Raises:
            InputError: it has a row, or is not of this unit.
        """
        place = self._place.pop(row.id, None)
        if place is None:
            raise InputError(f"{row.id} became a second row, or is of another unit")
        self._rows[place] = row

    def write(self, writer: PartWriter) -> None:
        """Raises InputError: an utterance has no row."""
        if self._place:
            raise InputError(
                f"{len(self._place)} lines became no row, {next(iter(self._place))} first"
            )
        for row in self._rows:
            if isinstance(row, Clip):
                writer.accept(row)
            elif row is not None:
                writer.reject(row)
