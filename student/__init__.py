"""Small, fast students, trained on a dataset alone."""

from speech.signals import watch_command

watch_command()
