"""What a teacher is made of: each block of conf/teacher/*.yaml, in its order."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from speech import storage
from speech.config import Config
from speech.stopwatch import Stopwatch
from teacher.base import TeacherConfig
from teacher.checkpoint import weights_file
from teacher.voices import Voice

if TYPE_CHECKING:
    from teacher.f5.teacher import F5Teacher

Dtype = Literal["float32", "bfloat16", "float16"]


class ArchitectureConfig(Config):
    """Arguments of `f5_tts.model.DiT`, as the checkpoint's own configuration names them."""

    dim: int
    depth: int
    heads: int
    dim_head: int
    ff_mult: int
    mel_dim: int
    text_dim: int
    text_mask_padding: bool
    text_embedding_average_upsampling: bool
    conv_layers: int
    qk_norm: str | None
    pe_attn_head: int | None


class AlignedConfig(Config):
    """Phonemes, each repeated over its predicted frames."""

    kind: Literal["aligned"]
    durations: str
    durations_sha256: str
    aligner: str | None
    """what finds the phonemes in a reference without ends (`speech.alignment.gaussian_hmm`);
    null: predicted durations are stretched over it"""
    aligner_sha256: str | None
    prosody: str | None
    """what draws a reading for each take (`teacher.f5.prosody`); null: durations are the model's
    mean, and the network makes up the rest"""
    prosody_sha256: str | None
    temperature: float = Field(ge=0)
    """of the readings that are drawn; 0 is the most common one"""
    expressiveness: float = Field(ge=0)
    """factor of pitch's deviation from its mean"""
    speed: float = Field(gt=0)

    @model_validator(mode="after")
    def _prosody_is_pinned(self) -> "AlignedConfig":
        if self.prosody is not None and self.prosody_sha256 is None:
            raise ValueError("prosody needs prosody_sha256, which a run's identity goes by")
        return self


class CharactersConfig(Config):
    """Upstream's: characters (pinyin for Chinese), length by the ratio of bytes."""

    kind: Literal["characters"]
    aligner: str | None
    """what finds where the words of a reference end; null: references are not cut"""
    aligner_sha256: str | None
    speed: float = Field(gt=0)


class GriffinLimConfig(Config):
    kind: Literal["griffin_lim"]
    iterations: int = Field(ge=1)


class NeuralVocoderConfig(Config):
    """`weights` as .safetensors or .bin; vocos: charactr's, pulse: this project's own
    (`teacher.train_vocoder`)."""

    kind: Literal["vocos", "pulse"]
    weights: str
    sha256: str
    dim: int
    intermediate_dim: int
    layers: int


VocoderConfig = Annotated[GriffinLimConfig | NeuralVocoderConfig, Field(discriminator="kind")]


class SamplerConfig(Config):
    steps: int = Field(ge=1)
    """network evaluations (NFE); with guidance each evaluates two rows an item"""
    guidance: float = Field(ge=0)
    """upstream's cfg_strength: pred + (pred - unconditional) * guidance; 0 halves the work"""
    guidance_interval: tuple[float, float]
    """times, of noise 0 and speech 1, between which guidance is asked for; elsewhere a step costs
    half (arXiv 2404.07724)"""
    sway: float | None
    """sway sampling coefficient, -1 to 2/(pi-2); null for a uniform grid"""
    temperature: float = Field(ge=0, le=2)
    """of the noise that a clip is made from: 1 is what was learnt and upstream's, with less takes of
    one reading differ less (as in Matcha-TTS, arXiv 2309.03199)"""
    epss: bool
    """pruned schedules, where upstream has one: 5, 6, 7, 10, 12, 16 steps"""
    dtype: Literal["auto", "float32", "bfloat16", "float16"]
    """of the network alone; auto: bfloat16 where the device multiplies it natively"""


class F5Config(TeacherConfig):
    """One F5-TTS checkpoint and how to run it."""

    weights: str
    weights_sha256: str
    vocabulary: str
    architecture: ArchitectureConfig
    contours: bool
    """whether the network is told pitch and energy (`teacher.f5.contours`)"""
    frontend: Annotated[AlignedConfig | CharactersConfig, Field(discriminator="kind")]
    vocoder: VocoderConfig
    sampler: SamplerConfig
    reference_s: float | None = Field(gt=0)
    """how much of a reference leads each clip, up to the end of a word; null: all of it"""
    reference_rms: float = Field(gt=0, lt=1)
    scale_reference: Literal["quieter", "always"]
    """whether only references under `reference_rms` are scaled to it, as upstream, or all"""
    bend_peaks: bool
    """of clips, above -3 dBFS (`speech.audio.limiter`); false: as upstream, which has them clipped"""
    memory_utilization: float = Field(gt=0, le=1)
    offload: bool
    """keep each part on the CPU while the other works"""
    compile: bool
    """with torch.compile, for speed on a GPU: its first batches take a minute or two more"""

    makes_mels: ClassVar[bool] = True
    any_machine: ClassVar[Mapping[str, Any]] = {
        **TeacherConfig.any_machine,
        "memory_utilization": 0.9,
        "offload": False,
    }

    @model_validator(mode="after")
    def _xla_has_its_own_ways(self) -> "F5Config":
        if self.device == "xla" and (self.compile or self.offload):
            raise ValueError("xla compiles all and keeps it; allowed: compile=false offload=false")
        return self

    @model_validator(mode="after")
    def _contours_need_phonemes(self) -> "F5Config":
        if self.contours and not isinstance(self.frontend, AlignedConfig):
            raise ValueError(
                "contours=true needs frontend.kind=aligned, which knows when what is said"
            )
        return self

    @property
    def revision(self) -> str:
        return self.weights_sha256[:12]

    @property
    def speaks_phonemes(self) -> bool:
        return isinstance(self.frontend, AlignedConfig)

    @property
    def own_voices(self) -> str | None:
        """Those beside weights that a package carries."""
        folder = self.weights.rpartition("/")[0]
        own = f"{folder}/voices/voices.jsonl"
        return own if folder.startswith(storage.PACKAGE) and storage.exists(own) else None

    def files(self) -> list[tuple[str, str | None]]:
        """The location and the SHA-256 of network, durations, prosody and vocoder."""
        files: list[tuple[str, str | None]] = [(self.weights, self.weights_sha256)]
        if isinstance(self.frontend, AlignedConfig):
            files.append((self.frontend.durations, self.frontend.durations_sha256))
            if self.frontend.prosody is not None:
                files.append((self.frontend.prosody, self.frontend.prosody_sha256))
        if isinstance(self.vocoder, NeuralVocoderConfig):
            files.append((self.vocoder.weights, self.vocoder.sha256))
        return files

    def fetch(self) -> None:
        for location, sha256 in self.files():
            weights_file(location, sha256)

    def open(self, voices: Mapping[str, Voice], watch: Stopwatch | None = None) -> "F5Teacher":
        if self.device == "xla":
            from teacher.f5.xla import XlaTeacher

            return XlaTeacher(self, voices, watch)
        from teacher.f5.teacher import F5Teacher

        return F5Teacher(self, voices, watch)
