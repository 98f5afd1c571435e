"""How well a teacher speaks: words, voice, quality and speed, each with its 95 % interval.

It is the report (`eval.report`) on a teacher alone, as the overrides shape it. Its voices take turns
over the sentences, one try each, with nothing turned down; with held_out=DATASET the speakers of a
dataset say the same sentences, and card=FILE.md is a card to fill with the figures.

  teacher=f5_base   teacher.sampler.steps=7   held_out=out/bootstrap/held_out   limit=20
"""

import sys

from eval.report.__main__ import checked
from eval.report.config import ReportConfig
from speech.config import run_app


def main(config: ReportConfig) -> int:
    return checked(config)


if __name__ == "__main__":
    sys.exit(run_app(ReportConfig, "measure_teacher", main))
