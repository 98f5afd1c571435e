"""One unit: pack, speak, judge, retry; what becomes of a line follows from that line alone."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from pipelines.config import SynthConfig
from pipelines.progress.progress import Progress
from pipelines.speak.attempts import FIRST_PARTS, Attempt, first_parts, noise_key
from pipelines.speak.judging import Judging, Speeches
from pipelines.speak.quarantine import Quarantine
from pipelines.speak.unit_rows import UnitRows
from pipelines.speak.worker_context import WorkerContext
from pipelines.verdict import Verdict, rank
from speech.audio import SAMPLE_RATE
from speech.audio.waveform import encode_flac
from speech.dataset.mel_bytes import mel_bytes
from speech.dataset.schema import Clip, MelBytes, Rejection, Utterance
from speech.errors import InputError, Refused, in_one_line
from speech.licenses import joint_license
from speech.reasons import Reason
from teacher.base import Speech
from teacher.packing import pack

Report = Callable[[Progress], None]
"""called when a unit is begun, and after each batch"""


class UnitSynthesizer:
    """Makes the rows of one unit."""

    def __init__(
        self,
        config: SynthConfig,
        context: WorkerContext,
        rows: UnitRows,
        report: Report,
        quarantine: Quarantine,
    ) -> None:
        self.config = config
        self.context = context
        self.rows = rows
        self.report = report
        self.quarantine = quarantine
        self.stats: Counter[str] = Counter()
        self._passed: set[str] = set()
        """long lines of which a part was accepted"""

    def speak(self) -> dict[str, float]:
        """Make a clip or a rejection of each utterance; returns what it cost, in additive figures.

        Of a long line the first parts are spoken, and the others only if one of those passes.

        Raises:
            InputError: the teacher or a judge fails on everything.
        """
        before = dict(self.context.watch.seconds)
        self.report(Progress(rejected=self.rows.rejected))
        with self.context.watch("plan"):
            takes = self._takes(self.rows.utterances)
        self._try_suspects(takes)
        first, later = first_parts(takes)
        self._speak(first)
        self._speak(self._worth_speaking(later))
        for stage, seconds in self.context.watch.seconds.items():
            self.stats[f"{stage}_s"] = seconds - before.get(stage, 0.0)  # type: ignore[assignment]
        return dict(self.stats)

    def _takes(self, utterances: Iterable[Utterance]) -> list[Attempt]:
        takes = []
        for utterance in utterances:
            try:
                takes.append(self.context.attempt(utterance))
            except InputError:
                raise
            except Exception as error:
                self._reject(self._unplanned(utterance, error))
        return takes

    def _unplanned(self, utterance: Utterance, error: Exception) -> Rejection:
        if not isinstance(error, Refused):
            self.context.prove()
            error = Refused(Reason.TEACHER_ERROR, in_one_line(error))
        return utterance.rejected("teacher", error.reason, error.detail)

    def _try_suspects(self, takes: Sequence[Attempt]) -> None:
        """Speak alone what a worker may have died of (see `pipelines.speak.quarantine`)."""
        if not self.quarantine.suspects:
            return
        tries = self.config.gate.attempts * self.config.gate.candidates
        every = [replace(take, attempt=i) for take in takes for i in range(tries)]
        known = {noise_key(take): take for take in every}
        self.context.prove()
        for key in self.quarantine.suspects:
            self.quarantine.examine(key, known.get(key), self.context)

    def _worth_speaking(self, later: Iterable[Attempt]) -> list[Attempt]:
        worth = []
        for take in later:
            if take.utterance.line in self._passed:
                worth.append(take)
                continue
            detail = f"none of the first {FIRST_PARTS} parts of its line passed"
            self._reject(take.utterance.rejected("gate", Reason.LINE_GIVEN_UP, detail))
        return worth

    def _speak(self, takes: Sequence[Attempt]) -> None:
        """Each round speaks what is left; what the gate turned down goes into the next round, with
        the next seed."""
        for round_ in range(self.config.gate.attempts):
            last = round_ + 1 == self.config.gate.attempts
            takes = self._round(takes, last)

    def _round(self, takes: Sequence[Attempt], last: bool) -> list[Attempt]:
        """Speak, judge and write all of them; returns the takes to try again.

        With judges beside the teacher, a batch is spoken while the one before it is judged. What
        breaks the teacher is rejected, and what is left is packed as if it had never been there:
        batches before it do not depend on it.
        """
        again: list[Attempt] = []
        judging: Judging | None = None
        batches = self._batches([take for take in takes if not self._refuse_deadly(take)])
        try:
            while batches:
                batch, *rest = batches
                tries = [one for take in batch for one in self._tries(take)]
                self._announce(tries, judging)
                speeches = self.context.speak(tries)
                again += self._settle(judging, last)
                judging = None
                if broken := self._refuse_broken(tries, speeches):
                    left = [take for others in (batch, *rest) for take in others]
                    batches = self._batches([t for t in left if t.utterance.id not in broken])
                    continue
                judging, batches = self.context.begin_judging(tries, speeches), rest
                if self.context.judge_threads is None:
                    again += self._settle(judging, last)
                    judging = None
            return again + self._settle(judging, last)
        finally:
            if judging:
                judging.cancel()

    def _announce(self, tries: Sequence[Attempt], judging: Judging | None) -> None:
        """Write down what is spoken and judged now, and count what is spoken."""
        with_them = judging.takes if judging else ()
        self.quarantine.in_flight([noise_key(one) for one in (*with_them, *tries)])
        frames = [one.prepared.cost for one in tries]
        self.stats["batches"] += 1
        self.stats["tries"] += len(tries)
        self.stats["true_frames"] += sum(frames)
        self.stats["padded_frames"] += len(frames) * max(frames)

    def _batches(self, takes: Sequence[Attempt]) -> list[list[Attempt]]:
        """Packed by padded cost, with room for all candidates of each utterance."""
        shared = self.context.limit.shared_by(self.config.gate.candidates)
        batches = pack([take.prepared.cost for take in takes], shared)
        return [[takes[i] for i in batch] for batch in batches]

    def _tries(self, take: Attempt) -> list[Attempt]:
        """The candidates of a take."""
        candidates = range(self.config.gate.candidates)
        return [replace(take, attempt=take.attempt + i) for i in candidates]

    def _refuse_deadly(self, take: Attempt) -> bool:
        """Whether it is known to kill its worker, and so rejected."""
        for one in self._tries(take):
            if deed := self.quarantine.why_deadly(noise_key(one)):
                self._refuse_unheard(one, Refused(Reason.KILLED_WORKER, deed))
                return True
        return False

    def _refuse_broken(self, tries: Sequence[Attempt], speeches: Speeches) -> set[str]:
        """Reject what the teacher failed on, once it is seen to work otherwise; their ids."""
        broken: dict[str, tuple[Attempt, Refused]] = {}
        for one, speech in zip(tries, speeches, strict=True):
            if isinstance(speech, Refused) and speech.reason == "teacher_error":
                broken.setdefault(one.utterance.id, (one, speech))
        if broken:
            self.context.prove()
        for one, refused in broken.values():
            self._refuse_unheard(one, refused)
        return set(broken)

    def _settle(self, judging: Judging | None, last: bool) -> list[Attempt]:
        """Write a batch once it is judged; returns the takes to try again."""
        if judging is None:
            return []
        verdicts, gate = judging.verdicts(), self.config.gate
        candidates = gate.candidates
        again, accepted, rejected, audio_s = [], 0, 0, 0.0
        for first in range(0, len(verdicts), candidates):
            best = min(range(first, first + candidates), key=lambda j: rank(verdicts[j], gate.rank))
            take, verdict, speech = judging.takes[best], verdicts[best], judging.speeches[best]
            if verdict.reason is None and not isinstance(speech, Refused):
                with self.context.watch("write"):
                    self._accept(take, verdict, speech, judging.flac(best, speech.wave))
                accepted, audio_s = accepted + 1, audio_s + verdict.duration_s
            elif last or isinstance(speech, Refused):
                self._refuse(take, verdict, speech)
                rejected += 1
            else:
                again.append(replace(take, attempt=judging.takes[first].attempt + candidates))
        self.report(Progress(accepted, rejected, audio_s, tries=len(verdicts)))
        return again

    def _accept(self, take: Attempt, verdict: Verdict, speech: Speech, flac: bytes) -> None:
        self._passed.add(take.utterance.line)
        self.rows.add(
            Clip(
                audio=flac,
                phonemes=speech.phonemes,
                phoneme_ends_s=speech.phoneme_ends_s,
                teacher_mel=self._kept_mel(speech),
                **self._row(take, verdict),
            )
        )

    def _kept_mel(self, speech: Speech) -> MelBytes | None:
        if speech.mel is None or not self.config.dataset.keep_mels:
            return None
        return mel_bytes(speech.mel)

    def _refuse(self, take: Attempt, verdict: Verdict, speech: Speech | Refused) -> None:
        stage = "teacher" if isinstance(speech, Refused) else "gate"
        audio = None
        if self.config.dataset.keep_rejected_audio and not isinstance(speech, Refused):
            audio = encode_flac(np.nan_to_num(speech.wave), SAMPLE_RATE)
        self.rows.add(
            Rejection(
                reason=verdict.reason or "",
                stage=stage,
                detail=verdict.detail,
                source=take.utterance.source,
                audio=audio,
                **self._row(take, verdict),
            )
        )

    def _refuse_unheard(self, take: Attempt, refused: Refused) -> None:
        self._refuse(take, Verdict(reason=refused.reason, detail=refused.detail), refused)
        self.report(Progress(rejected=1, tries=1))

    def _reject(self, row: Rejection) -> None:
        self.rows.add(row)
        self.report(Progress(rejected=1))

    def _row(self, take: Attempt, verdict: Verdict) -> dict[str, Any]:
        """The columns that clips and rejections share."""
        teacher, voice = self.config.teacher, self.context.bank[take.utterance.voice]
        return {
            **take.columns,
            **verdict.columns,
            "teacher": teacher.name,
            "teacher_revision": teacher.revision,
            "license": joint_license(teacher.license, voice.license),
            **voice.columns,
            "watermark": self.config.watermark.label,
            "corpus": take.utterance.corpus,
        }
