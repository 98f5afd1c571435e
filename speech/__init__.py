"""The ground floor: configuration, storage, text, audio and the rows that every other part shares."""

import os

from speech.interruption import heed_early

heed_early()
# onnxruntime's wheels from 1.29 on tell Microsoft of every session, from their import on
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
