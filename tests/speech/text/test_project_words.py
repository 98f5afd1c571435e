"""Words that the project says in its own way: a table of readings, and rules that all of them keep."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from hibari.g2p import Context
from hibari.g2p.lexicon import VOWELS

from speech.text.lexicon import has_sound, read_lexicon
from speech.text.own_words import OWN, mended, revision, sources, with_own_words
from speech.text.phonemes import _g2p, phonemize

READ = """
drawing dɹˈɔɪŋ | drawings dɹˈɔɪŋz | wanting wˈɑntɪŋ | gnawing nˈɔɪŋ | thawing θˈɔɪŋ
Zoe's zˈOiz | Zoes zˈOiz | Michelle's mɪʃˈɛlz | Simon sˈImən | Donald dˈɑnᵊld | Nathan nˈAθən
Evans ˈɛvᵊnz | Leonard lˈɛnəɹd | Curtis kˈɜɹTəs | Lucas lˈukəs | Anna ˈænə | Maria məɹˈiə
Karen kˈɛɹən | Barry bˈæɹi | Beth bˈɛθ | Pierre piˈɛɹ | Carlos kˈɑɹlOs | Angeles ˈænʤələs
Juan wˈɑn | Jose hOzˈA | José hOzˈA | García ɡɑɹsˈiə | Rodríguez ɹɑdɹˈiɡɛz | Peña pˈAnjə
Nguyen wˈɪn | Nguyens wˈɪnz | Xi ʃˈi | Xi's ʃˈiz | Zhang ʤˈɑŋ | Guangzhou ɡwˌɑŋʤˈO
Macron məkɹˈOn | Renault ɹənˈO | Renaults ɹənˈOz | Goethe ɡˈɜɹTə | Dvorak dvˈɔɹʒɑk
Dvořák dvˈɔɹʒɑk | Beethoven bˈAtˌOvən | Kyiv kˈiv | Łódź lˈɑdz | Toyota tOjˈOTə | Putin pˈutᵊn
illegal ɪlˈiɡᵊl | irregular ɪɹˈɛɡjələɹ | immortal ɪmˈɔɹTᵊl | unknown ˌʌnnˈOn
graphs ɡɹˈæfs | stomachs stˈʌməks | raced ɹˈAst | typed tˈIpt
terminated tˈɜɹmənˌATᵻd | disguising dɪsɡˈIzɪŋ | curing kjˈʊɹɪŋ | massage məsˈɑʒ
vaping vˈApɪŋ | shing ʃˈɪŋ | bodies bˈɑdiz | movies mˈuviz | hopping hˈɑpɪŋ | hoping hˈOpɪŋ
comin kˈʌmɪn | lookin lˈʊkɪn | Martin mˈɑɹtᵊn | dont dˈOnt | youll jul
exported ɪkspˈɔɹTᵻd | protesting pɹətˈɛstɪŋ
"""
WORDS = dict(pair.split() for pair in READ.replace("\n", "|").split("|") if pair.strip())
VOICELESS, SIBILANT = "ptkfθ", "szʃʒʧʤ"


@pytest.fixture(scope="module")
def own() -> Mapping[str, str]:
    """Every word of ours, as it is said."""
    return {
        word: said
        for name in OWN
        for word, said in read_lexicon(f"package://speech.text/{name}").phonemes.exact.items()
    }


def reading(word: str) -> str | None:
    """Of the dictionaries and rules alone, without a network."""
    said, _ = _g2p().lexicon.get_word(word, "NN", None, Context(False))
    return said


def test_words_are_said_as_they_should_be() -> None:
    assert {word: phonemize(word, "en") for word in WORDS} == WORDS


def test_thousands_of_frequent_words_are_ours(own: Mapping[str, str]) -> None:
    assert len(own) > 7_000
    assert all(has_sound(said) for said in own.values())


def test_stress_stands_before_a_vowel(own: Mapping[str, str]) -> None:
    wrong = {w: s for w, s in own.items() if any(v not in VOWELS for v in re.findall("[ˈˌ](.)", s))}
    assert wrong == {}
    assert {word for word, said in own.items() if said.count("ˈ") > 2} == set()


def test_possessives_and_plurals_agree_with_their_word(own: Mapping[str, str]) -> None:
    """By the sound that the word ends in. The plural where it is not in a dictionary itself, as
    "allies" is beside the name Allie, and only has an s more."""
    lexicon, wrong = _g2p().lexicon, {}
    for word, said in own.items():
        ending = "s" if said[-1] in VOICELESS else "ᵻz" if said[-1] in SIBILANT else "z"
        plural = f"{word}s"
        is_regular = not word.endswith(("s", "x", "z", "y", "ie"))
        is_listed = plural in lexicon.golds or plural in lexicon.silvers
        for form in (f"{word}'s", plural) if is_regular and not is_listed else (f"{word}'s",):
            if word == word.lower() and reading(form) != said + ending:
                wrong[form] = reading(form)
    assert wrong == {}


def test_no_word_ends_as_no_english_word_does() -> None:
    """Not in fz, sd: in any of hibari's 184 k either, nor as an inflection of ours."""
    lexicon = _g2p().lexicon
    for table in (lexicon.golds.d, lexicon.silvers.d):
        ends = [w for w, s in table.items() if isinstance(s, str) and re.search("[ptkfθ]z$", s)]
        assert [word for word in ends if word.endswith("s")] == []


def test_a_word_of_ours_goes_before_hibaris_in_any_case() -> None:
    readings: dict[str, Any] = {"Drawing": "dɹˈYŋ", "xi": "zI", "drawing": "dɹˈYŋ"}
    assert with_own_words(readings) is readings
    assert "Drawing" not in readings
    assert (readings["drawing"], readings["Xi"], readings["xi"]) == ("dɹˈɔɪŋ", "ʃˈi", "zI")


def test_what_is_mended_is_what_english_does_not_have() -> None:
    told = {"illegal": "ɪllˈiɡᵊl", "graphs": "ɡɹˈæfz", "raced": "ɹˈAsd", "dogs": "dˈɔɡz"}
    right = {"illegal": "ɪlˈiɡᵊl", "graphs": "ɡɹˈæfs", "raced": "ɹˈAst", "dogs": "dˈɔɡz"}
    assert mended(told) == right
    by_class: dict[str, Any] = {"read": {"DEFAULT": "ɹˈid", "VBD": "ɹˈɛd"}}
    assert mended(dict(by_class)) == by_class


def test_acronyms_of_three_letters_stay_acronyms() -> None:
    for word in ("IRA", "MIA", "API", "NYC", "USA", "IBM", "CEO"):
        said = phonemize(f"The {word} said so.", "en").split()[1]
        assert sum(symbol in VOWELS for symbol in said) >= 3, (word, said)


def test_another_table_is_another_revision(monkeypatch: pytest.MonkeyPatch) -> None:
    before = revision()
    assert re.fullmatch("[0-9a-f]{12}", before)
    others = [*sources(), b"another word"]
    monkeypatch.setattr("speech.text.own_words.sources", lambda: others)
    assert revision() != before
