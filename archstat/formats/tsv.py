"""TSV: as CSV, with tabs."""

from __future__ import annotations

from archstat.formats.csv import Csv

FORMAT = Csv("TSV", ".tsv", "\t")
