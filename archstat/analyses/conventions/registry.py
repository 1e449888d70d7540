"""Every convention by its name."""

from __future__ import annotations

from archstat.analyses.conventions.convention import Convention
from archstat.analyses.conventions.deepspeed import CALFLOPS, DEEPSPEED
from archstat.analyses.conventions.fvcore import FVCORE
from archstat.analyses.conventions.plain import FLOPS, MACS, MACS_AND_BIASES, TEXTBOOK
from archstat.analyses.conventions.ptflops import PTFLOPS, PTFLOPS_ATEN
from archstat.analyses.conventions.tensorflow import TENSORFLOW
from archstat.analyses.conventions.thop import THOP
from archstat.analyses.conventions.torchinfo import TORCHINFO
from archstat.analyses.conventions.torchscan import TORCHSCAN
from archstat.analyses.conventions.torchstat import TORCHSTAT, TORCHSTAT_MADD
from archstat.errors import UsageError, did_you_mean, shown

CONVENTIONS = {
    convention.name: convention
    for convention in (
        MACS,
        FLOPS,
        MACS_AND_BIASES,
        TEXTBOOK,
        TORCHINFO,
        FVCORE,
        THOP,
        PTFLOPS,
        PTFLOPS_ATEN,
        TORCHSCAN,
        DEEPSPEED,
        CALFLOPS,
        TENSORFLOW,
        TORCHSTAT,
        TORCHSTAT_MADD,
    )
}


def convention_named(name: str) -> Convention:
    """Return the convention of this name.

    Raises:
        UsageError: There is none.
    """
    if name not in CONVENTIONS:
        names = ", ".join(CONVENTIONS)
        guess = did_you_mean(name, list(CONVENTIONS))
        raise UsageError(
            f"there is no convention {shown(name)}",
            hint=f"{guess} there are {names}" if guess else f"there are {names}",
        )
    return CONVENTIONS[name]
