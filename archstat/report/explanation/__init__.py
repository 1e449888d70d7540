"""Why a number is what it is: its formula, the same with the layer's own values, and its source.

Formulas are not written here. The layer's own methods run on numbers that remember how they were
worked out, so that what is explained is what was computed.
"""

from archstat.report.explanation.layers import explain
from archstat.report.explanation.line import (
    MEANINGS,
    OF_TRAINING,
    QUANTITIES,
    Explained,
    Explanation,
)

__all__ = ["MEANINGS", "OF_TRAINING", "QUANTITIES", "Explained", "Explanation", "explain"]
