"""Blocks of a run as conf/ states them; what a test is about is given by keyword."""

from functools import partial

from blocks import block

from pipelines.corpus.config import CorpusConfig
from pipelines.gate import GateConfig
from speech.judges.judges import JudgesConfig
from teacher.voices import VoicesConfig

corpus_config = partial(block, CorpusConfig, "corpus")
gate_config = partial(block, GateConfig, "gate")
judges_config = partial(block, JudgesConfig, "judges", "offline", mos=False)
voices_config = partial(block, VoicesConfig, "voices", "f5_mini")
