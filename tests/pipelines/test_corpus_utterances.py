import pytest
from configs import corpus_config

from pipelines.config import SynthConfig
from pipelines.corpus import Line, expand, read_lines, utterance_texts
from pipelines.text.utterances import plan_corpus
from speech.config import load_config
from speech.dataset.schema import Rejection, Utterance
from speech.text.normalize import normalize


def spoken(line: Line, languages: tuple[str, ...] = ("en",), **options: object) -> list:
    return list(utterance_texts(line, corpus_config(**options), languages))


def test_an_utterance_keeps_both_forms() -> None:
    assert spoken(Line("It\u200b costs  $5.", "a.txt:1", "x1", "en-US", "alto")) == [
        Utterance("x1", "It costs $5.", "It costs five dollars.", "en", "alto", None, "a.txt:1")
    ]


def test_ids_survive_reordering_and_depend_on_what_is_asked() -> None:
    def name(text: str, source: str, voice: str | None = None) -> str:
        return str(spoken(Line(text, source, voice=voice))[0].id)

    assert name("Hello there.", "a.txt:1") == name(" Hello\u200b  there. ", "b.txt:9")
    names = {name("Hello.", "a:1"), name("Hello!", "a:1"), name("Hello.", "a:1", "alto")}
    assert len(names) == 3


def test_long_lines_are_split_not_lost() -> None:
    text = " ".join(f"This is sentence number {word}." for word in ["one", "two"] * 20)
    parts = spoken(Line(text, "a.txt:1", "book"), max_chars=100)
    assert " ".join(part.text for part in parts) == text
    assert [part.id for part in parts[:2]] == ["book-p1", "book-p2"]
    assert max(len(part.text_normalized) for part in parts) <= 100


def test_parts_are_short_as_spoken_too() -> None:
    parts = spoken(Line("In 1999 and 2001 " * 12, "a.txt:1"), max_chars=210)
    assert len(parts) > 1
    assert max(len(part.text_normalized) for part in parts) <= 210
    assert " ".join(part.text for part in parts) == ("In 1999 and 2001 " * 12).strip()


def test_parts_know_their_line() -> None:
    text = "This is a sentence. " * 20
    (whole,) = spoken(Line("Hello.", "a.txt:1", "x"))
    assert (whole.line, whole.part) == ("", 0)
    parts = spoken(Line(text, "a.txt:1", "x"), max_chars=100)
    assert [(part.line, part.part) for part in parts] == [("x", n + 1) for n in range(len(parts))]
    one, other = (
        {part.line for part in spoken(Line(f"{text} {end}", "a.txt:1"), max_chars=100)}
        for end in ("One.", "Two.")
    )
    assert len(one) == len(other) == 1
    assert one != other


def test_a_word_too_long_as_spoken_is_told_with_the_limit_that_was_set() -> None:
    (rejected,) = spoken(Line(f"Pi is 3.{'1415926535' * 10} ok.", "a:1"))
    assert rejected.reason == "too_long"
    assert rejected.detail.startswith("one word of 102 characters, ")
    assert rejected.detail.endswith(" as spoken; allowed: 220")


def test_a_long_word_lives_beside_words_that_grow() -> None:
    text = "a" * 104 + " " + "1999 " * 30
    parts = spoken(Line(text, "a:1"))
    assert " ".join(part.text for part in parts) == text.strip()
    assert max(len(part.text_normalized) for part in parts) <= 220


def test_one_bad_part_does_not_take_the_others() -> None:
    text = "All of this sentence is fine. А это предложение нет."
    fine, bad = spoken(Line(text, "a.txt:1", "x"), max_chars=30)
    assert (fine.id, fine.text) == ("x-p1", "All of this sentence is fine.")
    assert (bad.id, bad.reason, bad.stage) == ("x-p2", "unsupported_script", "text")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (Line(" ", "a:1"), "empty"),
        (Line("😀", "a:1"), "nothing_to_speak"),
        (Line("Guten Tag.", "a:1", language="de"), "unsupported_language"),
        (Line("你好。", "a:1", language="zh"), "unsupported_language"),
        (Line("x" * 300, "a:1"), "too_long"),
        (Line("Hi.", "a:1", id="a/b"), "invalid_id"),
    ],
)
def test_rejections(line: Line, reason: str) -> None:
    (rejected,) = spoken(line)
    assert (rejected.reason, rejected.stage, rejected.source) == (reason, "text", "a:1")
    assert rejected.text == line.text
    assert rejected.id.isprintable()


def test_chinese() -> None:
    (one,) = spoken(Line("我有3个苹果。", "a:1", language="zh-CN"), ("en", "zh"))
    assert (one.text_normalized, one.language) == ("我有三个苹果。", "zh")
    parts = spoken(Line("今天天气很好，我们去公园。" * 20, "a:1", language="zh"), ("zh",))
    assert max(len(part.text) for part in parts) <= 220 // 3
    assert "".join(part.text for part in parts) == "今天天气很好，我们去公园。" * 20


# the demo


def test_demo_corpus() -> None:
    config = corpus_config()
    (file,) = expand(config)
    lines = list(read_lines(file, config))
    items = [item for line in lines for item in utterance_texts(line, config, ["en"])]
    texts = [item for item in items if isinstance(item, Utterance)]
    reasons = [item.reason for item in items if isinstance(item, Rejection)]
    assert 100 <= len(lines) == len(items) <= 110
    assert len({text.id for text in texts}) == len(texts) - 1 >= 96
    assert sorted(reasons) == ["nothing_to_speak", "nothing_to_speak", "unsupported_script"]
    lengths = [len(text.text.split()) for text in texts]
    assert min(lengths) == 1
    assert max(lengths) == 30
    assert 8.5 <= sum(lengths) / len(lengths) <= 10
    assert all(normalize(text.text_normalized, "en") == text.text_normalized for text in texts)


@pytest.mark.parametrize(
    ("text", "shards"),
    [("Hello.\n", 1), ("Hello.\n" * 4097, 2), ("word " * 3000, 1), ("word " * 300_000, 2)],
)
def test_shards_are_as_many_as_long_lines_need(tmp_path, text: str, shards: int) -> None:
    path = tmp_path / "text.txt"
    path.write_text(text)
    config = load_config(SynthConfig, "synth", [f"corpus.paths=['{path}']"])
    assert plan_corpus(config).shards == shards
