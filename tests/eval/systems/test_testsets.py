"""Lists of sentences of every format, and that none of them was trained on."""

import json
from pathlib import Path

import pytest

from eval.dataset.duplicates import text_key
from eval.systems.testsets import Reference, read_testset, without_trained
from speech.errors import InputError


def test_the_projects_own_lines() -> None:
    testset = read_testset("package://eval/testset/english.txt", "en", 100)
    assert len(testset.sentences) == 100
    assert [s.number for s in testset.sentences] == list(range(100))
    assert len({text_key(s.text_normalized) for s in testset.sentences}) == 100
    assert testset.sentences[0].id == "00001"


def test_no_line_of_the_testset_is_in_a_packaged_corpus() -> None:
    from speech import storage

    demo = storage.read_bytes("package://pipelines.corpus/demo.txt").decode().splitlines()
    testset = read_testset("package://eval/testset/english.txt", "en", None)
    kept = without_trained(testset, map(text_key, demo))
    assert len(kept.sentences) == 150


def test_plain_lines(tmp_path: Path) -> None:
    path = tmp_path / "lines.txt"
    path.write_text("\ufeffHello there.\r\n\n!!!\nRoom 12.\n")
    testset = read_testset(path, "en", None)
    assert [s.text for s in testset.sentences] == ["Hello there.", "Room 12."]
    assert [s.id for s in testset.sentences] == ["00001", "00004"]
    assert [s.number for s in testset.sentences] == [0, 2]
    assert testset.sentences[1].text_normalized == "Room twelve."
    assert testset.left_out == {"nothing_to_speak": 1}


def test_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    rows = [
        {"text": "One.", "voice": "ann", "more": 1},
        {"text": "Two.", "id": "b", "audio": "two.wav"},
        {"text": "Three.", "prompt_audio": "gs://b/p.wav", "prompt_text": "A prompt."},
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    testset = read_testset(path, "en", None)
    first, second, third = testset.sentences
    assert (first.voice, second.id) == ("ann", "b")
    assert second.recording == f"{tmp_path}/two.wav"
    assert testset.references == {"gs://b/p.wav": Reference("gs://b/p.wav", "A prompt.")}
    assert third.voice == "gs://b/p.wav"


def test_seed_tts_eval(tmp_path: Path) -> None:
    path = tmp_path / "meta.lst"
    path.write_text(
        "utt1|We asked.|prompt-wavs/p1.wav|Get the trust fund.\n"
        "utt2|They did.|prompt-wavs/p2.wav|Say it again.|wavs/g.wav\n"
    )
    (tmp_path / "wavs").mkdir()
    (tmp_path / "wavs/utt1.wav").touch()
    testset = read_testset(path, "en", None)
    first, second = testset.sentences
    assert (first.id, first.text, first.voice) == (
        "utt1",
        "Get the trust fund.",
        "prompt-wavs/p1.wav",
    )
    assert first.recording == f"{tmp_path}/wavs/utt1.wav"
    assert second.recording == f"{tmp_path}/wavs/g.wav"
    assert testset.references["prompt-wavs/p1.wav"] == Reference(
        f"{tmp_path}/prompt-wavs/p1.wav", "We asked."
    )


def test_librispeech_pc(tmp_path: Path) -> None:
    path = tmp_path / "librispeech_pc_test_clean_cross_sentence.lst"
    path.write_text("4992-23283-0000\t6.6\tBut it did.\t4992-23283-0015\t5.0\tShe said so.\n")
    testset = read_testset(path, "en", None)
    sentence = testset.sentences[0]
    assert (sentence.id, sentence.text) == ("4992-23283-0015", "She said so.")
    assert sentence.recording == f"{tmp_path}/4992/23283/4992-23283-0015.flac"
    assert testset.references["4992-23283-0000"].transcript == "But it did."


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", b"\xff\xfe", "not UTF-8"),
        ("a.txt", b"\n \n", "holds no sentence"),
        ("a.txt", b"!!!\n", "holds no sentence"),
        ("a.wav", b"Hello.", "allowed: .txt"),
        ("a.jsonl", b'{"text": 1}', r"a\.jsonl:1: needs an object with a text"),
        ("a.jsonl", b"{", r"a\.jsonl:1"),
        ("a.jsonl", b'{"text": "a", "prompt_audio": "b"}', "needs prompt_text"),
        (
            "a.jsonl",
            b'{"text": "One.", "voice": "ann", "prompt_audio": "p", "prompt_text": "P."}\n\n'
            b'{"text": "Two.", "voice": "ann", "prompt_audio": "q", "prompt_text": "P."}',
            r"a\.jsonl:3: voice 'ann' has another prompt than in .*a\.jsonl:1; allowed is one",
        ),
        ("a.lst", b"1|P.|p.wav|One.\n2|Q.|p.wav|Two.", r"a\.lst:2: .*'p.wav' has another prompt"),
        ("a.lst", b"a|b|c", "needs id"),
        ("a.lst", b"a\tb", "six columns"),
        ("a.lst", b"a\t1\tb\tc\t1\td", r"a\.lst:1"),
    ],
)
def test_refuses(name: str, content: bytes, message: str, tmp_path: Path) -> None:
    tmp_path.joinpath(name).write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_testset(tmp_path / name, "en", None)


def test_a_missing_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read"):
        read_testset(tmp_path / "none.txt", "en", None)


def test_what_was_trained_on_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "lines.txt"
    path.write_text("Hello, there.\nRoom 12.\nStay.\n")
    testset = read_testset(path, "en", None)
    kept = without_trained(testset, [text_key("hello there"), text_key("room twelve")])
    assert [s.text for s in kept.sentences] == ["Stay."]
    assert kept.sentences[0].number == 2
    assert kept.left_out == {"in_the_dataset": 2}
    assert without_trained(testset, [text_key("other")]) is testset
