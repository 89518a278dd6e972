"""How far a command has come, where there is no terminal."""

import pytest

from archive.cli.progress import progress


@pytest.mark.parametrize(
    ("length", "steps", "lines"),
    [
        (120, [1] * 120, ["50 of 120", "100 of 120", "120 of 120"]),
        (3, [1, 2], ["3 of 3"]),
        (100, [50, 50], ["50 of 100", "100 of 100"]),
        (0, [], []),
        (1000, [0, 1000], ["1000 of 1000"]),
    ],
)
def test_lines_are_few_and_the_last_tells_of_the_end(
    capsys: pytest.CaptureFixture[str], length: int, steps: list[int], lines: list[str]
) -> None:
    with progress(length, "Files") as advance:
        for step in steps:
            advance(step)
    assert capsys.readouterr().out.splitlines() == [f"Files: {line}" for line in lines]


def test_millions_take_twenty_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with progress(1_000_000, "Products") as advance:
        for _ in range(50):
            advance(20_000)
    assert len(capsys.readouterr().out.splitlines()) <= 21
