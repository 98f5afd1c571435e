"""Words beside a pronouncing dictionary: its alphabet in ours, what a listener tells, the shares."""

from pathlib import Path

import pytest

from eval.pronunciations.__main__ import PronunciationsConfig, main, readings
from eval.pronunciations.agreement import agree
from eval.pronunciations.arpabet import misaki
from speech.config import load_config
from speech.errors import InputError

DICTIONARY = """the DH AH0
nba EH1 N B IY1 EY1
n EH1 N
b B IY1
a AH0
a(2) EY1
tomato T AH0 M EY1 T OW2 # a comment
tomato(2) T AH0 M AA1 T OW2
michelle M IH0 SH EH1 L
bogus S L EH1 N D ER0
"""


@pytest.mark.parametrize(
    ("phones", "phonemes"),
    [
        ("HH AH0 L OW1", "həlˈO"),
        ("B AH1 T ER0", "bˈʌTəɹ"),
        ("B AH1 T AH0 N", "bˈʌtn"),
        ("B AA1 T AH0 L", "bˈɑTᵊl"),
        ("R EH1 F Y AH0 JH IY2", "ɹˈɛfjəʤˌi"),
        ("HH AW1 Z IH0 Z", "hˈWzᵻz"),
        ("R IY1 Z AH0 N", "ɹˈizᵊn"),
        ("IH1 NG K", "ˈɪŋk"),
        ("HH IY1 R", "hˈɪɹ"),
        ("B ER1 D", "bˈɜɹd"),
        ("AE1 K T IH0 V", "ˈæktɪv"),
    ],
)
def test_phones_are_phonemes(phones: str, phonemes: str) -> None:
    assert misaki(phones.split()) == phonemes


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("ˈænjəwəl", "ˈænjuəl", True),
        ("ɹəlˈis", "ɹilˈis", True),
        ("nˈu", "njˈu", True),
        ("kˈɔt", "kˈɑt", True),
        ("ʌv", "ˈʌv", True),
        ("mˈɛnʧən", "mˈɛnʃən", True),
        ("mɪʧˈɛl", "mɪʃˈɛl", False),
        ("kˈæʧ", "kˈɛʧ", False),
        ("ˈɑbʤəkt", "əbʤˈɛkt", False),
        ("sˈɪmən", "sˈImən", False),
        ("lˈukəz", "lˈukəs", False),
    ],
)
def test_what_a_listener_tells_apart(one: str, other: str, same: bool) -> None:
    assert agree(one, other) is same


def test_a_spelled_word_is_no_reading() -> None:
    assert set(readings(DICTIONARY)) == {"the", "tomato", "michelle", "bogus"}
    assert len(readings(DICTIONARY)["tomato"]) == 2


def configured(folder: Path, words: str) -> PronunciationsConfig:
    (folder / "words.txt").write_text(words)
    (folder / "cmudict.dict").write_text(DICTIONARY)
    places = [f"words={folder}/words.txt", f"dictionary={folder}/cmudict.dict"]
    return load_config(PronunciationsConfig, "pronunciations", [*places, "ranks=[2,4]"])


def test_shares_and_words_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(configured(tmp_path, "tomato\nqwerty\nMichelle\nmichelle\nbogus\n"))
    told = capsys.readouterr().out
    assert "of the first 2 words 1 compared: 0.00%" in told
    assert "of the first 4 words 2 compared: 0.00%" in told
    main(configured(tmp_path, "bogus\nthe\n"))
    assert "1 bogus bˈOɡəs  slˈɛndəɹ" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("phones", "wrong"), [("XX", "'XX'"), ("T AX1", "'AX'"), ("T AH7", "'7'"), ("AX0 T", "'AX'")]
)
def test_a_phone_that_is_none_is_an_input_error(phones: str, wrong: str, tmp_path: Path) -> None:
    config = configured(tmp_path, "odd\n")
    (tmp_path / "cmudict.dict").write_text(f"odd {phones}\n")
    with pytest.raises(InputError, match=f"cmudict.dict: odd has the phone {wrong}, which is none"):
        main(config)


@pytest.mark.parametrize(("key", "name"), [("words", "words.txt"), ("dictionary", "cmudict.dict")])
def test_a_list_that_is_not_utf_8_is_an_input_error(key: str, name: str, tmp_path: Path) -> None:
    config = configured(tmp_path, "tomato\n")
    (tmp_path / name).write_bytes(b"caf\xe9\n")
    with pytest.raises(InputError, match=f"^{key}=.*{name} is not UTF-8 text$"):
        main(config)


def test_two_lists_of_nothing_in_common_are_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"has no word of dictionary="):
        main(configured(tmp_path, "qwerty\n"))
