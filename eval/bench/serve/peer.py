"""hibari-tts behind the server that students have; for the benchmark alone."""

import sys

from eval.bench.hibari import HibariTts
from speech.config import run_app
from student.serve import run_server
from student.server.catalog import Catalog
from student.server.config import ServeConfig
from student.server.listening import listen


def main(config: ServeConfig) -> None:
    run_server(config, Catalog({HibariTts.name: HibariTts(threads=1)}), listen(config))


if __name__ == "__main__":
    sys.exit(run_app(ServeConfig, "serve", main))
