"""A gate as conf/ states it, with some limits in place of its own, and what a good clip says."""

from typing import Any

from configs import gate_config, judges_config

from pipelines.gate import Gate
from speech.judges.judges import Judges
from teacher.voices import VoiceBank

TEXT = "A bona fide manuscript. It was a policy of retribution."
"""which is what speaker08 says"""


def gate(bank: VoiceBank, judges: Judges, **limits: Any) -> Gate:
    config = gate_config(**limits, judges=judges_config(mos=judges.mos is not None))
    return Gate(config, judges, bank)
