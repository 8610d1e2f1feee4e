"""Reads a file line by line, gzip or not, in flat memory, from where a cursor says it was left."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any

from kb.errors import SourceError

LONGEST_LINE = 16 * 1024 * 1024
_BLOCK = 1024 * 1024
_GZIP = b"\x1f\x8b"


@dataclass(slots=True)
class Lines:
    """An open file, and how far it was read.

    The cursor is `offset:line:digest`: bytes and lines that were read, and the BLAKE2b of those
    bytes. A file that changed before the cursor is another file and is read from its start.
    """

    path: Path
    raw: IO[bytes]
    stream: IO[bytes]
    offset: int = 0
    number: int = 0
    digest: Any = field(default_factory=lambda: blake2b(digest_size=12))

    @property
    def cursor(self) -> str:
        """Where the next line begins."""
        return f"{self.offset}:{self.number}:{self.digest.hexdigest()}"

    @property
    def done(self) -> int:
        """Bytes of the file on disk that were read, a buffer more or less."""
        return self.raw.tell()

    def next(self) -> bytes | None:
        """Return the next line with its newline, `b""` at the end, None for one that is too long.

        Raises:
            SourceError: The file cannot be read on; what was read before it stands.
        """
        line = self._bytes(LONGEST_LINE)
        self._count(line)
        if len(line) < LONGEST_LINE or line.endswith(b"\n"):
            self.number += bool(line)
            return line
        while line and not line.endswith(b"\n"):
            line = self._bytes(_BLOCK)
            self._count(line)
        self.number += 1
        return None

    def go_to(self, cursor: str) -> bool:
        """Go on behind `cursor`; False, and back at the start, when the file is another one."""
        offset, _, rest = cursor.partition(":")
        number, _, digest = rest.partition(":")
        if not (offset.isdigit() and number.isdigit()):
            return False
        while self.offset < int(offset):
            block = self._bytes(min(_BLOCK, int(offset) - self.offset), whole=True)
            if not block:
                break
            self._count(block)
        if self.offset == int(offset) and self.digest.hexdigest() == digest:
            self.number = int(number)
            return True
        self.rewind()
        return False

    def rewind(self) -> None:
        """Go back to the start."""
        self.stream.seek(0)
        self.offset, self.number, self.digest = 0, 0, blake2b(digest_size=12)

    def _count(self, block: bytes) -> None:
        self.offset += len(block)
        self.digest.update(block)

    def _bytes(self, most: int, *, whole: bool = False) -> bytes:
        try:
            return self.stream.read(most) if whole else self.stream.readline(most)
        except (OSError, EOFError, zlib.error):
            raise SourceError(
                self.path, "it is damaged or cut off", "Export it again, then kb pull"
            ) from None


@contextmanager
def open_lines(path: Path) -> Iterator[Lines]:
    """Open a file for `Lines`; gzip is known by its first bytes, not by its name.

    Raises:
        SourceError: It cannot be opened.
    """
    try:
        raw = path.open("rb")
    except OSError as error:
        raise SourceError(
            path, f"it cannot be read ({error.strerror})", "Mend its rights"
        ) from None
    with raw:
        packed = raw.read(2) == _GZIP
        raw.seek(0)
        if not packed:
            yield Lines(path, raw, raw)
            return
        with gzip.GzipFile(fileobj=raw, mode="rb") as unpacked:
            yield Lines(path, raw, unpacked)  # type: ignore[arg-type]


def whole_lines(lines: Lines) -> Iterator[tuple[int, bytes | None, str]]:
    """Yield `(number, line or None, cursor before it)` for each line that is left."""
    before = lines.cursor
    while (line := lines.next()) != b"":
        yield lines.number, line, before
        before = lines.cursor
