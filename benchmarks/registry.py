"""Every classification model of torchvision: are parameters and MACs those that it publishes?

torchvision states `num_params` and `_ops` (billions of MACs, three decimals) with its weights; no
weights are loaded. The memory is that of a whole process that counts the largest model, as a
multiple of one that only imports torch and torchvision.

    python benchmarks/registry.py

The exit code is 1 if a number differs, or if the memory is more than 1.2 times that of the imports.
"""

from __future__ import annotations

import sys

from counters import ARGUMENTS, classification_models, peak_bytes, print_table

import archstat

CLAIM = 1.2
COUNT = "import archstat; archstat.analyze('torchvision/{name}')"


def main() -> int:
    """Print one table, and each difference before it; return 1 if there is one."""
    stated = classification_models()
    params_equal = macs_equal = 0
    for name, (params, gigamacs) in stated.items():
        totals = archstat.analyze(f"torchvision/{name}", arguments=ARGUMENTS.get(name)).totals
        ours = (totals.params, round(totals.macs / 1e9, 3))
        params_equal += ours[0] == params
        macs_equal += ours[1] == gigamacs and not totals.uncounted
        if ours != (params, gigamacs) or totals.uncounted:
            print(f"{name}: ours {ours}, published {(params, gigamacs)} {totals.uncounted}")
    largest = max(stated, key=lambda name: stated[name][0])
    imports, counting = peak_bytes(COUNT.format(name=largest))
    memory = counting / imports
    rows = [
        ("models", f"{len(stated)}"),
        ("parameters equal", f"{params_equal}"),
        ("MACs equal", f"{macs_equal}"),
        (f"memory, {largest} ({stated[largest][0]:,} parameters) / imports", f"{memory:.2f}"),
    ]
    print_table(("", "torchvision's classification models"), rows)
    return int(min(params_equal, macs_equal) < len(stated) or memory > CLAIM)


if __name__ == "__main__":
    sys.exit(main())
