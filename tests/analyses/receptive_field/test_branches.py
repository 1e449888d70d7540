"""What units see by one way of a network."""

from __future__ import annotations

from fractions import Fraction

from archstat.analyses.receptive_field.branches import Followed, Repeating
from archstat.layers.window import Resized


class Counting(Resized):
    """A window that counts how often it is asked what a unit reads."""

    asked = 0

    def taps(self, unit):
        type(self).asked += 1
        return super().taps(unit)


def test_each_unit_behind_windows_without_a_period_is_worked_out_once():
    window = Counting(Fraction(1), Fraction(1, 2), radius=1)  # unit u reads u and u + 1
    branch = Repeating(((0, 0),), 1)
    for _ in range(20):
        branch = Followed((branch,), window)
    assert branch.interval(0) == (0, 20)
    # 1 + 2 + … + 20 units lie below; each is asked when it is found, again when its own are
    # known, and not 2^20 times
    assert Counting.asked <= 3 * 210
