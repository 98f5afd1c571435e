"""One shard: admit, pack, speak, judge, retry and write; a pure function of its lines."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pipelines.config import SynthConfig
from pipelines.gate import Candidate, Verdict, rank
from pipelines.shard_writer import ShardWriter
from pipelines.studio import Studio
from speech.audio import encode_flac
from speech.errors import Refused
from speech.licenses import joint_license
from speech.rows import SAMPLE_RATE, Clip, Rejection, Utterance
from teacher.packing import BatchLimit, pack
from teacher.sampler import Prompt
from teacher.teacher import speak_or_quarantine

Report = Callable[[int, int, float], None]
"""called after each batch with the clips accepted, the rows rejected, and seconds of audio"""


@dataclass(frozen=True)
class Take:
    """An utterance with its prompt, at its `attempt`-th try."""

    utterance: Utterance
    prompt: Prompt
    attempt: int


class ShardRecorder:
    """Records the lines of one shard into its writer."""

    def __init__(
        self, config: SynthConfig, studio: Studio, writer: ShardWriter, report: Report
    ) -> None:
        self.config = config
        self.studio = studio
        self.writer = writer
        self.report = report
        self.stats: Counter[str] = Counter()

    def record(self, items: Iterable[Utterance | Rejection]) -> dict[str, float]:
        """Write a clip or a rejection for each item; returns what it cost, in additive figures.

        The order of `items` does not matter. Each round speaks what is left, and what the gate
        turned down goes into the next round with the next seed.
        """
        before = dict(self.studio.watch.seconds)
        with self.studio.watch("plan"):
            takes = self._takes(admit(items, self._reject))
        for round_ in range(self.config.gate.attempts):
            last = round_ + 1 == self.config.gate.attempts
            takes = [take for batch in self._batches(takes) for take in self._speak(batch, last)]
        for stage, seconds in self.studio.watch.seconds.items():
            self.stats[f"{stage}_s"] = seconds - before.get(stage, 0.0)  # type: ignore[assignment]
        return dict(self.stats)

    def _takes(self, utterances: Iterable[Utterance]) -> list[Take]:
        takes = []
        for utterance in utterances:
            try:
                prompt = self.studio.planner.prompt(
                    utterance.voice,
                    utterance.text_normalized,
                    utterance.language,
                    "",
                    utterance.phonemes,
                )
            except Refused as refused:
                self._reject(rejection(utterance, refused.reason, "teacher", refused.detail))
                continue
            takes.append(Take(utterance, prompt, 0))
        return takes

    def _batches(self, takes: Sequence[Take]) -> list[list[Take]]:
        """Packed by padded cost, with room for all candidates of each utterance."""
        limit, candidates = self.studio.limit, self.config.gate.candidates
        shared = BatchLimit(
            limit.frames // candidates if limit.frames else None,
            max(limit.items // candidates, 1) if limit.items else None,
        )
        batches = pack([take.prompt.frames for take in takes], shared)
        return [[takes[i] for i in batch] for batch in batches]

    def _speak(self, batch: Sequence[Take], last: bool) -> list[Take]:
        """Speak, judge and write a batch; returns the takes to try again."""
        candidates = self.config.gate.candidates
        tries = [replace(t, attempt=t.attempt + i) for t in batch for i in range(candidates)]
        prompts = [replace(t.prompt, key=noise_key(t)) for t in tries]
        self._count(prompts)
        voices = [take.utterance.voice for take in tries]
        waves = speak_or_quarantine(self.studio.teacher, prompts, voices)
        verdicts = self._judge(tries, waves)
        again, accepted, rejected, audio_s = [], 0, 0, 0.0
        for i, take in enumerate(batch):
            best = min(range(i * candidates, (i + 1) * candidates), key=lambda j: rank(verdicts[j]))
            verdict, wave = verdicts[best], waves[best]
            if verdict.reason is None and not isinstance(wave, Refused):
                self._accept(tries[best], verdict, wave)
                accepted, audio_s = accepted + 1, audio_s + verdict.duration_s
            elif last or isinstance(wave, Refused):
                self._refuse(tries[best], verdict, wave)
                rejected += 1
            else:
                again.append(replace(take, attempt=take.attempt + candidates))
        self.report(accepted, rejected, audio_s)
        return again

    def _judge(self, tries: Sequence[Take], waves: Sequence[np.ndarray | Refused]) -> list[Verdict]:
        """A verdict for each try; what the teacher refused is not shown to the gate."""
        verdicts: dict[int, Verdict] = {}
        shown: dict[int, Candidate] = {}
        for i, (take, wave) in enumerate(zip(tries, waves, strict=True)):
            if isinstance(wave, Refused):
                verdicts[i] = Verdict(reason=wave.reason, detail=wave.detail)
                continue
            said = take.utterance
            shown[i] = Candidate(wave, said.text, said.text_normalized, said.language, said.voice)
        judged = self.studio.gate.judge(list(shown.values()))
        verdicts |= dict(zip(shown, judged, strict=True))
        return [verdicts[i] for i in range(len(tries))]

    def _accept(self, take: Take, verdict: Verdict, wave: np.ndarray) -> None:
        with self.studio.watch("write"):
            self.writer.accept(
                Clip(
                    audio=encode_flac(wave, SAMPLE_RATE),
                    phonemes=take.prompt.phonemes,
                    phoneme_ends_s=take.prompt.phoneme_ends_s,
                    **self._row(take, verdict),
                )
            )

    def _refuse(self, take: Take, verdict: Verdict, wave: np.ndarray | Refused) -> None:
        stage = "teacher" if isinstance(wave, Refused) else "gate"
        audio = None
        if self.config.dataset.keep_rejected_audio and not isinstance(wave, Refused):
            audio = encode_flac(np.nan_to_num(wave), SAMPLE_RATE)
        self.writer.reject(
            Rejection(
                reason=verdict.reason or "",
                stage=stage,
                detail=verdict.detail,
                source=take.utterance.source,
                audio=audio,
                **self._row(take, verdict),
            )
        )

    def _reject(self, row: Rejection) -> None:
        self.writer.reject(row)
        self.report(0, 1, 0.0)

    def _row(self, take: Take, verdict: Verdict) -> dict[str, Any]:
        """The columns that clips and rejections share."""
        utterance, teacher = take.utterance, self.config.teacher
        voice = self.studio.bank[utterance.voice]
        return {
            "id": utterance.id,
            "text": utterance.text,
            "text_normalized": utterance.text_normalized,
            "language": utterance.language,
            "speaker_id": utterance.voice,
            "seed": utterance.seed,
            "attempt": take.attempt,
            "duration_s": verdict.duration_s,
            "transcript": verdict.transcript,
            "wer": verdict.wer,
            "cer": verdict.cer,
            "similarity": verdict.similarity,
            "mos": verdict.mos,
            "speaking_rate": verdict.speaking_rate,
            "teacher": teacher.name,
            "teacher_revision": teacher.revision,
            "license": joint_license(teacher.license, voice.license),
        }

    def _count(self, prompts: Sequence[Prompt]) -> None:
        frames = [prompt.frames for prompt in prompts]
        self.stats["batches"] += 1
        self.stats["tries"] += len(prompts)
        self.stats["true_frames"] += sum(frames)
        self.stats["padded_frames"] += len(frames) * max(frames)


def admit(
    items: Iterable[Utterance | Rejection], reject: Callable[[Rejection], None]
) -> list[Utterance]:
    """Utterances in order of their ids; rejections go to `reject`, and of utterances with one id all
    but the first in the corpus."""
    admitted: list[Utterance] = []
    for item in sorted(items, key=_order):
        if isinstance(item, Rejection):
            reject(item)
        elif admitted and admitted[-1].id == item.id:
            same = admitted[-1].text == item.text
            reason = "duplicate" if same else "duplicate_id"
            reject(rejection(item, reason, "corpus", f"first seen at {admitted[-1].source}"))
        else:
            admitted.append(item)
    return admitted


def _order(item: Utterance | Rejection) -> tuple[str, tuple[int, ...], str, str]:
    place = item.place if isinstance(item, Utterance) else ()
    return item.id, place, item.source, item.text


def rejection(utterance: Utterance, reason: str, stage: str, detail: str) -> Rejection:
    return Rejection(
        id=utterance.id,
        text=utterance.text,
        reason=reason,
        stage=stage,
        detail=detail,
        source=utterance.source,
        text_normalized=utterance.text_normalized,
        language=utterance.language,
        speaker_id=utterance.voice,
        seed=utterance.seed,
    )


def noise_key(take: Take) -> str:
    """What the noise of a take depends on, and nothing else."""
    utterance = take.utterance
    return f"{utterance.seed}/{utterance.id}/{utterance.voice}/{take.attempt}"
