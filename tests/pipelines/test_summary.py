"""What closes a run."""

import pytest

from pipelines.run.summary import shares


@pytest.mark.parametrize(
    ("stats", "line"),
    [
        ({}, "0 worker-seconds: nothing was spoken"),
        ({"asr_s": 0.0, "rows": 3}, "0 worker-seconds: nothing was spoken"),
        (
            {"write_s": 0.4, "teacher_s": 75, "asr_s": 24.6, "rows": 900},
            "100 worker-seconds: teacher 75%, asr 25%",
        ),
    ],
)
def test_where_the_time_went(stats: dict[str, float], line: str) -> None:
    assert shares(stats) == line
