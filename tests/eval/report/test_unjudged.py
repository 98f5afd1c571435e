"""What a judge gives no number for is left out, counted and said; the rest of the report stands."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile
from rich.console import Console

from eval.dataset.listening import listen
from eval.dataset.rows import open_dataset
from eval.metrics.scoring import Scorer
from eval.report import __main__ as report
from eval.report.config import ReportConfig
from eval.systems import systems
from speech.audio import SAMPLE_RATE
from speech.audio.waveform import Wave
from speech.config import load_config
from speech.errors import Refused
from speech.judges.judges import Judges, SecondJudgesConfig
from speech.synthesizer import AtOnce, Size, Speech, SynthesisRequest
from tests.eval.fake_judges import FakeJudges, FakeMos
from tests.eval.report.report_runs import LINES, config_of, folder_of, speech_like
from tests.pipelines.clips import make_clip
from tests.spoken import reference_clips, write_dataset


def reported(
    folder: Path,
    *overrides: str,
    judges: FakeJudges | None = None,
    kinds: Sequence[str] = ("kinds=null",),
) -> tuple[int, dict]:
    """Exit status and report.json."""
    config = config_of(f"output={folder}/report", *kinds, *overrides)
    status = report.main(config, judges or FakeJudges())  # type: ignore[arg-type]
    return status, json.loads((folder / "report/report.json").read_text())


def test_a_prompt_without_a_voice_costs_its_own_similarity_alone(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "silent.wav", np.zeros(SAMPLE_RATE, "f4"), SAMPLE_RATE)
    soundfile.write(tmp_path / "voice.wav", speech_like(), SAMPLE_RATE)
    prompts = [{"prompt_audio": name, "prompt_text": "Hi."} for name in ("silent.wav", "voice.wav")]
    rows = [{"text": "Hello world.", "id": f"{i}", **prompt} for i, prompt in enumerate(prompts)]
    (tmp_path / "lines.jsonl").write_text("\n".join(map(json.dumps, rows)))
    audio = folder_of(tmp_path / "a", ["0.wav", "1.wav"])
    status, found = reported(
        tmp_path, f"systems=[audio:{audio}]", f"testset={tmp_path}/lines.jsonl"
    )
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


class Endless(AtOnce):
    """Goes on for 95 s where it is to say goodbye."""

    name, revision, license, size = "endless", "1", "MIT", Size(1, 1)
    voices: Sequence[str] = ()
    languages = ("en",)

    def synthesize(self, requests: Sequence[SynthesisRequest]) -> list[Speech | Refused]:
        seconds = [95 if "Goodbye" in request.text else 1 for request in requests]
        return [Speech(np.full(SAMPLE_RATE * n, 0.1, np.float32)) for n in seconds]


def test_a_clip_of_more_than_90_s_is_not_said_wherever_it_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(systems, "load_student", lambda *_, **__: Endless())
    (tmp_path / "lines.txt").write_text(LINES)
    (tmp_path / "short.txt").write_text("Hello.\nGoodbye.\n")
    kinds = ["kinds.long=null", f"kinds.short={tmp_path}/short.txt"]
    given = ["systems=[student:x]", f"testset={tmp_path}/lines.txt", "gate.failed_max=0"]
    status, found = reported(tmp_path, *given, kinds=kinds)
    [system] = found["systems"]
    problems = [clip["problems"] for clip in system["clips"]]
    assert problems == [{}, {}, {"system": "longer than 90 s, not judged"}, {}]
    assert (system["failed"], system["kinds"]["short"]["failed"]) == (1, 1)
    assert system["figures"]["distillmos"]["count"] == 3
    assert (status, found["gate"][0]["measured"]) == (1, 1)
    assert "endless did not say 1 sentences; its figures are of the others." in found["notes"]
    assert 'data-flags="unsaid"' in (tmp_path / "report/report.html").read_text()


def test_voices_without_a_clip_to_copy_cost_their_similarity_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dataset whose clips are all too short for a reference."""
    monkeypatch.setattr(Endless, "voices", ("nobody",))
    monkeypatch.setattr(systems, "load_student", lambda *_, **__: Endless())
    (tmp_path / "lines.txt").write_text("Hello world.\n")
    dataset = write_dataset(tmp_path / "dataset", [make_clip(0, text_normalized="Other.")])
    given = ["systems=[student:x]", f"testset={tmp_path}/lines.txt", f"dataset={dataset}"]
    status, found = reported(tmp_path, *given)
    [system] = found["systems"]
    assert status == 1
    assert system["clips"][0]["voice"] == "nobody"
    assert system["figures"]["distillmos"]["count"] == 1
    assert "has no clip of 2 to 6 s in 'en'" in system["references_error"]
    assert any("so that these have no similarity" in note for note in found["notes"])


class OtherMos(FakeMos):
    name, title = "dnsmos-p808", "P.808"


@pytest.mark.parametrize("chosen", [True, False])
def test_a_datasets_mos_is_of_the_judge_that_decides_or_of_none(
    chosen: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the first clip that judge fails; or it is not asked at all."""
    judges = FakeJudges()
    raters = [NoScore()] if chosen else []
    judges.mos = next(iter(raters), None)  # type: ignore[assignment]
    monkeypatch.setattr(FakeJudges, "raters", [*raters, OtherMos()])
    dataset = open_dataset(write_dataset(tmp_path, reference_clips()[:3]))
    ear = Scorer(judges, "en")  # type: ignore[arg-type]
    heard = listen(dataset, [0, 1, 2], "all", ear, Console(quiet=True))
    assert [clip.mos is not None for clip in heard.clips] == [False, chosen, chosen]
    assert heard.failures["distillmos"] == int(chosen)


def test_a_second_opinion_decides_nothing() -> None:
    config = load_config(ReportConfig, "eval", ["systems=[audio:x]", "judges.mos=false"])
    judges = Judges(config.judges, second=SecondJudgesConfig(asr=None, mos=True))
    assert [rater.name for rater in judges.raters] == ["dnsmos-p808"]
    assert judges.mos is None
