"""From written text to what is spoken: cleaning, normalisation, phonemes, the user's lexicon."""
