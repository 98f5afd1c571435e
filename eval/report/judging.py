"""The judges' numbers for every take, each beside the sentence that it is of."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from itertools import chain

from rich.console import Console

from eval.metrics.faults import faults_of
from eval.metrics.prosody import compare_prosody
from eval.metrics.scoring import ClipScores, Scorer, own_and_other_similarity
from eval.metrics.spread import off_median, pitch_spread
from eval.report.marked_words import WordRun, aligned_words
from eval.report.results import JudgedClip
from eval.report.takes import Run, Take, plain
from eval.systems.recordings import read_wave
from eval.systems.references import References
from speech import storage
from speech.audio import SAMPLE_RATE
from speech.audio.waveform import Wave
from speech.errors import InputError, Refused
from speech.judges.judges import SpeakerJudge
from speech.judges.speaker import Embedding, has_voice
from speech.judges.word_errors import WordErrors
from speech.progress import track


@dataclass(frozen=True)
class HeardReference:
    """A voice as the speaker judge has it, and the SHA-256 of its audio."""

    embedding: Embedding
    sha256: str


def hear_references(
    runs: Sequence[Run], speaker: SpeakerJudge, console: Console
) -> list[dict[str, HeardReference]]:
    """For each run the voices that were asked for, by it or by others, and that its references have.

    One that fails, or in which no voice is heard, is left out: its clips have no similarity then.
    """
    asked: dict[int, dict[str, None]] = defaultdict(dict)
    for run in runs:
        takes = [*run.takes, *chain.from_iterable(run.kinds.values())]
        asked[id(run.references)] |= dict.fromkeys(take.voice for take in takes if take.voice)
    heard: dict[int, dict[str, HeardReference]] = {}
    for run in runs:
        source = id(run.references)
        if source not in heard:
            voices = track([*asked[source]], "references", console, "voice")
            heard[source] = _heard(run.references, voices, speaker)
    return [heard[id(run.references)] for run in runs]


def _heard(
    references: References, voices: Iterable[str], speaker: SpeakerJudge
) -> dict[str, HeardReference]:
    found = {}
    for voice in voices:
        if voice in references:
            with suppress(Exception):
                reference = references[voice]
                embedding = speaker.embed([reference.wave])[0]
                if has_voice(embedding):
                    found[voice] = HeardReference(embedding, reference.sha256)
    return found


@dataclass(frozen=True)
class Judging:
    """Judges takes of runs; `baseline` is whose audio prosody is held against.

    The baseline itself is held against its own second takes: no other system can be expected to be
    nearer to one of its takes than another of them is.
    """

    ear: Scorer
    references: Mapping[str, Embedding]
    output: str
    baseline: Run | None

    def judge(self, run: Run, console: Console) -> list[JudgedClip]:
        theirs: Sequence[Take] = ()
        if self.baseline is not None:
            theirs = self.baseline.again if run is self.baseline else self.baseline.takes
        return self._all(run.takes, theirs, run.name, console)

    def judge_kinds(self, run: Run, console: Console) -> dict[str, list[JudgedClip]]:
        """Its lines of other lists, of which nothing is held against another system's."""
        return {
            kind: self._all(takes, (), f"{run.name}, {kind}", console)
            for kind, takes in run.kinds.items()
        }

    def _all(
        self, takes: Sequence[Take], theirs: Sequence[Take], name: str, console: Console
    ) -> list[JudgedClip]:
        others = {take.sentence.number: take for take in theirs}
        title = f"judging, {plain(name)}"
        clips = [
            self._judge(take, others.get(take.sentence.number))
            for take in track(takes, title, console, "clip", keep=True)
        ]
        return with_rate_spread(clips)

    def _judge(self, take: Take, other: Take | None) -> JudgedClip:
        said = take.sentence
        clip = JudgedClip(said.number, said.id, said.text, take.voice, take.audio)
        if take.audio is None:
            return replace(clip, problems={"system": take.problem or "no audio"})
        try:
            wave = read_wave(storage.join(self.output, take.audio))
        except (InputError, Refused) as error:
            return replace(clip, audio=None, problems={"system": str(error)})
        heard = self.ear.hear(wave, said.text_normalized)
        prosody, problems = self._prosody(wave, take, other)
        second, second_errors = self.ear.second_words(wave, said.text_normalized, problems)
        own, others = own_and_other_similarity(heard.embedding, self.references, take.voice)
        duration_s = len(wave) / SAMPLE_RATE
        values = {
            **word_values(heard.errors),
            **self._faults(heard, said.text_normalized),
            **heard.ratings,
            "second_wer": None if second_errors is None else second_errors.wer,
            **prosody,
            "pitch_spread": pitch_spread(wave),
            "duration_spread": take.duration_spread,
            "similarity": own,
            "other_similarity": others,
            "rate": len(said.text_normalized) / duration_s,
            "real_time_factor": take.compute_s and take.compute_s / duration_s,
            "first_audio_s": take.first_audio_s,
        }
        errors = heard.errors
        sizes = {"words": errors.words, "characters": errors.characters} if errors else {}
        if second_errors is not None:
            sizes["second_words"] = second_errors.words
        return replace(
            clip,
            transcript=heard.transcript,
            second_transcript=second,
            alignment=self._alignment(heard, said.text_normalized),
            duration_s=duration_s,
            weights={**sizes, "duration_s": duration_s},
            values={name: value for name, value in values.items() if value is not None},
            problems={**heard.failures, **problems},
        )

    def _faults(self, heard: ClipScores, text_normalized: str) -> dict[str, float]:
        if heard.errors is None or heard.transcript is None:
            return {}
        found = faults_of(text_normalized, heard.transcript, self.ear.language)
        return {name: float(value) for name, value in asdict(found).items()}

    def _alignment(self, heard: ClipScores, text_normalized: str) -> list[WordRun]:
        if heard.errors is None or heard.transcript is None:
            return []
        return aligned_words(text_normalized, heard.transcript, self.ear.language)

    def _prosody(
        self, wave: Wave, take: Take, other: Take | None
    ) -> tuple[dict[str, float | None], dict[str, str]]:
        """Against the baseline's clip of the same sentence, where that is in the same voice."""
        if other is None or other.audio is None or not _same_voice(take, other):
            return {}, {}
        try:
            return asdict(
                compare_prosody(wave, read_wave(storage.join(self.output, other.audio)))
            ), {}
        except Exception as error:
            return {}, {"prosody": f"{error!s:.200}"}


def _same_voice(take: Take, other: Take) -> bool:
    return other.voice is None or take.voice is None or take.voice == other.voice


def with_rate_spread(clips: Sequence[JudgedClip]) -> list[JudgedClip]:
    """Each with how far its rate is from the median of all of them."""
    spoken = [clip for clip in clips if clip.values.get("rate", 0) > 0]
    if not spoken:
        return [*clips]
    far = off_median([clip.values["rate"] for clip in spoken])
    spread = {clip.number: value for clip, value in zip(spoken, far, strict=True)}
    return [
        replace(clip, values={**clip.values, "rate_spread": spread[clip.number]})
        if clip.number in spread
        else clip
        for clip in clips
    ]


def word_values(errors: WordErrors | None) -> dict[str, float]:
    if errors is None:
        return {}
    return {
        "wer": errors.wer,
        "sentence_wer": errors.wer,
        "cer": errors.cer,
        "sentence_cer": errors.cer,
        "insertions": errors.insertions / errors.words,
        "deletions": errors.deletions / errors.words,
        "repetitions": errors.repetitions / errors.words,
    }
