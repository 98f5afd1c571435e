"""What people type, as it reaches a configuration."""

from pathlib import Path

import pytest

from pipelines.config import SynthConfig
from speech.config import load_config
from speech.config.overrides import comma_hint
from speech.errors import InputError
from student.config import TrainStudentConfig

NAMES = [
    "my data, v=2",
    "数据",
    "données/été",
    "123",
    "007",
    "1e3",
    "true",
    "it's",
    'say "so"',
    "a[1]",
    "[draft]",
    "{a:b}",
    "a b",
    "back\\slash",
    "ends\\",
    "50%#1",
    "a=b",
    "~/x",
    "*.txt",
    "(copy)",
    "a:b",
    "@home",
    "tab\there",
]


def load(*overrides: str) -> SynthConfig:
    return load_config(SynthConfig, "synth", overrides)


@pytest.mark.parametrize("name", NAMES)
def test_text_is_what_was_typed(name: str) -> None:
    assert load(f"output={name}").output == name
    assert load(f"corpus.language={name}").corpus.language == name


@pytest.mark.parametrize("name", [name for name in NAMES if "," not in name])
def test_elements_of_a_list_are_what_was_typed(name: str) -> None:
    assert load(f"corpus.paths=[a.txt,{name}]").corpus.paths == ("a.txt", name)
    if not name.startswith("["):
        assert load(f"corpus.paths={name}").corpus.paths == (name,)


@pytest.mark.parametrize(
    ("typed", "paths"),
    [
        ('["a, b.txt"]', ("a, b.txt",)),
        ("['a, b.txt','c']", ("a, b.txt", "c")),
        ('"a, b.txt"', ("a, b.txt",)),
        ("[a.txt, b.txt]", ("a.txt", "b.txt")),
        ("[ a.txt ,b.txt,]", ("a.txt", "b.txt")),
        ("[/data/a=b/x.txt,~/x.txt]", ("/data/a=b/x.txt", "~/x.txt")),
        ("[hf://a/b:c@main#split]", ("hf://a/b:c@main#split",)),
        ("[]", ()),
    ],
)
def test_lists(typed: str, paths: tuple[str, ...]) -> None:
    assert load(f"corpus.paths={typed}").corpus.paths == paths


def test_hydras_own_words_still_mean_what_they_did() -> None:
    assert load("output='quoted'").output == "quoted"
    assert load("output=out/${seed}", "seed=7").output == "out/7"
    assert load("voices.include=null").voices.include is None
    assert load("+limit=3").limit == 3
    config = load("gate.judges.asr.windows_s=30", "teacher.sampler.guidance_interval=[0.1,0.9]")
    assert config.gate.judges.asr.windows_s == (30,)
    assert config.teacher.sampler.guidance_interval == (0.1, 0.9)


@pytest.mark.parametrize(
    ("override", "told"),
    [
        (
            "teacher.batch_size=abc",
            "abc: allowed is auto_max or a whole number, at least 1, as ",
        ),
        ("gate.wer_mx=1", "unknown option 'gate.wer_mx'; did you mean gate.wer_max"),
        (
            "dataset.shards=0",
            "auto or a whole number, at least 1 and at most 99999, as dataset.shards=3",
        ),
        ("limit=0", "limit=0: allowed is a whole number, at least 1, or null, as limit=3"),
        ("limit=3.5", "limit=3.5: allowed is a whole number"),
        ("seed=1,2", "it takes one value; a list is key=[a,b]"),
        ("runner.workers=x", "runner.workers=x: allowed is a whole number"),
        ("gate.speaking_rate.en.min=x", "gate.speaking_rate.en.min='x'"),
        ("output=null", "output=null: allowed is text"),
        ("output=a${b}", "stands for another key's value"),
        ("corpus.paths=a,b", "two are corpus.paths=[a,b]; one name with a comma is"),
        ("corpus.paths=[a,", "a list ends with ]"),
        ("dataset.keep_rejected_audio=maybe", "allowed is true or false"),
        ("teacher.device=gpu", "allowed is auto, cpu, cuda or xla"),
        ("limit", "an override is key=value"),
        ("output =x", "output"),
        (
            "seed==1",
            "override 'seed==1' cannot be read; there is one = between a key and its value",
        ),
        ("teacher.bs=1", "unknown option 'teacher.bs'; did you mean teacher.batch_size"),
        ("gate.sm=1", "did you mean gate.similarity_min"),
        (
            "gate.judges={}",
            "gate.judges={} changes nothing: entries are added; ~gate.judges.NAME takes",
        ),
        ("teacher=null", "teacher='null' does not exist; allowed: bark"),
        ("teacher=[f5_mini]", "allowed: bark, f5_base, f5_mini"),
    ],
)
def test_what_cannot_be_is_told_with_what_can(override: str, told: str) -> None:
    with pytest.raises(InputError) as refusal:
        load(override)
    assert told in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_one_dataset_is_no_list() -> None:
    with pytest.raises(InputError, match=r"dataset takes one value, not a list: \[a,b\]"):
        load_config(TrainStudentConfig, "train_student", ["dataset=[a,b]"])


@pytest.mark.parametrize(
    "override",
    [
        "output=${oc.env:SECRET}",
        "output=x/${ oc.env:SECRET,none}",
        "corpus.paths=[a,'${oc.env:SECRET}']",
    ],
)
def test_the_environment_stays_outside(
    override: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SECRET", "hunter2")
    with pytest.raises(InputError, match="is not resolved") as refusal:
        load(override)
    assert "hunter2" not in str(refusal.value)


def test_a_name_that_a_comma_has_cut_is_told() -> None:
    typed, told = ["corpus.paths=[a, b.txt]"], "no file matches 'a'"
    assert comma_hint(typed, told).endswith(
        "'corpus.paths=[\"a, b.txt\"]', with both kinds of quotes"
    )
    assert comma_hint(typed, "something else") == ""
    assert comma_hint(["corpus.paths=[a,b]"], told) == ""
