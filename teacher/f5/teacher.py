"""F5-TTS as a teacher: prompts from text and voices, then waveforms from batches of prompts."""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property

import numpy as np
import torch
from torch import Tensor, nn

from speech.audio.limiter import limited
from speech.audio.mel import FRAME_RATE, log_mel
from speech.audio.waveform import Wave
from speech.machine import pick_device
from speech.stopwatch import Stopwatch
from speech.storage.local_files import checksum_of
from speech.synthesizer import Size
from teacher.base import Prepared, Request, Speech, Teacher
from teacher.budget import frame_budget
from teacher.checkpoint import read_vocabulary, weights_file
from teacher.f5.config import Dtype, F5Config, SamplerConfig
from teacher.f5.contours import speaker_pitch
from teacher.f5.frontend import MAX_FRAMES, Take, build_frontend, reference_aligner
from teacher.f5.leads import Leads
from teacher.f5.network import Network, load_network
from teacher.f5.packed_network import PackedNetwork
from teacher.f5.sampler import Prompt, dtype_on, heaviest_step, sample, sample_together
from teacher.f5.vocoder import build_vocoder
from teacher.packing import BatchLimit
from teacher.voices import Voice

CPU_FRAMES = 1024
"""on a CPU larger batches fall out of its caches: 8 clips at once took 1.4 times as long as 2"""

BROKEN_SHARE = 0.01
"""of a clip's samples over full scale: no peaks, but a fault"""


class F5Teacher(Teacher[F5Config]):
    """The frontend and, once they are asked for, the network and the vocoder on one device."""

    def __init__(
        self, config: F5Config, voices: Mapping[str, Voice], watch: Stopwatch | None = None
    ) -> None:
        super().__init__(config, voices, watch)
        self.vocabulary = read_vocabulary(config.vocabulary)
        self.frontend = build_frontend(config.frontend, self.vocabulary)
        self.leads = Leads(voices, config.reference_s, reference_aligner(config.frontend))
        self._references: dict[str, tuple[Tensor, float]] = {}
        self._pitches: dict[str, tuple[float, float]] = {}

    def prepare(self, request: Request) -> Prepared:
        """Its cost is the mel frames of reference and text together."""
        prompt = self.prompt(request)
        spoken_s = (prompt.frames - len(prompt.reference)) / FRAME_RATE
        return Prepared(request, prompt.frames, spoken_s, prompt)

    def prompt(self, request: Request, key: str | None = None) -> Prompt:
        """What is random in it follows from `key`; without one it is of the same frames, and for
        its cost alone. Raises Refused for what this teacher cannot speak."""
        voice, (reference, gain) = self.leads[request.voice], self.reference(request.voice)
        take = None
        if key is not None and self.frontend.draws:
            take = Take(key, self._pitch(request.voice), reference, gain)
        encoded = self.frontend.encode(
            voice, request.text, request.language, request.phonemes, take
        )
        return Prompt(
            reference,
            encoded.tokens,
            encoded.frames,
            key or "",
            encoded.phonemes,
            encoded.phoneme_ends_s,
            encoded.contours,
        )

    def _pitch(self, voice_id: str) -> tuple[float, float]:
        """Of all of the voice's reference; found once."""
        if voice_id not in self._pitches:
            wave = torch.from_numpy(self.voices[voice_id].wave)
            gain = reference_gain(wave, self.config)
            self._pitches[voice_id] = speaker_pitch(wave * gain)
        return self._pitches[voice_id]

    def reference(self, voice_id: str) -> tuple[Tensor, float]:
        """What leads the voice's clips: its mel (R, mel_dim) and the gain on its wave; found once."""
        if voice_id not in self._references:
            wave = torch.from_numpy(self.leads[voice_id].wave)
            gain = reference_gain(wave, self.config)
            self._references[voice_id] = (log_mel(wave * gain), gain)
        return self._references[voice_id]

    def speak(self, batch: Sequence[Prepared], keys: Sequence[str]) -> list[Speech]:
        """Waves as loud as their references."""
        prompts = [self._keyed(item, key) for item, key in zip(batch, keys, strict=True)]
        with self.watch("teacher"):
            mels = self.synthesize_mels(prompts)
        voices = [item.request.voice for item in batch]
        with self.watch("vocoder"):
            waves = self.vocode(mels, voices)
        return [
            Speech(self._finished(wave), prompt.phonemes, prompt.phoneme_ends_s, mel)
            for wave, prompt, mel in zip(waves, prompts, self._kept(mels, voices), strict=True)
        ]

    def _keyed(self, item: Prepared, key: str) -> Prompt:
        if self.frontend.draws:
            return self.prompt(item.request, key)
        return replace(item.payload, key=key)

    def synthesize_mels(self, prompts: Sequence[Prompt]) -> list[Tensor]:
        with self.resident(self.network):
            return sample(self.network, prompts, self.sampler)

    def vocode(self, mels: Sequence[Tensor], voice_ids: Sequence[str]) -> list[Wave]:
        """Mels (frames, mel_dim) wherever they are; the waves leave the device together."""
        gains = [self.reference(voice_id)[1] for voice_id in voice_ids]
        with self.resident(self.vocoder), torch.inference_mode():
            waves = [self.vocoder(mel.to(self.vocoder_device)) for mel in mels]
            waves = [wave / gain for wave, gain in zip(waves, gains, strict=True)]
            together = torch.cat(waves).cpu()
        return [wave.numpy() for wave in together.split([len(wave) for wave in waves])]

    def _kept(self, mels: Sequence[Tensor], voice_ids: Sequence[str]) -> list[Tensor]:
        """What the waves were made of, on the CPU and as loud as they are, less the last frame, as
        `log_mel`; they leave the device together."""
        together = torch.cat([mel[:-1].float() for mel in mels]).cpu()
        gains = [self.reference(voice_id)[1] for voice_id in voice_ids]
        kept = together.split([len(mel) - 1 for mel in mels])
        return [mel - math.log(gain) for mel, gain in zip(kept, gains, strict=True)]

    def _finished(self, wave: Wave) -> Wave:
        """What is not finite, or far too loud, is left as it is, for the gate to find."""
        is_broken = not np.isfinite(wave).all() or (np.abs(wave) > 1).mean() > BROKEN_SHARE
        return wave if is_broken or not self.config.bend_peaks else limited(wave)

    def load(self) -> None:
        assert self.network is not None
        assert self.vocoder is not None

    @cached_property
    def device(self) -> torch.device:
        return pick_device("teacher.device", self.config.device)

    @cached_property
    def dtype(self) -> Dtype:
        return dtype_on(self.device, self.config.sampler)

    @cached_property
    def sampler(self) -> SamplerConfig:
        return self.config.sampler.model_copy(update={"dtype": self.dtype})

    @cached_property
    def network(self) -> PackedNetwork:
        network = self.read_network()
        if not self.config.offload:
            network.to(self.device)
        dtype = getattr(torch, self.dtype)
        return PackedNetwork(network, dtype, self.device, compiled=self.config.compile)

    def read_network(self) -> Network:
        """As it was trained, on the CPU."""
        weights = weights_file(self.config.weights, self.config.weights_sha256)
        return load_network(
            self.config.architecture, len(self.vocabulary), str(weights), self.config.contours
        )

    @cached_property
    def vocoder(self) -> nn.Module:
        vocoder = build_vocoder(self.config.vocoder)
        return vocoder if self.config.offload else vocoder.to(self.vocoder_device)

    @property
    def vocoder_device(self) -> torch.device:
        return self.device

    @property
    def size(self) -> Size:
        parts = (self.network, self.vocoder)
        return Size(
            parameters=sum(p.numel() for part in parts for p in part.parameters()),
            bytes=sum(checksum_of(weights_file(*file)).bytes for file in self.config.files()),
            precision=self.sampler.dtype,
        )

    def limit(self) -> BatchLimit:
        if self.config.batch_size != "auto_max":
            return BatchLimit(items=self.config.batch_size)
        frames = frame_budget(self._probe, self.device, self.config.memory_utilization)
        return BatchLimit(min(frames, CPU_FRAMES) if self.device.type == "cpu" else frames)

    def _probe(self, frames: int) -> None:
        """The work of `frames` frames in the longest rows there are, over one step."""
        longest = MAX_FRAMES if self.device.type == "cuda" else CPU_FRAMES // 2
        lengths = [longest] * (frames // longest) + [frames % longest] * (frames % longest > 0)
        prompts = [
            Prompt(
                torch.zeros(length // 4, self.config.architecture.mel_dim),
                torch.zeros(length // 2, dtype=torch.long),
                length,
                f"probe {i}",
            )
            for i, length in enumerate(lengths)
        ]
        with self.resident(self.network):
            sample_together(self.network, prompts, heaviest_step(self.sampler))

    @contextmanager
    def resident(self, part: nn.Module) -> Iterator[None]:
        if not self.config.offload:
            yield
            return
        part.to(self.device)
        try:
            yield
        finally:
            part.to("cpu")


def reference_gain(wave: Tensor, config: F5Config) -> float:
    """What to multiply a reference with so that it is as loud as the teacher's training audio."""
    rms = wave.square().mean().sqrt().item()
    scale = config.scale_reference == "always" or rms < config.reference_rms
    return config.reference_rms / rms if scale and rms > 0 else 1.0
