import itertools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from speech import storage
from speech.alignment import clips as alignment
from speech.alignment.clips import Alignment, align_dataset
from speech.alignment.gaussian_hmm import LONGEST, GaussianHmmAligner, learn
from speech.alignment.search import NEVER, search
from speech.audio import SAMPLE_RATE
from speech.audio.mel import FRAME_RATE, HOP_LENGTH
from speech.audio.waveform import encode_flac
from speech.dataset.clips import ClipInfo, Clips, open_clips
from speech.text.phonemes import phonemize
from student import align
from tests.spoken import reference_clips, write_dataset

QUIET = Console(quiet=True)


class Waves(Clips):
    """Clips made of waves, for what no dataset holds."""

    def __init__(self, infos: Sequence[ClipInfo], waves: Sequence[np.ndarray]) -> None:
        self._infos, self._waves = list(infos), list(waves)

    def decoded(self, index: int) -> np.ndarray:
        return self._waves[index]


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_dataset(tmp_path_factory.mktemp("spoken"), reference_clips())


def best_by_force(scores: np.ndarray, symbols: np.ndarray, durations: np.ndarray) -> float:
    """The score of the best of all ways to share the frames out."""
    return max(
        path_score(scores, symbols, durations, np.diff([0, *cuts, len(scores)]))
        for cuts in itertools.combinations_with_replacement(
            range(len(scores) + 1), len(symbols) - 1
        )
    )


def path_score(scores, symbols, durations, lasts) -> float:
    frames = scores[np.arange(len(scores)), np.repeat(symbols, lasts)].sum()
    longest = durations.shape[1] - 1
    total = 0.0
    for row, d in zip(durations, lasts, strict=True):
        beyond = max(0, d - longest)
        total += row[min(d, longest)] + beyond * (row[longest] - row[longest - 1])
    return frames + total


@pytest.mark.parametrize("seed", range(20))
def test_search_finds_the_best_of_all_alignments(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores, symbols = rng.normal(size=(9, 3)), rng.integers(0, 3, 4)
    durations = rng.normal(size=(4, 4))
    durations[1:3, 0] = NEVER
    lasts = search(scores, symbols, durations)
    assert lasts.sum() == 9
    assert (lasts[1:3] >= 1).all()
    found = path_score(scores, symbols, durations, lasts)
    assert found == pytest.approx(best_by_force(scores, symbols, durations))


def test_search_needs_a_frame_a_symbol() -> None:
    durations = np.zeros((3, 5))
    durations[:, 0] = NEVER
    assert search(np.zeros((3, 1)), np.zeros(3, int), durations).tolist() == [1, 1, 1]
    with pytest.raises(ValueError, match="3 symbols need 3 frames, not 2"):
        search(np.zeros((2, 1)), np.zeros(3, int), durations)


def test_a_narrow_band_always_holds_a_path() -> None:
    durations = np.zeros((300, 20))
    durations[:, 0] = NEVER
    durations[:150, 19] = 1.0
    lasts = search(np.zeros((310, 1)), np.zeros(300, int), durations, band=1)
    assert lasts.sum() == 310
    assert (lasts >= 1).all()


def made_up(rng: np.random.Generator, places: dict[str, np.ndarray]) -> tuple:
    """Features of distinct sounds and how long each lasts."""
    text = "".join(rng.choice(list("abdk"), 14))
    text = "".join(a for a, b in zip(text, text[1:] + "x", strict=True) if a != b)
    lasts = rng.integers(3, 12, len(text))
    features = np.concatenate(
        [
            places[p] + 0.3 * rng.normal(size=(d, 39))
            for p, d in [(".", 5), *zip(text, lasts, strict=True), (".", 5)]
        ]
    )
    lasts[[0, -1]] += 5
    return features, text, lasts


def test_distinct_sounds_are_found_exactly() -> None:
    rng = np.random.default_rng(0)
    places = {p: rng.normal(size=39) * 2 for p in ".abdk"}
    places["."][0], places["a"][0] = -4, 3
    clips = [made_up(rng, places) for _ in range(40)]
    model = learn([f for f, _, _ in clips], [t for _, t, _ in clips], ".abdk")
    errors = [np.cumsum(model.align(f, t)) - np.cumsum(lasts) for f, t, lasts in clips]
    assert np.mean(np.abs(np.concatenate(errors)) == 0) > 0.98


def test_rare_symbols_keep_what_the_model_starts_from() -> None:
    rng = np.random.default_rng(0)
    model = learn([rng.normal(size=(60, 39))], ["abab"], ".abz")
    assert isinstance(model, GaussianHmmAligner)
    assert np.isfinite(model.mean).all()
    assert (model.variance > 0).all()
    assert model.align(rng.normal(size=(3 * LONGEST, 39)), "az").sum() == 3 * LONGEST


def errors_ms(clips: Clips, found: Sequence[Alignment | None]) -> np.ndarray:
    errors = []
    for clip, one in zip(clips, found, strict=True):
        assert one is not None
        assert clip.phonemes == one.phonemes
        ends_s = np.cumsum(one.frames) / FRAME_RATE
        errors.append((ends_s - np.array(clip.phoneme_ends_s))[:-1] * 1e3)
    return np.abs(np.concatenate(errors))


def test_known_ends_are_used(spoken: str) -> None:
    clips = open_clips(spoken)
    found = align_dataset(spoken, clips, QUIET)
    assert errors_ms(clips, found).max() <= 1e3 / FRAME_RATE
    assert [sum(a.frames) for a in found if a] == [
        len(clips.wave(i)) // HOP_LENGTH for i in range(len(clips))
    ]


def test_speech_is_aligned_without_known_ends(spoken: str) -> None:
    clips = open_clips(spoken)
    found = align_dataset(spoken, clips, QUIET, trust_known=False)
    errors = errors_ms(clips, found)
    assert np.median(errors) < 25
    assert np.mean(errors < 100) > 0.9
    assert all(min(a.frames) >= 1 for a in found if a)
    assert found == alignment._align(clips, QUIET, trust_known=False)


def test_one_clip_is_enough(tmp_path: Path) -> None:
    clip = reference_clips(aligned=False)[0]
    info = ClipInfo(clip.id, clip.text_normalized, "en", "ann", clip.duration_s, "MIT", *[None] * 5)
    wave = open_clips(write_dataset(tmp_path, reference_clips())).wave(0)
    (found,) = align_dataset(str(tmp_path), Waves([info], [wave]), QUIET)
    assert found is not None
    assert found.phonemes == phonemize(clip.text_normalized, "en")
    assert sum(found.frames) == len(wave) // HOP_LENGTH


def test_what_cannot_be_aligned_is_none(tmp_path: Path) -> None:
    second = np.random.default_rng(0).normal(size=SAMPLE_RATE).astype(np.float32) * 0.1
    waves = {
        "fine": ("Hello there.", "en", second),
        "NaN": ("Hello there.", "en", np.where(np.arange(SAMPLE_RATE) == 9, np.nan, second)),
        "silent": ("Hello there.", "en", second * 0),
        "no frame": ("Hello there.", "en", second[:99]),
        "fewer frames than symbols": ("Hello there.", "en", second[: 4 * HOP_LENGTH]),
        "no phonemes": ("...", "en", second),
        "no such language": ("你好", "zh", second),
    }
    infos = [
        ClipInfo(name, text, language, "ann", 1.0, "MIT", *[None] * 5)
        for name, (text, language, _) in waves.items()
    ]
    clips = Waves(infos, [wave for *_, wave in waves.values()])
    found = align_dataset(str(tmp_path), clips, QUIET)
    assert [a is not None for a in found] == [True] + [False] * 6
    assert align_dataset(str(tmp_path), clips, QUIET) == found


def test_only_clips_that_cannot_be_aligned(tmp_path: Path) -> None:
    info = ClipInfo("a", "Hello.", "en", "ann", 1.0, "MIT", *[None] * 5)
    clips = Waves([info], [np.zeros(SAMPLE_RATE, np.float32)])
    assert align_dataset(str(tmp_path), clips, QUIET) == [None]


@pytest.mark.parametrize("ends", [(0.5,), (0.5, np.nan), (0.9, 0.2)])
def test_ends_that_make_no_sense_are_not_trusted(tmp_path: Path, ends: tuple[float, ...]) -> None:
    info = ClipInfo("a", "Ah.", "en", "ann", 1.0, "MIT", None, None, None, "ɑ.", ends)
    second = np.random.default_rng(0).normal(size=SAMPLE_RATE).astype(np.float32) * 0.1
    (found,) = align_dataset(str(tmp_path), Waves([info], [second]), QUIET)
    assert found is not None
    assert sum(found.frames) == SAMPLE_RATE // HOP_LENGTH
    assert min(found.frames) >= 1


def test_alignments_are_kept_and_found_again(spoken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    clips = open_clips(spoken)
    found = align_dataset(spoken, clips, QUIET)
    monkeypatch.setattr(alignment, "_align", lambda *_: pytest.fail("aligned again"))
    assert align_dataset(spoken, open_clips(spoken), QUIET) == found


@pytest.mark.parametrize("change", ["text", "method", "damaged"])
def test_other_inputs_are_aligned_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    info = ClipInfo("a", "Ah.", "en", "ann", 1.0, "MIT", None, None, None, "ɑ.", (0.5, 1.0))
    second = np.full(SAMPLE_RATE, 0.1, np.float32)
    align_dataset(str(tmp_path), Waves([info], [second]), QUIET)
    (kept,) = (tmp_path / "_alignments").iterdir()
    if change == "text":
        info = replace(info, phonemes="ɑ!")
    elif change == "method":
        monkeypatch.setattr(alignment, "VERSION", -1)
    else:
        kept.write_bytes(kept.read_bytes()[:50])
    runs = []
    real = alignment._align
    monkeypatch.setattr(alignment, "_align", lambda *a: runs.append(1) or real(*a))
    align_dataset(str(tmp_path), Waves([info], [second]), QUIET)
    assert runs == [1]


def test_a_dataset_that_cannot_be_written_is_kept_at_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    dataset = tmp_path / "dataset"
    dataset.mkdir()
    (dataset / "_alignments").write_text("a file where the folder would be")
    info = ClipInfo("a", "Ah.", "en", "ann", 1.0, "MIT", None, None, None, "ɑ.", (0.5, 1.0))
    clips = Waves([info], [np.full(SAMPLE_RATE, 0.1, np.float32)])
    found = align_dataset(str(dataset), clips, Console())
    assert "alignments are kept in" in capsys.readouterr().out
    monkeypatch.setattr(alignment, "_align", lambda *_: pytest.fail("aligned again"))
    assert align_dataset(str(dataset), clips, QUIET) == found


def test_on_gcs(gcs_bucket: str) -> None:
    info = ClipInfo("a", "Ah.", "en", "ann", 1.0, "MIT", None, None, None, "ɑ.", (0.5, 1.0))
    clips = Waves([info], [np.full(SAMPLE_RATE, 0.1, np.float32)])
    assert align_dataset(gcs_bucket, clips, QUIET) == [Alignment("ɑ.", (47, 46))]
    assert storage.list_files(storage.join(gcs_bucket, "_alignments"))


def test_the_command_draws_a_picture(spoken: str, tmp_path: Path) -> None:
    config = align.AlignConfig(
        dataset=spoken, trust_known=True, picture=str(tmp_path / "a.png"), pictured=3
    )
    assert align.main(config) == 0
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_undecodable_audio_is_none(tmp_path: Path) -> None:
    clips = reference_clips()[:3]
    broken = replace(clips[1], audio=b"not audio")
    clips[2] = replace(clips[2], audio=encode_flac(np.zeros(9999, np.float32), SAMPLE_RATE))
    location = write_dataset(tmp_path, [clips[0], broken, clips[2]])
    opened = open_clips(location)
    found = align_dataset(location, opened, QUIET)
    assert {c.id for c, a in zip(opened, found, strict=True) if a} == {clips[0].id}
