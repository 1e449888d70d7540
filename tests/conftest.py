"""How many examples hypothesis tries, and what an old torch cannot be asked.

Failing checks of the helpers are explained as those of tests are.

It tries 50 a law, 15 where slow tests are left out, and the same ones each time, so that a change
is not blamed for what a new example shows. HYPOTHESIS_PROFILE=nightly tries 5,000 that are new.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

from archstat.errors import UsageError

pytest.register_assert_rewrite("tests.cli.running")
settings.register_profile("fast", deadline=None, max_examples=15, derandomize=True)
settings.register_profile("default", deadline=None, max_examples=50, derandomize=True)
settings.register_profile("nightly", deadline=None, max_examples=5_000)

REFUSED = "does not tell what training a PyTorch model keeps"
"""What is said of a torch that is too old to be asked what training costs, as 2.6."""


def pytest_configure(config: pytest.Config):
    """Choose how many examples a law is tried on."""
    usual = "fast" if config.option.markexpr == "not slow" else "default"
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", usual))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):  # noqa: ARG001  its name is the hook's
    """Skip what asks for the training of a PyTorch model where this torch does not tell of it."""
    try:
        return (yield)
    except UsageError as error:
        if REFUSED in str(error) and not told():
            pytest.skip(str(error.problems[0].what))
        raise


def told():
    """Return whether this torch tells what training keeps."""
    from archstat.models.torch.private import tells_what_is_kept

    return tells_what_is_kept()
