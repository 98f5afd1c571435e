"""DNSMOS against the package that its network comes from."""

from types import SimpleNamespace

import numpy as np
import pytest

from speech.audio import SAMPLE_RATE
from speech.audio.waveform import Wave, decode, resample
from speech.judges.dnsmos import DNSMOS_RATE, DnsMos, windows
from speech.storage import read_bytes

SIZE = 144_160


@pytest.fixture(scope="module")
def judge() -> DnsMos:
    return DnsMos()


@pytest.fixture(scope="module")
def spoken() -> Wave:
    """9.3 s: one window, and its half too."""
    voices = [f"package://teacher/mini/voices/speaker{n}.flac" for n in ("08", "10", "12")]
    waves = [decode(read_bytes(voice), 60)[0] for voice in voices]
    return np.concatenate(waves)[: round(9.3 * SAMPLE_RATE)]


def heard_by(wave: Wave) -> Wave:
    return np.clip(resample(wave, SAMPLE_RATE, DNSMOS_RATE), -1, 1)


def test_scores_are_speechmoss(judge: DnsMos, spoken: Wave) -> None:
    """Of a clip that fills a window, and of its half, which is doubled."""
    dnsmos = pytest.importorskip("speechmos.dnsmos")
    for wave in (spoken, spoken[: len(spoken) // 2]):
        theirs = dnsmos.run(heard_by(wave), sr=DNSMOS_RATE)["ovrl_mos"]
        assert judge.rate([wave])[0] == pytest.approx(theirs, abs=1e-4)


def test_windows_are_speechmoss() -> None:
    """For every length from one sample to 30 s, in steps that hit the edges."""
    dnsmos = pytest.importorskip("speechmos.dnsmos")
    seen: list[np.ndarray] = []

    def network(_: None, inputs: dict[str, np.ndarray]) -> list[np.ndarray]:
        seen.append(inputs["input_1"][0])
        return [np.ones((1, 3))]

    theirs = dnsmos.DNSMOS.__new__(dnsmos.DNSMOS)
    theirs.onnx_sess = theirs.p808_onnx_sess = SimpleNamespace(run=network)
    theirs.audio_melspec = lambda audio: np.zeros((1, 1))
    lengths = [1, 7, SIZE - 1, SIZE, SIZE + 1, 10 * DNSMOS_RATE, *range(16_000, 480_000, 15_973)]
    for length in lengths:
        wave = np.linspace(0, 1, length, dtype=np.float32)
        seen.clear()
        theirs(wave, DNSMOS_RATE, False)
        ours = list(windows(wave))
        assert len(ours) == len(seen[1::2]) >= 1
        for window, other in zip(ours, seen[1::2], strict=True):
            np.testing.assert_array_equal(window, other)


def test_speech_is_cleaner_than_hiss(judge: DnsMos, spoken: Wave) -> None:
    noise = np.random.default_rng(0).normal(0, 0.05, len(spoken)).astype(np.float32)
    clear, hiss = judge.rate([spoken, noise])
    assert clear > 2.5
    assert hiss < 1.6


def test_nothing_has_no_score(judge: DnsMos) -> None:
    assert np.isnan(judge.rate([np.zeros(0, np.float32)])[0])


def test_its_weights_are_named(judge: DnsMos) -> None:
    assert judge.revision.startswith("speechmos 0.0.1.1, sha256 269fbebdb513")
