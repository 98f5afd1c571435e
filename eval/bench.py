"""Speed of the teacher against upstream, and of each stage of a run, within one run.

Speaks the first `limit` lines of the corpus twice over the same weights: in this project's packed
batches, and by a loop of f5_tts's own `CFM.sample` at batch 1. The two take turns batch by batch,
so that a machine whose speed drifts drifts for both. Then the whole of a shard is timed by stage.
"""

import json
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import torch
from f5_tts.model import CFM, DiT
from rich.console import Console
from rich.progress import track
from rich.table import Table

from pipelines.config import DirectConfig, SynthConfig
from pipelines.shard import ShardRecorder
from pipelines.shard_writer import ShardWriter
from pipelines.studio import Studio, open_studio
from pipelines.summary import STAGES
from pipelines.utterances import plan_corpus, plan_line, read_part
from speech import storage
from speech.config import run_app
from speech.errors import InputError
from speech.machine import device_name
from speech.mel import FRAME_RATE
from speech.rows import Rejection, Utterance
from teacher.packing import pack, padding_efficiency
from teacher.sampler import Prompt

WARM_UP = 2


@dataclass(frozen=True)
class Bench:
    """What one run measured; ratios compare within it, seconds hold for this machine alone."""

    device: str
    threads: int
    dtype: str
    lines: int
    batches: int
    audio_s: float
    ratio_to_upstream: float
    """upstream's seconds over ours, the median of the batches' own ratios"""
    teacher_s: float
    upstream_s: float
    padding_efficiency: float
    peak_memory_gb: float
    stages_s: dict[str, float]
    share_outside_teacher: float
    times_real_time: float


def run_bench(config: SynthConfig, console: Console) -> Bench:
    utterances = read_utterances(config)
    studio = open_studio(_one_process(config))
    prompts = [
        studio.planner.prompt(u.voice, u.text_normalized, u.language, u.id) for u in utterances
    ]
    frames = [prompt.frames for prompt in prompts]
    batches = pack(frames, studio.limit)
    ours, theirs = compare(studio, [[prompts[i] for i in b] for b in batches], console)
    with console.status("the whole of a shard, by stage"):
        stages, audio_s = time_stages(config, studio, utterances)
    wall_s = sum(stages.values())
    return Bench(
        device=device_name(studio.teacher.device),
        threads=torch.get_num_threads(),
        dtype=studio.teacher.dtype,
        lines=len(prompts),
        batches=len(batches),
        audio_s=sum(f - len(p.reference) for f, p in zip(frames, prompts, strict=True))
        / FRAME_RATE,
        ratio_to_upstream=statistics.median(t / o for o, t in zip(ours, theirs, strict=True)),
        teacher_s=sum(ours),
        upstream_s=sum(theirs),
        padding_efficiency=padding_efficiency(frames, batches),
        peak_memory_gb=_peak_memory_bytes(studio.teacher.device) / 1e9,
        stages_s=stages,
        share_outside_teacher=1 - stages["teacher"] / wall_s,
        times_real_time=audio_s / wall_s,
    )


def _one_process(config: SynthConfig) -> SynthConfig:
    """With all cores, as upstream would run."""
    if not isinstance(config.runner, DirectConfig):
        raise InputError("make bench measures this machine; allowed: runner=direct")
    runner = config.runner.model_copy(update={"threads": os.cpu_count()})
    return config.model_copy(update={"runner": runner})


def read_utterances(config: SynthConfig) -> list[Utterance]:
    """The first `limit` lines that can be spoken, with their voices."""
    from teacher.voices import load_bank

    bank = load_bank(config.voices)
    corpus = plan_corpus(config)
    found: dict[str, Utterance] = {}
    for part in corpus.parts:
        for line in read_part(part, config):
            for item in plan_line(line, config, bank):
                if not isinstance(item, Rejection):
                    found.setdefault(item.id, item)
    if not found:
        raise InputError("corpus.paths holds no line that can be spoken")
    return list(found.values())


def compare(
    studio: Studio, batches: Sequence[Sequence[Prompt]], console: Console
) -> tuple[list[float], list[float]]:
    """Seconds of each batch here, and of the loop over its items upstream, in turns."""
    cfm = upstream_model(studio)
    sampler = studio.teacher.sampler

    def upstream(batch: Sequence[Prompt]) -> None:
        for prompt in batch:
            cfm.sample(
                prompt.reference[None].to(cfm.device),
                prompt.tokens[None].to(cfm.device),
                prompt.frames,
                steps=sampler.steps,
                cfg_strength=sampler.guidance,
                sway_sampling_coef=sampler.sway,
                use_epss=sampler.epss,
                seed=0,
            )

    for batch in batches[-WARM_UP:]:
        studio.teacher.synthesize_mels(batch)
        upstream(batch[:1])
    ours, theirs = [], []
    for batch in track(batches, "teacher and upstream in turns", console=console):
        ours.append(_seconds(lambda b=batch: studio.teacher.synthesize_mels(b)))  # type: ignore[misc]
        theirs.append(_seconds(lambda b=batch: upstream(b)))  # type: ignore[misc]
    return ours, theirs


def upstream_model(studio: Studio) -> CFM:
    """The same weights in f5_tts's own model, as its `load_model` would set it up."""
    network, config = studio.teacher.network, studio.teacher.config
    dit = DiT(
        **config.architecture.model_dump(),
        text_num_embeds=len(studio.planner.vocabulary),
        attn_mask_enabled=False,
        dropout=0.0,
    )
    dit.load_state_dict(network.dit.state_dict())
    cfm = CFM(transformer=dit).to(studio.teacher.device)
    on_gpu = studio.teacher.device.type == "cuda"
    return cfm.to(torch.float16 if on_gpu else torch.float32).eval()


def time_stages(
    config: SynthConfig, studio: Studio, utterances: Sequence[Utterance]
) -> tuple[dict[str, float], float]:
    """Seconds by stage of recording all utterances as one shard, retries included."""
    with tempfile.TemporaryDirectory() as folder, ShardWriter(folder, 0, 1) as writer:
        recorder = ShardRecorder(config, studio, writer, lambda *_: None)
        marker = writer.finish(recorder.record(utterances))
    return {stage: marker.stats.get(f"{stage}_s", 0.0) for stage in STAGES}, marker.audio_s


def _seconds(work: Callable[[], object]) -> float:
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    started = time.perf_counter()
    work()
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter() - started


def _peak_memory_bytes(device: torch.device) -> int:
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def show(bench: Bench, console: Console) -> None:
    table = Table("figure", "measured", title=f"make bench on {bench.device}")
    table.add_row("lines, seconds of audio", f"{bench.lines}, {bench.audio_s:.0f} s")
    table.add_row("upstream at batch 1 (float32)", f"{bench.upstream_s:.1f} s, 1.00")
    ratio = f"{bench.teacher_s:.1f} s, {bench.ratio_to_upstream:.2f} times as fast"
    table.add_row(f"this sampler ({bench.dtype}, {bench.batches} batches)", ratio)
    table.add_row("padding efficiency", f"{bench.padding_efficiency:.3f}")
    table.add_row("peak memory", f"{bench.peak_memory_gb:.2f} GB")
    total = sum(bench.stages_s.values())
    for stage, seconds in bench.stages_s.items():
        table.add_row(f"stage {stage}", f"{seconds:.1f} s, {seconds / total:.0%}")
    table.add_row("outside the teacher", f"{bench.share_outside_teacher:.0%}")
    table.add_row("checked speech", f"{bench.times_real_time:.1f} times real time")
    console.print(table)


def main(config: SynthConfig) -> None:
    console = Console()
    bench = run_bench(config, console)
    path = storage.join(config.output, "bench.json")
    storage.write_bytes(path, (json.dumps(asdict(bench), indent=1) + "\n").encode())
    show(bench, console)
    console.print(f"written to {path}")


if __name__ == "__main__":
    sys.exit(run_app(SynthConfig, "bench", main))
