"""Law: every number printed of a receptive field is what the maps show when they go on.

The networks and the measurement are those of `benchmarks/receptive_fields.py`, which runs over many
more of them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch")

from tests.torches import whole_meta

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def benchmark(monkeypatch):
    """The benchmark, which is a script, not a package."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import receptive_fields

    return receptive_fields


@pytest.mark.slow
@pytest.mark.parametrize("seed", [3, 5, pytest.param(7, marks=whole_meta)])
def test_every_number_of_a_random_network_is_what_its_maps_show(seed, benchmark):
    score = benchmark.Score()
    assert benchmark.hold(seed, score) == []
    assert score.right == score.rows > 3


@pytest.mark.slow
def test_the_measurement_sees_a_wrong_number(benchmark, monkeypatch):
    from archstat.analyses.receptive_field import tracks

    monkeypatch.setattr(tracks.Track, "size", 4)
    score = benchmark.Score()
    assert any("size 4 along h, measured" in words for words in benchmark.hold(3, score))
    assert score.right < score.rows
