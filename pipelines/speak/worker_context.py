"""What a worker holds while it lives: the bank, the teacher and the gate, loaded once."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

import torch

from pipelines.config import SynthConfig
from pipelines.gate import Gate
from pipelines.speak.attempts import Attempt, noise_key, prepare
from pipelines.speak.judging import Judged, Judging, Speeches, done, threads_beside
from pipelines.text.utterances import spoken_languages
from pipelines.verdict import Candidate, Verdict
from speech.audio import SAMPLE_RATE
from speech.audio.watermark import Watermark
from speech.audio.waveform import encode_flac
from speech.dataset.schema import Utterance
from speech.errors import InputError, Refused, in_one_line
from speech.judges.judges import Judges
from speech.seeds import TORCH_GENERATOR
from speech.stopwatch import Stopwatch
from speech.text.normalize import normalize
from teacher.base import Request, Speech, Teacher
from teacher.bisection import speak_or_refuse
from teacher.packing import BatchLimit
from teacher.voices import VoiceBank, load_bank


@dataclass
class WorkerContext:
    bank: VoiceBank
    teacher: Teacher[Any]
    gate: Gate
    limit: BatchLimit
    watch: Stopwatch
    judge_threads: Executor | None = None
    """threads that judge while the teacher speaks; None: the teacher waits for the judges"""
    watermark: Watermark | None = None

    def attempt(self, utterance: Utterance, number: int = 0) -> Attempt:
        """The utterance as its teacher prepares it, at its `number`-th try.

        Raises:
            Refused: this teacher cannot say it.
        """
        return prepare(utterance, self.teacher, number)

    def speak(self, takes: Sequence[Attempt]) -> Speeches:
        """One batch -> speech, marked where it is to be, or why there is none, of each."""
        keys = [noise_key(take) for take in takes]
        speeches = speak_or_refuse(self.teacher, [take.prepared for take in takes], keys)
        if self.watermark is None:
            return speeches
        with self.watch("watermark"):
            return [self._marked(speech, self.watermark) for speech in speeches]

    def _marked(self, speech: Speech | Refused, watermark: Watermark) -> Speech | Refused:
        if isinstance(speech, Refused):
            return speech
        return replace(speech, wave=watermark.mark(speech.wave))

    def judge(self, takes: Sequence[Attempt], speeches: Speeches) -> list[Verdict]:
        """A verdict for each take; what the teacher refused is not shown to the gate."""
        return self.begin_judging(takes, speeches).verdicts()

    def begin_judging(self, takes: Sequence[Attempt], speeches: Speeches) -> Judging:
        """On `judge_threads`, a clip each; at once where there are none."""
        shown = {
            i: Candidate.of(take.utterance, speech.wave)
            for i, (take, speech) in enumerate(zip(takes, speeches, strict=True))
            if not isinstance(speech, Refused)
        }
        if self.judge_threads is None:
            judged = map(done, self.gate.judge(list(shown.values())))
            return Judging(takes, speeches, dict(zip(shown, judged, strict=True)))
        submit = self.judge_threads.submit
        begun = {i: submit(self._judge_one, clip) for i, clip in shown.items()}
        return Judging(takes, speeches, begun)

    def _judge_one(self, clip: Candidate) -> Judged:
        (verdict,) = self.gate.judge([clip])
        with self.watch("write"):
            accepted = verdict.reason is None
            return Judged(verdict, encode_flac(clip.wave, SAMPLE_RATE) if accepted else None)

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
    """Load everything, see that the judges work, and only then measure what is left for batches.

    The bank was checked against the ASR before the run was started.

    Raises:
        InputError: the teacher cannot be loaded, or a judge fails on what is known to be good.
    """
    with TORCH_GENERATOR if config.teacher.seeds_torch else nullcontext():
        return _load(config)


def _load(config: SynthConfig) -> WorkerContext:
    watch, judges = Stopwatch(), config.gate.judges
    bank = load_bank(config.voices, languages=spoken_languages(config))
    if threads := config.runner.torch_threads:
        torch.set_num_threads(threads)
        judges = judges.with_threads(threads)
    teacher = config.teacher.open(bank, watch)
    teacher.load()
    count = threads_beside(teacher.device, judges)
    if count > 1:
        judges = judges.with_threads(1)
    gate = Gate(config.gate, Judges(judges, callers=max(1, count)), bank, watch)
    gate.open()
    judge_threads = ThreadPoolExecutor(count, "judge") if count else None
    watermark = config.watermark.open()
    return WorkerContext(bank, teacher, gate, teacher.limit(), watch, judge_threads, watermark)
