"""Measure capture on real threads, in one run beside peers and trivial rules.

    scripts/bench capture [DATA] [--quick] [--part NAME ...] [--tickets N ...]

DATA is the folder of the sets (`../shared/data` beside the repository when left out). Who solved it,
solved or not, environment, links that helpers gave, duplicates, speed, memory. The accepted marks
are hidden from the code and scored against. The whole of it takes about ten minutes on two slow
cores; `--quick` takes a fifth of it, `--part` only what is named, and `--tickets` says how many
tickets the commands go through for their memory (`--tickets 25000 100000`, which takes an hour).
The solving message's weights were fitted on the same threads: what they reach on others is told by
`scripts/bench capture_fit`, which cross-validates them.
"""

import argparse
import gzip
import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from capturing import facts, solving  # noqa: E402
from capturing.finding import Question, fts5, of_ours, of_peer, plain_bm25, told  # noqa: E402
from capturing.solving import share  # noqa: E402
from capturing.volume import measure  # noqa: E402

from kb.capture import drafting  # noqa: E402
from kb.capture.matching import Matcher  # noqa: E402
from kb.capture.meaning import load_meaning  # noqa: E402
from kb.capture.triage import Outcome, pending, propose  # noqa: E402
from kb.errors import TicketError  # noqa: E402
from kb.redaction import Redactor  # noqa: E402
from kb.tickets.intake import Intake  # noqa: E402
from kb.tickets.ticket import Ticket  # noqa: E402

Row = dict[str, Any]
AT = datetime(2026, 6, 1, tzinfo=UTC)
SETS = ("tickets-dev", "tickets-i18n-dev", "tickets-unsolved-dev")
QUICK, WHOLE = (500, 1_500), (1_500, 6_000)
PARTS = ("threads", "environment", "links", "duplicates", "memory")


def load(path: Path, sample: int = 0) -> list[Row]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return rows[:: max(1, len(rows) // sample)] if sample else rows


def hidden(row: Row, intake: Intake) -> Ticket:
    """Return the ticket as solved, redacted, with nothing marked as accepted."""
    messages = [{**message, "accepted": False} for message in row["messages"]]
    bare = {**row, "status": "solved", "messages": messages, "accepted_message_index": None}
    return intake.ticket(bare, row["id"])[0]


def solved_by(rows: list[Row], tickets: list[Ticket], title: str) -> None:
    for name, pick in solving.PICKERS.items():
        picked = [pick(row, ticket) for row, ticket in zip(rows, tickets, strict=True)]
        cells = "  ".join(f"{cell:<14}" for cell in solving.shares(rows, picked))
        print(f"{title:<8} {name:<28} {cells}")


def line(solved: list[Ticket], unsolved: list[Ticket], redacted: float) -> None:
    """Send all tickets through triage and drafting, in order; print how well and how fast."""
    matcher = Matcher((), load_meaning())
    declined: dict[str, bool] = {}
    seconds, drafts = {"triage": 0.0, "drafting": 0.0}, 0
    for ticket in sorted((*solved, *unsolved), key=lambda one: one.created_at):
        start = time.process_time()
        decision = propose(ticket, matcher, by="bench", at=AT)
        if decision.outcome is Outcome.NEW:
            matcher.add(pending(ticket), is_ticket=True)
        between = time.process_time()
        if decision.outcome in (Outcome.NEW, Outcome.UPDATE):
            drafts += _drafts(ticket)
        seconds["triage"] += between - start
        seconds["drafting"] += time.process_time() - between
        declined[ticket.key] = decision.outcome is Outcome.DECLINED
    kept = {"docworthy": [not declined[one.key] for one in (*solved, *unsolved)],
            "last word thanks": [solving.ends_glad(one) for one in (*solved, *unsolved)]}  # fmt: skip
    for name in reversed(kept):
        print(f"{name:<22} {_judged(kept[name], len(solved))}")
    parts = {"redaction": redacted} | {
        name: spent / len(declined) for name, spent in seconds.items()
    }
    _speed(parts, len(declined), drafts)


def _drafts(ticket: Ticket) -> bool:
    try:
        return bool(drafting.draft(ticket, by="bench", at=AT))
    except TicketError:
        return False


def _judged(kept: list[bool], solved: int) -> str:
    right = [*kept[:solved], *(not one for one in kept[solved:])]
    precision = sum(kept[:solved]) / max(1, sum(kept))
    return (
        f"accuracy {share(right)}; of those not declined solved (precision) {precision:.3f};"
        f" solved not declined (recall) {share(right[:solved])};"
        f" unsolved declined {share(right[solved:])}"
    )


def _speed(parts: dict[str, float], number: int, drafts: int) -> None:
    each = ", ".join(f"{name} {1000 * spent:.2f}" for name, spent in parts.items())
    without = sum(parts.values()) - parts["redaction"]
    print(
        f"\nspeed: {1 / sum(parts.values()):.0f} tickets a second of CPU, {1 / without:.0f} without"
        f" redaction; ms a ticket: {each} ({drafts} of {number} became drafts)"
    )


def duplicates(data: Path, sample: int) -> None:
    """Ask each query of the questions before it; print recall and reciprocal rank."""
    corpus = sorted(load(data / "dup-corpus.jsonl.gz"), key=lambda d: _number(d["doc_id"]))
    texts = [f"{document['title']}\n{document['text']}" for document in corpus]
    places = {document["doc_id"]: place for place, document in enumerate(corpus)}
    rows = load(data / "dup-dev.jsonl.gz", sample)
    rows = sorted((q for q in rows if q["query_id"] in places), key=lambda q: places[q["query_id"]])
    asked: list[Question] = [
        (
            texts[places[q["query_id"]]],
            places[q["query_id"]],
            {places[one] for one in q["relevant"] if one in places},
        )
        for q in rows
    ]
    others = [not q["same_author"] for q in rows]
    print(f"{f'duplicates among {len(texts)}':<40} hit at 1, 5, 10        MRR    questions")
    for name, ranks in _ranked(texts, asked, dated=True):
        across = [rank for rank, other in zip(ranks, others, strict=True) if other]
        print(f"  {name:<38} {told(ranks)}")
        print(f"  {name + ', across authors':<38} {told(across)}", flush=True)


def _ranked(
    texts: list[str], asked: list[Question], *, dated: bool
) -> Iterator[tuple[str, list[int]]]:
    yield "plain BM25", of_peer(plain_bm25(texts), asked)
    yield "SQLite FTS5", of_peer(fts5(texts), asked)
    yield "docworthy", of_ours(texts, asked, None, dated=dated)
    meaning = load_meaning()
    if meaning is None:
        print("  the extra embeddings is not installed: words and time alone")
    else:
        yield "docworthy[embeddings]", of_ours(texts, asked, meaning, dated=dated)


def links(rows: list[Row]) -> None:
    """Find the help page that a helper linked, among all that are named anywhere, by its title."""
    slugs = sorted({s for r in rows for k in ("kb_links_by_helpers", "kb_visits_before_asking")
                    for s in r.get(k) or ()})  # fmt: skip
    pages = [slug.replace("-", " ") for slug in slugs]
    place = {slug: n for n, slug in enumerate(slugs)}
    asked: list[Question] = [
        (f"{r['subject']}\n{r['messages'][0]['body']}", len(slugs),
         {place[s] for s in r["kb_links_by_helpers"]})
        for r in rows if r["kb_links_by_helpers"]
    ]  # fmt: skip
    print(f"{f'help pages linked, among {len(slugs)}':<40} hit at 1, 5, 10        MRR")
    for name, ranks in _ranked(pages, asked, dated=False):
        print(f"  {name:<38} {told(ranks)}", flush=True)


def _number(key: str) -> int:
    return int(re.sub(r"\D", "", key))


def environment(data: Path, sample: int) -> None:
    asked = load(data / "sumo-thunderbird" / "environment-dev.jsonl.gz", sample)
    posts = load(data / "software-ner" / "so-dev.jsonl.gz", sample)
    print(f"{'environment facts':<24} of those that stand in the text")
    for name, find in facts.FINDERS.items():
        for kind, found in (("questions", facts.recorded(asked, find)),
                            ("posts", facts.marked(posts, find))):  # fmt: skip
            cells = "  ".join(f"{what} {share(bits)}" for what, bits in found.items())
            print(f"  {name:<22} {kind:<10} {cells}")


def volume(data: Path, sizes: list[int]) -> None:
    """Print CPU time and peak memory of the commands over ever more tickets."""
    intake = Intake(source="bench", redactor=Redactor(), secret=b"bench")
    rows = [row for name in (SETS[0], SETS[2]) for row in answered(data / f"{name}.jsonl.gz", 400)]
    tickets = [hidden(row, intake) for row in rows]
    print(f"{'over many tickets':<20} {'tickets':>8} {'CPU s':>8} {'a second':>9} {'peak MiB':>9}")
    for size in sizes:
        for run in measure(ROOT, tickets, size):
            print(
                f"  {run.command:<18} {run.tickets:>8} {run.seconds:>8.1f}"
                f" {run.tickets / run.seconds:>9.0f} {run.peak:>9.0f}",
                flush=True,
            )


def threads(data: Path, sample: int) -> None:
    """Print who solved it, and solved or not, with the speed of each step."""
    intake = Intake(source="bench", redactor=Redactor(), secret=b"bench")
    read = [answered(data / f"{name}.jsonl.gz", sample) for name in SETS]
    start = time.process_time()
    tickets = [[hidden(row, intake) for row in rows] for rows in read]
    redacted = (time.process_time() - start) / sum(map(len, read))
    print(f"{'solving message':<37} {'strict':<15} {'or referred to':<15} {'4+ messages':<15} or referred to")  # fmt: skip
    solved_by(read[0], tickets[0], "English")
    solved_by(read[1], tickets[1], "others")
    print("\ntriage of solved against unsolved")
    line(tickets[0], tickets[2], redacted)


def answered(path: Path, sample: int) -> list[Row]:
    return [row for row in load(path, sample) if row["messages"][1:]]


def main() -> None:
    """Print one table, part by part."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--quick", action="store_true", help="a fifth of it")
    parser.add_argument("--part", choices=PARTS, nargs="+", default=PARTS, help="only these")
    parser.add_argument("--tickets", type=int, nargs="+", metavar="N", help="sizes for the memory")
    chosen = parser.parse_args()
    data, sample = chosen.data / "sumo-thunderbird", 730 if chosen.quick else 0
    sizes = chosen.tickets or (QUICK if chosen.quick else WHOLE)
    runs: dict[str, Callable[[], None]] = {
        "threads": lambda: threads(data, sample),
        "environment": lambda: environment(chosen.data, sample),
        "links": lambda: links(answered(data / "tickets-dev.jsonl.gz", sample)),
        "duplicates": lambda: duplicates(data, 170 if chosen.quick else 0),
        "memory": lambda: volume(data, list(sizes)),
    }
    for name in [one for one in PARTS if one in chosen.part]:
        start = time.monotonic()
        runs[name]()
        print(f"({name}: {time.monotonic() - start:.0f} s)\n", flush=True)


if __name__ == "__main__":
    main()
