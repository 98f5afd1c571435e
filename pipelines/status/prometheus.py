"""The state of a run in Prometheus' text format, for node_exporter's textfile collector.

https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
"""

from pipelines.status.state import State
from speech import storage


def write_prometheus(path: str, state: State) -> None:
    """In one step, so that no half of it is read."""
    storage.write_bytes(path, to_text(state).encode())


def to_text(state: State) -> str:
    gauges = {
        "rows_planned": state.rows,
        "rows_done": state.rows_done,
        "rows_accepted": state.accepted,
        "audio_seconds": state.audio_s,
        "shards": state.shards,
        "shards_done": state.shards_done,
        "units_done": state.units_done,
        "units_left": state.units_left,
        "workers_alive": state.workers_alive,
        "rows_per_second": state.rows_per_s,
        "seconds_left": state.left_s,
        "finished": int(state.stage == "finished"),
    }
    lines = []
    for name, value in gauges.items():
        if value is not None:
            lines += [f"# TYPE tts_distill_synth_{name} gauge", f"tts_distill_synth_{name} {value}"]
    lines.append("# TYPE tts_distill_synth_rejected gauge")
    lines += [
        f'tts_distill_synth_rejected{{reason="{_escaped(reason)}"}} {count}'
        for reason, count in state.reasons.items()
    ]
    return "\n".join(lines) + "\n"


def _escaped(label: str) -> str:
    return label.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
