"""Waveforms and what is computed from them: decoding, encoding, mel spectrograms, pitch."""
