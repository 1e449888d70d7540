"""How long `archstat table paper-alexnet` takes, as a part of `import torch`.

Both are whole processes, run in turn; the ratio is taken pair by pair, and its median is printed.
Python keeps the compiled modules of both, as it does wherever nobody forbids it.

    python benchmarks/startup.py [PAIRS]
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from statistics import median

OURS = (sys.executable, "-m", "archstat", "table", "paper-alexnet", "--input", "3x227x227")
THEIRS = (sys.executable, "-c", "import torch")
COMPILING = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
WARM_UPS = 2
PAIRS = 15


def seconds(command: tuple[str, ...]) -> float:
    """Return the wall time of a process in seconds."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=COMPILING)
    return time.perf_counter() - start


def main() -> None:
    """Print the medians and the ratio."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else PAIRS
    for _ in range(WARM_UPS):
        seconds(OURS), seconds(THEIRS)
    times = [(seconds(OURS), seconds(THEIRS)) for _ in range(pairs)]
    ratios = sorted(ours / theirs for ours, theirs in times)
    print(f"archstat table paper-alexnet  {median(ours for ours, _ in times) * 1000:7.0f} ms")
    print(f"import torch                  {median(theirs for _, theirs in times) * 1000:7.0f} ms")
    print(f"ratio, median of {pairs} pairs     {median(ratios):7.3f}", end="")
    print(f"  (from {ratios[0]:.3f} to {ratios[-1]:.3f})")


if __name__ == "__main__":
    main()
