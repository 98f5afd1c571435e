"""By what the page's clips are chosen: the flags of each, and what there is to choose from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eval.report.results import JudgedClip, SystemResult

FLAGS = {
    "wrong": "wrong words",
    "repetition": "says a phrase again",
    "early_stop": "ends early",
    "nothing_right": "no word right",
    "unsaid": "not said",
    "unjudged": "a judge failed",
}


def flags_of(clip: JudgedClip) -> list[str]:
    """Keys of `FLAGS`."""
    holds = {
        "wrong": clip.values.get("wer", 0) > 0,
        **{key: clip.values.get(key, 0) > 0 for key in ("repetition", "early_stop")},
        "nothing_right": clip.values.get("nothing_right", 0) > 0,
        "unsaid": clip.audio is None,
        "unjudged": bool(clip.problems.keys() - {"system"}),
    }
    return [flag for flag, held in holds.items() if held]


@dataclass(frozen=True)
class Pick:
    """A list to pick from; `options` are titles by the value that clips have under `kind`."""

    kind: str
    title: str
    every: str
    options: Mapping[str, str]


def picks(systems: Sequence[SystemResult]) -> list[Pick]:
    """By system, by voice and by flag, where there are at least two systems or voices, or a flag."""
    clips = [clip for system in systems for clip in system.clips]
    names = [system.name for system in systems if system.clips]
    voices = sorted({clip.voice for clip in clips if clip.voice is not None})
    found = {flag for clip in clips for flag in flags_of(clip)}
    flags = {flag: title for flag, title in FLAGS.items() if flag in found}
    by_name = Pick("system", "System", "all", dict(zip(names, names, strict=True)))
    by_voice = Pick("voice", "Voice", "all", dict(zip(voices, voices, strict=True)))
    by_flag = Pick("flag", "Flag", "any", flags)
    return [
        pick
        for pick, fewest in ((by_name, 2), (by_voice, 2), (by_flag, 1))
        if len(pick.options) >= fewest
    ]
