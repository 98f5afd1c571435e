"""Small, fast students, trained on a dataset alone.

import student

voice = student.load()
wave = voice.speak("Hello there.")
"""

from speech.signals import watch_command  # isort: skip # before what takes time to import

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from student.synthesizer import StudentSynthesizer

__all__ = ["EMBEDDED", "load"]

EMBEDDED = "package://student/mini"

watch_command()


def load(
    location: str | Path = EMBEDDED,
    lexicon: str | Path | None = None,
    threads: int = 1,
    expressiveness: float = 1.0,
) -> "StudentSynthesizer":
    """A student that speaks: `speak`, `stream`, `warm_up`, `voices`, `sample_rate`.

    Args:
        location: a folder that training or export wrote, gs://bucket/folder, package://module/folder,
            or owner/name of the Hugging Face hub, also as owner/name@revision; by default the
            embedded one. Exports speak without torch.
        lexicon: a table of words and how they are said (docs/words.md).
        threads: that an export computes with.
        expressiveness: how many times as far from its mean pitch goes, of students that draw how a
            text is read.

    Raises:
        speech.errors.InputError: no student there, or one that cannot be used.
    """
    from speech.text.lexicon import NO_WORDS, read_lexicon  # an import of this package stays light
    from student.loading import load_student, named

    words = NO_WORDS if lexicon is None else read_lexicon(str(lexicon))
    return load_student(named(str(location)), words, threads, expressiveness)
