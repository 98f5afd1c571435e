"""Writes voices/: each packaged speaker says one sentence, for the gate to know the voice by.

python -m teacher.packaged.references voices
"""

import hashlib
import json
import sys
from pathlib import Path

from speech.audio import SAMPLE_RATE
from speech.audio.waveform import encode_flac, resample
from speech.text.normalize import normalize
from teacher.base import Request
from teacher.packaged.config import PackagedConfig
from teacher.packaged.engines import ENGINES
from teacher.packaged.speakers import SPEAKERS

SENTENCE = "It was a very cold day in the winter."
FLAC_RATE = 16_000
"""of the speaker encoder; half the bytes"""


def main(folder: Path) -> None:
    config = PackagedConfig(
        name="packaged",
        license="Apache-2.0",
        languages=("en",),
        engines=("hibari", "kokoro", "piper"),
        batch_size=1,
        device="cpu",
    )
    teacher, lines = config.open({}), []
    folder.mkdir(exist_ok=True)
    for speaker in SPEAKERS:
        prepared = teacher.prepare(Request(normalize(SENTENCE, "en"), "en", speaker.id))
        wave = teacher.speak([prepared], ["reference"])[0].wave
        audio = encode_flac(resample(wave, SAMPLE_RATE, FLAC_RATE), FLAC_RATE)
        (folder / f"{speaker.id}.flac").write_bytes(audio)
        entry = {
            "id": speaker.id,
            "audio": f"{speaker.id}.flac",
            "transcript": SENTENCE,
            "speaker": speaker.id,
            "language": "en",
            "license": ENGINES[speaker.engine].license,
            "consent": f"voice of {ENGINES[speaker.engine].revision()}, moved in pitch",
            "sha256": hashlib.sha256(audio).hexdigest(),
        }
        lines.append(json.dumps(entry))
    (folder / "voices.jsonl").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
