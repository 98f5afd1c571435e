"""The bootstrap corpus: who speaks, what, and that every engine's phoneme ends are where they sound."""

from pathlib import Path

import numpy as np
import pytest

from pipelines import bootstrap_corpus
from pipelines.bootstrap.clips import make_clip
from pipelines.bootstrap.config import BootstrapConfig
from pipelines.bootstrap.sentences import MAX_WORDS, read_sentences, utterances
from pipelines.bootstrap.speakers import SPEAKERS, Speaker
from speech.audio.waveform import decode
from speech.config import load_config
from speech.dataset import layout as dataset
from speech.dataset.clips import open_clips
from speech.dataset.schema import SAMPLE_RATE
from speech.errors import InputError, Refused

TEXT = "She sells six shiny sea shells."
FIRST_OF_ENGINE = {s.engine: s for s in reversed(SPEAKERS)}


def write_sentences(folder: Path) -> str:
    path = folder / "sentences.txt"
    words = ("stone", "river", "window", "garden", "candle", "winter", "market", "shadow")
    path.write_text("\n".join(f"the {a} is near the old {b}" for a in words for b in words))
    return str(path)


def test_speakers() -> None:
    train, held_out = [[s for s in SPEAKERS if s.held_out is out] for out in (False, True)]
    assert len({s.id for s in SPEAKERS}) == len(SPEAKERS)
    assert len(train) >= 40
    assert len(held_out) >= 6
    assert {s.engine for s in train} == {s.engine for s in held_out} == set(FIRST_OF_ENGINE)
    assert all(sum(s.voice.values()) == pytest.approx(1) for s in SPEAKERS if s.voice)


@pytest.mark.parametrize("engine", FIRST_OF_ENGINE)
def test_phoneme_ends_are_where_they_sound(engine: str) -> None:
    """Hissing phonemes cross zero far more often than vowels, if the ends are right."""
    clip = make_clip(TEXT, FIRST_OF_ENGINE[engine], seed=0)
    assert clip.phonemes is not None
    assert clip.phoneme_ends_s is not None
    wave, sample_rate = decode(clip.audio, 30)
    assert sample_rate == SAMPLE_RATE
    ends = np.array(clip.phoneme_ends_s)
    assert len(ends) == len(clip.phonemes)
    assert (np.diff(ends) >= 0).all()
    assert ends[-1] == pytest.approx(clip.duration_s, abs=1e-3)
    edges = (np.r_[0, ends] * SAMPLE_RATE).astype(int)
    crossings: dict[bool, list[float]] = {True: [], False: []}
    for phoneme, start, stop in zip(clip.phonemes, edges, edges[1:], strict=False):
        if phoneme in "sʃiɛI" and stop - start > 500:
            crossings[phoneme in "sʃ"].append(np.mean(np.diff(np.sign(wave[start:stop])) != 0))
    assert np.median(crossings[True]) > 2 * np.median(crossings[False])
    assert np.sqrt(np.mean(np.square(wave))) == pytest.approx(0.08, abs=0.01)


def test_a_shift_moves_pitch_but_not_length() -> None:
    def clip(shift: float) -> tuple[float, float]:
        made = make_clip(TEXT, Speaker(f"hibari-{shift}", "hibari", shift, False), seed=0)
        wave, _ = decode(made.audio, 30)
        power = np.abs(np.fft.rfft(wave)) ** 2
        return made.duration_s, float((power * np.arange(len(power))).sum() / power.sum())

    (short_s, low), (long_s, high) = clip(0.8), clip(1.2)
    assert short_s == pytest.approx(long_s, rel=0.25)
    assert high / long_s > 1.2 * low / short_s


def test_sentences(tmp_path: Path) -> None:
    sentences = read_sentences(write_sentences(tmp_path))
    assert sentences[0] == "The candle is near the old candle."
    spoken = list(utterances(sentences, seed=1))
    assert sorted(" ".join(spoken).split()) == sorted(" ".join(sentences).split())
    assert len({len(text.split()) > MAX_WORDS for text in spoken}) == 2
    assert spoken == list(utterances(sentences, seed=1)) != list(utterances(sentences, seed=2))


def test_wordnet_s_examples(tmp_path: Path) -> None:
    licence = '  1 the licence says "this is not an example at all"'
    gloss = '01 n | a thing; "it was a thing; of beauty" "too short" "he paid 3 pounds for it"'
    (tmp_path / "data.noun").write_text(f"{licence}\n{gloss}\n")
    assert read_sentences(str(tmp_path)) == ["It was a thing; of beauty."]


def test_no_sentences_is_one_line_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="apt-get install wordnet-base"):
        read_sentences(str(tmp_path))


def test_a_line_with_nothing_to_speak_is_refused() -> None:
    with pytest.raises(Refused):
        make_clip("...", SPEAKERS[0], seed=0)


@pytest.mark.slow
def test_a_small_corpus(tmp_path: Path) -> None:
    overrides = [
        f"output={tmp_path}/corpus",
        f"sentences={write_sentences(tmp_path)}",
        *("hours.hibari=0.006", "hours.piper=0.003", "hours.kokoro=0.0015", "workers=1"),
        "held_out_hours=0.003",
    ]
    config = load_config(BootstrapConfig, "bootstrap_corpus", overrides)
    assert bootstrap_corpus.main(config) == 0
    train, held = (open_clips(f"{tmp_path}/corpus/{name}") for name in ("train", "held_out"))
    kept_out = {s.id for s in SPEAKERS if s.held_out}
    assert {clip.speaker_id for clip in held} <= kept_out
    assert not {clip.speaker_id for clip in train} & kept_out
    assert not {c.text_normalized for c in train} & {c.text_normalized for c in held}
    before = dataset.finished(f"{tmp_path}/corpus/train", 1)
    assert bootstrap_corpus.main(config) == 0
    assert dataset.finished(f"{tmp_path}/corpus/train", 1) == before
