"""Which models the server has, in which voices they speak, and by which other names they are known."""

import re
from collections.abc import Iterator, Mapping, Sequence

from speech.synthesizer import Synthesizer
from student.server.errors import NOT_FOUND, ApiError
from student.voice_mix import LONGEST

PART = re.compile(r"(?P<voice>[^()]+)(?P<weight>\(\d+(?:\.\d+)?\))?")
"""of a mix of voices: a(2)+b(1)"""


class Catalog(Mapping[str, Synthesizer]):
    """The models by their names."""

    def __init__(
        self,
        models: Mapping[str, Synthesizer],
        model_aliases: Sequence[str] = (),
        voice_aliases: Sequence[str] = (),
    ) -> None:
        """`model_aliases` are other names of the first model; `voice_aliases` of each model's voices
        in their order, from the first again. A model or a voice of such a name comes before."""
        self._models = dict(models)
        first = next(iter(self._models))
        self._aliases = {alias: first for alias in model_aliases if alias not in self._models}
        self._voice_aliases = tuple(voice_aliases)

    def __getitem__(self, name: str) -> Synthesizer:
        return self._models[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._models)

    def __len__(self) -> int:
        return len(self._models)

    @property
    def first(self) -> str:
        return next(iter(self._models))

    def model(self, name: str) -> str:
        """The model's own name, of that or of an alias; raises ApiError (404)."""
        known = self._aliases.get(name, name)
        if known not in self._models:
            allowed = ", ".join([*self._models, *self._aliases])
            told = f"there is no model {name!r:.80}; allowed: {allowed:.400}"
            raise ApiError(404, told, NOT_FOUND, "model_not_found", "model")
        return known

    def language(self, model: str) -> str:
        """The one that a model is asked to speak: its first, English where it names none."""
        return next(iter(self[model].languages), "en")

    def voice_aliases(self, model: str) -> dict[str, str]:
        """The model's voice for each other name."""
        voices = self[model].voices
        if not voices:
            return {}
        return {
            alias: voices[place % len(voices)]
            for place, alias in enumerate(self._voice_aliases)
            if alias not in voices
        }

    def voice(self, model: str, name: str) -> str | None:
        """A voice as the model knows it, or a mix a(2)+b(1) of such; None where the model has no
        voices to choose from. Raises ApiError (400)."""
        if name in (voices := self[model].voices):
            return name
        if not voices:
            return None
        if len(name) > LONGEST:
            told = f"voice has {len(name)} characters; allowed: {LONGEST}"
            raise ApiError(400, told, code="invalid_voice", param="voice")
        parts = [PART.fullmatch(part.strip()) for part in name.split("+")]
        if len(parts) == 1 and not (parts[0] and parts[0]["weight"]):
            return self._one(model, name)
        named = [part for part in parts if part]
        if len(named) < len(parts):
            told = f"voice {name!r:.80} is no mix of voices, as a(2)+b(1) is one"
            raise ApiError(400, told, code="invalid_voice", param="voice")
        return "+".join(
            self._one(model, part["voice"].strip()) + (part["weight"] or "") for part in named
        )

    def _one(self, model: str, name: str) -> str:
        voices, aliases = self[model].voices, self.voice_aliases(model)
        if name in voices:
            return name
        if name in aliases:
            return aliases[name]
        allowed = ", ".join([*voices, *aliases])
        told = f"model {model!r:.80} has no voice {name!r:.80}; allowed: {allowed:.800}"
        raise ApiError(400, told, code="voice_not_found", param="voice")
