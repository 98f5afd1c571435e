"""A student from where it lies, by whichever runtime its files are for."""

from speech.text.lexicon import NO_WORDS, Lexicon
from student.onnx.runtime import OnnxStudent, is_onnx
from student.synthesizer import StudentSynthesizer


def load_student(
    location: str, lexicon: Lexicon = NO_WORDS, threads: int = 1
) -> StudentSynthesizer:
    """What `make train-student` wrote, by torch, or what `student.export` did, without it.

    `location`: local, gs:// or package://; `threads` are onnxruntime's: torch has its own.

    Raises:
        InputError: no student there, or one that cannot be used.
    """
    if is_onnx(location):
        return OnnxStudent(location, threads, lexicon)
    from student.student import open_student  # torch takes seconds to import

    return open_student(location, lexicon)
