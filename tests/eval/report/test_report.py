"""The report end to end, with judges that need no model and systems that are folders of audio."""

import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from eval.report import __main__ as report
from speech import storage
from speech.audio import SAMPLE_RATE
from speech.audio.waveform import decode
from speech.errors import InputError
from tests.eval.fake_judges import BREAKS, FakeJudges
from tests.eval.report.parsed_pages import Page
from tests.eval.report.report_runs import LINES, config_of, folder_of, run
from tests.pipelines.clips import make_clip
from tests.spoken import reference_clips, write_dataset


@pytest.fixture
def lines(tmp_path: Path) -> str:
    path = tmp_path / "lines.txt"
    path.write_text(LINES)
    return str(path)


def test_two_systems_and_a_dataset(tmp_path: Path, lines: str) -> None:
    first = folder_of(tmp_path / "first", ["1.wav", "2.wav", "3.wav", "4.flac"])
    second = folder_of(tmp_path / "second", ["00001.wav", "00002.ogg", "4.wav"], 10)
    dataset = write_dataset(tmp_path / "dataset", reference_clips())
    systems = f"systems=[audio:{first},audio:{second}]"
    status, found, html = run(tmp_path, systems, f"testset={lines}", f"dataset={dataset}")
    assert status == 0
    assert (found["schema"], found["version"]) == ("tts-distill/report", 1)
    assert found["judges"] == {"fake-asr": "1", "fake-speaker": "1", "distillmos": "1"}
    assert found["baseline"] == "first"
    one, two = found["systems"]
    assert (one["failed"], two["failed"]) == (0, 1)
    assert one["figures"]["wer"]["estimate"] == pytest.approx(4 / 10)
    assert two["clips"][2]["problems"] == {"system": "missing_file: 00003.flac, .wav, .ogg or .mp3"}
    assert two["figures"]["mcd_db"]["count"] == 3
    assert "mcd_db" not in one["figures"]
    assert {d["verdict"] for d in found["differences"]} == {"too few sentences"}
    study = found["dataset"]
    assert (study["accepted"], study["heard"]) == (8, 8)
    assert study["distributions"]["wer"]["source"] == "stored"
    audio = [tag["src"] for name, tag in Page(html).tags if name == "audio"]
    assert len(audio) == 7 + sum(len(exhibit["groups"]) for exhibit in study["exhibits"])
    for source in audio:
        wave, rate = decode((tmp_path / "report" / str(source)).read_bytes(), 60)
        assert rate == SAMPLE_RATE
        assert len(wave)


def test_sentences_of_the_dataset_are_excluded(tmp_path: Path, lines: str) -> None:
    first = folder_of(tmp_path / "first", ["2.wav"])
    clips = [make_clip(0, text_normalized="hello world"), make_clip(1, text_normalized="Other.")]
    dataset = write_dataset(tmp_path / "dataset", clips)
    status, found, html = run(
        tmp_path, f"systems=[audio:{first}]", f"testset={lines}", f"dataset={dataset}"
    )
    assert status == 0
    assert found["testset"]["left_out"] == {"in_the_dataset": 1}
    assert [clip["number"] for clip in found["systems"][0]["clips"]] == [1, 2, 3]
    assert "1 sentences of the test set are in the dataset and were excluded" in html


def test_what_fails_says_so_in_its_place(tmp_path: Path, lines: str) -> None:
    """A broken clip, NaN, silence cut to nothing, a damaged file, a missing system and dataset."""
    folder = tmp_path / "mixed"
    folder_of(folder, ["4.wav"])
    (folder / "1.wav").write_bytes(b"RIFF nothing")
    soundfile.write(folder / "2.wav", np.full(5000, np.nan, "f4"), SAMPLE_RATE, subtype="FLOAT")
    soundfile.write(folder / "3.wav", np.zeros(BREAKS, "f4"), SAMPLE_RATE)
    systems = f"systems=[audio:{folder},student:{tmp_path}/none,audio:{tmp_path}/none,nothing]"
    status, found, html = run(tmp_path, systems, f"testset={lines}", f"dataset={tmp_path}/none")
    assert status == 1
    mixed, *missing = found["systems"]
    problems = [clip["problems"] for clip in mixed["clips"]]
    assert problems[0]["system"].startswith("undecodable")
    assert problems[1] == {"system": "samples that are not numbers"}
    assert "the recogniser broke" in problems[2]["fake-asr"]
    assert problems[3] == {}
    assert mixed["clips"][2]["values"]["distillmos"] > 1
    assert mixed["figures"]["wer"]["count"] == 1
    assert all(system["error"] for system in missing)
    assert "is no dataset" in found["dataset"]["error"]
    assert "&lt;b&gt;the recogniser broke" in html


def test_a_dataset_without_clips(tmp_path: Path) -> None:
    dataset = write_dataset(tmp_path / "dataset", [])
    status, found, html = run(tmp_path, f"dataset={dataset}")
    assert status == 1
    assert found["dataset"]["error"] == "no accepted clip"
    assert found["systems"] == []
    assert "no accepted clip" in html


def test_clips_that_cannot_be_judged(tmp_path: Path) -> None:
    """Bytes that are no audio, and audio that holds NaN."""
    buffer = io.BytesIO()
    wave = np.full(SAMPLE_RATE, np.nan, "f4")
    soundfile.write(buffer, wave, SAMPLE_RATE, format="WAV", subtype="FLOAT")
    clips = [make_clip(101), make_clip(102, audio=buffer.getvalue()), *reference_clips()]
    dataset = write_dataset(tmp_path / "dataset", clips)
    status, found, _ = run(tmp_path, f"dataset={dataset}")
    assert status == 0
    assert found["dataset"]["flags"]["unreadable"] == 2
    assert found["dataset"]["judge_failures"]["audio"] == 2
    evidence = {e["id"]: e["evidence"] for e in found["dataset"]["exhibits"]}
    assert "samples that are not numbers" in evidence[clips[1].id]


def test_speakers_that_sound_like_one_are_named(tmp_path: Path) -> None:
    clips = [replace(c, speaker_id=f"<b>{n % 2}") for n, c in enumerate(reference_clips())]
    dataset = write_dataset(tmp_path / "dataset", clips)
    _, found, html = run(tmp_path, f"dataset={dataset}")
    [pair] = found["dataset"]["alike"]
    assert {pair["first"], pair["second"]} == {"<b>0", "<b>1"}
    assert pair["cosine"] > 0.97
    assert "count as one for the flag" in html


def test_the_gate_sets_the_exit_status(tmp_path: Path, lines: str) -> None:
    first = folder_of(tmp_path / "first", ["1.wav", "2.wav"])
    given = [f"systems=[audio:{first}]", f"testset={lines}", "limit=2"]
    kept, _, _ = run(tmp_path, *given, "gate.wer_max=0.5", "gate.failed_max=0")
    missed, found, html = run(tmp_path, *given, "gate.wer_max=0.1")
    assert (kept, missed) == (0, 1)
    assert found["gate"][0]["measured"] == pytest.approx(1 / 5)
    assert "not kept" in html


def test_a_report_on_gcs(tmp_path: Path, lines: str, gcs_bucket: str) -> None:
    first = folder_of(tmp_path / "first", ["1.wav"])
    storage.write_bytes(f"{gcs_bucket}/clips/1.wav", Path(first, "1.wav").read_bytes())
    storage.write_bytes(f"{gcs_bucket}/lines.txt", LINES.encode())
    config = config_of(
        f"systems=['audio:{gcs_bucket}/clips']",
        f"testset={gcs_bucket}/lines.txt",
        f"output={gcs_bucket}/report",
        "limit=1",
    )
    assert report.main(config, FakeJudges()) == 0  # type: ignore[arg-type]
    found = json.loads(storage.read_bytes(f"{gcs_bucket}/report/report.json"))
    clip = found["systems"][0]["clips"][0]
    assert storage.exists(f"{gcs_bucket}/report/{clip['audio']}")
    assert storage.exists(f"{gcs_bucket}/report/report.html")


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ([], "give systems"),
        (["systems=[audio:x]", "language=zh"], "language must be one of en"),
        (["systems=[audio:x]", "gate.wer=1"], "wer_max"),
        (["systems=[audio:x]", "play=0"], "play"),
    ],
)
def test_wrong_configurations_are_refused(overrides: list[str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        config_of(*overrides)
