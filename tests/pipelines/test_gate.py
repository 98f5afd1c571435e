"""Every reason of the gate, its order, and what a broken judge does to the others."""

import math
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from configs import gate_config, judges_config
from gates import TEXT, gate

from pipelines.gate import Gate
from pipelines.verdict import Candidate
from speech.audio import SAMPLE_RATE
from speech.audio.waveform import Wave, decode, encode_flac
from speech.errors import InputError
from speech.judges.judges import Judges
from speech.reasons import Reason
from speech.stopwatch import Stopwatch
from teacher.voices import VoiceBank


@pytest.fixture(scope="module")
def judges() -> Judges:
    return Judges(judges_config())


@pytest.fixture(scope="module")
def with_mos() -> Judges:
    return Judges(judges_config(mos=True))


def saying(text: str) -> dict[str, str]:
    return {"text": text, "text_normalized": text}


def poisoned(value: float) -> Callable[[Wave], Wave]:
    def poison(wave: Wave) -> Wave:
        wave = wave.copy()
        wave[len(wave) // 2] = value
        return wave

    return poison


def with_pause(wave: Wave) -> Wave:
    middle = len(wave) // 2
    gap = np.zeros(2 * SAMPLE_RATE, np.float32)
    return np.concatenate([wave[:middle], gap, wave[middle:]])


SPOILED: dict[str, tuple[Callable[[Wave], Wave], str]] = {
    "NaN": (poisoned(np.nan), "nan"),
    "infinity": (poisoned(np.inf), "nan"),
    "silence": (lambda wave: wave * 0, "silent"),
    "near silence": (lambda wave: wave * 0.01, "silent"),
    "nothing": (lambda wave: wave[:0], "silent"),
    "clipping": (lambda wave: wave * 30, "clipped"),
    "cut short": (lambda wave: wave[:SAMPLE_RATE], "too_short"),
    "endless": (lambda wave: np.tile(wave, 6), "too_long"),
    "pause": (with_pause, "pause"),
    "half": (lambda wave: wave[: int(len(wave) * 0.6)], "wer"),
    "backwards": (lambda wave: wave[::-1].copy(), "wer"),
    "repeated": (lambda wave: np.tile(wave, 2), "wer"),
    "hiss": (
        lambda wave: np.random.default_rng(0).normal(0, 0.05, len(wave)).astype(np.float32),
        "wer",
    ),
}


def test_a_good_clip_is_accepted_with_its_numbers(
    bank: VoiceBank, with_mos: Judges, good: Candidate
) -> None:
    verdict = gate(bank, with_mos).judge([good])[0]
    assert verdict.reason is None
    assert "policy of retribution" in verdict.transcript
    assert (verdict.wer, verdict.cer) == (0, 0)
    assert verdict.similarity == pytest.approx(1, abs=1e-3)
    assert verdict.mos is not None
    assert verdict.mos > 4
    assert verdict.duration_s == pytest.approx(3.56, abs=0.01)
    assert verdict.speaking_rate == pytest.approx(len(TEXT) / verdict.duration_s)


@pytest.mark.parametrize("name", SPOILED)
def test_spoiled_audio(name: str, bank: VoiceBank, judges: Judges, good: Candidate) -> None:
    spoil, reason = SPOILED[name]
    verdict = gate(bank, judges).judge([replace(good, wave=spoil(good.wave))])[0]
    assert verdict.reason == reason
    assert verdict.reason in list(Reason)
    assert verdict.detail
    judged = verdict.transcript is not None
    assert judged == (reason == "wer")


@pytest.mark.parametrize(
    ("change", "limits", "reason"),
    [
        (saying("They held back their applause in anticipation."), {}, "wer"),
        (saying("A bona fide manuscripts. It was a policy of retribution."),
         {"cer_max": 0.01}, "cer"),
        ({"voice": "speaker18"}, {}, "speaker"),
        ({}, {"mos_min": 5}, "mos"),
        (saying("..."), {"edge_s": 9}, "judge_error"),
        ({"language": "zh"}, {}, "judge_error"),
        ({"language": "tlh"}, {}, "judge_error"),
        ({"voice": "nobody"}, {}, "judge_error"),
    ],
)  # fmt: skip
def test_words_voice_and_quality(
    change: dict, limits: dict, reason: str, bank: VoiceBank, with_mos: Judges, good: Candidate
) -> None:
    rates = {"en": {"min": 4, "max": 32}, "zh": {"min": 1, "max": 99}}
    config = gate_config(speaking_rate=rates, judges=judges_config(mos=True), **limits)
    verdicts = Gate(config, with_mos, bank).judge([replace(good, **change), good])
    assert verdicts[0].reason == reason
    assert verdicts[0].reason in list(Reason)
    assert verdicts[1].reason == (reason if reason == "mos" else None)


def test_a_clip_too_short_for_the_speaker_encoder_has_its_own_limit(
    bank: VoiceBank, judges: Judges, good: Candidate
) -> None:
    short = replace(good, wave=good.wave[: int(1.3 * SAMPLE_RATE)], **saying("The surface of the"))
    free = {"wer_max": 99, "similarity_min": 1}
    assert gate(bank, judges, **free).judge([short])[0].reason is None
    strict = gate(bank, judges, **free, similarity_min_short=1)
    assert strict.judge([short])[0].reason == "speaker"


def test_what_is_not_a_number_never_passes(
    bank: VoiceBank, judges: Judges, good: Candidate
) -> None:
    judging = gate(bank, judges, similarity_min=-1)
    judging._references["speaker08"] = np.full(256, np.nan, np.float32)
    verdict = judging.judge([good])[0]
    assert verdict.reason == "speaker"
    assert verdict.similarity is not None
    assert math.isnan(verdict.similarity)


def test_a_clip_is_judged_as_it_will_be_stored(
    bank: VoiceBank, judges: Judges, good: Candidate
) -> None:
    noise = np.random.default_rng(1).normal(0, 1e-5, len(good.wave)).astype(np.float32)
    raw = replace(good, wave=good.wave * np.float32(0.9) + noise)
    stored = replace(good, wave=decode(encode_flac(raw.wave, SAMPLE_RATE), 60.0)[0])
    first, second = gate(bank, judges).judge([raw, stored])
    assert first == second


def test_verdicts_do_not_depend_on_the_batch(
    bank: VoiceBank, judges: Judges, good: Candidate
) -> None:
    clips = [
        Candidate(voice.wave, voice.transcript, voice.transcript, "en", voice.id)
        for voice in bank.values()
    ]
    judging = gate(bank, judges)
    together = judging.judge(clips)
    assert together[::-1] == judging.judge(clips[::-1])
    assert together == [judging.judge([clip])[0] for clip in clips]
    assert sum(verdict.reason is None for verdict in together) >= len(bank) - 1


def test_time_is_told_by_stage(bank: VoiceBank, judges: Judges, good: Candidate) -> None:
    watch = Stopwatch()
    Gate(gate_config(), judges, bank, watch).judge([good])
    assert {"asr", "similarity"} <= watch.seconds.keys()


class Broken:
    """An ASR or a speaker encoder that fails on some clips."""

    def __init__(self, works: Any, fails: Callable[[Wave], bool]) -> None:
        self.works, self.fails = works, fails

    def __getattr__(self, name: str) -> Callable:
        def called(heard: Any, *rest: Any) -> Any:
            if any(map(self.fails, heard if isinstance(heard, list) else [heard])):
                raise OSError("the judge\nbroke")
            return getattr(self.works, name)(heard, *rest)

        return called


@pytest.mark.parametrize(("part", "name"), [("asr", "asr"), ("speaker", "similarity")])
def test_a_judge_that_fails_on_one_clip_rejects_that(
    part: str, name: str, bank: VoiceBank, judges: Judges, good: Candidate
) -> None:
    odd = replace(good, wave=np.append(good.wave, np.float32(0)))
    parts = {"asr": judges.asr, "speaker": judges.speaker, "mos": None}
    parts[part] = Broken(parts[part], lambda wave: len(wave) == len(odd.wave))
    verdicts = Gate(gate_config(), SimpleNamespace(**parts), bank).judge([odd, good])
    assert (verdicts[0].reason, verdicts[0].detail) == (
        "judge_error",
        f"{name}: OSError: the judge broke",
    )
    assert verdicts[1].reason is None


@pytest.mark.parametrize(("part", "name"), [("asr", "asr"), ("speaker", "similarity")])
def test_a_judge_that_fails_on_everything_ends_the_run(
    part: str, name: str, bank: VoiceBank, judges: Judges, good: Candidate
) -> None:
    parts = {"asr": judges.asr, "speaker": judges.speaker, "mos": None}
    parts[part] = Broken(parts[part], lambda _: True)
    with pytest.raises(InputError, match=f"the judge '{name}' fails on everything.*speaker00"):
        Gate(gate_config(), SimpleNamespace(**parts), bank).judge([good])


def test_missing_weights_end_the_run_rather_than_reject_every_clip(
    bank: VoiceBank, good: Candidate
) -> None:
    other = judges_config().asr.model_copy(update={"sha256": "0" * 64})
    config = gate_config(judges=judges_config(asr=other))
    with pytest.raises(InputError):
        Gate(config, Judges(config.judges), bank).judge([good])
