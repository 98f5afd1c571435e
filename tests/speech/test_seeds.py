"""Seeds: stable, spread evenly, and undisturbed by what is added."""

from collections import Counter

from speech.seeds import rendezvous, short_id, stable_hash

VOICES = [f"voice{i}" for i in range(8)]


def test_known_values_hold_on_every_machine():
    assert stable_hash("seed", 1, "hello") == 6178335628102305957
    assert short_id("Hello.") == "22b6cd5b3e07526b"


def test_parts_do_not_run_together():
    assert stable_hash("ab", "c") != stable_hash("a", "bc")


def test_a_new_voice_takes_only_its_share():
    before = {f"t{i}": rendezvous(f"t{i}", VOICES, 1, 1)[0] for i in range(2000)}
    after = {key: rendezvous(key, [*VOICES, "new"], 1, 1)[0] for key in before}
    moved = [key for key in before if before[key] != after[key]]
    assert all(after[key] == "new" for key in moved)
    assert 0.08 < len(moved) / len(before) < 0.14


def test_voices_are_used_evenly_and_reshuffled_by_another_seed():
    counts = Counter(rendezvous(f"t{i}", VOICES, 1, 1)[0] for i in range(4000))
    assert min(counts.values()) > 400
    changed = sum(
        rendezvous(f"t{i}", VOICES, 1, 1) != rendezvous(f"t{i}", VOICES, 1, 2) for i in range(500)
    )
    assert changed > 400


def test_more_voices_a_text_keep_the_first_ones():
    for i in range(100):
        assert rendezvous(f"t{i}", VOICES, 3, 1)[:2] == rendezvous(f"t{i}", VOICES, 2, 1)
