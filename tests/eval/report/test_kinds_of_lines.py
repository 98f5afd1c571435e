"""Short lines and paragraphs beside the test set, and a teacher's second takes."""

import io
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile
from rich.console import Console

from eval.metrics.scoring import Scorer
from eval.report import __main__ as report
from eval.report.config import ReportConfig
from eval.report.judging import Judging
from eval.report.speaking import speak_all
from eval.report.summary import print_summary
from eval.report.takes import AGAIN, System, Task, run_system
from eval.systems import systems
from eval.systems.references import References
from eval.systems.testsets import Sentence, read_kind, read_testset
from speech.audio import SAMPLE_RATE
from speech.config import load_config
from speech.errors import InputError, Refused
from speech.synthesizer import AtOnce, Size, Speech, SynthesisRequest
from tests.eval.fake_judges import FakeJudges

CONSOLE = Console(quiet=True)
NOBODY = References({}, {}, "en")


class Seeded(AtOnce):
    """A tone whose pitch and length follow from the seed, and which tells how long sounds last."""

    name, revision, license = "seeded", "1", "MIT"
    voices: Sequence[str] = ()
    languages = ("en",)
    size = Size(1, 1)

    def synthesize(self, requests: Sequence[SynthesisRequest]) -> list[Speech | Refused]:
        return [self._say(request.seed) for request in requests]

    def _say(self, seed: int) -> Speech:
        seconds = 1.0 + 0.1 * (seed % 7)
        time = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
        hertz = 150 + 30 * np.sin(2 * np.pi * time + seed % 5)
        wave = 0.3 * np.sin(2 * np.pi * np.cumsum(hertz) / SAMPLE_RATE)
        ends = np.cumsum([0.1, 0.2, 0.1, 0.2, 0.1]).tolist()
        return Speech(wave.astype(np.float32), "hɛlOw", ends)


@pytest.fixture
def speaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(systems, "load_student", lambda *_, **__: Seeded())


@pytest.fixture
def lists(tmp_path: Path) -> list[str]:
    (tmp_path / "lines.txt").write_text("Hello world.\nHello there, world.\n")
    (tmp_path / "short.txt").write_text("Hello.\nWorld!\nHello.\n")
    (tmp_path / "long.txt").write_text("Hello. Hello. Hello. World. Hello world.\n")
    return [
        f"testset={tmp_path}/lines.txt",
        *(f"kinds.{kind}={tmp_path}/{kind}.txt" for kind in ("short", "long")),
        f"output={tmp_path}/out",
    ]


def config_of(*overrides: str) -> ReportConfig:
    return load_config(ReportConfig, "eval", overrides)


def test_each_kind_has_figures_of_its_own_and_the_test_sets_stay_its_own(
    speaks: None, lists: list[str], tmp_path: Path
) -> None:
    config = config_of(*lists, "systems=[student:x]")
    assert report.main(config, FakeJudges(second="hello")) == 0  # type: ignore[arg-type]
    [system] = json.loads((tmp_path / "out/report.json").read_text())["systems"]
    assert len(system["clips"]) == system["figures"]["wer"]["count"] == 2
    assert {kind: len(found["clips"]) for kind, found in system["kinds"].items()} == {
        "short": 3,
        "long": 1,
    }
    assert system["figures"]["second_wer"]["estimate"] == pytest.approx(3 / 5)
    assert system["clips"][0]["second_transcript"] == "hello"
    assert system["kinds"]["short"]["clips"][0]["id"] == "short-00001"
    assert system["figures"]["duration_spread"]["estimate"] == pytest.approx(0.34, abs=0.01)
    assert (tmp_path / "out" / system["kinds"]["short"]["clips"][2]["audio"]).exists()
    html = (tmp_path / "out/report.html").read_text()
    assert html.count('<th scope="row">one or two words</th>') == 1
    assert html.count("paragraphs: seeded, 1 to hear") == 1


def test_the_terminal_has_a_column_for_each_system_and_fits_80(
    speaks: None, lists: list[str]
) -> None:
    config = config_of(*lists, "systems=[student:x,student:y]")
    found = report.evaluate(config, CONSOLE, FakeJudges(second="hello"))  # type: ignore[arg-type]
    console = Console(width=80, record=True, file=io.StringIO())
    print_summary(found, console)
    shown = console.export_text()
    assert max(map(len, shown.splitlines())) <= 80
    for words in ("2nd WER %", "F0 spread st", "one or two words", "paragraphs"):
        assert words in shown


def test_recorded_audio_without_such_lines_has_no_row(lists: list[str], tmp_path: Path) -> None:
    (tmp_path / "clips").mkdir()
    for name in ("1.wav", "2.wav", "short-00002.wav"):
        soundfile.write(tmp_path / "clips" / name, np.full(SAMPLE_RATE, 0.1, "f4"), SAMPLE_RATE)
    config = config_of(*lists, f"systems=[audio:{tmp_path}/clips]")
    kinds = report.read_kinds(config, None)
    [run] = speak_all(read_testset(config.testset, "en", None), config, CONSOLE, kinds)
    assert {kind: [t.sentence.id for t in takes] for kind, takes in run.kinds.items()} == {
        "short": ["short-00002"]
    }


def test_a_list_without_a_line_in_the_language_says_how_to_do_without(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("!!!\n")
    with pytest.raises(InputError, match=r"kinds\.short: .* holds no sentence.*kinds=null"):
        read_kind("short", tmp_path / "empty.txt", "en", None)


def test_a_baseline_is_held_against_its_own_second_takes(tmp_path: Path) -> None:
    """The first two sentences of three are said again, with seeds that no other sentence has."""
    lines = [Sentence(i, f"{i}", "Hello world.", "Hello world.") for i in range(3)]
    task = Task(lines, "en", 5, str(tmp_path), again=2)
    run = run_system(System("teacher:x", "teacher", Seeded, NOBODY), task, CONSOLE)
    assert len(run.again) == 2
    first, second = (soundfile.read(tmp_path / str(t.audio))[0] for t in run.again)
    for wave, number in ((first, 0), (second, 1)):
        expected = Seeded()._say(5 + number + AGAIN).wave
        np.testing.assert_allclose(wave, expected, atol=1e-4)
    clips = Judging(Scorer(FakeJudges(), "en"), {}, str(tmp_path), run).judge(run, CONSOLE)  # type: ignore[arg-type]
    assert ["f0_correlation" in clip.values for clip in clips] == [True, True, False]
    assert all(clip.values["mcd_db"] > 0 for clip in clips[:2])
