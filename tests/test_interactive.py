"""What a session sees that asks for a report, or for the names of the package."""

from __future__ import annotations

import archstat


def test_a_report_shows_itself_as_the_table():
    report = archstat.analyze("lenet5")
    assert repr(report) == str(report)
    assert repr(report).splitlines()[0].startswith("lenet5: LeNet-5")


def test_the_package_lists_what_there_is_to_use():
    assert {"analyze", "register", "Report", "ArchstatError", "__version__"} <= set(dir(archstat))


def test_everything_that_is_listed_is_there():
    assert [name for name in dir(archstat) if not hasattr(archstat, name)] == []
