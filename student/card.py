"""README.md of a student: what it is, what it was made of, how well it is understood."""

from collections.abc import Mapping

from speech import storage
from speech.audio.mel import FRAME_RATE
from student.config import TrainStudentConfig
from student.data.clips import StudentData
from student.description import LIBRARY
from student.student import Student

CARD = """\
---
{license}
language: {language}
pipeline_tag: text-to-speech
library_name: {library}
tags: [text-to-speech, synthetic]
---
# {name}

A {kind} student of {parameters:.1f} M parameters with its vocoder ({megabytes:.1f} MB), revision
{revision}: 24 kHz, {voices} voices ({shown}).

Trained by `python -m student.train` for {steps} steps on {clips} clips, {hours:.2f} hours of
synthetic speech ({dataset}), seed {seed}.

| lines | WER % (whisper-tiny.en) |
|---|---|
{figures}

```
python -m student.synthesize checkpoint={output} text="Hello there." voice={voice} output=hello.wav
```

The curve of the training is in curve.png; samples lie in samples/. Voices and licence are those of
the dataset; speech made with it should be called synthetic wherever it is heard.
"""
SHOWN_VOICES = 8


def write_card(
    config: TrainStudentConfig, student: Student, data: StudentData, wer: Mapping[str, float]
) -> None:
    """`wer` by the set of lines, as fractions."""
    described = student.description
    names = list(student.voices)
    more = ", …" if len(names) > SHOWN_VOICES else ""
    text = CARD.format(
        license=_license(described.license),
        language=described.language,
        library=LIBRARY,
        name=described.name,
        kind=config.student.kind.upper(),
        parameters=student.parameters / 1e6,
        megabytes=student.bytes / 1e6,
        revision=student.revision,
        voices=len(names),
        shown=", ".join(names[:SHOWN_VOICES]) + more,
        steps=described.steps,
        clips=len(data.lengths),
        hours=sum(data.lengths.values()) / FRAME_RATE / 3600,
        dataset=described.dataset,
        seed=config.training.seed,
        figures="\n".join(f"| {name} | {100 * value:.1f} |" for name, value in wer.items()),
        output=config.output,
        voice=names[0],
    )
    storage.write_bytes(storage.join(config.output, "README.md"), text.encode())


def _license(expression: str) -> str:
    """As the hub's YAML has it, which knows no expressions."""
    if " AND " not in expression:
        return f"license: {expression.lower()}"
    return f"license: other\nlicense_name: {expression}"
