"""The page at /, and the endpoint for pages that compute speech themselves."""

import re
from collections.abc import Iterator

import httpx
import pytest

from student.phrases import phrases
from student.server.page import FOLDER


@pytest.fixture(scope="module")
def http(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address) as client:
        yield client


def test_the_page_and_its_files_are_served_under_a_strict_policy(http) -> None:
    types = {
        ".js": "text/javascript",
        ".css": "text/css",
        ".html": "text/html",
        ".svg": "image/svg",
    }
    for path in FOLDER.iterdir():
        response = http.get("/" if path.name == "index.html" else f"/static/{path.name}")
        assert response.content == path.read_bytes()
        assert response.headers["content-type"].startswith(types[path.suffix])
        policy = response.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy


def test_the_page_asks_nobody_else_and_holds_no_code_itself() -> None:
    page = (FOLDER / "index.html").read_text("utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=", page)
    for path in FOLDER.iterdir():
        addresses = set(re.findall(r"https?://[^\s\"'`)]+", path.read_text("utf-8")))
        assert addresses <= {"http://www.w3.org/2000/svg"}


def test_every_control_of_the_page_has_a_label() -> None:
    page = (FOLDER / "index.html").read_text("utf-8")
    controls = re.findall(r"<(?:select|input|textarea)\b[^>]*?\bid=\"([^\"]+)\"", page)
    assert set(controls) == set(re.findall(r"<label for=\"([^\"]+)\"", page))
    assert len(controls) == 7


def test_the_page_is_told_models_and_voices(http, catalog) -> None:
    told = http.get("/static/page.json").json()
    assert told["models"] == [
        {"id": name, "voices": list(catalog[name].voices)} for name in catalog
    ]
    assert catalog[catalog.first].license in told["note"]


def test_files_beside_the_page_are_not_served(http) -> None:
    for path in (
        "/static/page.py",
        "/static/../page.py",
        "/static/%2e%2e/page.py",
        "/static/",
        "/app.py",
    ):
        assert http.get(path).status_code == 404


def test_phonemes_are_what_a_student_would_be_told(http) -> None:
    response = http.post("/v1/phonemes", json={"input": "It costs 12 euros.\n\nThat is a lot."})
    [first, second] = phrases("It costs twelve euros.\n\nThat is a lot.", "en")
    assert response.json() == {"parts": [first._asdict(), second._asdict()]}
    refused = http.post("/v1/phonemes", json={"input": "Привет"})
    assert refused.status_code == 400
    assert refused.json()["error"]["code"] == "unsupported_script"
