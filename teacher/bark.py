"""Bark by transformers as a teacher: text to semantic, coarse and fine tokens of EnCodec, then a wave.

Suno, 2023 (github.com/suno-ai/bark); `transformers.BarkModel`.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from speech.audio import SAMPLE_RATE
from speech.audio.waveform import Wave, resample
from speech.errors import InputError, Refused
from speech.judges.hub import HubModel
from speech.machine import pick_device
from speech.seeds import TORCH_GENERATOR, stable_hash
from speech.stopwatch import Stopwatch
from speech.synthesizer import Size
from teacher.base import Prepared, Request, Speech, Teacher, TeacherConfig
from teacher.voices import Voice

if TYPE_CHECKING:
    import torch

CHARACTERS_PER_S = 15.0
BESIDE = ("*.json", "*.txt", "speaker_embeddings/*")
"""what comes along with the weights: configurations, tokenizer, presets"""


class BarkWeights(HubModel):
    """A folder that `BarkModel` and `BarkProcessor` were saved to, or one on the hub."""

    instead: ClassVar[str] = ""


class BarkConfig(TeacherConfig):
    """A Bark of any size. A voice of the bank is spoken by the speaker preset that its id names, and
    its reference is for the gate alone."""

    weights: BarkWeights
    weights_file: str
    """pytorch_model.bin or model.safetensors"""
    device: Literal["auto", "cpu", "cuda"]
    presets: str
    """what precedes a voice's id in the name of its preset: v2/ for v2/en_speaker_6"""
    seeds_torch: ClassVar[bool] = True

    max_chars: int = Field(gt=0, le=256)
    """of a text; what the model holds no more of, it leaves out: 256 tokens, 15 s"""

    @property
    def revision(self) -> str:
        return self.weights.pin

    def fetch(self) -> None:
        self.locate()

    def locate(self) -> Path:
        """The weights' file. Raises InputError: it cannot be had, or is another one."""
        return self.weights.locate(self.weights_file, *BESIDE)

    def open(self, voices: Mapping[str, Voice], watch: Stopwatch | None = None) -> "BarkTeacher":
        return BarkTeacher(self, voices, watch)


class BarkTeacher(Teacher[BarkConfig]):
    """Speaks item by item: a batch would share one preset and one stream of random numbers."""

    def prepare(self, request: Request) -> Prepared:
        """Its cost is its characters."""
        if request.phonemes is not None:
            raise Refused("unsupported_phonemes", "this teacher reads letters: give a spelling")
        characters = len(request.text)
        if characters > self.config.max_chars:
            raise Refused("too_long", f"{characters} characters, allowed {self.config.max_chars}")
        return Prepared(request, characters, characters / CHARACTERS_PER_S)

    def speak(self, batch: Sequence[Prepared], keys: Sequence[str]) -> list[Speech]:
        with self.watch("teacher"):
            requests = [item.request for item in batch]
            return [
                Speech(self._say(request, key)) for request, key in zip(requests, keys, strict=True)
            ]

    def _say(self, request: Request, key: str) -> Wave:
        import torch

        model = self.model  # whose loading draws as well
        inputs = self.processor(request.text, voice_preset=self._preset(request.voice))
        devices = [self.device] if self.device.type == "cuda" else []
        with TORCH_GENERATOR, torch.random.fork_rng(devices), torch.inference_mode():
            torch.manual_seed(stable_hash(key))
            wave = model.generate(**inputs.to(self.device))[0].float().cpu().numpy()
        return resample(wave, model.generation_config.sample_rate, SAMPLE_RATE)

    def _preset(self, voice: str) -> str:
        return f"{self.config.presets}{voice}"

    def load(self) -> None:
        """Raises InputError: no Bark, or a voice without a preset in it."""
        assert self.model
        known = self.processor.available_voice_presets
        unknown = [voice for voice in self.voices if self._preset(voice) not in known]
        if unknown:
            raise InputError(
                f"{self.config.name} has no preset {self._preset(unknown[0])} for the voice "
                f"{unknown[0]}; it has {', '.join(sorted(known)) or 'none':.200}"
            )

    @cached_property
    def device(self) -> "torch.device":
        return pick_device("teacher.device", self.config.device)

    @cached_property
    def model(self) -> Any:
        from transformers import BarkModel
        from transformers.utils.logging import disable_progress_bar, set_verbosity_error

        disable_progress_bar()  # one for every loading of weights
        set_verbosity_error()  # its generate warns of the arguments that it gives itself
        folder = self.config.locate().parent
        safetensors = self.config.weights_file.endswith(".safetensors")
        try:
            loaded: Any = BarkModel.from_pretrained(
                folder, local_files_only=True, output_loading_info=True, use_safetensors=safetensors
            )
            model, report = loaded
        except (OSError, ValueError, RuntimeError) as error:
            raise InputError(f"{folder} holds no BarkModel: {error!s:.200}") from error
        if report["missing_keys"]:  # transformers would draw them at random
            some = ", ".join(sorted(report["missing_keys"])[:3])
            raise InputError(f"{folder} lacks weights of a BarkModel: {some}")
        return model.eval().to(self.device)

    @cached_property
    def processor(self) -> Any:
        from transformers import BarkProcessor

        return BarkProcessor.from_pretrained(self.config.locate().parent, local_files_only=True)

    @property
    def size(self) -> Size:
        parameters = sum(p.numel() for p in self.model.parameters())
        return Size(parameters, self.config.locate().stat().st_size)
