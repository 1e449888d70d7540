"""The conventions of papers and textbooks."""

from __future__ import annotations

from archstat.analyses.conventions.convention import FLOPS_PER_MAC, Convention, Term
from archstat.analyses.conventions.terms import BIASES

MACS = Convention("macs", per_mac=1)
"""What most papers on vision call FLOPs, too."""

FLOPS = Convention("flops", per_mac=FLOPS_PER_MAC)
"""Also what torch.utils.flop_counter counts."""

MACS_AND_BIASES = Convention("macs+bias", per_mac=1, terms=(BIASES,))

TEXTBOOK = Convention(
    "textbook",
    per_mac=FLOPS_PER_MAC,
    terms=(Term("k products take k − 1 additions", lambda node: -node.neurons),),
)
"""2k²C − 1 operations an output value, as textbooks count a dot product."""
