"""A network and the file that it was exported to: whether the export has changed what counts.

An exporter writes a layer out as operators of its own: a mean is a `ReduceMean`, a GELU five of
them, a layer norm of old nine. So what is compared are the layers that hold parameters or multiply,
each with all that the file has under its path; what holds nothing is only counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from archstat.record import record
from archstat.report.comparison import NetworkComparison, Slot
from archstat.report.report import NetworkReport, Row


@record
class ExportedSlot(Slot):
    """A layer of the network, and what is of it in the file, or of the file alone.

    Attributes:
        is_kept: Whether it holds and multiplies in the file what it does in the network.
    """

    is_kept: bool = True

    @property
    def differs(self) -> bool:
        """Whether the export has changed it."""
        return not self.is_kept


@record
class ExportComparison(NetworkComparison):
    """A network beside the file that it was exported to.

    Attributes:
        folded: The norms that are in the file inside of the convolutions before them.
        unbiased: The layers that are in the file without their biases.
        left_out: How many operators of the file hold nothing, and multiply nothing.
    """

    folded: tuple[str, ...] = ()
    unbiased: tuple[str, ...] = ()
    left_out: int = 0


def compare_export(reports: Sequence[NetworkReport], file: int) -> ExportComparison:
    """Return a network and its export side by side.

    Args:
        reports: Both.
        file: The place of the export among them.
    """
    network, exported = reports[1 - file], reports[file]
    ours = [row for row in network.layers if _counts(row)]
    theirs = [row for row in exported.layers if _counts(row)]
    names = {row.name for row in ours}
    parts: dict[str, list[Row]] = {}
    for row in theirs:
        parts.setdefault(_owner(row.name, names), []).append(row)
    others = parts.pop("", [])
    pairs: list[tuple[Row | None, Row | None]] = [
        (row, _united(parts[row.name]) if row.name in parts else None) for row in ours
    ]
    pairs = list(_joined(pairs, others))
    folded = dict(_folded(pairs))
    slots = tuple(_slots(pairs, folded, file))
    unbiased = [
        ours.name for ours, theirs in pairs if ours and theirs and _has_lost_its_bias(ours, theirs)
    ]
    return ExportComparison(
        tuple(reports),
        slots,
        folded=tuple(folded),
        unbiased=tuple(name for name in unbiased if name not in folded.values()),
        left_out=len(exported.layers) - len(theirs),
    )


def _counts(row: Row) -> bool:
    return bool(row.params or row.read_again or row.macs is None or row.macs)


def _owner(name: str, names: set[str]) -> str:
    """Return which of some layers an operator of a file is of, by its path; empty if of none."""
    path = name
    while path and path not in names:
        path, _, _ = path.rpartition(".")
    return path


def _united(rows: Sequence[Row]) -> Row:
    """Return several operators as one, which is called as the last of them."""
    known = [row.macs for row in rows if row.macs is not None]
    return replace(
        rows[-1],
        params=sum(row.params for row in rows),
        read_again=sum(row.read_again for row in rows),
        macs=sum(known) if len(known) == len(rows) else None,
    )


def _joined(
    pairs: Sequence[tuple[Row | None, Row | None]], others: Sequence[Row]
) -> Iterator[tuple[Row | None, Row | None]]:
    """Yield pairs, with what no name tells joined by what it holds and multiplies, block by block.

    Calls of functions have names of their own in both: `attn.bmm` is `attn.matmul` there.
    """
    alone: dict[str, list[Row]] = {}
    for ours, theirs in pairs:
        if ours is not None and theirs is None:
            alone.setdefault(_block(ours), []).append(ours)
    left = [*others]
    found: dict[str, tuple[Row, Row] | None] = {}
    for block, rows in alone.items():
        inside = [row for row in left if _block(row) == block]
        if inside and len(inside) < len(rows) and _is_kept(_united(rows), _united(inside)):
            found |= dict.fromkeys(row.name for row in rows[1:])  # they are in the first one
            found[rows[0].name] = _united(rows), _united(inside)
            left = [row for row in left if row not in inside]
            continue
        for row in rows:
            same = next((each for each in left if _is_kept(row, each)), None)
            if same is not None:
                found[row.name] = row, same
                left.remove(same)
    for ours, theirs in pairs:
        pair = (ours, theirs) if ours is None else found.get(ours.name, (ours, theirs))
        if pair is not None:
            yield pair
    yield from ((None, row) for row in left)


def _block(row: Row) -> str:
    return row.name.rpartition(".")[0]


def _is_kept(ours: Row, theirs: Row) -> bool:
    """Return whether a layer holds and multiplies the same in a file.

    What holds the same numbers as another is stored once there, and tied parameters count once.
    """
    is_held = theirs.params <= ours.params <= theirs.params + theirs.read_again
    return is_held and ours.macs == theirs.macs


def _has_lost_its_bias(ours: Row, theirs: Row) -> bool:
    """Return whether all that a file has not of a layer that multiplies is its biases."""
    missing = ours.params - theirs.params - theirs.read_again
    return bool(missing and ours.macs == theirs.macs) and missing in {
        ours.biases,
        ours.out_shape[-1],
    }


def _folded(pairs: Sequence[tuple[Row | None, Row | None]]) -> Iterator[tuple[str, str]]:
    """Yield the batch norms that a file has not, with what has them inside.

    It has a bias then, unless all of it is 0, or is stored for another layer already.
    """
    partners = {ours.name: theirs for ours, theirs in pairs if ours is not None}
    rows = {ours.name: ours for ours, _ in pairs if ours is not None}
    for ours, theirs in pairs:
        if ours is None or theirs is not None or not ours.kind.startswith("batch_norm"):
            continue
        before = next((rows[name] for name in ours.inputs if name in rows), None)
        inside = None if before is None else partners[before.name]
        if before is None or inside is None:
            continue
        biases = inside.params - before.weights
        if biases in {0, before.biases, ours.biases} and inside.macs == before.macs:
            yield ours.name, before.name


def _slots(
    pairs: Sequence[tuple[Row | None, Row | None]], folded: Mapping[str, str], file: int
) -> Iterator[ExportedSlot]:
    holding = {*folded.values()}
    for ours, theirs in pairs:
        is_folded = ours is not None and ours.name in folded
        is_whole = ours is not None and theirs is not None and _is_kept(ours, theirs)
        has_more = ours is not None and ours.name in holding
        rows = (ours, theirs) if file else (theirs, ours)
        yield ExportedSlot(rows, is_kept=is_folded or is_whole or has_more)
