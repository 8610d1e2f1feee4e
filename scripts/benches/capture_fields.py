"""Measure which environment facts a draft finds in real text, and how many it names are right.

    scripts/bench capture_fields [DATA]

DATA is the folder of the sets (`../shared/data` beside the repository when left out). Two sets:
support questions with the system and version that the form recorded (`sumo-thunderbird`; only what
also stands in the text can be found there), and posts whose spans people marked (`software-ner`).
Beside it stands the same search without what makes it exact: any known system's bare name, and any
number with a dot.
"""

import argparse
import gzip
import json
import re
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from kb.capture.environment import environment  # noqa: E402
from kb.redaction import already_safe  # noqa: E402
from kb.tickets.ticket import Message, Role, Status, Ticket  # noqa: E402

Row = dict[str, Any]
Finder = Callable[[str, str], list[str]]
AT = datetime(2026, 1, 1, tzinfo=UTC)
BARE = re.compile(r"(?i)\b(?:windows|mac|linux|ubuntu|android|ios)\b|\b\d+(?:\.\d+)+\b")
SYSTEMS = re.compile(
    r"(?i)\b(?:windows|win ?(?:7|8|10|11)|mac\w*|os ?x|linux|mint|ubuntu|debian|fedora|android|ios)\b"
)
VERSION = re.compile(r"\d+(?:\.\d+)*")
NUMBER = re.compile(r"\d+(?:\.\d+)+")


def load(path: Path) -> list[Row]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def facts(text: str, product: str) -> list[str]:
    """Return what a draft names of a message that holds this text, the product's name left out."""
    message = Message(
        id="0", role=Role.REQUESTER, author="a", public=True, body=already_safe(text), created_at=AT
    )
    ticket = Ticket(
        key="bench:0",
        subject=already_safe(""),
        status=Status.SOLVED,
        tags=(),
        messages=(message,),
        requester="a",
        created_at=AT,
        updated_at=AT,
        fields=(("product", already_safe(product)),) if product else (),
    )
    return [fact for where, fact in environment(ticket, None) if where == "0"]


def bare(text: str, _: str) -> list[str]:
    return [match.group() for match in BARE.finditer(text)]


FINDERS: dict[str, Finder] = {"docworthy": facts, "bare names and numbers": bare}


def share(found: list[bool]) -> str:
    return f"{sum(found) / max(1, len(found)):.3f} of {len(found):<6}"


def recorded(rows: list[Row], find: Finder) -> str:
    """Return how many recorded versions and systems that stand in the text are found."""
    versions, systems, right = [], [], []
    for row in rows:
        text = f"{row['subject']}\n{row['body']}"
        found = " ".join(find(text, "thunderbird")).casefold()
        first = VERSION.search(row["tb_version"] or "")
        version, system = first.group() if first else "", (row["os"] or "").casefold()
        if version and re.search(rf"(?<![\d.]){re.escape(version)}(?![\d.])", text):
            versions.append(version.casefold() in found)
        named = SYSTEMS.search(system)
        if named and re.search(rf"\b{re.escape(named.group())}\b", text.casefold()):
            systems.append(named.group() in found)
        told = NUMBER.findall(found)
        if version and told:
            right.append(any(_agree(version, one) for one in told))
    return (
        f"versions {share(versions)} systems {share(systems)} version told is right {share(right)}"
    )


def _agree(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def marked(rows: list[Row], find: Finder) -> str:
    """Return how many marked systems are found, and how many facts touch a mark."""
    kinds = {"Operating_System", "Application", "Version", "Device", "Library", "Language"}
    systems, right = [], []
    for row in rows:
        found = find(row["text"], "")
        spans = [s for s in row["spans"] if s["type"] in kinds]
        words = {word for s in spans for word in s["value"].casefold().split()}
        seen = " ".join(found).casefold()
        systems += [s["value"].casefold() in seen for s in spans if s["type"] == "Operating_System"]
        right += [not words.isdisjoint(one.casefold().split()) for one in found]
    return f"systems {share(systems)} facts on a mark {share(right)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", type=Path, default=ROOT.parent / "shared" / "data")
    data = parser.parse_args().data
    asked = load(data / "sumo-thunderbird" / "environment-dev.jsonl.gz")
    posts = load(data / "software-ner" / "so-dev.jsonl.gz")
    for name, find in FINDERS.items():
        start = time.process_time()
        print(f"{name:<24} questions  {recorded(asked, find)}")
        print(f"{name:<24} posts      {marked(posts, find)}")
        each = (time.process_time() - start) / (len(asked) + len(posts))
        print(f"{name:<24} speed      {1 / each:,.0f} texts a second of CPU")


if __name__ == "__main__":
    main()
