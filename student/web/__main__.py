"""Write a student as a folder of static files that speaks in any browser, without a server.

  checkpoint=out/onnx   another student than the embedded one: an export, English, of the kind nar
  output=out/web        serve it with anything: python -m http.server -d out/web
The runtime comes by npm, once.
"""

import sys

from rich.console import Console

from speech import storage
from speech.config import Config, run_app
from speech.errors import InputError
from speech.progress import waiting
from speech.storage.outputs import Kind, check_folder
from student.onnx.runtime import CONDITIONS, DESCRIPTION, FRAMES, TEXT, OnnxDescription
from student.web.folder import FILES, STATIC, web_files


class WebConfig(Config):
    checkpoint: str
    """a folder that student.export wrote: local, gs:// or package://"""
    output: str
    """local or gs://"""


def main(config: WebConfig) -> int:
    console = Console(stderr=True)
    names = (TEXT, FRAMES, CONDITIONS)
    check_folder(config.output, Kind("student for browsers", (FILES,), (STATIC,)))
    described = OnnxDescription.read(config.checkpoint)
    if (described.kind, described.language) != ("nar", "en"):
        raise InputError(
            f"checkpoint={config.checkpoint} is of kind {described.kind} and speaks "
            f"{described.language}; in a browser: kind nar, language en"
        )
    student = {name: described.file(config.checkpoint, name).read_bytes() for name in names}
    student[DESCRIPTION] = storage.read_bytes(storage.join(config.checkpoint, DESCRIPTION))
    with waiting("collecting the files", console):
        files = web_files(student)
        for name, data in files.items():
            storage.write_bytes(storage.join(config.output, name), data)
    size = sum(map(len, files.values()))
    console.print(
        f"{config.output}: {len(files)} files, {size / 1e6:.1f} MB\n"
        f"to hear it: python -m http.server -d {config.output}",
        highlight=False,
        soft_wrap=True,
    )
    return 0


if __name__ == "__main__":
    sys.exit(run_app(WebConfig, "web", main))
