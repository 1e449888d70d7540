"""Images as addresses of data, to stand in a picture that is one file."""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path

from archstat.errors import UsageError, shown
from archstat.files import read_file

MOST_BYTES = 20 * 2**20
MAGIC = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
}
HEAT = ((255, 237, 160), (240, 59, 32), (128, 0, 38))
"""The colours of a heat map, from little to much."""


def address_of(path: Path) -> str:
    """Return an image as the address of its data.

    Raises:
        UsageError: It cannot be read, is too large, or is no image that pictures can hold.
    """
    try:
        data = read_file(path, MOST_BYTES)
    except UsageError as error:
        raise UsageError(f"{shown(str(path))} {error}") from None
    kind = next((kind for magic, kind in MAGIC.items() if data.startswith(magic)), None)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        kind = "image/webp"
    if kind is None:
        raise UsageError(f"{shown(str(path))} is no PNG, JPEG, GIF or WebP image")
    return _address(kind, data)


def heat_map(amounts: Sequence[Sequence[float]]) -> str:
    """Return amounts from 0 to 1, a pixel each, as an image that lets through where they are 0."""
    rows = []
    for row in amounts:
        pixels = bytearray(b"\0")
        for amount in row:
            pixels += _heat(amount)
        rows.append(bytes(pixels))
    head = struct.pack(">IIBBBBB", len(amounts[0]), len(amounts), 8, 6, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(b"".join(rows), 9)), (b"IEND", b""))
    data = b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in parts
    )
    return _address("image/png", b"\x89PNG\r\n\x1a\n" + data)


def _heat(amount: float) -> bytes:
    """Return red, green, blue and how opaque, of an amount from 0 to 1."""
    low, middle, high = HEAT
    share = 2 * amount
    ends = (low, middle) if share < 1 else (middle, high)
    share -= share >= 1
    colour = (round(a + (b - a) * share) for a, b in zip(*ends, strict=True))
    return bytes((*colour, round(255 * min(1.0, 4 * amount) * 0.85)))


def _address(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{b64encode(data).decode()}"
