"""Texts to token ids and frames, for both kinds of F5-TTS."""

import numpy as np
import pytest
import torch
from f5_tts.infer.utils_infer import hop_length, target_sample_rate
from f5_tts.model.utils import convert_char_to_pinyin

from pipelines.config import SynthConfig
from speech.audio.mel import FRAME_RATE, log_mel
from speech.config import load_config
from speech.errors import Refused
from teacher.checkpoint import read_vocabulary
from teacher.f5.config import F5Config
from teacher.f5.frontend import MAX_FRAMES, build_frontend, reference_frames
from teacher.voices import Voice

PHONEMES = "hˌi ɹəmˈɛmbəɹd hɜɹ."
TRANSCRIPT = "He remembered her."


def teacher_config(name: str) -> F5Config:
    return load_config(SynthConfig, "synth", [f"teacher={name}"]).teacher


def voice(transcript=TRANSCRIPT, language="en", seconds=2.0, **alignment) -> Voice:
    wave = np.zeros(int(seconds * target_sample_rate), np.float32)
    return Voice("v", wave, transcript, "s", language, "MIT", "yes", "0", **alignment)


def aligned():
    config = teacher_config("f5_mini")
    vocabulary = read_vocabulary(config.vocabulary)
    return build_frontend(config.frontend, vocabulary), vocabulary


def runs(tokens: torch.Tensor) -> list[int]:
    return torch.unique_consecutive(tokens).tolist()


def test_each_phoneme_stands_for_its_frames():
    frontend, vocabulary = aligned()
    encoded = frontend.encode(voice(), "Hello there.", "en")
    reference = reference_frames(voice())
    assert len(encoded.tokens) == encoded.frames
    spoken = "".join(vocabulary[i] for i in runs(encoded.tokens[reference:]))
    assert spoken == "həlˈO ðˈɛɹ."
    assert 0.5 < (encoded.frames - reference) / FRAME_RATE < 2


def test_given_phonemes_are_said_instead():
    frontend, vocabulary = aligned()
    encoded = frontend.encode(voice(), "Hello there.", "en", "kˈOkəɹO.")
    spoken = "".join(vocabulary[i] for i in runs(encoded.tokens[reference_frames(voice()) :]))
    assert spoken == encoded.phonemes == "kˈOkəɹO."
    assert len(encoded.phoneme_ends_s) == len("kˈOkəɹO.")


def test_a_frontend_of_letters_refuses_phonemes():
    config = teacher_config("f5_base")
    frontend = build_frontend(config.frontend, read_vocabulary(config.vocabulary))
    with pytest.raises(Refused) as refusal:
        frontend.encode(voice(), "Hello there.", "en", "həlˈO")
    assert refusal.value.reason == "unsupported_phonemes"


def test_a_known_alignment_of_the_reference_is_used():
    frontend, vocabulary = aligned()
    ends = tuple(0.1 * (i + 1) for i in range(len(PHONEMES)))
    encoded = frontend.encode(
        voice(phonemes=PHONEMES, phoneme_ends_s=ends, seconds=ends[-1]), "Hello.", "en"
    )
    per_phoneme = 0.1 * FRAME_RATE
    for i, symbol in enumerate(PHONEMES):
        middle = round((i + 0.5) * per_phoneme)
        assert vocabulary[encoded.tokens[middle]] == symbol


def test_a_slow_reference_makes_slow_speech():
    frontend, _ = aligned()
    generated = [
        frontend.encode(v, "Where did you put the keys?", "en").frames - reference_frames(v)
        for v in (voice(seconds=0.8), voice(seconds=1.2))
    ]
    assert generated[1] == pytest.approx(generated[0] * 1.2 / 0.8, rel=0.02)


def test_text_without_a_phoneme_is_refused():
    frontend, _ = aligned()
    with pytest.raises(Refused) as refusal:
        frontend.encode(voice(), "...", "en")
    assert refusal.value.reason == "nothing_to_speak"
    with pytest.raises(Refused) as refusal:
        frontend.encode(voice(), "你好", "zh")
    assert refusal.value.reason == "unsupported_language"


@pytest.mark.parametrize(
    ("text", "language"),
    [("Hello there, how are you?", "en"), ("Short.", "en"), ("今天天气很好。", "zh")],
)
def test_characters_are_those_of_upstream(text, language):
    """The arithmetic of `infer_batch_process`, written out."""
    config = teacher_config("f5_base")
    vocabulary = read_vocabulary(config.vocabulary)
    encoded = build_frontend(config.frontend, vocabulary).encode(voice(), text, language)
    spoken = TRANSCRIPT + " "
    reference = voice().wave.shape[-1] // hop_length
    speed = 0.3 if len(text.encode()) < 10 else 1
    duration = reference + int(reference / len(spoken.encode()) * len(text.encode()) / speed)
    characters = convert_char_to_pinyin([spoken + text])[0]
    assert encoded.frames == duration
    assert [vocabulary[i] for i in encoded.tokens] == characters


def test_over_the_last_text_position_is_refused():
    config = teacher_config("f5_base")
    frontend = build_frontend(config.frontend, read_vocabulary(config.vocabulary))
    with pytest.raises(Refused) as refusal:
        frontend.encode(voice(), "word " * 2000, "en")
    assert refusal.value.reason == "too_long"
    assert str(MAX_FRAMES) in refusal.value.detail


def test_mel_is_that_of_f5_tts_less_its_last_frame():
    from f5_tts.model.modules import MelSpec

    wave = torch.randn(24_000, generator=torch.Generator().manual_seed(0)) * 0.1
    theirs = MelSpec()(wave[None])[0].T
    ours = log_mel(wave)
    assert len(ours) == 24_000 // 256 == len(theirs) - 1
    assert torch.allclose(ours, theirs[:-1], atol=1e-6)
