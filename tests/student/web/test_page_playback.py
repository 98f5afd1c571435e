"""The page while speech comes slowly: stopping, speaking anew and waiting, with either engine."""

import http.server
import json
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from student.server.page import FOLDER
from student.web.folder import scripts
from tests.chromium import Page, chromium_page, needs_chromium

pytestmark = needs_chromium
RATE = 24_000
VOICES = ["ada", "en+male", "speaker (2)"]
PAGE_JSON = {"models": [{"id": "slow", "voices": VOICES}], "note": "", "most": 100}
WORKER = f"""
const cancelled = new Set();
onmessage = async ({{ data }}) => {{
  if (data.cancel) return cancelled.add(data.cancel);
  const described = {{ name: "slow", speakers: {json.dumps(VOICES)}, sample_rate: {RATE} }};
  if (data.load) return postMessage({{ id: 0, described }});
  const error = Object.keys(data.weights).find((name) => !described.speakers.includes(name));
  if (error) return postMessage({{ id: data.id, error }});
  const [pieces, seconds, wait_s] = data.text.split(" ").map(Number);
  for (let i = 0; i < pieces; i++) {{
    if (i) await new Promise((resolve) => setTimeout(resolve, 1000 * wait_s));
    if (cancelled.delete(data.id)) return;
    postMessage({{ id: data.id, piece: new Float32Array(seconds * {RATE}).fill(0.1) }});
  }}
  postMessage({{ id: data.id }});
}};
"""
STATE = """({
  status: document.getElementById("status").textContent,
  offered: !document.getElementById("downloads").hidden,
  again: !document.getElementById("again").disabled,
  busy: document.getElementById("form").hasAttribute("aria-busy"),
  stop: !document.getElementById("stop").disabled,
  error: document.getElementById("error").textContent,
})"""


class Site(http.server.BaseHTTPRequestHandler):
    """The page with one of its engines; what is to be said is "pieces seconds wait_s"."""

    files: dict[str, bytes]

    def do_GET(self) -> None:
        name = self.path.rsplit("/", 1)[-1] or "index.html"
        kind = "text/javascript" if name.endswith(".js") else "text/html"
        self.send_response(200 if name in self.files else 404)
        self.send_header("Content-Type", "text/css" if name.endswith(".css") else kind)
        self.end_headers()
        self.wfile.write(self.files.get(name, b""))

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        pieces, seconds, wait_s = map(float, asked["input"].split())
        self.send_response(200)
        self.end_headers()
        for i in range(int(pieces)):
            time.sleep(wait_s if i else 0)
            try:
                self.wfile.write(np.full(int(seconds * RATE), 3000, "<i2").tobytes())
            except ConnectionError:  # it was stopped
                return

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with chromium_page() as page:
        yield page


@pytest.fixture(scope="module", params=["server", "browser"])
def site(request: pytest.FixtureRequest) -> Iterator[str]:
    files = scripts() | {"worker.js": WORKER.encode(), "page.json": json.dumps(PAGE_JSON).encode()}
    if request.param == "server":
        files["engine.js"] = (FOLDER / "engine.js").read_bytes()
    handler = type("ThisSite", (Site,), {"files": files})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.fixture(autouse=True)
def opened(page: Page, site: str) -> None:
    page.open(site)
    page.wait_for('document.querySelector("#speak:not(:disabled)")?.id')


def speak(page: Page, text: str) -> None:
    page.evaluate(f'document.getElementById("text").value = "{text}"')
    page.evaluate('document.getElementById("form").requestSubmit()')


@pytest.mark.parametrize("voice", VOICES)
def test_a_voice_speaks_whatever_its_name(page: Page, voice: str) -> None:
    page.evaluate(f'document.getElementById("voice").value = "{voice}"')
    speak(page, "1 0.1 0")
    page.wait_for(f"{STATE}.offered || {STATE}.error")
    assert page.evaluate(STATE)["error"] == ""


def test_what_was_stopped_is_no_speech(page: Page) -> None:
    speak(page, "8 0.2 0.1")
    page.wait_for(f"{STATE}.stop")
    page.evaluate('document.getElementById("stop").click()')
    time.sleep(0.5)
    quiet = dict.fromkeys(("offered", "again", "busy", "stop"), False)
    assert page.evaluate(STATE) == {"status": "Stopped", "error": "", **quiet}


def test_what_another_took_the_place_of_ends_in_silence(page: Page) -> None:
    speak(page, "8 0.1 0.1")
    page.wait_for(f"{STATE}.stop")
    speak(page, "8 0.2 0.1")
    time.sleep(0.4)
    during = page.evaluate(STATE)
    assert (during["status"], during["busy"], during["offered"]) == ("Speaking", True, False)
    page.wait_for(f"{STATE}.offered")
    assert page.evaluate("document.body.dataset.samples") == str(int(8 * 0.2 * RATE))


WATCH = """
window.stops = []; window.places = [];
const drawn = CanvasRenderingContext2D.prototype.fillRect;
CanvasRenderingContext2D.prototype.fillRect = function (x, y, width, height) {
  if (this.canvas.id === "spectrogram") window.places.push((4 * (x + width / 2)) / this.canvas.width);
  return drawn.call(this, x, y, width, height);
};
new MutationObserver(() => window.stops.push(!document.getElementById("stop").disabled))
  .observe(document.getElementById("stop"), { attributeFilter: ["disabled"] });
"""


def test_speech_that_waits_for_its_next_piece_is_not_over(page: Page) -> None:
    page.evaluate(WATCH)
    speak(page, "3 0.2 0.5")
    page.wait_for(f"{STATE}.offered && !{STATE}.stop")
    assert page.evaluate("window.stops") == [True, False]
    places = [round(place, 3) for place in page.evaluate("window.places")]
    assert places == sorted(places)
    assert 0.45 < places[-1] <= 0.61  # of what was heard, not of the time that it took
