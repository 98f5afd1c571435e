"""The teacher: prompts from text and voices, then waveforms from batches of prompts."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import torch
from torch import nn

from speech.audio.mel import log_mel
from speech.dataset.schema import SAMPLE_RATE
from speech.errors import InputError, Refused, in_one_line
from speech.machine import native_dtype
from speech.stopwatch import Stopwatch
from teacher.budget import frame_budget
from teacher.checkpoint import read_vocabulary, weights_file
from teacher.f5.config import TeacherConfig
from teacher.f5.frontend import build_frontend
from teacher.f5.network import load_network
from teacher.f5.sampler import Prompt, sample
from teacher.f5.vocoder import build_vocoder
from teacher.packing import BatchLimit
from teacher.voices import Voice

CPU_FRAMES = 1024
"""on a CPU larger batches fall out of its caches: 8 clips at once took 1.4 times as long as 2"""


class Planner:
    """Texts to prompts without the network: what `plan` and the packing need, at little cost."""

    def __init__(self, config: TeacherConfig, voices: Mapping[str, Voice]) -> None:
        self.voices = voices
        self.vocabulary = read_vocabulary(config.vocabulary)
        self.frontend = build_frontend(config.frontend, self.vocabulary)
        self.config = config
        self._references: dict[str, tuple[torch.Tensor, float]] = {}

    def prompt(
        self,
        voice_id: str,
        text_normalized: str,
        language: str,
        key: str,
        phonemes: str | None = None,
    ) -> Prompt:
        """Of a text, or of the phonemes it is to have; raises Refused for what this teacher cannot
        speak."""
        voice = self.voices[voice_id]
        encoded = self.frontend.encode(voice, text_normalized, language, phonemes)
        reference, _ = self.reference(voice_id)
        return Prompt(
            reference,
            encoded.tokens,
            encoded.frames,
            key,
            encoded.phonemes,
            encoded.phoneme_ends_s,
        )

    def reference(self, voice_id: str) -> tuple[torch.Tensor, float]:
        """The voice's mel (R, mel_dim), computed once, and the gain that was put on its wave."""
        if voice_id not in self._references:
            wave = torch.from_numpy(self.voices[voice_id].wave)
            gain = reference_gain(wave, self.config)
            self._references[voice_id] = (log_mel(wave * gain), gain)
        return self._references[voice_id]


def reference_gain(wave: torch.Tensor, config: TeacherConfig) -> float:
    """What to multiply a reference with so that it is as loud as the teacher's training audio."""
    rms = wave.square().mean().sqrt().item()
    scale = config.scale_reference == "always" or rms < config.reference_rms
    return config.reference_rms / rms if scale and rms > 0 else 1.0


class Teacher:
    """The network and the vocoder on one device."""

    sample_rate = SAMPLE_RATE

    def __init__(
        self, config: TeacherConfig, planner: Planner, watch: Stopwatch | None = None
    ) -> None:
        self.config = config
        self.planner = planner
        self.watch = watch or Stopwatch()
        self.device = _device(config.device)
        dtype = config.sampler.dtype
        self.dtype = native_dtype(self.device) if dtype == "auto" else dtype
        self.sampler = config.sampler.model_copy(update={"dtype": self.dtype})
        weights = weights_file(config.weights, config.weights_sha256)
        self.network = load_network(config.architecture, len(planner.vocabulary), str(weights))
        self.vocoder = build_vocoder(config.vocoder)
        if not config.offload:
            self.network.to(self.device)
            self.vocoder.to(self.device)

    def batch_limit(self) -> BatchLimit:
        """`batch_size` in the configuration, with auto_max measured on the device."""
        if self.config.batch_size != "auto_max":
            return BatchLimit(items=self.config.batch_size)
        frames = frame_budget(self._probe, self.device, self.config.memory_utilization)
        return BatchLimit(min(frames, CPU_FRAMES) if self.device.type == "cpu" else frames)

    def speak(self, prompts: Sequence[Prompt], voice_ids: Sequence[str]) -> list[np.ndarray]:
        """One batch -> float32 waves (samples,) at 24 kHz, as loud as their references."""
        with self.watch("teacher"):
            mels = self.synthesize_mels(prompts)
        with self.watch("vocoder"):
            return self.vocode(mels, voice_ids)

    def synthesize_mels(self, prompts: Sequence[Prompt]) -> list[torch.Tensor]:
        with self._resident(self.network):
            return sample(self.network, prompts, self.sampler)

    def vocode(self, mels: Sequence[torch.Tensor], voice_ids: Sequence[str]) -> list[np.ndarray]:
        waves = []
        with self._resident(self.vocoder), torch.inference_mode():
            for mel, voice_id in zip(mels, voice_ids, strict=True):
                _, gain = self.planner.reference(voice_id)
                waves.append((self.vocoder(mel.to(self.device)) / gain).cpu().numpy())
        return waves

    def _probe(self, frames: int) -> None:
        """The work of `frames` frames: rows of one length, and one step of the solver."""
        length = 512
        prompt = Prompt(
            torch.zeros(length // 4, self.config.architecture.mel_dim),
            torch.zeros(length // 2, dtype=torch.long),
            length,
            "probe",
        )
        rows = [replace(prompt, key=f"probe {i}") for i in range(frames // length)]
        with self._resident(self.network):
            sample(self.network, rows, self.sampler.model_copy(update={"steps": 1}))

    @contextmanager
    def _resident(self, part: nn.Module) -> Iterator[None]:
        if not self.config.offload:
            yield
            return
        part.to(self.device)
        try:
            yield
        finally:
            part.to("cpu")


def speak_or_quarantine(
    teacher: Teacher, prompts: Sequence[Prompt], voice_ids: Sequence[str]
) -> list[np.ndarray | Refused]:
    """`Teacher.speak`, with a batch that fails halved, down to refusing the items that fail alone.

    An item is refused as `out_of_memory` or, whatever else it met, as `teacher_error`.

    Raises:
        InputError: what is wrong is not with an item.
    """
    try:
        return list(_checked(teacher.speak(prompts, voice_ids), len(prompts)))
    except InputError:
        raise
    except Exception as error:
        refusal = _refusal(error, prompts[0])
    if refusal.reason == "out_of_memory" and torch.cuda.is_available():
        torch.cuda.empty_cache()
    if len(prompts) == 1:
        return [refusal]
    half = len(prompts) // 2
    first = speak_or_quarantine(teacher, prompts[:half], voice_ids[:half])
    return first + speak_or_quarantine(teacher, prompts[half:], voice_ids[half:])


def _checked(waves: Sequence[np.ndarray], count: int) -> Sequence[np.ndarray]:
    """Raises ValueError for what is no batch of waves."""
    shapes = [np.shape(wave) for wave in waves]
    if len(shapes) != count or any(len(shape) != 1 for shape in shapes):
        raise ValueError(f"{count} prompts gave arrays of shapes {shapes}, not waves (samples,)")
    return waves


def _refusal(error: Exception, prompt: Prompt) -> Refused:
    if _out_of_memory(error):
        return Refused("out_of_memory", f"{prompt.frames} frames do not fit the device")
    return Refused("teacher_error", in_one_line(error))


def _out_of_memory(error: BaseException) -> bool:
    """The CPU allocator raises a plain RuntimeError that says so."""
    typed = isinstance(error, (torch.OutOfMemoryError, MemoryError))
    return typed or "can't allocate memory" in str(error)


def _device(name: str) -> torch.device:
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda" and not torch.cuda.is_available():
        raise InputError("teacher.device=cuda, but no CUDA device is there; allowed: auto, cpu")
    return torch.device(name)
