"""Judges, the report, the benchmark and the measurements: what teachers and students are worth."""

from speech.signals import watch_command

watch_command()
