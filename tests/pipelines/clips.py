"""A clip for tests that do not listen."""

from dataclasses import replace

from speech.dataset.schema import Clip


def make_clip(number: int = 0, **changes: object) -> Clip:
    clip = Clip(
        id=f"{number:016x}",
        audio=b"fLaC" + bytes([number % 256]) * 100,
        text="Hello, world.",
        text_normalized="hello world",
        language="en",
        speaker_id="ann",
        seed=number,
        attempt=0,
        duration_s=1.5,
        transcript="hello world",
        wer=0.0,
        cer=0.0,
        similarity=0.75,
        mos=None,
        speaking_rate=8.0,
        teacher="f5_mini",
        teacher_revision="abc123",
        license="CC0-1.0",
    )
    return replace(clip, **changes)
