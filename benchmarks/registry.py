"""Every classification model of torchvision: are parameters and MACs those that it publishes?

torchvision states `num_params` and `_ops` (billions of MACs, three decimals) with its weights; no
weights are loaded.

    python benchmarks/registry.py
"""

from __future__ import annotations

import time
from statistics import median

import archstat

ARGUMENTS = {
    "googlenet": {"aux_logits": False},  # published without the heads that only training uses
    "vit_h_14": {"image_size": 518},  # built for 224, published at 518
}


def published() -> dict[str, tuple[int, float]]:
    """Return parameters and billions of MACs by name, as torchvision states them."""
    from torchvision import models  # noqa: PLC0415  a second of imports

    names = models.list_models(module=models)
    metas = {name: models.get_model_weights(name).DEFAULT.meta for name in names}
    return {name: (meta["num_params"], meta["_ops"]) for name, meta in metas.items()}


def main() -> None:
    """Print every difference, and how many there are."""
    exact, seconds = 0, []
    stated = published()
    for name, (params, gigamacs) in stated.items():
        start = time.perf_counter()
        totals = archstat.analyze(f"torchvision/{name}", arguments=ARGUMENTS.get(name)).totals
        seconds.append(time.perf_counter() - start)
        ours = (totals.params, round(totals.macs / 1e9, 3))
        if ours == (params, gigamacs) and not totals.uncounted:
            exact += 1
        else:
            print(f"{name}: ours {ours}, published {(params, gigamacs)} {totals.uncounted}")
    print(f"{exact} of {len(stated)} exact, parameters and MACs; {median(seconds):.2f} s each")


if __name__ == "__main__":
    main()
