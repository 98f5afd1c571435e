"""What was said: Whisper through faster-whisper (CTranslate2)."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pydantic import Field, model_validator

from speech.audio import SAMPLE_RATE
from speech.audio.waveform import Wave, resample
from speech.errors import Refused
from speech.judges.cublas import load_cublas
from speech.judges.hub import Device, HubModel
from speech.machine import cores, pick_device
from speech.reasons import Reason

if TYPE_CHECKING:
    from speech.judges.windowed_whisper import WindowedWhisper

WHISPER_RATE = 16_000
MEL_FRAMES_PER_S = 100
WINDOW_SLACK_S = 1.0
"""silence that must fit behind a clip in its window"""
MAX_TOKENS_PER_S = 10
"""a hallucinated loop ends here; fast speech has five"""
WEIGHTS = "model.bin"
DESCRIPTIONS = ("config.json", "preprocessor_config.json", "tokenizer.json", "vocabulary.*")


class AsrConfig(HubModel):
    """A Whisper model in CTranslate2's format."""

    name: str
    languages: tuple[str, ...] = Field(min_length=1)
    device: Device
    compute_type: str
    beam_size: int = Field(ge=1)
    cpu_threads: int = Field(ge=0)
    windows_s: tuple[int, ...]

    any_machine: ClassVar[Mapping[str, Any]] = {**HubModel.any_machine, "cpu_threads": 0}

    @model_validator(mode="after")
    def _windows_end_at_30(self) -> "AsrConfig":
        if list(self.windows_s) != sorted(set(self.windows_s)) or self.windows_s[-1:] != (30,):
            raise ValueError(f"windows_s must rise and end with 30, not {self.windows_s}")
        return self

    def check(self) -> None:
        """Raises InputError: the weights cannot be had, or are other ones."""
        self.locate(WEIGHTS, *DESCRIPTIONS)

    def source(self) -> tuple[str, dict[str, bytes]]:
        """A folder with the model; or a name for it, and its files by their own. Raises as `check`."""
        return str(self.locate(WEIGHTS, *DESCRIPTIONS).parent), {}


class Asr:
    """Decoding without fallbacks or memory of other clips: equal in, equal out.

    The weights are loaded at first use; `callers` threads may transcribe at a time, a clip each.
    """

    def __init__(self, config: AsrConfig, callers: int = 1) -> None:
        self.config = config
        self._callers = callers
        self.name = config.name
        self.revision = f"faster-whisper {version('faster-whisper')}, {config.pin}"

    def fetch(self) -> None:
        """Have the weights. Raises InputError: they cannot be had, or are other ones."""
        self.config.check()

    def transcribe_one(self, wave: Wave, language: str) -> str:
        """A 24 kHz wave -> its text. Raises Refused: `unsupported_language`."""
        if language not in self.config.languages:
            allowed = ", ".join(self.config.languages)
            raise Refused(
                Reason.UNSUPPORTED_LANGUAGE, f"{self.name} hears {allowed}, not {language}"
            )
        duration_s = len(wave) / SAMPLE_RATE
        model = self._model
        model.window.frames = self._window_s(duration_s) * MEL_FRAMES_PER_S
        segments, _ = model.transcribe(
            resample(wave, SAMPLE_RATE, WHISPER_RATE),
            language=language,
            beam_size=self.config.beam_size,
            temperature=0.0,
            condition_on_previous_text=False,
            without_timestamps=duration_s <= 30,  # beyond one window they say where to go on
            max_new_tokens=min(200, 16 + int(MAX_TOKENS_PER_S * duration_s)),
        )
        return " ".join(segment.text.strip() for segment in segments)

    def log_likelihoods(self, wave: Wave, language: str, texts: Sequence[str]) -> list[float]:
        """How well each text fits one clip, in nats, each token given those before it.

        Raises:
            Refused: `too_long` for one window.
        """
        from ctranslate2 import StorageView
        from faster_whisper.tokenizer import Tokenizer

        duration_s = len(wave) / SAMPLE_RATE
        if duration_s + WINDOW_SLACK_S > self.config.windows_s[-1]:
            raise Refused(Reason.TOO_LONG, f"{duration_s:.1f} s, allowed one window of 30")
        model = self._model
        multilingual = model.model.is_multilingual
        tokenizer = Tokenizer(model.hf_tokenizer, multilingual, "transcribe", language)
        tokens = [tokenizer.encode(f" {text}") for text in texts]
        model.window.frames = self._window_s(duration_s) * MEL_FRAMES_PER_S
        mels = model.feature_extractor(resample(wave, SAMPLE_RATE, WHISPER_RATE))
        missing = max(0, model.window.frames - mels.shape[1])
        encoded = np.array(model.encode(np.pad(mels, ((0, 0), (0, missing)))))
        scored = model.model.align(
            StorageView.from_array(np.repeat(encoded, len(texts), axis=0)),
            tokenizer.sot_sequence,
            tokens,
            [int(duration_s * MEL_FRAMES_PER_S)] * len(texts),
        )
        return [float(np.log(np.maximum(one.text_token_probs, 1e-12)).sum()) for one in scored]

    def _window_s(self, duration_s: float) -> int:
        fitting = (w for w in self.config.windows_s if w >= duration_s + WINDOW_SLACK_S)
        return next(fitting, self.config.windows_s[-1])

    @cached_property
    def _model(self) -> "WindowedWhisper":
        from speech.judges.windowed_whisper import WindowedWhisper

        device = pick_device("judges.asr.device", self.config.device).type
        if device == "cuda":
            load_cublas("judges.asr.device")
        model, files = self.config.source()
        # in a thread that ends: CTranslate2 gives whoever loads it its own number of OpenMP's threads,
        # and all that torch computed there afterwards would be cut among as many
        with ThreadPoolExecutor(1, "whisper") as loader:
            return loader.submit(
                WindowedWhisper,
                model,
                device=device,
                compute_type=self.config.compute_type,
                cpu_threads=self.config.cpu_threads or min(4, cores()),
                num_workers=self._callers,
                files=files or None,
            ).result()
