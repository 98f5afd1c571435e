"""The pulse vocoder and its training."""
