"""Judges of the hub, from folders with tiny ones in their place; there is no network here."""

import shutil
from hashlib import sha256
from pathlib import Path

import huggingface_hub.constants
import numpy as np
import pytest
import soundfile
import torch
from blocks import block
from pydantic import ValidationError
from transformers import WavLMForXVector

from eval.report import __main__ as report
from eval.report.config import ReportConfig
from pipelines.config import SynthConfig
from pipelines.gate import Gate
from pipelines.verdict import Candidate
from speech.audio import SAMPLE_RATE
from speech.audio.waveform import Wave, decode, resample
from speech.config import load_config, run_app
from speech.errors import InputError
from speech.judges.hub import HubModel
from speech.judges.judges import Judges, JudgesConfig
from speech.judges.speaker import similarity
from speech.judges.utmos import Utmos, UtmosConfig
from speech.judges.wavlm import WavLmConfig, WavLmSpeaker
from speech.storage import read_bytes
from teacher.voices import VoicesConfig, load_bank
from tests.eval.tiny_judges import TinyUtmos, write_utmos, write_wavlm

REVISION = "0123456789" * 4
HISS = np.random.default_rng(0).normal(0, 0.05, 2 * SAMPLE_RATE).astype(np.float32)


@pytest.fixture(scope="module")
def wave() -> Wave:
    return decode(read_bytes("package://teacher/mini/voices/speaker08.flac"), 60)[0]


@pytest.fixture(scope="module")
def wavlm(tmp_path_factory: pytest.TempPathFactory) -> WavLmConfig:
    folder = tmp_path_factory.mktemp("wavlm")
    digest = write_wavlm(folder)
    weights = "model.safetensors"
    where = {"model": str(folder), "revision": None, "sha256": digest}
    return WavLmConfig(**where, name="tiny", weights=weights, device="cpu")


@pytest.fixture(scope="module")
def utmos(tmp_path_factory: pytest.TempPathFactory) -> UtmosConfig:
    folder = tmp_path_factory.mktemp("utmos")
    digest = write_utmos(folder / "mos/weights.pt")
    where = {"model": str(folder), "revision": None, "sha256": digest}
    return UtmosConfig(**where, weights="mos/weights.pt", device="cpu")


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the hub's, empty, and no network."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


def test_a_voice_is_wavlms_vector(wavlm: WavLmConfig, wave: Wave) -> None:
    """Prepared by hand as the feature extractor does: mean 0, variance 1."""
    heard = torch.from_numpy(resample(wave, SAMPLE_RATE, 16_000))
    prepared = (heard - heard.mean()) / torch.sqrt(heard.var(unbiased=False) + 1e-7)
    model = WavLMForXVector.from_pretrained(wavlm.model).eval()
    with torch.inference_mode():
        expected = model(prepared[None]).embeddings[0]
    found = WavLmSpeaker(wavlm).embed([wave, HISS])
    np.testing.assert_allclose(found[0], expected / expected.norm(), atol=1e-5)
    assert np.linalg.norm(found[0]) == pytest.approx(1, abs=1e-5)
    assert similarity(*found) < 0.9999


@pytest.mark.parametrize("samples", [0, 1000, 11_999])
def test_what_is_too_short_or_silent_has_no_voice(
    wavlm: WavLmConfig, wave: Wave, samples: int
) -> None:
    short, silent = WavLmSpeaker(wavlm).embed([wave[:samples], np.zeros(SAMPLE_RATE, np.float32)])
    assert short.shape == silent.shape == (24,)
    assert np.isnan(short).all()
    assert np.isnan(similarity(silent, silent))


def test_weights_of_the_hubs_age_load(wavlm: WavLmConfig, wave: Wave, tmp_path: Path) -> None:
    """pytorch_model.bin, with the weight norm of the positions under the names it had in 2021."""
    state = WavLMForXVector.from_pretrained(wavlm.model).state_dict()
    renamed = {
        name.replace("parametrizations.weight.original0", "weight_g").replace(
            "parametrizations.weight.original1", "weight_v"
        ): weight
        for name, weight in state.items()
    }
    assert renamed.keys() != state.keys()
    for name in ("config.json", "preprocessor_config.json"):
        shutil.copy(Path(wavlm.model, name), tmp_path)
    path = tmp_path / "pytorch_model.bin"
    torch.save(renamed, path)
    digest = sha256(path.read_bytes()).hexdigest()
    old = {"model": str(tmp_path), "weights": path.name, "sha256": digest}
    first, second = (
        WavLmSpeaker(config).embed([wave])[0] for config in (wavlm, wavlm.model_copy(update=old))
    )
    np.testing.assert_allclose(first, second, atol=1e-6)


def test_weights_that_are_not_all_there_are_refused(
    wavlm: WavLmConfig, wave: Wave, tmp_path: Path
) -> None:
    state = WavLMForXVector.from_pretrained(wavlm.model).state_dict()
    state.pop("projector.weight")
    shutil.copytree(wavlm.model, tmp_path, dirs_exist_ok=True)
    torch.save(state, tmp_path / "pytorch_model.bin")
    digest = sha256((tmp_path / "pytorch_model.bin").read_bytes()).hexdigest()
    given = {"model": str(tmp_path), "weights": "pytorch_model.bin", "sha256": digest}
    with pytest.raises(InputError, match=r"lacks weights.*projector\.weight"):
        WavLmSpeaker(wavlm.model_copy(update=given)).embed([wave])


def test_a_score_is_utmoss(utmos: UtmosConfig, wave: Wave) -> None:
    judge, reference = Utmos(utmos), TinyUtmos()
    for heard, found in zip([wave, HISS], judge.rate([wave, HISS]), strict=True):
        expected = reference(torch.from_numpy(resample(heard, SAMPLE_RATE, 16_000)))
        assert found == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("content", [b"nothing", b""])
def test_other_weights_are_refused(utmos: UtmosConfig, content: bytes, tmp_path: Path) -> None:
    (tmp_path / "w.pt").write_bytes(content)
    given = {"model": str(tmp_path), "weights": "w.pt"}
    with pytest.raises(InputError, match="has SHA-256"):
        Utmos(utmos.model_copy(update=given)).rate([HISS])
    digest = sha256(content).hexdigest()
    with pytest.raises(InputError, match="holds no weights of UTMOS"):
        Utmos(utmos.model_copy(update={**given, "sha256": digest})).rate([HISS])


def test_a_model_is_pinned() -> None:
    with pytest.raises(ValidationError, match="needs its revision on the hub"):
        HubModel(model="a/b", revision=None, sha256=None)
    with pytest.raises(ValidationError):
        HubModel(model="a/b", revision="main", sha256=None)
    assert HubModel(model="a/b", revision=REVISION, sha256=None).pin == "revision 012345678901"
    assert HubModel(model="a/b", revision=None, sha256="ab" * 32).pin == "sha256 abababababab"


def test_what_the_hub_has_given_before_needs_no_network(hub: Path, utmos: UtmosConfig) -> None:
    snapshot = hub / "models--a--b/snapshots" / REVISION / "mos"
    snapshot.mkdir(parents=True)
    shutil.copy(Path(utmos.model, utmos.weights), snapshot)
    config = utmos.model_copy(update={"model": "a/b", "revision": REVISION})
    assert Utmos(config).fetch() == snapshot / "weights.pt"


def test_the_hub_out_of_reach_is_one_line_that_names_the_way(
    hub: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["judges=hub", "systems=[audio:nowhere]", f"output={tmp_path}/report"]
    assert run_app(ReportConfig, "eval", report.main, given) == 2
    said = capsys.readouterr().err.strip()
    assert said.startswith("error: Systran/faster-whisper-large-v3 at edaa852ec7e1 is not on this")
    assert "judges=offline" in said
    assert "\n" not in said
    assert not (tmp_path / "report").exists()


def test_the_gate_takes_the_same_judges(wavlm: WavLmConfig, utmos: UtmosConfig, wave: Wave) -> None:
    """The first of the raters decides; the voice is WavLM's."""
    judges = block(
        JudgesConfig, "judges", "offline", mos=False, speaker=wavlm, utmos=utmos, dnsmos=True
    )
    config = load_config(SynthConfig, "synth").gate.model_copy(
        update={"judges": judges, "similarity_min": 0.999}
    )
    bank = load_bank(block(VoicesConfig, "voices", "f5_mini"))
    gate = Gate(config, Judges(judges), bank)
    text = bank["speaker08"].transcript
    verdict = gate.judge([Candidate(wave, text, text, "en", "speaker08")])[0]
    assert verdict.reason is None
    assert verdict.similarity == pytest.approx(1, abs=1e-3)
    assert verdict.mos == pytest.approx(Utmos(utmos).rate([wave])[0], abs=0.05)
    assert list(Judges(judges).revisions) == [
        *("whisper-tiny.en", "tiny", "utmos22-strong", "dnsmos")
    ]


def test_every_command_can_take_them() -> None:
    chosen = [
        load_config(ReportConfig, "eval", ["judges=hub", "dataset=x"]).judges,
        load_config(ReportConfig, "measure_teacher", ["judges=hub"]).judges,
    ]
    for judges in chosen:
        assert list(Judges(judges).revisions) == [
            *("whisper-large-v3", "wavlm-base-plus-sv", "distillmos", "utmos22-strong")
        ]
    gated = load_config(SynthConfig, "synth", ["gate=hub"]).gate.judges
    assert gated == chosen[0].model_copy(update={"mos": False, "speaker": None, "utmos": None})
    offline = load_config(ReportConfig, "eval", ["judges.dnsmos=true", "dataset=x"]).judges
    assert list(Judges(offline).revisions)[2:] == ["distillmos", "dnsmos"]


def test_a_report_has_a_column_of_each(
    wavlm: WavLmConfig, utmos: UtmosConfig, wave: Wave, tmp_path: Path
) -> None:
    (tmp_path / "clips").mkdir()
    soundfile.write(tmp_path / "clips/1.wav", wave[:SAMPLE_RATE], SAMPLE_RATE)
    (tmp_path / "lines.txt").write_text("A bona fide manuscript.\n")
    given = [f"testset={tmp_path}/lines.txt", f"output={tmp_path}/out", "judges.mos=false"]
    given.append("second=none")
    config = load_config(ReportConfig, "eval", [*given, f"systems=[audio:{tmp_path}/clips]"])
    judges = config.judges.model_copy(update={"speaker": wavlm, "utmos": utmos})
    assert report.main(config.model_copy(update={"judges": judges})) == 0
    html = (tmp_path / "out/report.html").read_text()
    assert ">UTMOS</button><small>utmos22-strong</small>" in html
    assert "predicted mean opinion, 1 to 5</td><td>utmos22-strong" in html
    assert "cosine to the reference (SIM)</td><td>tiny" in html
    assert "DistillMOS" not in html
