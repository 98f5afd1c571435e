"""The user's own words: tables of them, and phonemes in the text."""

from pathlib import Path

import pytest

from speech.errors import InputError, Refused
from speech.text.inline_phonemes import hide, plain
from speech.text.lexicon import NO_WORDS, Lexicon, read_lexicon
from speech.text.phonemes import phonemes_given, phonemize

TABLE = """# how our words sound
word\tphonemes
Kokoro\t/kˈOkəɹO/
kokoro\t/kəkˈɔɹO/

GIF\tjiff
tbsp\ttablespoons
C++\tsee plus plus
Nice\t/nˈis/
GIF\tjiff
"""
KOKORO = "[Kokoro](/kˈOkəɹO/)"


def write(folder: Path, text: str | bytes) -> str:
    path = folder / "words.tsv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


@pytest.fixture
def lexicon(tmp_path: Path) -> Lexicon:
    return read_lexicon(write(tmp_path, TABLE))


def test_the_exact_case_comes_first(lexicon: Lexicon) -> None:
    assert phonemize("Kokoro, kokoro, KOKORO.", "en", lexicon) == "kˈOkəɹO, kəkˈɔɹO, kəkˈɔɹO."
    assert phonemize("nice", "en", lexicon) == "nˈis"


def test_possessives_and_compounds_have_the_word(lexicon: Lexicon) -> None:
    assert phonemize("Kokoro's Nice's", "en", lexicon) == "kˈOkəɹOz nˈisᵻz"
    assert phonemize("a Kokoro-like voice", "en", lexicon) == "ɐ kˈOkəɹOlˈIk vˈYs"
    assert phonemize("Kokoroes", "en", lexicon) == phonemize("Kokoroes", "en")


def test_spellings_are_put_in_before_the_text_is_read_out(lexicon: Lexicon) -> None:
    assert lexicon.respell("2 tbsp of C++, GIFs or a gif.") == (
        "2 tablespoons of see plus plus, GIFs or a jiff."
    )
    assert lexicon.respell("a word") == "a word"
    assert NO_WORDS.respell("2 tbsp") == "2 tbsp"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Kokoro kˈOkəɹO", r"line 1: .* is not a word, a tab, and /phonemes/ or a spelling"),
        ("# a\n\nNew York\t/nˈu/", r"line 3: 'New York' is not one word"),
        ("Kokoro\t/kokoro/", r"line 1: 'o' U\+006F in 'kokoro'; allowed: .*AIOTWY"),
        ("Kokoro\tkˈOkəɹO", r"line 1: 'kˈOkəɹO' is not /phonemes/ between slashes"),
        ("Kokoro\t/kˈOkəɹO", r"line 1: '/kˈOkəɹO' is not /phonemes/ between slashes"),
        ("Kokoro\t/ˈ ./", r"line 1: no phoneme in"),
        ("C++\t/sˈi/", r"line 1: 'C\+\+' .*: give it a spelling"),
        ("a\tb\nA\tc\na\td", r"line 3: 'a' stands in line 1 already"),
        (b"caf\xe9\tcoffee", r"not UTF-8"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, text: str | bytes, told: str) -> None:
    with pytest.raises(InputError, match=told):
        read_lexicon(write(tmp_path, text))


def test_a_missing_table_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.tsv"):
        read_lexicon(str(tmp_path / "none.tsv"))


def test_the_projects_own_words_mend_what_is_wrong() -> None:
    from hibari.g2p import G2P

    hibari, own = G2P(), read_lexicon("package://speech.text/lexicon_en.tsv").phonemes.exact
    assert len(own) > 30
    for word, phonemes in own.items():
        alone = {hibari(form, normalize_text=False) for form in (word, word.lower(), f"{word}'s")}
        assert alone != {phonemes}, word
        assert phonemize(word, "en") == phonemes


def test_phonemes_in_the_text() -> None:
    assert phonemize(f"{KOKORO}'s voice", "en") == "kˈOkəɹOz vˈYs"
    assert phonemize("I [read](/ɹˈɛd/) and [New York](/nˈu jˈɔɹk/).", "en") == (
        "ˌI ɹˈɛd ænd nˈu jˈɔɹk."
    )
    assert phonemize("a pre[fix](/fˈɪk/)ed word", "en") == "ɐ pɹˈifˈɪkˈɛd wˈɜɹd"
    assert plain(f"{KOKORO}'s voice") == "Kokoro's voice"


@pytest.mark.parametrize("text", ["[docs](/guide/)", "[a](/b/c/)", "[a](http://b)", "[a]", "(/ɑ/)"])
def test_links_of_markdown_are_not_ours(text: str) -> None:
    assert plain(text) == text
    assert hide(text).links == {}


def test_wrong_phonemes_in_the_text_are_refused() -> None:
    with pytest.raises(Refused, match=r"'ё' U\+0451") as refused:
        hide("[yo](/ˈёu/)")
    assert refused.value.reason == "invalid_phonemes"


@pytest.mark.parametrize(
    ("text", "normalized"),
    [
        (f"{KOKORO} costs $5.", f"{KOKORO} costs five dollars."),
        ("In [2024](/twˈɛnti/), 3 [St.](/sˈAnt/) it", None),
        ("[KOKORO](/kˈOkəɹO/) IS HERE", None),
        (f"Vobaluma, {KOKORO}, {KOKORO} and [read](/ɹˈɛd/) 2.", None),
        (" ".join([KOKORO] * 200), " ".join([KOKORO] * 200)),
    ],
)
def test_marked_words_survive_normalisation(text: str, normalized: str | None) -> None:
    hidden = hide(text)
    assert hidden.shown(hidden.text) == text
    said = hidden.normalized(hidden.text, "en", NO_WORDS)
    marked = said.shown(said.text)
    assert normalized is None or marked == normalized
    assert len(said.links) == len(hidden.links) == text.count("](/")
    assert not any(character.isdigit() for character in plain(marked))
    assert not set(plain(marked)) & set("[]/")


def test_only_texts_with_given_words_have_phonemes_of_their_own(lexicon: Lexicon) -> None:
    assert phonemes_given("Hello there.", "en", lexicon) is None
    assert phonemes_given("Hello Kokoro.", "en", NO_WORDS) is None
    assert phonemes_given("Hello Kokoro.", "en", lexicon) == "həlˈO kˈOkəɹO."
    assert phonemes_given(f"Hello {KOKORO}.", "en", NO_WORDS) == "həlˈO kˈOkəɹO."
