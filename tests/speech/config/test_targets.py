"""A block whose class is named by `_target_`: what is read, what is refused, what is dumped."""

import logging
import pickle
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError
from toy_speakers import Loud, Quiet, Scene, Speaker

import speech.config
from speech.config import load_config
from speech.errors import InputError

CONF: dict[str, dict[str, Any]] = {
    "scene": {
        "defaults": [{"speaker": "loud"}, {"backdrop": "wall"}, "_self_"],
        "output": "out",
    },
    "speaker/loud": {
        "_target_": "toy_speakers.Loud",
        "name": "l",
        "volume": 3,
        "words": ["hello", "there"],
    },
    "speaker/quiet": {"_target_": "toy_speakers.Quiet", "name": "q", "whisper": "psst"},
    "backdrop/wall": {"kind": "wall", "height": 2},
    "backdrop/tree": {"kind": "tree", "leaves": 9},
}


@pytest.fixture(autouse=True)
def conf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, values in CONF.items():
        path = tmp_path / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(yaml.safe_dump(values), encoding="utf-8")
    monkeypatch.setattr(speech.config, "CONF_DIR", tmp_path)


def load(*overrides: str) -> Scene:
    return load_config(Scene, "scene", overrides)


def test_the_option_names_the_class() -> None:
    assert load().speaker == Loud(name="l", volume=3, words=("hello", "there"))
    assert load("speaker=quiet").speaker == Quiet(name="q", whisper="psst")
    assert load("speaker=quiet").speaker.greeting() == "psst"


def test_text_of_the_chosen_class_is_what_was_typed() -> None:
    speaker = load("speaker=quiet", "speaker.whisper=who, me=[007]?").speaker
    assert isinstance(speaker, Quiet)
    assert speaker.whisper == "who, me=[007]?"
    loud = load("speaker.words=[it's,123]").speaker
    assert isinstance(loud, Loud)
    assert loud.words == ("it's", "123")


@pytest.mark.parametrize("option", ["loud", "quiet"])
def test_a_dump_says_everything_and_is_read_again(option: str) -> None:
    scene = load(f"speaker={option}")
    assert scene.model_dump(mode="json")["speaker"] == CONF[f"speaker/{option}"]
    assert Scene.model_validate(scene.model_dump()) == scene
    assert Scene.model_validate_json(scene.model_dump_json()) == scene
    assert pickle.loads(pickle.dumps(scene)) == scene


def test_a_value_of_the_class_is_taken_as_it_is() -> None:
    speaker = Quiet(name="q", whisper="psst")
    scene = Scene(speaker=speaker, backdrop={"kind": "wall", "height": 1}, output="x")
    assert scene.speaker is speaker


@pytest.mark.parametrize(
    "target",
    [
        "os.system",
        "subprocess.Popen",
        "toy_speakers",
        "toy_speakers_of_mine.Loud",
        "toy_speakers.Wall",  # of the namespace, but no speaker
        "toy_speakers.Speaker",  # cannot speak itself
        "toy_speakers.Literal",
        "toy_speakers.Whisperer",
        "toy_speakers.",
        "toy_speakers..Loud",
        "toy_speakers.Loud.greeting",
        "toy_speakers.missing.Loud",
    ],
)
def test_what_no_target_may_be(target: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING), pytest.raises(InputError) as refusal:
        load(f"speaker._target_={target}")
    told = str(refusal.value)
    assert told.startswith(f"speaker: _target_={target}: ")
    assert told.endswith("allowed is a Speaker of toy_speakers.*")
    assert "\n" not in told
    assert not caplog.records


def test_nothing_outside_the_namespace_is_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "outside_module.py").write_text("class Loud: ...\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(InputError, match="allowed is a Speaker"):
        load("speaker._target_=outside_module.Loud")
    assert "outside_module" not in sys.modules


def test_a_class_from_elsewhere_that_the_namespace_imports_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Smuggled(Quiet): ...

    monkeypatch.setattr(sys.modules["toy_speakers"], "Smuggled", Smuggled, raising=False)
    with pytest.raises(InputError, match="allowed is a Speaker"):
        load("speaker._target_=toy_speakers.Smuggled")


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        (["~speaker._target_"], "speaker: _target_ is missing; allowed is a Speaker of"),
        (["speaker.volume=0"], "speaker.volume=0: allowed is a whole number, at least 1"),
        (["speaker.volum=1"], "unknown option 'speaker.volum'; did you mean speaker.volume, "),
        (
            ["speaker=quiet", "speaker.volume=1"],
            "unknown option 'speaker.volume'; did you mean speaker.name?",
        ),
        (
            ["speaker=quiet", "+speaker.volume=1"],
            "unknown option 'speaker.volume'; did you mean speaker.name?",
        ),
        (["~speaker.volume"], "speaker.volume is missing; give speaker.volume=..."),
        (["speaker=silent"], "speaker='silent' does not exist; allowed: loud, quiet"),
        (["speaker=silent", "speaker.whisper=x"], "unknown option 'speaker.whisper'"),
        (["speaker=quiet", "backdrop=sea"], "backdrop='sea' does not exist"),
    ],
)
def test_errors_know_the_keys_of_the_class(overrides: list[str], told: str) -> None:
    with pytest.raises(InputError) as refusal:
        load(*overrides)
    assert str(refusal.value).startswith(told)


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        (["backdrop.height=x"], "backdrop.height=x: allowed is a whole number"),
        (["~backdrop.height"], "backdrop.height is missing; give backdrop.height=..."),
        (
            ["+backdrop.heigth=1"],
            "unknown option 'backdrop.heigth'; did you mean backdrop.height or ",
        ),
        (["+backdrop.leaves=1"], "unknown option 'backdrop.leaves'; allowed: backdrop.height, "),
        (["backdrop.leaves=1"], "unknown option 'backdrop.leaves'; allowed: backdrop.height, "),
        (["backdrop.kind=sea"], "backdrop.kind=sea: allowed is wall or tree"),
        (["~backdrop.kind"], "backdrop.kind is missing; give backdrop.kind=..."),
        (["backdrop.kind=tree"], "backdrop.leaves is missing; give backdrop.leaves=..."),
    ],
)
def test_errors_name_no_member_of_a_union(overrides: list[str], told: str) -> None:
    with pytest.raises(InputError) as refusal:
        load(*overrides)
    assert str(refusal.value).startswith(told)


def test_the_base_alone_cannot_be_read() -> None:
    with pytest.raises(ValidationError, match="allowed is a block of keys"):
        Scene.model_validate({"speaker": "loud", "backdrop": CONF["backdrop/wall"], "output": ""})
    assert Speaker.__abstractmethods__ == {"greeting"}
