"""Waveforms and what is computed from them: decoding, encoding, mel spectrograms, pitch."""

SAMPLE_RATE = 24_000
"""Hz of every wave, unless its name says otherwise, and of every clip in a dataset."""
FEWEST_FRAMES = 4
"""of a mel that becomes a wave: the reflected edges of its Fourier transform need them"""
