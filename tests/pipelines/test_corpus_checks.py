"""What is told of a corpus before anything is spent."""

from pathlib import Path

import pytest

from pipelines.config import SynthConfig
from pipelines.text import corpus_checks
from pipelines.text.row_order import admit
from pipelines.text.utterances import plan_corpus, plan_line, read_part
from speech.dataset.schema import Rejection
from speech.errors import InputError
from speech.storage import read_bytes
from speech.text.foreign import looks_like
from teacher.voices import load_bank
from tests.pipelines.fakes import fake_config

SPANISH = """El perro come carne en la cocina de mi casa.
Mañana iremos a la playa con los niños.
El gobierno anunció nuevas medidas económicas para el próximo año.
"""


def told(path: Path | str, *overrides: str) -> list[str]:
    config = fake_config("out", str(path), *overrides)
    corpus = plan_corpus(config)
    lines = corpus_checks.first_lines(config, corpus)
    corpus_checks.check_text(lines, corpus)
    return list(corpus_checks.notes(config, corpus, lines))


def test_text_in_another_language_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(SPANISH)
    (note,) = told(tmp_path / "a.txt")
    assert note.startswith("3 of the first 3 lines look like es (3) and will be spoken")
    assert "a.txt:1: El perro come carne" in note


def test_english_is_taken_for_english() -> None:
    texts = [
        *read_bytes("package://pipelines.corpus/demo.txt").decode().splitlines(),
        *read_bytes("package://eval/testset/english.txt").decode().splitlines(),
    ]
    mistaken = {text for text in texts if looks_like(text) not in (None, "en")}
    assert mistaken == {"Καλημέρα σας, τι κάνετε;"}
    assert told("package://pipelines.corpus/demo.txt") == []


def test_names_are_of_no_language() -> None:
    for name in ("Ludwig van Beethoven", "Beyoncé", "Buenos Aires", "Déjà vu."):
        assert looks_like(name) is None
    assert looks_like("今天天气很好，我们去公园散步。") == "zh"


def test_languages_that_are_not_spoken_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text,language\nHola,es\nHello.,en-US\nHi.,English\n")
    (note,) = told(tmp_path / "a.csv")
    assert note == "1 of the first 3 lines are in es (1) and will be rejected; spoken: en"


def test_a_recognised_layout_is_told(tmp_path: Path) -> None:
    (tmp_path / "metadata.csv").write_text("a|Hello there.|Hello there.\n")
    (note,) = told(tmp_path / "metadata.csv")
    assert note == "metadata.csv is read without a header, as id|text as written|text"


def test_a_corpus_language_that_is_not_spoken_is_refused() -> None:
    with pytest.raises(
        InputError, match=r"corpus\.language=es: allowed: en \(what teacher f5_mini"
    ):
        corpus_checks.check_language(fake_config("out", "a.txt", "corpus.language=es"))
    corpus_checks.check_language(fake_config("out", "a.txt", "corpus.language=en_GB"))


def test_more_voices_than_there_are_is_refused() -> None:
    config = fake_config("out", "a.txt", "voices.per_text=13")
    bank = load_bank(config.voices)
    with pytest.raises(InputError, match=r"voices\.per_text=13: .* 12 voices .*; allowed: 1 to 12"):
        corpus_checks.check_per_text(config, bank)
    corpus_checks.check_per_text(fake_config("out", "a.txt", "voices.per_text=12"), bank)


def test_blank_lines_alone_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("\n \t\n\n")
    with pytest.raises(InputError, match=r"a\.txt: 3 lines, all of them blank"):
        told(tmp_path / "a.txt")


@pytest.mark.parametrize(
    "override",
    [
        *("dataset.shards=0", "dataset.shards=-1", "dataset.shards=100000000"),
        *("runner.workers=0", "limit=0", "corpus.max_chars=0"),
        *("corpus.encoding=nope", "corpus.delimiter=ab"),
    ],
)
def test_values_out_of_bounds_are_one_line(override: str) -> None:
    key = override.partition("=")[0].rpartition(".")[2]
    with pytest.raises(InputError, match=key) as caught:
        fake_config("out", "a.txt", "runner=direct", override)
    assert "\n" not in str(caught.value)


# which of two lines is the first


def admitted(config: SynthConfig) -> tuple[list[str], list[str]]:
    """Texts that go on, and details of the rejected."""
    bank, rejected = load_bank(config.voices), list[Rejection]()
    items = [
        item
        for part in plan_corpus(config).parts
        for line in read_part(part, config)
        for item in plan_line(line, config, bank)
    ]
    kept = admit(reversed(items), rejected.append)
    return [utterance.text for utterance in kept], [row.detail for row in rejected]


def test_of_two_lines_with_one_id_the_first_stays(tmp_path: Path) -> None:
    lines = [f"b{n},Line {n}." for n in range(120)]
    for first, second in ((0, 8), (6, 100), (97, 98)):
        rows = list(lines)
        rows[first], rows[second] = "same,The first.", "same,The second."
        (tmp_path / "a.csv").write_text("\n".join(["id,text", *rows]))
        texts, details = admitted(fake_config("out", f"{tmp_path}/a.csv"))
        assert "The first." in texts
        assert details == [f"first seen at a.csv:{first + 2}"]


def test_files_come_in_the_order_given(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_text(f"id,text\nx,From {name}.\n")
        (tmp_path / name).mkdir()
        (tmp_path / name / "same.csv").write_text(f"id,text\nx,From {name}.\n")
    for names in (("b.csv", "a.csv"), ("a.csv", "b.csv"), ("b/same.csv", "a/same.csv")):
        config = fake_config("out", [f"{tmp_path}/{name}" for name in names])
        assert admitted(config)[0] == [f"From {names[0][0]}."]
