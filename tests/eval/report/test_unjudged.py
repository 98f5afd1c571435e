"""What a judge gives no number for is left out, counted and said; the rest of the report stands."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile

from eval.report import __main__ as report
from speech.audio import SAMPLE_RATE
from speech.audio.waveform import Wave
from tests.eval.fake_judges import FakeJudges, FakeMos
from tests.eval.report.test_report import LINES, config_of, folder_of, speech_like


def reported(folder: Path, *overrides: str, judges: FakeJudges | None = None) -> tuple[int, dict]:
    """Exit status and report.json."""
    config = config_of(f"output={folder}/report", "kinds=null", *overrides)
    status = report.main(config, judges or FakeJudges())  # type: ignore[arg-type]
    return status, json.loads((folder / "report/report.json").read_text())


def test_a_prompt_without_a_voice_costs_its_own_similarity_alone(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "silent.wav", np.zeros(SAMPLE_RATE, "f4"), SAMPLE_RATE)
    soundfile.write(tmp_path / "voice.wav", speech_like(), SAMPLE_RATE)
    prompts = [{"prompt_audio": name, "prompt_text": "Hi."} for name in ("silent.wav", "voice.wav")]
    rows = [{"text": "Hello world.", "id": f"{i}", **prompt} for i, prompt in enumerate(prompts)]
    (tmp_path / "lines.jsonl").write_text("\n".join(map(json.dumps, rows)))
    audio = folder_of(tmp_path / "a", ["0.wav", "1.wav"])
    status, found = reported(tmp_path, f"systems=[audio:{audio}]", f"testset={tmp_path}/lines.jsonl")
    [system] = found["systems"]
    assert status == 0
    assert ["similarity" in clip["values"] for clip in system["clips"]] == [False, True]
    assert system["figures"]["similarity"]["count"] == 1
    assert list(system["references"]) == ["voice.wav"]


class NoScore(FakeMos):
    """Of the first clip."""

    asked = 0

    def rate(self, waves: Sequence[Wave]) -> list[float]:
        self.asked += 1
        return [float("nan")] if self.asked == 1 else super().rate(waves)


def test_a_score_that_is_no_number_is_counted_as_missing(tmp_path: Path) -> None:
    judges = FakeJudges()
    judges.mos = NoScore()
    (tmp_path / "lines.txt").write_text(LINES)
    audio = folder_of(tmp_path / "a", ["1.wav", "2.wav", "3.wav", "4.wav"])
    given = [f"systems=[audio:{audio}]", f"testset={tmp_path}/lines.txt"]
    status, found = reported(tmp_path, *given, judges=judges)
    [system] = found["systems"]
    assert status == 0
    assert system["figures"]["distillmos"]["count"] == 3
    assert system["clips"][0]["problems"] == {"distillmos": "nan is no score"}
    assert "a: distillmos gave no value for 1 clips." in found["notes"]
