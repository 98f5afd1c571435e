"""Text and a voice in, a waveform out: F5-TTS, sampled in ragged, seeded batches."""

from speech.signals import watch_command

watch_command()
