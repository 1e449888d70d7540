"""Folders and archives of submissions for the tests of grading."""

from __future__ import annotations

import sqlite3
import stat
import zipfile
from contextlib import closing

from archstat.homework.grading.source import open_source
from archstat.homework.grading.submissions import find_submissions


def folder(root, *names, content=b""):
    """Write files of these names, and return their folder."""
    root.mkdir(exist_ok=True)
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


def archive(path, members, *, mode=0o644 | stat.S_IFREG):
    """Write a zip file of these members: contents by names."""
    with zipfile.ZipFile(path, "w") as made:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            made.writestr(info, content, zipfile.ZIP_DEFLATED)
    return path


def graded_in(path):
    """Return the keys and contents that a ledger holds as graded."""
    with closing(sqlite3.connect(path)) as database:
        return database.execute("SELECT key, digest, outcome FROM graded ORDER BY key").fetchall()


def found(root, roster=None):
    """Return the files of every submission, by its key."""
    submissions = find_submissions(open_source(root), roster)
    return {one.key: [file.name for file in one.files] for one in submissions}
