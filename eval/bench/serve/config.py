"""The configuration of the server's benchmark."""

from pydantic import Field

from speech.config import Config


class BenchServeConfig(Config):
    output: str
    student: str
    """a folder that make train-student or student.export wrote"""
    peer: bool
    """hibari-tts behind the same server too"""
    clients: tuple[int, ...] = Field(min_length=1)
    """how many ask at once, each for its next sentence when it has its last"""
    requests: int = Field(ge=1)
    """of a system, a number of clients and a round"""
    rounds: int = Field(ge=1)
    """in which all take their turns"""
    threads: int | None = Field(ge=1)
    """of each server; null: the cores"""
    seed: int
    """of the sentences"""
