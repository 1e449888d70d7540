"""Scripts as people have them: arguments of a command line, imports that fail, settings, files."""

from __future__ import annotations

import textwrap

import pytest

import archstat
from archstat.errors import UsageError


@pytest.fixture
def script(tmp_path, monkeypatch):
    """Return a function that writes a script, and returns its name."""
    monkeypatch.chdir(tmp_path)

    def write(text):
        (tmp_path / "script.py").write_text(textwrap.dedent(text), encoding="utf-8")
        return "script.py"

    return write


PARSED = """
    import argparse
    import torch
    from torch import nn

    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    sizes = parser.add_argument_group("sizes")
    sizes.add_argument("--width", type=int, default=8)
    args = parser.parse_args()
    torch.cuda.set_device(7)

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(4, args.width)

        def forward(self, x):
            return self.fc(x)

    raise RuntimeError("this trains")
"""


def test_arguments_of_a_script_are_those_that_it_has_by_default(script):
    assert archstat.analyze(f"{script(PARSED)}:Net", (4,)).totals.params == 8 * 4 + 8


def test_an_import_that_fails_and_is_not_needed_is_put_up_with(script, tmp_path):
    (tmp_path / "heavy.py").write_text("raise OSError('libcuda.so.1: cannot open')\n")
    name = script(
        """
        from torch import nn
        from torch.nn import Linear, no_such_name_in_it
        from .data import load_corpus
        import heavy

        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.fc = nn.Linear(4, 3)

            def forward(self, x):
                return self.fc(x)

        def train():
            return load_corpus()

        class Other(nn.Module):
            def __init__(self):
                super().__init__()
                self.fc = no_such_name_in_it(4, 3)
        """
    )
    assert archstat.analyze(f"{name}:Net", (4,)).totals.params == 15
    with pytest.raises(UsageError, match="cannot import name 'no_such_name_in_it'"):
        archstat.analyze(f"{name}:Other", (4,))


def test_what_takes_settings_is_told_how_to_be_made(script):
    name = script(
        """
        from torch import nn

        class Net(nn.Module):
            def __init__(self, cfg):
                super().__init__()
                self.fc = nn.Linear(cfg.width, 3)
        """
    )
    with pytest.raises(UsageError, match=r"make it in a function, def net\(\): return Net\(…\)"):
        archstat.analyze(f"{name}:Net", (4,))


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("open('vocab/words.txt')", "start from the folder where 'vocab/words.txt' is found"),
        (
            "raise ConnectionError('no route')",
            "no weights are needed to count: make it with pretrained=False",
        ),
    ],
)
def test_what_is_not_there_is_told_with_what_to_do(script, line, hint):
    name = script(
        f"""
        from torch import nn

        class Net(nn.Module):
            def __init__(self, pretrained=True):
                super().__init__()
                {line}
        """
    )
    with pytest.raises(UsageError) as raised:
        archstat.analyze(f"{name}:Net", (4,))
    assert hint in str(raised.value)


def test_a_device_of_the_whole_script_is_no_fault_of_the_model(script):
    name = script(
        """
        import torch
        from torch import nn

        device = "cuda" if torch.cuda.is_available() else "cpu"

        class Gen(nn.Module):
            def __init__(self):
                super().__init__()
                self.up = nn.ConvTranspose2d(100, 8, 4)

            def forward(self, z):
                return self.up(z.to(device))
        """
    )
    report = archstat.analyze(f"{name}:Gen", (100, 1, 1))
    assert report.totals.params == 100 * 8 * 16 + 8
    assert not [note for note in report.notes if "not where x is" in note or "come first" in note]
