"""Reads what pictures carry beside their pixels: PNG text, EXIF, XMP, comments, and the place."""

import re
import struct
import zlib
from collections.abc import Iterator

from kb.errors import GateError

_LIMIT = 1_000_000
_RUN = re.compile(rb"[\t\n\r\x20-\x7e\x80-\xff]{4,}")
_WIDE = re.compile(rb"(?:[\x20-\x7e]\x00){4,}|(?:\x00[\x20-\x7e]){4,}")
_BARE_JPEG = frozenset((0x01, *range(0xD0, 0xD9)))
_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
_PEOPLE = {0x013B: "Artist", 0xA430: "CameraOwnerName", 0x9C9D: "XPAuthor"}
_DEEPER, _PLACE = 0x8769, 0x8825


def is_picture(data: bytes) -> bool:
    """Return whether these are the bytes of a PNG, JPEG, GIF or WebP."""
    return data.startswith((_PNG, _JPEG, b"GIF8")) or (data[:4] + data[8:12] == b"RIFFWEBP")


def told_by(name: str, data: bytes) -> tuple[str, ...]:
    """Return the lines that a picture carries as text.

    Where a field names a person the line begins with "Author:"; a GPS position is told as
    "GPS position". Formats: PNG (ISO/IEC 15948, 11.3), JPEG (ITU-T T.81, B.1.1), GIF89a, RIFF WebP,
    TIFF 6.0 for EXIF.

    Raises:
        GateError: It is broken in a way that hides what it carries.
    """
    try:
        found = [line for part in _parts(data) for line in _lines(part)]
    except (struct.error, zlib.error, IndexError, ValueError, RecursionError):
        raise GateError(name, "the picture is broken and cannot be read", "Save it anew") from None
    return tuple(dict.fromkeys(found))


def _parts(data: bytes) -> Iterator[bytes]:
    if data.startswith(_PNG):
        yield from _png(data)
    elif data.startswith(_JPEG):
        yield from _jpeg(data)
    elif data.startswith(b"GIF8"):
        yield from _gif(data)
    else:
        yield from _riff(data)


def _png(data: bytes) -> Iterator[bytes]:
    at = 8
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + length]
        if len(body) < length:
            raise ValueError(kind)
        if kind == b"zTXt":
            key, _, packed = body.partition(b"\0")
            yield key + b": " + _inflated(packed[1:])
        elif kind == b"iTXt":
            yield _international(body)
        elif kind not in (b"IDAT", b"PLTE", b"IHDR", b"iCCP"):
            yield body.replace(b"\0", b": ", 1) if kind == b"tEXt" else body
        at += 12 + length
        if kind == b"IEND":
            yield data[at:]
            return


def _international(body: bytes) -> bytes:
    key, _, rest = body.partition(b"\0")
    is_packed = rest[:1] == b"\1"
    _, _, words = rest[2:].partition(b"\0")[2].partition(b"\0")
    return key + b": " + (_inflated(words) if is_packed else words)


def _inflated(packed: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    plain = unpacker.decompress(packed, _LIMIT)
    if unpacker.unconsumed_tail:
        raise ValueError("more text than a picture holds")
    return plain


def _jpeg(data: bytes) -> Iterator[bytes]:
    at = 2
    while at < len(data) - 1:
        if data[at] != 0xFF:
            raise ValueError("no marker")
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker in _BARE_JPEG:
            at += 2
            continue
        if marker == 0xD9:
            yield data[at + 2 :]
            return
        (length,) = struct.unpack_from(">H", data, at + 2)
        body = data[at + 4 : at + 2 + length]
        if 0xE1 <= marker <= 0xEF or marker == 0xFE:
            yield body
        at += 2 + length
        if marker == 0xDA:
            at = _after_scan(data, at)


def _after_scan(data: bytes, at: int) -> int:
    """Return where the next marker stands behind compressed pixels."""
    found = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]").search(data, at)
    return found.start() if found else len(data)


def _gif(data: bytes) -> Iterator[bytes]:
    """Yield comments, application data, and what stands behind the picture's end."""
    at = 13 + (3 * 2 ** ((data[10] & 7) + 1) if data[10] & 0x80 else 0)
    while at < len(data):
        kind = data[at]
        if kind == 0x3B:
            yield data[at + 1 :]
            return
        if kind == 0x2C:
            flags = data[at + 9]
            at += 11 + (3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0)
            _, at = _blocks(data, at)
        elif kind == 0x21:
            label = data[at + 1]
            body, at = _blocks(data, at + 2)
            if label != 0xF9:
                yield body
        else:
            raise ValueError("no block")


def _blocks(data: bytes, at: int) -> tuple[bytes, int]:
    pieces = []
    while length := data[at]:
        pieces.append(data[at + 1 : at + 1 + length])
        at += 1 + length
    return b"".join(pieces), at + 1


def _riff(data: bytes) -> Iterator[bytes]:
    at = 12
    while at + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, at)
        if kind not in (b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANMF", b"ANIM", b"ICCP"):
            yield data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


def _lines(part: bytes) -> Iterator[str]:
    """Yield the readable runs of a part, and what its EXIF says of people and places."""
    start = part.find(b"Exif\0\0") + 6 if b"Exif\0\0" in part else 0
    if part[start : start + 4] in (b"II*\0", b"MM\0*"):
        yield from _exif(part[start:])
    for run in _RUN.findall(part):
        yield _named(run.decode("utf-8", "replace"))
    for wide in _WIDE.findall(part):
        yield wide.replace(b"\0", b"").decode("ascii")


def _named(line: str) -> str:
    return re.sub(r"(?i)^\s*(?:author|artist|creator)\s*[:=\0]\s*", "Author: ", line)


def _exif(tiff: bytes) -> Iterator[str]:
    order = "<" if tiff[:2] == b"II" else ">"
    todo, seen = [struct.unpack_from(f"{order}I", tiff, 4)[0]], set[int]()
    while todo:
        at = todo.pop()
        if at in seen or at + 2 > len(tiff):
            continue
        seen.add(at)
        (count,) = struct.unpack_from(f"{order}H", tiff, at)
        for row in range(count):
            tag, kind, many, value = struct.unpack_from(f"{order}HHII", tiff, at + 2 + 12 * row)
            if tag == _DEEPER:
                todo.append(value)
            if tag == _PLACE:
                yield "GPS position"
            if tag in _PEOPLE:
                yield f"Author: {_value(tiff, at + 2 + 12 * row, kind, many, value)}"


def _value(tiff: bytes, row: int, kind: int, many: int, value: int) -> str:
    size = _SIZES.get(kind, 1) * many
    raw = tiff[row + 8 : row + 8 + size] if size <= 4 else tiff[value : value + min(size, 1000)]
    return raw.replace(b"\0", b"").decode("utf-8", "replace").strip()
