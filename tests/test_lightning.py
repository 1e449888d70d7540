"""The callback for Lightning, in a real training."""

from __future__ import annotations

import importlib
import time

import pytest

from tests.bench.processes import started
from tests.cli.running import invoke

torch = pytest.importorskip("torch")
pytest.importorskip("lightning", reason="lightning is not installed")

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # the library's own


@pytest.fixture
def trained(tmp_path, monkeypatch):
    from lightning.pytorch import LightningModule, Trainer
    from lightning.pytorch.loggers.logger import Logger

    callback = importlib.import_module("archstat.lightning").ArchstatCallback
    monkeypatch.chdir(tmp_path)

    class Kept(Logger):
        name, version = "kept", 0

        def __init__(self):
            super().__init__()
            self.seen = {}

        def log_metrics(self, metrics, step=None):  # noqa: ARG002  as it is called
            self.seen |= metrics

        def log_hyperparams(self, *_, **__):
            pass

    class Net(LightningModule):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Linear(10, 4)

        def forward(self, x):
            return self.layer(x)

        def training_step(self, batch, _):
            time.sleep(0.01)
            return torch.nn.functional.cross_entropy(self(batch[0]), batch[1])

        def configure_optimizers(self):
            return torch.optim.SGD(self.parameters(), lr=0.1)

    def run(**options):
        data = [(torch.randn(10), 1) for _ in range(40)]
        kept = Kept()
        Trainer(
            max_epochs=1, logger=kept, callbacks=[callback(every=2, **options)], accelerator="cpu",
            enable_progress_bar=False, enable_model_summary=False, enable_checkpointing=False,
        ).fit(Net(), torch.utils.data.DataLoader(data, batch_size=8))  # fmt: skip
        return kept.seen

    return run


def test_what_a_model_costs_and_reaches_is_logged(trained):
    seen = trained()
    assert seen["archstat/params"] == 44
    assert seen["archstat/macs"] == 8 * 40
    assert 0 < seen["archstat/examples_per_s"] < 800  # 8 in no less than 10 ms
    # a step is the forward pass and the gradient of the weights: 2 * 320 MACs for 8 examples
    rate = seen["archstat/examples_per_s"] / 8 * 2 * 2 * 320
    assert seen["archstat/flop_per_s"] == pytest.approx(rate)
    assert "archstat/share_of_peak" not in seen


def test_the_share_of_the_peak_is_that_of_the_ceilings(trained, monkeypatch):
    monkeypatch.setattr("archstat.bench.run.started", started)
    invoke("ceilings", "--device", "cpu", "-o", "cpu.json")
    seen = trained(ceilings="cpu.json")
    assert seen["archstat/share_of_peak"] == pytest.approx(seen["archstat/flop_per_s"] / 1e11)
