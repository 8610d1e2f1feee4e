"""Recall, exactness and precision of a finder on rows with spans, by entity."""

import base64
import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

Spans = list[tuple[int, int, str]]
Find = Callable[[str], Spans]

SETS = ("pii-real", "pii-logs", "pii-presidio", "software-ner", "secrets")
KINDS = {
    "EMAIL_ADDRESS": "email", "PERSON": "person", "IP_ADDRESS": "ip", "USERNAME": "user",
    "User_Name": "user", "PHONE_NUMBER": "phone", "DOMAIN_NAME": "host", "HOSTNAME": "host",
    "STREET_ADDRESS": "address", "CREDIT_CARD": "card", "IBAN_CODE": "iban", "US_SSN": "national-id",
    "US_DRIVER_LICENSE": "national-id", "PASSWORD": "secret", "MESSAGE_ID": "message-id",
    "secret": "secret",
}  # fmt: skip
"""The sets' types that are to be found, and the entity that each is; others neither win nor lose."""
MUST_SURVIVE = frozenset(
    [
        "Version",
        "Application",
        "Operating_System",
        "Library",
        "Language",
        "Error_Name",
        "File_Name",
        "Device",
        "File_Type",
        "Data_Structure",
        "Library_Class",
        "Library_Function",
        "Function_Name",
        "User_Interface_Element",
        "HTML_XML_Tag",
        "Data_Type",
    ]
)
"""Types of software-ner that a reader needs."""
STANDS = {
    "ip": lambda value: value.startswith(("127.", "0.0.0.")) or value == "::1",
    "user": lambda value: value == "root",
}
"""What is of a type and identifies nobody: loopback, unspecified, the superuser."""

BETWEEN = " \t\n,>?"
"""What stands between the parts of an address, some of it in quoted mail."""


@dataclass
class Tally:
    """What one finder did on one set."""

    gold: Counter[str] = field(default_factory=Counter)
    hit: Counter[str] = field(default_factory=Counter)
    exact: Counter[str] = field(default_factory=Counter)
    whole: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    traps: int = 0
    trapped: int = 0
    misses: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)


def rows(folder: Path) -> Iterator[dict]:
    """Yield the rows of a set's files."""
    for path in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def score(name: str, lines: Iterable[dict], find: Find) -> Tally:
    """Score one finder on one set."""
    tally = Tally()
    for row in lines:
        if name == "secrets":
            _secret(tally, row, find)
        else:
            _spans(tally, row, find(row["text"]))
    if name == "secrets":
        tally.found["secret"] = tally.hit["secret"] + tally.trapped
        tally.wrong["secret"] = tally.trapped
    return tally


def _spans(tally: Tally, row: dict, found: Spans) -> None:
    """Score a row whose spans have types."""
    text, taken = row["text"], list[tuple[int, int]]()
    for span in row["spans"]:
        here = span["start"], span["end"]
        if span["type"] in MUST_SURVIVE:
            _trap(tally, here, found)
            continue
        taken.append(here)
        if span["type"] in KINDS and not span.get("optional"):
            _gold(tally, row, here, KINDS[span["type"]], found)
    for trap in row.get("hard_negatives", ()):
        _trap(tally, (trap["start"], trap["end"]), found)
    for start, end, kind in found:
        tally.found[kind] += 1
        if not any(overlaps(start, end, one) for one in taken):
            tally.wrong[kind] += 1
            tally.alarms.append(f"{kind}: {around(text, start, end)}")


def _trap(tally: Tally, here: tuple[int, int], found: Spans) -> None:
    tally.traps += 1
    tally.trapped += any(overlaps(start, end, here) for start, end, _ in found)


def _gold(tally: Tally, row: dict, here: tuple[int, int], kind: str, found: Spans) -> None:
    """Count one span that is to be found; those that identify nobody make a row of their own."""
    text, stands = row["text"], STANDS.get(kind)
    if stands and stands(text[here[0] : here[1]]):
        kind += " that is nobody's"
    hits = [(start, end) for start, end, _ in found if overlaps(start, end, here)]
    tally.gold[kind] += 1
    tally.exact[kind] += here in hits
    tally.whole[kind] += any(_whole(row, *hit) for hit in hits)
    if hits:
        tally.hit[kind] += 1
    else:
        tally.misses.append(f"{kind}: {around(text, *here)}")


def _whole(row: dict, start: int, end: int) -> bool:
    """Return whether a finding is one labelled span, or several that touch: an address's parts."""
    inside = [one for one in row["spans"] if start <= one["start"] and one["end"] <= end]
    at = start
    for one in sorted(inside, key=lambda one: one["start"]):
        if row["text"][at : one["start"]].strip(BETWEEN if at > start else ""):
            return False
        at = max(at, one["end"])
    return bool(inside) and at == end


def _secret(tally: Tally, row: dict, find: Find) -> None:
    """Score a sample of the secrets: a span, else the whole text; a benign one stays untouched."""
    text = base64.b64decode(row["text_b64"]).decode("utf-8", "replace")
    found = find(text)
    if row["expect"] == "benign":
        found = [one for one in found if one[2] == "secret"]
        tally.traps += 1
        tally.trapped += bool(found)
        tally.alarms += [f"{row['rule']}: {around(text, *one[:2])}" for one in found[:1]]
        return
    gold = [(span["start"], span["end"]) for span in row["spans"]] or [(0, len(text))]
    tally.gold["secret"] += 1
    exact = any((s, e) == one for s, e, _ in found for one in gold)
    tally.exact["secret"] += exact
    tally.whole["secret"] += exact
    if any(overlaps(s, e, one) for s, e, _ in found for one in gold):
        tally.hit["secret"] += 1
    else:
        tally.misses.append(f"{row['rule']}: {around(text, *gold[0])[:300]}")


def overlaps(start: int, end: int, other: tuple[int, int]) -> bool:
    """Return whether the span shares a character with the other."""
    return start < other[1] and other[0] < end


def around(text: str, start: int, end: int) -> str:
    """Return the span in its surroundings, for `--misses`."""
    before, after = text[max(0, start - 50) : start], text[end : end + 30]
    return f"{before}⟦{text[start:end]}⟧{after}".replace("\n", "⏎")
