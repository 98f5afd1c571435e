"""English text to phonemes, by hibari-tts's port of misaki (Apache-2.0, no espeak)."""

from functools import lru_cache

from hibari.g2p import G2P

from speech.errors import Refused

ALPHABET = " !,.:;?AIOTWYbdfhijklmnpstuvwzæðŋɐɑɔəɛɜɡɪɹʃʊʌʒʤʧˈˌθᵊᵻ—“”"
"""misaki's symbols for English, with its punctuation"""


@lru_cache(maxsize=1)
def _g2p() -> G2P:
    return G2P()


def phonemize(text_normalized: str, language: str) -> str:
    """Phonemes in misaki's alphabet, a space between words, punctuation kept.

    Raises:
        Refused: `unsupported_language`, or `nothing_to_speak` where no phoneme comes out.
    """
    if language != "en":
        raise Refused("unsupported_language", f"phonemes are for en, not {language}")
    phonemes = _g2p()(text_normalized, normalize_text=False).replace("…", ".")
    if not any(symbol.isalpha() for symbol in phonemes):
        raise Refused("nothing_to_speak", "no phonemes")
    return phonemes
