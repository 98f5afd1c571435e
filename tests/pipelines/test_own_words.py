"""Words and lines whose sound the user gives: from corpus and lexicon to the teacher and the rows."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from configs import corpus_config
from fakes import FakeTeacher, fake_config, open_fake_studio, write_corpus

import pipelines.run.preparation
from pipelines import synth
from pipelines.corpus import Line, expand, read_lines, utterance_texts
from pipelines.run.preparation import check_lexicon
from speech.dataset.schema import Rejection, Utterance
from speech.errors import InputError
from speech.text.lexicon import NO_WORDS, Lexicon, Words
from speech.text.phonemes import phonemize
from teacher.base import Prepared, Request

WORDS = Lexicon(Words({"Kokoro": "kˈOkəɹO"}), Words({"tbsp": "tablespoons"}))


def spoken(
    text: str, lexicon: Lexicon = NO_WORDS, phonemes: str | None = None, **options: object
) -> list[Utterance | Rejection]:
    line = Line(text, "a:1", phonemes=phonemes)
    return list(utterance_texts(line, corpus_config(**options), ["en"], lexicon))


def test_the_text_is_kept_and_the_word_is_plain() -> None:
    text = "[Kokoro](/kˈOkəɹO/) took 2 tbsp."
    (one,) = spoken(text, WORDS)
    assert isinstance(one, Utterance)
    assert (one.text, one.text_normalized) == (text, "Kokoro took two tablespoons.")
    assert one.phonemes == "kˈOkəɹO tˈʊk tˈu tˈAbəlspˌunz."


def test_only_given_words_give_phonemes() -> None:
    assert [getattr(spoken(text, WORDS)[0], "phonemes", "") for text in ("Hi.", "Kokoro.")] == [
        None,
        "kˈOkəɹO.",
    ]


def test_each_part_of_a_long_line_has_its_own() -> None:
    parts = spoken("I [read](/ɹˈɛd/) it then. " * 20, max_chars=100)
    assert len(parts) > 3
    for part in parts:
        assert isinstance(part, Utterance)
        count = part.text_normalized.count("read")
        assert count == part.text.count("[read](/ɹˈɛd/)") == part.phonemes.count("ɹˈɛd") > 0
        assert len(part.text_normalized) <= 100


@pytest.mark.parametrize(
    ("text", "phonemes", "reason"),
    [
        ("[yo](/ˈёu/)", None, "invalid_phonemes"),
        ("Hello.", "hello", "invalid_phonemes"),
        ("Hello.", "ˈ", "invalid_phonemes"),
        ("One two three. " * 20, "wˈʌn", "too_long"),
    ],
)
def test_wrong_phonemes_are_rejected_rows(text: str, phonemes: str | None, reason: str) -> None:
    (rejected,) = spoken(text, phonemes=phonemes)
    assert isinstance(rejected, Rejection)
    assert (rejected.reason, rejected.stage, rejected.text) == (reason, "text", text)


def test_other_phonemes_are_another_row() -> None:
    ids = {spoken("Hello.", phonemes=said)[0].id for said in (None, "həlˈO.", "hˈɛlO.")}
    assert len(ids) == 3


def test_every_table_has_the_column(tmp_path: Path) -> None:
    rows = [{"text": "Hi.", "phonemes": "hˈI."}, {"text": "Ho.", "phonemes": None}]
    (tmp_path / "a.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    (tmp_path / "a.csv").write_text("text,phonemes\nHi.,hˈI.\nHo.,\n")
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet")
    for kind in ("jsonl", "csv", "parquet"):
        for column, found in (("phonemes", ["hˈI.", None]), (None, [None, None])):
            config = corpus_config(paths=(str(tmp_path / f"a.{kind}"),), phonemes_column=column)
            (file,) = expand(config)
            assert [line.phonemes for line in read_lines(file, config)] == found  # type: ignore[union-attr]


@pytest.fixture
def words(tmp_path: Path) -> Path:
    path = tmp_path / "words.tsv"
    path.write_text("river\t/ɹˈɪvɹə/\n")
    return path


def test_a_run_says_them_and_is_tied_to_them(
    tmp_path: Path, words: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipelines.run.preparation, "check_voices", lambda *_: None)
    asked: dict[str, str | None] = {}
    prepare = FakeTeacher.prepare

    def listened(self: FakeTeacher, request: Request) -> Prepared:
        asked[request.text] = request.phonemes
        return prepare(self, request)

    monkeypatch.setattr(FakeTeacher, "prepare", listened)
    corpus, output = write_corpus(tmp_path / "corpus.txt", 20), str(tmp_path / "out")
    config = fake_config(output, corpus, f"corpus.lexicon='{words}'", "dataset.shards=2")
    assert synth.main(config, open_fake_studio) == 0
    assert {"ɹˈɪvɹə" in (said or "") for text, said in asked.items() if "river" in text} == {True}
    assert {said for text, said in asked.items() if "river" not in text} == {None}
    words.write_text("river\t/ɹˈɪvəɹ/\n")
    with pytest.raises(InputError, match=r"corpus\.lexicon"):
        synth.main(config, open_fake_studio)


def test_a_teacher_of_letters_takes_spellings_alone(tmp_path: Path, words: Path) -> None:
    overrides = ("teacher=f5_base", f"corpus.lexicon='{words}'")
    config = fake_config(str(tmp_path / "out"), "none.txt", *overrides)
    with pytest.raises(InputError, match=r"'river'.*f5_base.*another spelling"):
        check_lexicon(config)
    words.write_text("river\trivver\n")
    check_lexicon(config)


def test_a_datasets_own_column_is_what_would_be_said() -> None:
    """Phonemes that a clip carries are read as they are when its dataset is a corpus."""
    said = phonemize("Hello there, Zoe.", "en")
    (one,) = spoken("Hello there, Zoe.", phonemes=said)
    assert isinstance(one, Utterance)
    assert one.phonemes == said
