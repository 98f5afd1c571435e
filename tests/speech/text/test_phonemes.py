"""English to phonemes: what hibari gets wrong, bounds, and an alphabet that nothing leaves."""

import random
import sys
import unicodedata

import pytest
from hibari.g2p.lexicon import VOWELS, Lexicon

from speech.errors import Refused
from speech.text.phonemes import ALPHABET, phonemize

READ = [
    # a full stop that an abbreviation swallows
    ("It was seven P.M. He left.", "ˌɪt wʌz sˈɛvən pˌiˈɛm. hˌi lˈɛft."),
    ("He lives in the U.S.", "hˌi lˈɪvz ɪn ðə jˌuˈɛs."),
    ("The U.S. Army came.", "ðə jˌuˈɛs ˈɑɹmi kˈAm."),
    ("At five P.M. Monday it rained.", "ˌæt fˈIv pˌiˈɛm mˈʌndˌA ɪt ɹˈAnd."),
    ("At five P.M. EST it rained.", "ˌæt fˈIv pˌiˈɛm ˌiˌɛstˈi ɪt ɹˈAnd."),
    ("At ten AM Bob left.", "ˌæt tˈɛn ˌAˈɛm bˈɑb lˈɛft."),
    # letters where nobody could pronounce a word
    ("two tbsp", "tˈu tˌibˌiˌɛspˈi"),
    ("a wk", "ɐ dˌʌbᵊljukˈA"),
    ("nhl", "ˌɛnˌAʧˈɛl"),
    ("CO two levels rose.", "sˌiˈO tˈu lˈɛvᵊlz ɹˈOz."),
    ("Plan A failed, from A to B.", "plˈæn ˈA fˈAld, fɹʌm ˈA tə bˈi."),
    ("Use A four paper, the A team", "jˈuz ˈA fˈɔɹ pˈApəɹ, ði ˈA tˈim"),
    ("Sonata in A major, straight A's", "sənˈɑTə ɪn ˈA mˈAʤəɹ, stɹˈAt ˈAz"),
    ("A-four paper is wide.", "ˈAfˈɔɹ pˈApəɹ ɪz wˈId."),
    ('It ended. "A-ten," he said.', "ˌɪt ˈɛndᵻd. ˈAtˈɛn, hi sˈɛd."),
    ("In Europe, A four paper", "ɪn jˈʊɹəp, ˈA fˈɔɹ pˈApəɹ"),
    ("The A-team won. A-plus", "ði ˈAtˈim wˈʌn. ˈAplˈʌs"),
    # an article, all the same
    ("A four year plan, a four-year-old", "ɐ fˈɔɹ jˈɪɹ plˈæn, ɐ fˌɔɹjˈɪɹˈOld"),
    ("A man came. What A Day.", "ɐ mˈæn kˈAm. wˌʌt ɐ dˈA."),
    ("Plan A Trip Upon A Time", "plˈæn ɐ tɹˈɪp əpˈɑn ɐ tˈIm"),
    # words, all the same
    ("NASA and NATO", "nˈæsə ænd nˈATO"),
    ("Oh no, go on, MY friend", "ˈO nˈO, ɡˌO ˌɔn, ˌɛmwˈI fɹˈɛnd"),
    ("rhythm, hmm, shh", "ɹˈɪðəm, hmm, ʃ"),
    # quotation marks that hibari takes for letters
    ('"That is mine," he said.', "ðˌæt ɪz mˈIn, hi sˈɛd."),
    ('He said, "Then we agree."', "hˌi sˈɛd, ðˈɛn wi əɡɹˈi."),
    # the project's own lexicon
    ("Zoe's drawing", "zˈOiz dɹˈɔɪŋ"),
    ("a cliché", "ɐ kliʃˈA"),
    # what was right
    ("Hello there.", "həlˈO ðˈɛɹ."),
    ("state-of-the-art, one-size-fits-all", "stˈAtʌvðiˈɑɹt, wˌʌnsˈIzfˈɪtsˌɔl"),
    ("I'm here, they're there; it's Ann's.", "ˌIm hˈɪɹ, ðɛɹ ðˈɛɹ; ɪts ˈænz."),
    ("Wait... what?", "wˈAt... wˌʌt?"),
]
HOSTILE = (
    *("a-", "'", "A.", "1", "aA", "—", "…", "x", "é", "я", "😀", "a'", "'a", "a.", "-", "a--", "("),
    *('"', "a,", "a/", "a;", "1-", "1,", "$", "'s", "Aa", "aAa", "a_", "the-", "xq-", "zz'", "?!"),
    *("a-a-a-a-a- ", "don't", "P.M. ", '"a"', "[a](/ɑ/)", "[", "read ", "İ", "ß", "a\u0301", "₃"),
    *("ﬁ", "`", "10am", "Mr.", "\u0301", "a—b", "re-", "a1", "n't", "`a", "#1", "~", "\\", "|a"),
)


@pytest.mark.parametrize(("text", "phonemes"), READ)
def test_known_readings(text: str, phonemes: str) -> None:
    assert phonemize(text, "en") == phonemes


def phonemes_or_none(text: str) -> str | None:
    try:
        return phonemize(text, "en")
    except Refused:
        return None


def test_nothing_leaves_the_alphabet() -> None:
    """Every letter, mark, number, punctuation mark and symbol of Unicode, apart and in runs."""
    characters = [chr(code) for code in range(sys.maxunicode + 1)]
    characters = [char for char in characters if unicodedata.category(char)[0] in "LMNPS"]
    step = 97
    for start in range(0, len(characters), 40 * step):
        some = characters[start : start + 40 * step : step]
        for text in (" ".join(some), "".join(some), "a".join(some)):
            assert set(phonemes_or_none(text) or "") <= set(ALPHABET), text


@pytest.mark.parametrize("piece", HOSTILE)
def test_any_thousand_characters_cost_few_look_ups(
    piece: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """hibari asks its lexicon for every run of parts of an unbroken word: for 1,000 characters of
    "a-" half a million times."""
    asked = []
    look_up = Lexicon.__call__
    monkeypatch.setattr(Lexicon, "__call__", lambda *given: asked.append(1) or look_up(*given))
    said = phonemes_or_none((piece * 1000)[:1000])
    assert set(said or "") <= set(ALPHABET)
    assert len(asked) < 6_000


def test_mixtures_of_hostile_pieces() -> None:
    choices = random.Random(3)
    for _ in range(100):
        text = "".join(choices.choices(HOSTILE, k=60))
        assert set(phonemes_or_none(text) or "") <= set(ALPHABET), text


def test_a_long_unknown_word_is_said_to_its_end() -> None:
    """hibari's network reads 24 letters."""
    said = phonemize("blorf" * 12, "en")
    assert said.count("f") >= 10


def test_words_without_vowels_are_letters() -> None:
    for word in ("tbsp", "wk", "brkfst", "xqzt", "mhz", "ctrl", "pwd"):
        said = phonemize(word, "en")
        assert sum(symbol in VOWELS for symbol in said) >= len(word), said


def test_other_languages_and_silence_are_refused() -> None:
    for text, language, reason in (
        ("hallo", "de", "unsupported_language"),
        ("... !", "en", "nothing_to_speak"),
        ("Привет", "en", "nothing_to_speak"),
    ):
        with pytest.raises(Refused) as refused:
            phonemize(text, language)
        assert refused.value.reason == reason
