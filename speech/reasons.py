"""Why a line became no clip: the names that are counted in every dataset, each with what it means."""

from enum import Enum
from typing import Literal

Stage = Literal["corpus", "text", "voice", "teacher", "gate"]
"""where a line fell"""


class Reason(str, Enum):
    """`reason` of a rejected row; `meaning` is a line for people."""

    meaning: str

    def __new__(cls, value: str, meaning: str) -> "Reason":
        reason = str.__new__(cls, value)
        reason._value_, reason.meaning = value, meaning
        return reason

    __str__ = str.__str__  # as StrEnum's of Python 3.11

    MISSING_TEXT = "missing_text", "the row has no text column, or nothing in it"
    MALFORMED_ROW = (
        "malformed_row",
        "no JSON, other columns than the header's, a value of a wrong type",
    )
    INVALID_ENCODING = "invalid_encoding", "bytes that are not of the file's encoding"
    DUPLICATE = "duplicate", "the same text, language and voice stand further up"
    DUPLICATE_ID = "duplicate_id", "another text further up has this id"
    EMPTY = "empty", "a blank line"
    INVALID_ID = "invalid_id", "an id that cannot stand in a file name"
    DAMAGED_TEXT = (
        "damaged_text",
        "characters were lost or misread before it came here",
    )
    NOTHING_TO_SPEAK = "nothing_to_speak", "markup, punctuation or signs alone"
    UNSUPPORTED_LANGUAGE = "unsupported_language", "one that teacher, voices or ASR do not know"
    UNSUPPORTED_SCRIPT = "unsupported_script", "letters of another script than the language's"
    INVALID_PHONEMES = "invalid_phonemes", "signs outside the alphabet, or a link where no word is"
    UNSUPPORTED_PHONEMES = "unsupported_phonemes", "given to a teacher that reads letters"
    UNKNOWN_VOICE = "unknown_voice", "the row asks for a voice that the bank does not have"
    TOO_LONG = "too_long", "a line, a word, a clip or its frames; `detail` has the limit"
    OUT_OF_MEMORY = "out_of_memory", "it does not fit the teacher's device, even alone"
    TEACHER_ERROR = "teacher_error", "the teacher failed on it, and works otherwise"
    KILLED_WORKER = "killed_worker", "processes died of it, alone"
    LINE_GIVEN_UP = "line_given_up", "none of the first parts of its long line passed"
    NAN = "nan", "samples that are not numbers"
    SILENT = "silent", "too quiet"
    CLIPPED = "clipped", "too many samples at full scale"
    TOO_SHORT = "too_short", "shorter than anybody could say the text"
    PAUSE = "pause", "a long silence inside"
    WER = "wer", "other words were heard than are written"
    CER = "cer", "other characters were"
    MISREAD = "misread", "it was said as the frontend read it, which is not how it is written"
    SPEAKER = "speaker", "another voice was heard"
    MOS = "mos", "it sounds bad"
    JUDGE_ERROR = "judge_error", "a judge failed on it, and works otherwise"
