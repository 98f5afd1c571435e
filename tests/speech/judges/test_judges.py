"""The judges against the libraries that they stand for, and against clips whose truth is known."""

import io
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile
from blocks import block
from pydantic import ValidationError

from speech.audio import SAMPLE_RATE
from speech.audio.waveform import Wave, resample
from speech.errors import InputError, Refused
from speech.judges.asr import Asr, AsrConfig
from speech.judges.distillmos import Mos
from speech.judges.judges import Judges, JudgesConfig
from speech.judges.speaker import ENCODER_RATE, SpeakerEncoder, mel_power, similarity
from speech.judges.wer import score
from speech.storage import read_bytes

if TYPE_CHECKING:
    from torch import Tensor

TEXTS = {
    "speaker00": "Just wanted to take it easy. The speech dragged on for two hours.",
    "speaker08": "A bona fide manuscript. It was a policy of retribution.",
    "speaker10": "Everyone involved in the bribery case has been identified.",
    "speaker12": "The Turks besieged Vienna. The water came up to my waist.",
    "speaker16": "He can do any sort of work requiring handiness and dexterity.",
}
HZ = SAMPLE_RATE


def clip(name: str) -> Wave:
    data = io.BytesIO(read_bytes(f"package://teacher/mini/voices/{name}.flac"))
    return soundfile.read(data, dtype="float32")[0]


WAVES = {name: clip(name) for name in TEXTS}
SILENCE = np.zeros(2 * HZ, np.float32)
HISS = np.random.default_rng(0).normal(0, 0.05, 2 * HZ).astype(np.float32)


def asr_config(**values: object) -> AsrConfig:
    stated = block(JudgesConfig, "judges", "offline").asr
    return AsrConfig.model_validate({**dict(stated), **values})


@pytest.fixture(scope="module")
def asr() -> Asr:
    return Asr(asr_config())


@pytest.fixture(scope="module")
def speaker() -> SpeakerEncoder:
    return SpeakerEncoder()


def test_asr_hears_what_was_said(asr: Asr) -> None:
    heard = [asr.transcribe_one(wave, "en") for wave in WAVES.values()]
    wer = [score(text, h, "en").wer for text, h in zip(TEXTS.values(), heard, strict=True)]
    assert np.mean(wer) < 0.05
    assert [asr.transcribe_one(wave, "en") for wave in WAVES.values()] == heard


def test_short_windows_hear_the_same_in_less_time(asr: Asr) -> None:
    whole = Asr(asr_config(windows_s=(30,)))
    for name in ("speaker08", "speaker10"):
        heard = asr.transcribe_one(WAVES[name], "en")
        assert score(whole.transcribe_one(WAVES[name], "en"), heard, "en").wer == 0


def test_asr_window_holds_the_clip() -> None:
    asr = Asr(asr_config())
    assert [asr._window_s(s) for s in (1.0, 10.9, 11.1, 18.0, 28.9, 29.5, 70.0)] == [
        12, 12, 15, 20, 30, 30, 30,
    ]  # fmt: skip


def test_torch_keeps_its_threads_beside_whisper() -> None:
    """CTranslate2 gave them its own number: all later tests, and sums, of the process had two."""
    import torch

    before = torch.get_num_threads()
    other = Asr(asr_config(cpu_threads=before + 1))
    other.transcribe_one(np.zeros(SAMPLE_RATE, np.float32), "en")
    assert torch.get_num_threads() == before


def test_asr_hears_a_clip_longer_than_its_window(asr: Asr) -> None:
    long = np.concatenate([np.pad(wave, (0, HZ)) for wave in WAVES.values()] * 2)
    assert len(long) > 33 * HZ
    rates = score(" ".join([*TEXTS.values()] * 2), asr.transcribe_one(long, "en"), "en")
    assert rates.wer < 0.15


def test_asr_refuses_a_language_that_it_does_not_hear(asr: Asr) -> None:
    with pytest.raises(Refused) as caught:
        asr.transcribe_one(WAVES["speaker08"], "zh")
    assert caught.value.reason == "unsupported_language"


def test_asr_refuses_other_weights_than_the_pinned_ones() -> None:
    with pytest.raises(InputError, match=r"model\.bin"):
        Asr(asr_config(sha256="0" * 64)).transcribe_one(WAVES["speaker08"], "en")


@pytest.mark.parametrize(
    "values",
    [
        {"windows_s": ()},
        {"windows_s": (10, 20)},
        {"windows_s": (20, 10, 30)},
        {"revision": "main"},
        {"languages": ()},
        {"beam": 5},
    ],
)
def test_asr_config_refuses(values: dict) -> None:
    with pytest.raises(ValidationError):
        asr_config(**values)


def resembled(wave: Wave) -> np.ndarray:
    """Resemblyzer's own embedding, with a mel by librosa."""
    from resemblyzer import VoiceEncoder, preprocess_wav

    encoder = VoiceEncoder("cpu", verbose=False)
    return encoder.embed_utterance(preprocess_wav(resample(wave, HZ, ENCODER_RATE)))


def test_mel_is_librosas() -> None:
    import torch
    from resemblyzer.audio import wav_to_mel_spectrogram

    wave = resample(WAVES["speaker08"], HZ, ENCODER_RATE)
    ours: Tensor = mel_power(torch.from_numpy(wave))
    theirs = wav_to_mel_spectrogram(wave)
    assert ours.shape == theirs.shape
    np.testing.assert_allclose(ours.numpy(), theirs, rtol=1e-4, atol=1e-4 * theirs.max())


@pytest.mark.parametrize("samples", [HZ, None])
def test_embeddings_are_resemblyzers(speaker: SpeakerEncoder, samples: int | None) -> None:
    wave = WAVES["speaker10"][:samples]
    ours = speaker.embed([wave])[0]
    assert similarity(ours, resembled(wave)) == pytest.approx(1, abs=1e-4)
    assert np.linalg.norm(ours) == pytest.approx(1, abs=1e-5)


def test_an_embedding_does_not_depend_on_the_others(speaker: SpeakerEncoder) -> None:
    together = speaker.embed(list(WAVES.values()))
    alone = [speaker.embed([wave])[0] for wave in WAVES.values()]
    np.testing.assert_array_equal(together, alone)


def test_a_voice_is_nearer_to_itself(speaker: SpeakerEncoder) -> None:
    low, high = WAVES["speaker12"], WAVES["speaker16"]
    first, second, other = speaker.embed([low[: len(low) // 2], low[len(low) // 2 :], high])
    assert similarity(first, second) > 0.75
    assert similarity(first, other) < 0.7


@pytest.mark.parametrize("wave", [SILENCE, SILENCE[:0], SILENCE + 1e-5, SILENCE[:100]])
def test_silence_has_no_voice(speaker: SpeakerEncoder, wave: Wave) -> None:
    voice = speaker.embed([WAVES["speaker08"]])[0]
    silent = speaker.embed([wave])[0]
    assert np.isnan(similarity(silent, voice))
    assert np.isnan(similarity(silent, silent))


def test_mos_prefers_speech_to_hiss(capsys: pytest.CaptureFixture) -> None:
    clear, noisy = Mos().rate([WAVES["speaker08"], HISS])
    assert clear > 4
    assert noisy < 2
    assert capsys.readouterr().out == ""


def test_judges_name_their_revisions() -> None:
    revisions = Judges(block(JudgesConfig, "judges", "offline")).revisions
    assert revisions.keys() == {"whisper-tiny.en", "resemblyzer", "distillmos"}
    assert all("sha256 " in revision for revision in revisions.values())
    assert Judges(block(JudgesConfig, "judges", "offline", mos=False)).mos is None
