"""The measures of a clip: what each is called, how it is shown, and which way is better."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from eval.judges import Judges

Better = Literal["lower", "higher"]
Weight = Literal["words", "characters", "duration_s"]


@dataclass(frozen=True)
class Measure:
    """A number of each clip, averaged over clips by `weight` (equally where it is None)."""

    key: str
    title: str
    about: str
    judge: str
    unit: str = ""
    scale: float = 1.0
    digits: int = 2
    better: Better | None = None
    weight: Weight | None = None


def measures(judges: Judges) -> list[Measure]:
    """In the order of the tables; the judge's name stands with each."""
    asr, speaker, here = judges.asr.name, judges.speaker.name, "this project"
    percent = {"unit": "%", "scale": 100.0, "digits": 1, "judge": asr, "better": "lower"}
    rates = [
        Measure("wer", "WER", "all word errors over all words", weight="words", **percent),
        Measure("sentence_wer", "mean WER", "of the sentences' own rates", **percent),
        Measure("cer", "CER", "all character errors over all", weight="characters", **percent),
        Measure("sentence_cer", "mean CER", "of the sentences' own rates", **percent),
        Measure("insertions", "insertions", "words too many, of all", weight="words", **percent),
        Measure("deletions", "deletions", "words missing, of all", weight="words", **percent),
        Measure("repetitions", "repetitions", "said twice, of all words", weight="words", **percent),
    ]
    voices = [
        Measure("similarity", "own voice", "cosine to the reference (SIM)", speaker, better="higher"),
        Measure("other_similarity", "other voices", "mean cosine to the other references", speaker),
    ]
    ratings = [
        Measure(rater.name, rater.title, "predicted mean opinion, 1 to 5", rater.name, better="higher")
        for rater in judges.raters
    ]
    prosody = [
        Measure("mcd_db", "MCD", "mel-cepstral distortion", here, "dB", better="lower"),
        Measure("f0_rmse_hz", "F0 RMSE", "pitch error", here, "Hz", digits=1, better="lower"),
        Measure("f0_correlation", "F0 corr.", "of pitch contours", here, better="higher"),
    ]
    speed = [
        Measure("rate", "rate", "characters a second", here, digits=1, weight="duration_s"),
        Measure(
            "real_time_factor", "RTF", "seconds of computation for one of audio", here,
            digits=3, better="lower", weight="duration_s",
        ),
        Measure(
            "first_audio_s", "first audio", "seconds until there is some", here, "s",
            digits=3, better="lower",
        ),
    ]  # fmt: skip
    return [*rates, *voices, *ratings, *prosody, *speed]


def by_key(found: Sequence[Measure]) -> dict[str, Measure]:
    return {measure.key: measure for measure in found}
