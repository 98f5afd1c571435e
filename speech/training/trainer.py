"""The training loop: bf16 where it pays, several devices, exact resume, nothing lost at a kill.

Every step draws from a generator seeded with (seed, step, device) and every epoch's order follows
from its number, so a resumed run continues bit by bit and no generator state has to be kept.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, cast

import torch
from accelerate import Accelerator
from rich.console import Console
from torch import Tensor, nn

from speech import signals, storage
from speech.differences import ABSENT, differences
from speech.errors import InputError
from speech.machine import native_dtype
from speech.seeds import stable_hash
from speech.training.checkpoints import Checkpoints
from speech.training.config import FREE_TO_CHANGE, GPU_WORKERS, TrainingConfig
from speech.training.curve import HELD_OUT, draw_curve, finite
from speech.training.ema import MovingAverage
from speech.training.loader import Loaded, Place, load_batches
from speech.training.logger import TrainingLogger
from speech.training.position import Position, Step
from speech.training.task import Batch, Task

PATIENCE = 100
"""steps in a row without a finite loss, or half of a short training: nothing is learnt any more"""


class Trainer:
    """Trains `task` into `output`; `identity` is what its checkpoints are tied to."""

    def __init__(
        self,
        task: Task,
        config: TrainingConfig,
        output: str,
        identity: Mapping[str, Any],
        console: Console,
    ) -> None:
        self.task, self.config, self.output, self.console = task, config, output, console
        fixed = config.model_dump(mode="json", exclude=set(FREE_TO_CHANGE))
        self.identity = {**json.loads(json.dumps(identity)), "training": fixed}
        if config.threads:
            torch.set_num_threads(config.threads)
        cpu = config.device == "cpu" or not torch.cuda.is_available()
        # without its mixed_precision, which is one for the whole process, whatever it trains next
        self.accelerator = Accelerator(cpu=cpu)
        native, asked = native_dtype(self.accelerator.device), config.precision
        self.half = (native if asked == "auto" else asked) == "bfloat16"
        self.checkpoints = Checkpoints(output, config.keep_checkpoints)
        self.position = Position()
        self.unread: list[Step] = []
        self._prepare()

    def _prepare(self) -> None:
        config, device = self.config, self.accelerator.device
        self.plain = {name: module.to(device) for name, module in self.task.modules.items()}
        self.averages = {
            name: MovingAverage(self.plain[name], config.ema_decay) for name in self.task.averaged
        }
        self.optimizers = {
            name: torch.optim.AdamW(
                module.parameters(),
                lr=config.learning_rate,
                betas=config.betas,
                weight_decay=config.weight_decay,
                fused=True,
            )
            for name, module in self.plain.items()
        }
        if latest := self.checkpoints.load_latest():
            self._restore(*latest)
        self.alone: dict[str, nn.Module] = {
            name: cast(nn.Module, torch.compile(module)) if config.compile else module
            for name, module in self.plain.items()
        }
        self.modules = {name: self.accelerator.prepare_model(m) for name, m in self.alone.items()}

    def run(self) -> bool:
        """Train to the last step.

        Returns:
            Whether it got there: False where a signal asked it to save and stop.
        """
        config, position = self.config, self.position
        main = self.accelerator.is_main_process
        with (
            signals.finishing() as stop,
            TrainingLogger(self.output, config, position.step, self.console, main) as logger,
        ):
            batches = self._batches()
            while position.step < config.steps and not stop.is_set():
                self._step(batches, logger)
                ends = position.step == config.steps
                evaluates = ends or position.step % config.evaluate_every == 0
                saves = ends or position.step % config.save_every == 0
                if evaluates or saves:
                    self._read(logger)
                if evaluates:
                    self._evaluate(logger)
                if saves:
                    self._save()
            if position.step < config.steps:
                self._read(logger)
                self._save()
                self.console.print(f"stopped at step {position.step}; run it again to continue")
        return position.step >= config.steps

    def _step(self, batches: Iterator[Loaded], logger: TrainingLogger) -> None:
        """One step, which asks nothing of the device; every `log_every` of them are read."""
        config, position = self.config, self.position
        rate = config.rate_at(position.step)
        group = [next(batches) for _ in range(config.accumulate)]
        # after the loader, which draws from the same generator when it begins
        torch.manual_seed(
            stable_hash(config.seed, "step", position.step, self.accelerator.process_index)
        )
        shown: dict[str, Tensor] = {}
        taken: dict[str, Tensor] = {}
        for name, optimizer in self.optimizers.items():
            optimizer.zero_grad(set_to_none=True)
            with self._only(name) as modules:
                losses = self._backward(name, modules, [loaded.batch for loaded in group])
            if not losses:
                continue
            norm = nn.utils.clip_grad_norm_(self.plain[name].parameters(), config.clip_norm)
            shown |= {key: value for key, value in losses.items() if key != "total"}
            shown |= {name: losses["total"], f"gradient_norm/{name}": norm}
            taken[name] = self._are_finite(norm, losses["total"])
            self._update(name, rate, taken[name])
        position.step += 1
        position.epoch, position.index = group[-1].place.epoch, group[-1].place.index
        frames = sum(loaded.frames for loaded in group) * self.accelerator.num_processes
        numbers = [value.float() for value in (*shown.values(), *taken.values())]
        self.unread.append(
            Step(position.step, rate, frames, [*shown], [*taken], torch.stack(numbers))
        )
        if position.step % config.log_every == 0:
            self._read(logger)

    def _update(self, name: str, rate: float, finite: Tensor) -> None:
        """A step of one module's optimizer, which the device leaves out where it is not `finite`."""
        optimizer = self.optimizers[name]
        optimizer.found_inf = (~finite).float()  # type: ignore[attr-defined] # as GradScaler has it
        for parameters in optimizer.param_groups:
            parameters["lr"] = rate
        optimizer.step()
        if name in self.averages:
            self.averages[name].update(self.plain[name])

    def _are_finite(self, *values: Tensor) -> Tensor:
        """() of all devices, which leave a step out together."""
        finite = torch.stack([torch.isfinite(value) for value in values]).all()
        if self.accelerator.num_processes > 1:
            finite = self.accelerator.reduce((~finite).float(), "sum") == 0
        return finite

    def _read(self, logger: TrainingLogger) -> None:
        """Wait for the device, and note what the steps since the last time came to."""
        unread, self.unread = self.unread, []
        if not unread:
            return
        numbers = iter(torch.cat([step.numbers for step in unread]).tolist())
        position = self.position
        for step in unread:
            shown = {name: next(numbers) for name in step.shown}
            for name in step.trained:
                taken = bool(next(numbers))
                position.skipped += not taken
                position.idle[name] = 0 if taken else position.idle.get(name, 0) + 1
            if point := logger.record(step.step, shown, step.rate, position.skipped, step.frames):
                position.history.append(point)
            self._check_learning(step.step)

    def _check_learning(self, step: int) -> None:
        """Raise InputError once a module learns nothing any more."""
        patience = min(PATIENCE, -(-self.config.steps // 2))
        for name, idle in self.position.idle.items():
            if idle >= patience:
                if self.accelerator.is_main_process:
                    self._write_history()
                raise InputError(
                    f"nothing is learnt: the loss of {name!r} or its gradient is not finite from "
                    f"step {step - idle + 1} on; look at the data, or lower training.learning_rate "
                    "and train into another output=..."
                )

    @contextmanager
    def _only(self, name: str) -> Iterator[Mapping[str, nn.Module]]:
        """The modules for the loss of one, which alone gets gradients and shares them with other
        processes: those of a generator's discriminators are a third of what these cost it."""
        others = [module for other, module in self.plain.items() if other != name]
        still = [p for module in others for p in module.parameters() if p.requires_grad]
        for parameter in still:
            parameter.requires_grad_(False)
        try:
            yield self.alone | {name: self.modules[name]}
        finally:
            for parameter in still:
                parameter.requires_grad_(True)

    def _backward(
        self, name: str, modules: Mapping[str, nn.Module], group: Sequence[Batch]
    ) -> dict[str, Tensor]:
        sums: dict[str, Tensor] = {}
        for number, batch in enumerate(group, 1):
            last = number == len(group)
            with (
                nullcontext() if last else self.accelerator.no_sync(modules[name]),
                torch.autocast(self.accelerator.device.type, torch.bfloat16, enabled=self.half),
            ):
                losses = self.task.losses(name, modules, batch, self.position.step)
            if not losses:
                return {}
            self.accelerator.backward(losses["total"] / len(group))
            for key, value in losses.items():
                sums[key] = sums.get(key, 0) + value.detach().float() / len(group)
        return sums

    def _batches(self) -> Iterator[Loaded]:
        """From the present position on."""
        accelerator, workers = self.accelerator, self.config.loader_workers
        if workers == "auto":
            workers = GPU_WORKERS if accelerator.device.type == "cuda" else 0
        start = Place(self.position.epoch, self.position.index)
        share = (accelerator.process_index, accelerator.num_processes)
        return load_batches(self.task, start, accelerator.device, workers, *share)

    def _evaluate(self, logger: TrainingLogger) -> None:
        if self.accelerator.is_main_process:
            torch.manual_seed(stable_hash(self.config.seed, "evaluate"))
            averages = {name: copy.module.eval() for name, copy in self.averages.items()}
            with torch.no_grad():
                evaluation = self.task.evaluate(averages)
            logger.show(self.position.step, evaluation)
            scalars = {HELD_OUT + key: finite(x) for key, x in evaluation.scalars.items()}
            history = self.position.history
            history.append({"step": self.position.step, **scalars})
            picture = draw_curve(history, f"{self.position.step} steps")
            storage.write_bytes(storage.join(self.output, "curve.png"), picture)
            for copy in self.averages.values():
                copy.module.train()
        self.accelerator.wait_for_everyone()

    def _save(self) -> None:
        if self.accelerator.is_main_process:
            position = self.position
            state = {
                "identity": json.dumps(self.identity),
                "position": json.dumps(vars(position)),
                "modules": {name: m.state_dict() for name, m in self.plain.items()},
                "averages": {name: m.state_dict() for name, m in self.averages.items()},
                "optimizers": {name: o.state_dict() for name, o in self.optimizers.items()},
            }
            self.checkpoints.save(position.step, state)
            self._write_history()
        self.accelerator.wait_for_everyone()

    def _write_history(self) -> None:
        points = (json.dumps(point, allow_nan=False) for point in self.position.history)
        lines = "".join(f"{point}\n" for point in points)
        storage.write_bytes(storage.join(self.output, "history.jsonl"), lines.encode())

    def _restore(self, path: str, state: Mapping[str, Any]) -> None:
        try:
            earlier = json.loads(state["identity"])
            found = differences(earlier, self.identity)
            different = [key for key, old, _ in found if old != ABSENT]  # it was not known then
            if not different:
                self._take(state)
        except (KeyError, TypeError, AttributeError, ValueError, RuntimeError) as error:
            reason = str(error).splitlines()[0]
            raise InputError(f"{path} is of another version, or damaged: {reason:.200}") from error
        if different:
            raise InputError(
                f"{self.output} holds another training, with another {', '.join(different)}; give "
                f"another output=... or delete {self.output}"
            )
        self.console.print(f"continuing at step {self.position.step} of {self.config.steps}")

    def _take(self, state: Mapping[str, Any]) -> None:
        for name, module in self.plain.items():
            module.load_state_dict(state["modules"][name])
            optimizer = state["optimizers"][name]
            for group in optimizer["param_groups"]:  # older checkpoints were not fused
                group.update(foreach=None, fused=True)
            self.optimizers[name].load_state_dict(optimizer)
        for name, copy in self.averages.items():
            copy.load_state_dict(state["averages"][name])
        self.position = Position(**json.loads(state["position"]))
        self.position.history = [
            {key: finite(value) for key, value in point.items()} for point in self.position.history
        ]
