"""Voices that are new to the teacher are heard before a run, and told when hardly any passes."""

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import FakeGate, fake_config, open_fake_studio, write_corpus
from rich.console import Console

from pipelines import synth
from pipelines.speak.audition import ClipScores, audition, complaint, first_lines, new_voices
from pipelines.text.utterances import plan_corpus
from pipelines.verdict import Verdict
from speech import storage
from speech.errors import InputError
from teacher.voices import load_bank

pytestmark = pytest.mark.usefixtures("voices_are_known")

OWN = "package://teacher/mini/voices/voices.jsonl"
HUMAN = "voices.manifest=package://teacher/base_voices/voices.jsonl"


class Strict(FakeGate):
    """Hears the voices of a few only."""

    def __init__(self, *known: str) -> None:
        self.known = known

    def judge(self, candidates):
        return [
            Verdict(
                None if clip.voice in self.known else "speaker", similarity=near, duration_s=1.0
            )
            for clip in candidates
            for near in [0.9 if clip.voice in self.known else 0.5]
        ]


def opener(*known: str):
    return lambda config: replace(open_fake_studio(config), gate=Strict(*known))


@pytest.fixture
def corpus(tmp_path) -> str:
    return write_corpus(tmp_path / "corpus.txt", 60)


def test_the_teachers_own_voices_are_known_by_their_hash(tmp_path, corpus):
    own, human = fake_config("o", corpus), fake_config("o", corpus, HUMAN)
    bank = load_bank(own.voices)
    assert new_voices(own, bank) == []
    other = replace(bank["speaker08"], sha256="0" * 64)
    assert new_voices(own, {**bank, "speaker08": other}) == ["speaker08"]
    elsewhere = fake_config("o", corpus, f"teacher.weights={tmp_path}/model.safetensors")
    assert new_voices(elsewhere, bank) == list(bank)[:8]
    assert len(new_voices(human, load_bank(human.voices, languages=["en"]))) == 4


def test_the_first_lines_that_each_voice_will_speak(corpus):
    config = fake_config("o", corpus, HUMAN)
    bank = load_bank(config.voices, languages=["en"])
    lines = first_lines(config, plan_corpus(config), bank, ["main", "town"])
    assert [line.voice for line in lines] == ["main", "town"] * 3
    numbers = [int(line.source.split(":")[1]) for line in lines if line.voice == "main"]
    assert numbers == sorted(numbers)


def test_a_run_that_would_hardly_accept_anything_is_not_begun(tmp_path, corpus):
    config = fake_config(str(tmp_path / "out"), corpus, HUMAN)
    with pytest.raises(InputError) as told:
        synth.main(config, opener())
    message = str(told.value)
    assert "\n" not in message
    assert message.startswith("f5_mini does not follow these voices: 0 of 12 clips")
    for name in ("nature", "main", "town", "country"):
        assert f"{name} 0 of 3, similarity 0.50 (3 speaker)" in message
    for remedy in ("teacher=f5_base", "gate.similarity_min", "voices.audition=false"):
        assert remedy in message
    assert not Path(config.output).exists()
    free = fake_config(config.output, corpus, HUMAN, "voices.audition=false")
    assert synth.main(free, opener()) == 1
    assert synth.main(config, opener()) == 1  # the output is this run's already, and done


def test_some_voices_that_fail_are_named_in_a_warning(tmp_path, corpus, capsys):
    config = fake_config(str(tmp_path / "out"), corpus, HUMAN)
    assert synth.main(config, opener("main", "nature")) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "heard 4 new voices in 12 clips" in printed
    assert "voice town: 0 of 3, similarity 0.50 (3 speaker) accepted" in printed
    assert "voice main" not in printed


def test_known_voices_cost_nothing(tmp_path, corpus, capsys):
    assert synth.main(fake_config(str(tmp_path / "out"), corpus), open_fake_studio) == 0
    assert "new voices" not in capsys.readouterr().out


def test_a_slow_teacher_is_heard_once_in_each_voice(monkeypatch, corpus):
    monkeypatch.setattr("pipelines.speak.audition.SECONDS", -1.0)
    config = fake_config("o", corpus, HUMAN)
    bank = load_bank(config.voices, languages=["en"])
    lines = first_lines(config, plan_corpus(config), bank, bank)
    heard = audition(opener("main")(config), lines, Console(file=io.StringIO()))
    assert {name: found.clips for name, found in heard.items()} == dict.fromkeys(bank, 1)


@pytest.mark.parametrize(
    ("accepted", "rejected", "stops"), [(0, 2, False), (0, 3, True), (1, 2, False), (1, 11, True)]
)
def test_how_much_must_pass(corpus, accepted, rejected, stops):
    heard = {"ann": ClipScores(accepted, {"speaker": rejected})}
    assert bool(complaint(fake_config("o", corpus), heard)) == stops


def test_a_bank_of_ones_own_holds_known_voices_too(tmp_path, corpus):
    """A manifest of the user's that names the teacher's voices."""
    lines = [json.loads(line) for line in storage.read_bytes(OWN).splitlines()]
    for line in lines:
        line["audio"] = f"package://teacher/mini/voices/{line['audio']}"
    manifest = tmp_path / "voices.jsonl"
    manifest.write_text("".join(json.dumps(line) + "\n" for line in lines))
    config = fake_config("o", corpus, f"voices.manifest={manifest}")
    assert new_voices(config, load_bank(config.voices)) == []
