"""What Flink and Spark have in common: Beam starts their job server, a jar, for the run."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.runners.portable import PortableEngineConfig
from speech.errors import InputError

if TYPE_CHECKING:
    from pipelines.config import SynthConfig


class JavaEngineConfig(PortableEngineConfig):
    """An engine whose job server is started here, and ended with the run."""

    master: str
    jar: str
    """of Beam's release for this engine's version, that of the Python SDK"""

    def check(self, config: "SynthConfig") -> None:
        """Java and the jar are there."""
        if not Path(self.jar).is_file():
            raise InputError(
                f"runner.jar={self.jar}: there is no such file; docs/engines.md says where it is had"
            )
        if shutil.which("java") is None:
            raise InputError("runner.jar needs Java 11 or newer: there is no java on the PATH")
        super().check(config)
