"""Which voice speaks which text."""

import pytest
from blocks import block

from speech.errors import Refused
from teacher.voices import VoiceBank, VoicesConfig, choose_voices, load_bank


@pytest.fixture(scope="module")
def mini() -> VoiceBank:
    manifest = "package://teacher/mini/voices/voices.jsonl"
    return load_bank(block(VoicesConfig, "voices", "f5_mini", manifest=manifest))


def chosen(bank: VoiceBank, seed: int = 1, per_text: int = 1) -> dict[str, list[str]]:
    texts = [f"text-{i}" for i in range(400)]
    return {t: choose_voices(bank, t, "en", None, per_text, seed) for t in texts}


def test_choice_is_even_and_follows_the_seed(mini: VoiceBank) -> None:
    first = chosen(mini)
    assert first == chosen(mini)
    counts = [sum(v == [name] for v in first.values()) for name in mini]
    assert min(counts) > 15
    assert max(counts) < 55
    assert sum(first[text] != voices for text, voices in chosen(mini, seed=2).items()) > 300


def test_a_voice_less_moves_only_its_own_texts(mini: VoiceBank) -> None:
    gone = next(iter(mini))
    fewer = VoiceBank({name: voice for name, voice in mini.items() if name != gone})
    before, after = chosen(mini), chosen(fewer)
    moved = {text for text in before if before[text] != after[text]}
    assert moved == {text for text, voices in before.items() if voices == [gone]}


def test_several_voices_for_a_text(mini: VoiceBank) -> None:
    one, three = chosen(mini), chosen(mini, per_text=3)
    assert all(len(set(voices)) == 3 and voices[:1] == one[t] for t, voices in three.items())
    assert len(choose_voices(mini, "text", "en", None, 99, 1)) == len(mini)


def test_an_explicit_voice_wins_or_is_refused(mini: VoiceBank) -> None:
    assert choose_voices(mini, "text", "en", "speaker08", 3, 1) == ["speaker08"]
    with pytest.raises(Refused) as unknown:
        choose_voices(mini, "text", "en", "nobody", 1, 1)
    with pytest.raises(Refused) as unspoken:
        choose_voices(mini, "text", "zh", None, 1, 1)
    assert (unknown.value.reason, unspoken.value.reason) == (
        "unknown_voice",
        "unsupported_language",
    )
