"""The dictionaries from tables are hibari's with our words; where none can be kept nothing is lost."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import hibari.g2p
import pytest

from speech.text import dictionaries as module
from speech.text.dictionaries import NAMES, Phonemizer, dictionaries
from speech.text.own_words import mended, with_own_words
from speech.text.string_table import StringTable

TEXT = "The wind read 21 pages of Kokoro's cliché, didn't it? NASA records live music."


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty one, and nothing that an earlier test has opened."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    dictionaries.cache_clear()
    yield tmp_path
    dictionaries.cache_clear()


def opened() -> dict[str, object]:
    dictionaries.cache_clear()
    return dict(dictionaries())


def tables(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_tables_hold_what_hibari_has(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read, kept = opened(), opened()
    assert all(isinstance(kept[name], StringTable) for name in NAMES)
    assert {name: dict(table) for name, table in kept.items()} == read  # type: ignore[call-overload]
    theirs, ours = hibari.g2p.G2P(oov=str), Phonemizer(str)
    with_own_words(theirs.lexicon.golds.d)
    mended(theirs.lexicon.silvers.d)
    assert vars(ours).keys() == vars(theirs).keys()
    assert dict(ours.lexicon.golds.d) == theirs.lexicon.golds.d
    assert dict(ours.lexicon.silvers.d) == theirs.lexicon.silvers.d
    assert ours.tokenizer.special == theirs.tokenizer.special
    assert vars(ours.tagger).keys() == vars(theirs.tagger).keys()
    assert ours.tagger.tags == theirs.tagger.tags
    assert dict(ours.tagger.tagdict) == theirs.tagger.tagdict
    assert dict(ours.tagger.weights) == theirs.tagger.weights
    assert set(ours.tagger.vocab) == theirs.tagger.vocab
    assert ours(TEXT) == theirs(TEXT)


def test_the_second_time_no_json_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    opened()
    monkeypatch.setattr(module, "_read", lambda *_: pytest.fail("read again"))
    opened()


def test_damaged_tables_are_written_again(cache: Path) -> None:
    read = opened()
    before = {path: path.read_bytes() for path in tables(cache)}
    assert len(before) == len(NAMES)
    for path, data in before.items():
        path.write_bytes(data[: len(data) // 2])
    assert opened() == read
    assert {path: path.read_bytes() for path in tables(cache)} == before


@pytest.mark.parametrize("place", ["a file", "/proc/nowhere", "nobody's"])
def test_where_nothing_can_be_kept_it_is_read(
    place: str, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if place == "a file":
        (cache / "tts-distill").write_bytes(b"")
    elif place == "nobody's":
        monkeypatch.delenv("XDG_CACHE_HOME")
        monkeypatch.delenv("HOME", raising=False)
        monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    else:
        monkeypatch.setenv("XDG_CACHE_HOME", place)
    assert isinstance(opened()["gold"], dict)
    assert Phonemizer(str)("Hello.") == "həlˈO."


def test_other_contents_are_other_tables(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened()
    asset = module._asset
    longer = module.gzip.compress(json.dumps({"xyzzy": "zˈɪzi"}).encode())
    monkeypatch.setattr(module, "_asset", lambda n: longer if n == module.SILVER else asset(n))
    opened()
    assert opened()["silver"]["xyzzy"] == "zˈɪzi"  # type: ignore[index]
    assert len({path.parent for path in tables(cache)}) == 2
