"""The Beam job: corpus, plan, shards that are spoken, judged and written, dataset."""

from speech.signals import watch_command

watch_command()
