"""A tiny dataset of real speech: clips of the embedded references, written as pipelines write them."""

import json
from dataclasses import replace
from pathlib import Path

import teacher
from speech.audio import SAMPLE_RATE
from speech.audio.waveform import decode
from speech.dataset.layout import shard_part
from speech.dataset.schema import Clip
from speech.dataset.writer import PartWriter
from tests.pipelines.clips import make_clip

VOICES = Path(teacher.__file__).parent / "mini/voices"


def reference_clips(aligned: bool = True) -> list[Clip]:
    """Eight references of two timbres as clips of four speakers, phoneme ends known where `aligned`."""
    clips = []
    entries = map(json.loads, (VOICES / "voices.jsonl").read_text("utf-8").splitlines())
    few = [entry for entry in entries if "kokoro" not in entry["speaker"]][:8]
    for number, entry in enumerate(few):
        audio = (VOICES / entry["audio"]).read_bytes()
        clip = make_clip(
            number,
            audio=audio,
            text=entry["transcript"],
            text_normalized=entry["transcript"],
            speaker_id=f"speaker{number % 4}",
            duration_s=len(decode(audio, 60)[0]) / SAMPLE_RATE,
        )
        if aligned:
            ends = entry["phoneme_ends_s"]
            clip = replace(clip, phonemes=entry["phonemes"], phoneme_ends_s=ends)
        clips.append(clip)
    return clips


def write_dataset(output: str | Path, clips: list[Clip]) -> str:
    """Two shards."""
    for index in range(2):
        with PartWriter(str(output), shard_part(index, 2)) as writer:
            for clip in clips[index::2]:
                writer.accept(clip)
            writer.finish({})
    return str(output)
