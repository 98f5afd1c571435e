"""A narrower student out of a wider one, as a start that a training goes on from.

Blocks of a student are two linear layers around hidden units (`student.models.blocks`). Units that are
not missed are left out, and the layer after them is fitted anew (`speech.pruning`).
"""

from collections.abc import Callable, Iterable, Mapping

import torch
from torch import Tensor, nn

from speech.pruning import fewer_units
from speech.training.task import Batch
from student.models.acoustic import Acoustic

MOST_SAMPLES = 20_000
"""of a layer's hidden units: frames, or phonemes; 200 s of speech"""


def hidden_units(weights: Mapping[str, Tensor]) -> int:
    """Of each block, from a student's weights; 0 where it has no such block."""
    bias = weights.get("encoder.blocks.0.up.bias")
    return 0 if bias is None else bias.numel()


@torch.no_grad()
def narrowed(wide: Acoustic, narrow: Acoustic, batches: Iterable[Batch]) -> dict[str, Tensor]:
    """The weights of a wide student as those of a narrow one, which differs in hidden units alone.

    Args:
        batches: training batches without padding, by which it is seen what is missed.
    """
    targets = dict(narrow.named_modules())
    layers = {
        name: module
        for name, module in wide.named_modules()
        if hasattr(module, "up") and module.up.out_features > targets[name].up.out_features
    }
    hidden = _heard(wide, {name: layer.down for name, layer in layers.items()}, batches)
    weights = wide.state_dict()
    for name, layer in layers.items():
        kept = fewer_units(hidden[name], layer.down, targets[name].up.out_features)
        weights[f"{name}.up.weight"] = layer.up.weight[kept.units]
        weights[f"{name}.up.bias"] = layer.up.bias[kept.units]
        weights[f"{name}.down.weight"] = kept.weight
        weights[f"{name}.down.bias"] = kept.bias
    return weights


def _heard(
    student: Acoustic, layers: Mapping[str, nn.Module], batches: Iterable[Batch]
) -> dict[str, Tensor]:
    """(samples, inputs) that each layer is given, by its name."""
    given: dict[str, list[Tensor]] = {name: [] for name in layers}

    def listener(name: str) -> Callable[[nn.Module, tuple[Tensor, ...]], None]:
        def keep(_: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            if sum(map(len, given[name])) < MOST_SAMPLES:
                given[name].append(inputs[0].flatten(0, -2).float())

        return keep

    hooks = [layer.register_forward_pre_hook(listener(name)) for name, layer in layers.items()]
    was_training = student.training
    student.eval()
    for batch in batches:
        student(batch)
    student.train(was_training)
    for hook in hooks:
        hook.remove()
    return {name: torch.cat(samples) for name, samples in given.items()}
