"""The faults of an autoregressive student, by an ASR that hears what it is told."""

import json
from pathlib import Path

import pytest

from eval.report import __main__ as report
from eval.report.config import ReportConfig
from speech.audio.waveform import Wave
from speech.config import load_config
from tests.eval.fake_judges import FakeAsr, FakeJudges
from tests.student.untrained import VOICES, untrained_student

SENTENCES = ["The cat sat on the mat.", "Dogs bark at night in the yard.", "We like warm bread."]
HEARD = ["the cat sat on the cat sat on the mat", "dogs bark at night", "we like warm bread"]


class ToldAsr(FakeAsr):
    def __init__(self, times: int) -> None:
        super().__init__()
        self.left = times * HEARD

    def transcribe_one(self, wave: Wave, language: str) -> str:
        assert len(wave)
        return self.left.pop(0)


@pytest.mark.parametrize(
    ("times", "share"), [(1, "1 of 3 clips"), (7, "33.3 (17.2 to 54.6) %")], ids=["few", "enough"]
)
def test_shares_are_those_of_what_was_heard(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], times: int, share: str
) -> None:
    untrained_student(tmp_path / "student", "ar")
    (tmp_path / "lines.txt").write_text("\n".join(times * SENTENCES))
    given = [f"testset={tmp_path}/lines.txt", "kinds=null", f"output={tmp_path}/out"]
    config = load_config(ReportConfig, "eval", [f"systems=[student:{tmp_path}/student]", *given])
    judges = FakeJudges()
    judges.asr = ToldAsr(times)
    assert report.main(config, judges) == 0  # type: ignore[arg-type]
    told = " ".join(capsys.readouterr().out.split())
    assert f"untrained: repeats {share}, ends early {share}" in told
    [student] = json.loads((tmp_path / "out/report.json").read_text())["systems"]
    shares = {name: figure["estimate"] for name, figure in student["figures"].items()}
    assert shares["repetition"] == shares["early_stop"] == pytest.approx(1 / 3)
    assert shares["fault"] == pytest.approx(2 / 3)
    assert shares["nothing_right"] == 0
    assert shares["wer"] == pytest.approx(7 / 17)
    assert [clip["voice"] for clip in student["clips"]] == times * list(VOICES)
    assert [clip["values"]["repetition"] for clip in student["clips"]] == times * [1, 0, 0]
    html = (tmp_path / "out/report.html").read_text()
    assert ">ends early %</button><small>clips that end before their text does" in html
