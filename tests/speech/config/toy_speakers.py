"""Classes that a `_target_` may name, and some that it may not."""

from abc import abstractmethod
from typing import Annotated, Literal

from pydantic import Field

from speech.config import Config
from speech.config.targets import ByTarget


class Speaker(Config):
    name: str

    @abstractmethod
    def greeting(self) -> str: ...


class Loud(Speaker):
    volume: int = Field(ge=1)
    words: tuple[str, ...]

    def greeting(self) -> str:
        return " ".join(self.words).upper()


class Quiet(Speaker):
    whisper: str

    def greeting(self) -> str:
        return self.whisper


class Stranger(Config):
    name: str


class Wall(Config):
    kind: Literal["wall"]
    height: int


class Tree(Config):
    kind: Literal["tree"]
    leaves: int


class Scene(Config):
    speaker: Annotated[Speaker, ByTarget("toy_speakers.")]
    backdrop: Annotated[Wall | Tree, Field(discriminator="kind")]
    output: str
