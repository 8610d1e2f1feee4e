"""Packs a tally into bytes and back, so that a closed day is read in a thousandth of a second."""

import json
import struct
import zlib
from array import array
from collections import Counter
from typing import Any

from kb.measure.attempts import Intent, Outcome
from kb.measure.runs import Distinct, Keyed
from kb.measure.tally import ArticleTally, Tally

_LENGTH = struct.Struct("<I")


def pack(tally: Tally) -> bytes:
    """Return the tally as bytes.

    That is the length of what follows in four bytes, little end first; deflated JSON; and the
    numbers of readers, 64 bits each, whose runs the JSON names by their length, in its order.
    """
    numbers = array("Q")

    def kept(run: "array[int]") -> int:
        numbers.extend(run)
        return len(run)

    def keyed(some: Keyed) -> list[int]:
        return [kept(part) for run in some.runs for part in run]

    body = {
        "events": tally.events,
        "canaries": tally.canaries,
        "attempts": tally.attempts,
        "ends": [
            [days, intent, outcome, n]
            for days, ends in tally.ends.items()
            for (intent, outcome), n in ends.items()
        ],
        "searches": tally.searches,
        "others": tally.others,
        "readers": kept(tally.readers.one()),
        "articles": [
            [key, one.views, one.closed, one.wrote, one.credit, sorted(one.tickets),
             kept(one.readers.one()), kept(one.writers.one())]
            for key, one in tally.articles.items()
        ],
        "ballot": [[*version, *keyed(votes)] for version, votes in tally.ballot.items()],
        "trials": [[arm, *keyed(forms)] for arm, forms in tally.trials.items()],
        "together": [[*pair, kept(some.one())] for pair, some in tally.together.items()],
    }  # fmt: skip
    words = zlib.compress(json.dumps(body, separators=(",", ":")).encode(), 1)
    return _LENGTH.pack(len(words)) + words + numbers.tobytes()


def unpack(packed: bytes) -> Tally:
    """Return the tally of `pack`; one that was packed before pairs were counted has none."""
    start = _LENGTH.size + _LENGTH.unpack_from(packed)[0]
    body: dict[str, Any] = json.loads(zlib.decompress(packed[_LENGTH.size : start]))
    runs = _Runs(packed, start)
    found = Tally(
        events=body["events"],
        canaries=body["canaries"],
        attempts=body["attempts"],
        searches=Counter(body["searches"]),
        others=Counter(body["others"]),
        readers=runs.distinct(body["readers"]),
        articles={row[0]: _article(row, runs) for row in body["articles"]},
        ballot={(row[0], row[1]): runs.keyed(row[2:]) for row in body["ballot"]},
        trials={row[0]: runs.keyed(row[1:]) for row in body["trials"]},
        together={(row[0], row[1]): runs.distinct(row[2]) for row in body.get("together", ())},
    )
    for days, intent, outcome, n in body["ends"]:
        found.ends.setdefault(days, Counter())[Intent(intent), Outcome(outcome)] = n
    return found


class _Runs:
    """Cuts the numbers into their runs, one after the other."""

    def __init__(self, packed: bytes, start: int) -> None:
        self._numbers, self._at = array("Q"), 0
        self._numbers.frombytes(memoryview(packed)[start:])

    def distinct(self, length: int) -> Distinct:
        return Distinct([self._run(length)] if length else [])

    def keyed(self, lengths: list[int]) -> Keyed:
        runs = map(self._run, lengths)
        return Keyed(list(zip(runs, runs, strict=True)))

    def _run(self, length: int) -> "array[int]":
        first, self._at = self._at, self._at + length
        return self._numbers[first : self._at]


def _article(row: list[Any], runs: _Runs) -> ArticleTally:
    _, views, closed, wrote, credit, tickets, readers, writers = row
    return ArticleTally(
        views=views,
        closed=closed,
        wrote=wrote,
        credit=credit,
        tickets=set(tickets),
        readers=runs.distinct(readers),
        writers=runs.distinct(writers),
    )
