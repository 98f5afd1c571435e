import subprocess
import sys

CODE = """
import sys
from teacher.f5.network import DiT
loaded = {"wandb", "ema_pytorch", "f5_tts.model.trainer"} & sys.modules.keys()
assert not loaded, loaded
from f5_tts.model import CFM, DiT as theirs
assert theirs is DiT and CFM.__module__ == "f5_tts.model.cfm"
assert "f5_tts.model.trainer" in sys.modules
"""


def test_the_network_comes_without_upstreams_trainer_which_is_there_when_asked_for() -> None:
    ended = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr[-2000:]
