"""What we use of F5-TTS's own code, without what its package imports beside it.

`f5_tts/model/__init__.py` imports the trainer, and with it wandb, accelerate, datasets and two more
networks: seconds, for classes that stand in modules of their own. So the package is entered without
running that file. It runs as ever once somebody asks for a name that it defines.
"""

import importlib.util
import sys
from types import ModuleType
from typing import Any

PACKAGE = "f5_tts.model"


def _enter(name: str) -> ModuleType:
    """The package of this name, as far as its modules can be imported from it."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    package, loader = importlib.util.module_from_spec(spec), spec.loader

    def run(attribute: str) -> Any:
        if attribute.startswith("__"):
            raise AttributeError(f"module {name!r} has no attribute {attribute!r}")
        del package.__getattr__
        loader.exec_module(package)
        return getattr(package, attribute)

    package.__getattr__ = run  # type: ignore[method-assign]
    sys.modules[name] = package
    return package


if PACKAGE not in sys.modules:
    _enter(PACKAGE)

from f5_tts.model.backbones.dit import DiT, TextEmbedding  # noqa: E402
from f5_tts.model.modules import Attention, ConvNeXtV2Block, DiTBlock  # noqa: E402
from f5_tts.model.utils import get_epss_timesteps  # noqa: E402

__all__ = [
    "Attention",
    "ConvNeXtV2Block",
    "DiT",
    "DiTBlock",
    "TextEmbedding",
    "get_epss_timesteps",
]
