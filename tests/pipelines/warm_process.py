"""Imported once, by the process that children are forked from: what each run would load by itself."""
# ruff: noqa: E402, F401

import gc

gc.disable()

import apache_beam.runners.portability.fn_api_runner.fn_runner
import py3langid.langid

import pipelines.jobs.worker
import pipelines.run.description
import pipelines.speak.unit
import pipelines.synth
from speech.text.normalize import normalize

normalize("It took 3 hours on May 7th, 2024.", "en")  # its tables and patterns
py3langid.langid.classify("It took three hours.")

gc.freeze()  # what a child would look through for garbage, again and again
gc.enable()
