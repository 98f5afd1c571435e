"""What a worker holds while it lives: the bank, the teacher and the gate, loaded once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from pipelines.attempts import Attempt, noise_key, prepare
from pipelines.config import DirectConfig, SynthConfig
from pipelines.gate import Candidate, Gate, Verdict
from pipelines.utterances import spoken_languages
from speech.dataset.schema import Utterance
from speech.errors import InputError, Refused, in_one_line
from speech.judges.judges import Judges
from speech.stopwatch import Stopwatch
from speech.text.inline_phonemes import plain
from speech.text.normalize import normalize
from teacher.base import Request, Speech, Teacher
from teacher.bisection import speak_or_refuse
from teacher.packing import BatchLimit
from teacher.voices import VoiceBank, load_bank

Speeches = Sequence[Speech | Refused]


@dataclass
class WorkerContext:
    bank: VoiceBank
    teacher: Teacher[Any]
    gate: Gate
    limit: BatchLimit
    watch: Stopwatch

    def attempt(self, utterance: Utterance, number: int = 0) -> Attempt:
        """The utterance as its teacher prepares it, at its `number`-th try.

        Raises:
            Refused: this teacher cannot say it.
        """
        return prepare(utterance, self.teacher, number)

    def speak(self, takes: Sequence[Attempt]) -> Speeches:
        """One batch -> speech, or why there is none, of each."""
        keys = [noise_key(take) for take in takes]
        return speak_or_refuse(self.teacher, [take.prepared for take in takes], keys)

    def judge(self, takes: Sequence[Attempt], speeches: Speeches) -> list[Verdict]:
        """A verdict for each take; what the teacher refused is not shown to the gate."""
        verdicts: dict[int, Verdict] = {}
        shown: dict[int, Candidate] = {}
        for i, (take, speech) in enumerate(zip(takes, speeches, strict=True)):
            if isinstance(speech, Refused):
                verdicts[i] = Verdict(reason=speech.reason, detail=speech.detail)
                continue
            said = take.utterance
            shown[i] = Candidate(
                speech.wave,
                plain(said.text),
                said.text_normalized,
                said.language,
                said.voice,
                said.is_respelled,
                said.phonemes,
            )
        judged = self.gate.judge(list(shown.values()))
        verdicts |= dict(zip(shown, judged, strict=True))
        return [verdicts[i] for i in range(len(takes))]

    def try_alone(self, take: Attempt) -> None:
        """Speak and judge a take for what it does to this process, and no more.

        Raises:
            InputError: teacher or judges work no longer.
        """
        speeches = self.speak([take])
        if isinstance(speeches[0], Refused):
            self.prove()
        self.judge([take], speeches)

    def prove(self) -> None:
        """Speak what a reference says and have each judge hear it: what fails on that fails on all.

        Raises:
            InputError: the teacher or a judge does; one line with what it met.
        """
        for voice in self.bank.values():
            try:
                text = normalize(voice.transcript, voice.language)
                prepared = self.teacher.prepare(Request(text, voice.language, voice.id))
                self.teacher.speak([prepared], ["proof"])
                break
            except InputError:
                raise
            except Refused:  # this teacher cannot say it
                continue
            except Exception as error:
                raise InputError(
                    "the teacher fails on everything, even on what the reference of the voice "
                    f"{voice.id} says: {in_one_line(error)}"
                ) from error
        self.gate.prove()


LoadModels = Callable[[SynthConfig], WorkerContext]


def load_models(config: SynthConfig) -> WorkerContext:
    """Load everything; the bank was checked against the ASR before the run was started."""
    judges = config.gate.judges
    if isinstance(config.runner, DirectConfig):
        torch.set_num_threads(config.runner.threads)
        asr = judges.asr.model_copy(update={"cpu_threads": config.runner.threads})
        judges = judges.model_copy(update={"asr": asr})
    watch = Stopwatch()
    bank = load_bank(config.voices, languages=spoken_languages(config))
    teacher = config.teacher.open(bank, watch)
    teacher.load()
    gate = Gate(config.gate, Judges(judges), bank, watch)
    return WorkerContext(bank, teacher, gate, teacher.limit(), watch)
