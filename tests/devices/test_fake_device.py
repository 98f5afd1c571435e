"""The device that is not there: it has shapes, the host has values, and what waits is counted."""

from collections.abc import Callable, Iterator

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from eval.bench.counting.fake_device import FakeDevice, fake_device


@pytest.fixture
def device() -> Iterator[FakeDevice]:
    with fake_device() as entered:
        yield entered


def there(*shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
    return torch.ones(*shape, device="cuda", dtype=dtype)


WAITS: dict[str, Callable[[], object]] = {
    "item": lambda: there(1).item(),
    "float": lambda: float(there(1)),
    "question": lambda: bool(there(1) > 0),
    "list": lambda: there(1).tolist(),
    "cpu": lambda: there(3).cpu(),
    "numpy": lambda: there(3).cpu().numpy(),
    "into the host's": lambda: torch.zeros(3).copy_(there(3)),
    "nonzero": lambda: there(3).nonzero(),
    "mask": lambda: there(3, 4)[there(3, 4) > 0],
    "masked select": lambda: there(3).masked_select(there(3) > 0),
    "put by a mask": lambda: there(3).index_put_((there(3) > 0,), there(3)),
    "equal": lambda: torch.equal(there(3), there(3)),
    "istft": lambda: torch.istft(there(9, 5, dtype=torch.complex64), 16, window=there(16)),
}


@pytest.mark.parametrize("work", WAITS.values(), ids=WAITS)
@pytest.mark.parametrize("inference", [False, True])
def test_waits_are_counted(device: FakeDevice, work: Callable[[], object], inference: bool) -> None:
    with torch.inference_mode(inference):
        counts = device.count(work)
    assert counts.waits.total() == 1
    assert next(iter(counts.waits)).startswith("tests/devices/test_fake_device.py:")


def test_what_waits_for_nothing(device: FakeDevice) -> None:
    def work() -> None:
        mask = there(3) > 0
        there(3)[mask] = 0.0
        torch.where(mask, there(3), 0.0).masked_fill(mask, 1.0)
        there(3)[torch.zeros(2, dtype=torch.long, device="cuda")]

    counts = device.count(work)
    assert counts.waits.total() == counts.to_host.total() == 0


def test_copies_to_the_device_are_counted(device: FakeDevice) -> None:
    counts = device.count(lambda: (torch.tensor(0.5, device="cuda"), torch.zeros(3).to("cuda")))
    assert counts.to_device.total() == 2
    assert counts.waits.total() == 0


def test_the_hosts_tensors_have_values(device: FakeDevice) -> None:
    drawn = torch.randn(4, generator=torch.Generator().manual_seed(0))
    assert drawn.tolist() == torch.randn(4, generator=torch.Generator().manual_seed(0)).tolist()
    assert drawn[drawn == drawn].sum().item() == pytest.approx(sum(drawn.tolist()))
    assert device.count(lambda: drawn.exp().tolist()).kernels.total() == 0


def test_operations_of_a_product(device: FakeDevice) -> None:
    left, right = there(3, 4), there(4, 5)
    counts = device.count(lambda: (left @ right).view(-1).relu())
    assert counts.flops.total() == 2 * 3 * 4 * 5
    assert dict(counts.kernels) == {"mm": 1, "relu": 1}


@pytest.mark.parametrize("masked", [False, True])
def test_attention_is_one_kernel_and_trains(device: FakeDevice, masked: bool) -> None:
    query, key, value = (there(2, 2, 8, 16).requires_grad_() for _ in range(3))
    mask = there(8, 8) > 0 if masked else None
    forward = device.count(lambda: F.scaled_dot_product_attention(query, key, value, mask))
    assert forward.kernels["_scaled_dot_product_efficient_attention"] == 1
    assert forward.flops.total() == 4 * 2 * 2 * 8 * 8 * 16
    out = F.scaled_dot_product_attention(query, key, value, mask)
    backward = device.count(lambda: out.sum().backward())
    assert backward.kernels["_scaled_dot_product_efficient_attention_backward"] == 1
    assert query.grad is not None
    assert query.grad.shape == query.shape


def test_precision_is_what_a_gpu_would_have(device: FakeDevice) -> None:
    with torch.inference_mode(), torch.autocast("cuda", dtype=torch.bfloat16):
        assert (there(3, 4) @ there(4, 5)).dtype == torch.bfloat16
