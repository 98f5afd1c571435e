"""The measures of a clip: what each is called, how it is shown, and which way is better."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from speech.judges.judges import Judge, Judges

Better = Literal["lower", "higher"]
Weight = Literal["words", "second_words", "characters", "duration_s"]


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


RATING = "predicted mean opinion, 1 to 5"


def measures(judges: Judges) -> list[Measure]:
    """In the order of the tables; the judge's name stands with each."""
    return [
        *_words(judges.asr.name),
        *_second(judges.second_asr),
        *_faults(judges.asr.name),
        Measure(
            *("similarity", "own voice", "cosine to the reference (SIM)", judges.speaker.name),
            better="higher",
        ),
        Measure(
            *("other_similarity", "other voices", "mean cosine to the other references"),
            judge=judges.speaker.name,
        ),
        *(
            Measure(
                *(rater.name, rater.title, RATING, rater.name),
                better="higher",
            )
            for rater in judges.raters
        ),
        *PROSODY,
        *SPEED,
    ]


def _words(asr: str) -> list[Measure]:
    named: list[tuple[str, str, str, Weight | None]] = [
        ("wer", "WER", "all word errors over all words", "words"),
        ("sentence_wer", "mean WER", "of the sentences' own rates", None),
        ("cer", "CER", "all character errors over all", "characters"),
        ("sentence_cer", "mean CER", "of the sentences' own rates", None),
        ("insertions", "insertions", "words too many, of all", "words"),
        ("deletions", "deletions", "words missing, of all", "words"),
        ("repetitions", "repetitions", "said twice, of all words", "words"),
    ]
    return [
        Measure(key, title, about, asr, "%", 100.0, 1, "lower", weight)
        for key, title, about, weight in named
    ]


def _second(asr: Judge | None) -> list[Measure]:
    """Nobody chose a clip or a snapshot by what this one heard."""
    if asr is None:
        return []
    about = "all word errors over all words, by another recogniser"
    title = ("second_wer", "2nd WER", about, asr.name)
    return [Measure(*title, "%", 100.0, 1, "lower", "second_words")]


FAULTS = {
    "repetition": ("repeats", "clips that say a phrase again"),
    "early_stop": ("ends early", "clips that end before their text does"),
    "fault": ("either fault", "clips that repeat or end early"),
    "nothing_right": ("no word right", "clips in which none was heard"),
}
"""measures that are shares of clips, each of which has it or not; title and about"""


def _faults(asr: str) -> list[Measure]:
    """Of autoregressive synthesizers most of all (`eval.metrics.faults`)."""
    return [
        Measure(key, title, about, asr, "%", 100.0, 1, "lower")
        for key, (title, about) in FAULTS.items()
    ]


HERE = "this project"
PROSODY = (
    Measure("mcd_db", "MCD", "mel-cepstral distortion", HERE, "dB", better="lower"),
    Measure("f0_rmse_hz", "F0 RMSE", "pitch error", HERE, "Hz", digits=1, better="lower"),
    Measure("f0_correlation", "F0 corr.", "of pitch contours", HERE, better="higher"),
    Measure("pitch_spread", "F0 spread", "deviation of voiced frames' pitch", HERE, "st"),
    Measure("duration_spread", "durations", "deviation of sounds' log durations", HERE),
    Measure("rate", "rate", "characters a second", HERE, digits=1, weight="duration_s"),
    Measure(
        *("rate_spread", "rate spread", "distance of clips' rates from their median", HERE),
        *("%", 100.0, 1),
    ),
)
SPEED = (
    Measure(
        *("real_time_factor", "RTF", "seconds of computation for one of audio", HERE),
        digits=3,
        better="lower",
        weight="duration_s",
    ),
    Measure(
        *("first_audio_s", "first audio", "seconds until there is some", HERE, "s"),
        digits=3,
        better="lower",
    ),
)


SHARE = Measure("share", "share", "of clips or of words", HERE, "%", 100.0, 1)
"""of what is no measure of a clip"""


def rated(found: Sequence[Measure]) -> list[str]:
    """Keys of the mean opinion scores."""
    return [measure.key for measure in found if measure.about == RATING]


def by_key(found: Sequence[Measure]) -> dict[str, Measure]:
    return {measure.key: measure for measure in found}
