"""The page in headless Chromium: without a server, and from one."""

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from speech import storage
from speech.config import load_config
from speech.errors import InputError
from student.loading import load_student
from student.server.app import create_app
from student.server.catalog import Catalog
from student.server.config import ServeConfig
from student.server.engine import Engine
from student.web.__main__ import WebConfig, main
from student.web.onnxruntime_web import FILES, PACKAGE
from tests.chromium import Page, chromium_page, needs_chromium

TEXT = "I read that book years ago. The last ferry had left."
SPEAK = """
  document.getElementById("text").value = {text!r};
  document.getElementById("speed").value = {speed};
  document.getElementById("error").hidden = true;
  delete document.body.dataset.samples;
  document.getElementById("form").requestSubmit()
"""
HEARD = """(document.getElementById("error").hidden ? document.body.dataset.samples
  : document.getElementById("error").textContent)"""


def has_runtime() -> bool:
    return all((storage.cache_dir() / PACKAGE / name).exists() for name in FILES)


needs_runtime = pytest.mark.skipif(
    not has_runtime(), reason=f"{PACKAGE} is not in the cache: run make web once"
)


@pytest.fixture(scope="module")
def student():
    return load_student("package://student/mini")


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with chromium_page() as page:
        yield page


@pytest.fixture(scope="module")
def static(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("web")
    assert main(load_config(WebConfig, "web", [f"output={folder}"])) == 0
    handler = functools.partial(Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def served(student) -> Iterator[str]:
    import uvicorn

    config = load_config(ServeConfig, "serve", ["port=0"])
    engine = Engine(1, config.queue, config.deadline_s)
    app = create_app(config, Catalog({"mini": student}, (), ()), engine)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/"
    server.should_exit = True
    thread.join()
    engine.close()


def speak(page: Page, text: str, speed: float = 1.0) -> str:
    """How many samples were heard, or what went wrong."""
    page.wait_for('document.querySelector("#speak:not(:disabled)")?.id')
    page.evaluate(SPEAK.format(text=text, speed=speed))
    return page.wait_for(HEARD)


@pytest.mark.slow
@needs_chromium
@needs_runtime
def test_without_a_server_it_speaks_about_as_long_as_the_student(page, static, student) -> None:
    page.complaints.clear()
    page.open(static)
    for speed in (1.0, 1.3):
        whole = student.speak(TEXT, student.voices[0], speed=speed)
        heard = int(speak(page, TEXT, speed))  # another reading each time
        assert heard == pytest.approx(len(whole), rel=0.1)
    assert "12" in speak(page, "It costs 12 euros.")
    assert [told for told in page.complaints if "v1/phonemes" not in told] == []


@needs_chromium
def test_from_a_server_it_speaks_what_the_student_does(page, served, student) -> None:
    page.complaints.clear()
    page.open(served, width=360)
    assert int(speak(page, TEXT)) == len(student.speak(TEXT, student.voices[0]))
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    shown = (
        'document.getElementById("spectrogram").getContext("2d").getImageData(20, 60, 60, 60).data'
    )
    assert page.evaluate(f"new Set({shown}).size") > 10
    assert page.complaints == []


@needs_chromium
def test_what_cannot_be_said_is_told_in_one_line(page, served) -> None:
    page.open(served)
    told = speak(page, "Привет")
    assert told.startswith("unsupported_script")
    assert "\n" not in told


def test_a_folder_of_others_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.js").write_text("")
    with pytest.raises(InputError, match=r"mine\.js"):
        main(load_config(WebConfig, "web", [f"output={tmp_path}"]))


def test_without_npm_it_says_what_to_install(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(InputError, match="npm is not installed"):
        main(load_config(WebConfig, "web", [f"output={tmp_path / 'web'}"]))
