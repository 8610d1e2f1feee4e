"""Runs of numbers that stand for readers: a day adds one, and only who asks for a sum looks in."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

_PART = 100_000
"""About so many numbers are looked at at a time; all at once a year of readers takes 400 MB."""

_ALL = 1 << 64


@dataclass(slots=True)
class Distinct:
    """Numbers of 64 bits, each of which counts once.

    Attributes:
        runs: Ascending, no number twice in one.
    """

    runs: "list[array[int]]" = field(default_factory=list)

    @classmethod
    def of(cls, numbers: Iterable[int]) -> "Distinct":
        """Return them as one run."""
        return cls([array("Q", sorted(set(numbers)))])

    def add(self, other: "Distinct") -> None:
        """Add the numbers of another."""
        self.runs += other.runs

    def __len__(self) -> int:
        return sum(map(len, self._parts()))

    def one(self) -> "array[int]":
        """Return all of them as one run."""
        if len(self.runs) == 1:
            return self.runs[0]
        return array("Q", (number for part in self._parts() for number in sorted(part)))

    def _parts(self) -> Iterator[set[int]]:
        parts = 1 + sum(map(len, self.runs)) // _PART
        if parts == 1:
            yield set().union(*self.runs)
            return
        places = [0] * len(self.runs)
        for part in range(1, parts + 1):
            ends = [bisect_left(run, _ALL * part // parts) for run in self.runs]
            cut = zip(self.runs, places, ends, strict=True)
            yield set().union(*(run[first:end] for run, first, end in cut))
            places = ends


@dataclass(slots=True)
class Keyed:
    """Numbers of 64 bits with a value of 64 bits each.

    Attributes:
        runs: Keys, each once in a run, and as many values; later runs are of later days.
    """

    runs: "list[tuple[array[int], array[int]]]" = field(default_factory=list)

    @classmethod
    def of(cls, values: Mapping[int, int]) -> "Keyed":
        """Return them as one run."""
        return cls([(array("Q", values.keys()), array("Q", values.values()))])

    def add(self, other: "Keyed") -> None:
        """Add the numbers of later days."""
        self.runs += other.runs

    def last(self) -> dict[int, int]:
        """Return each key's latest value."""
        found: dict[int, int] = {}
        for keys, values in self.runs:
            found.update(zip(keys, values, strict=True))
        return found

    def summed(self) -> dict[int, int]:
        """Return the sum of each key's values."""
        found: dict[int, int] = {}
        for keys, values in self.runs:
            for key, value in zip(keys, values, strict=True):
                found[key] = found.get(key, 0) + value
        return found
