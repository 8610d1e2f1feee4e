"""Measure capture on real threads, in one run beside peers and trivial rules.

    scripts/bench capture [DATA] [--quick] [--memory N ...]

DATA is the folder of the sets (`../shared/data` beside the repository when left out). Who solved it,
solved or not, duplicates, links that helpers gave, environment, speed, memory. The accepted marks
are hidden from the code and scored against. `--quick` takes a fifth of the threads and less memory.
The weights of the solving message were fitted on the same threads: cross-validated figures are
printed by `scripts/bench capture_fit`.
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

from capturing.finding import Question, fts5, of_ours, of_peer, plain_bm25, told  # noqa: E402
from capturing.volume import measure  # noqa: E402

from kb.capture import drafting  # noqa: E402
from kb.capture.matching import Matcher  # noqa: E402
from kb.capture.meaning import load_meaning  # noqa: E402
from kb.capture.solution import solution  # noqa: E402
from kb.capture.triage import Outcome, pending, propose  # noqa: E402
from kb.redaction import Redactor  # noqa: E402
from kb.tickets.intake import Intake  # noqa: E402
from kb.tickets.ticket import Ticket  # noqa: E402

Row = dict[str, Any]
BARE = 160
"""A requester's accepted message under so many characters refers to the answer before it."""


def load(path: Path, sample: int = 0) -> list[Row]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return rows[:: max(1, len(rows) // sample)] if sample else rows


def hidden(row: Row, intake: Intake) -> Ticket:
    """Return the ticket as solved, redacted, with nothing marked as accepted."""
    messages = [{**message, "accepted": False} for message in row["messages"]]
    bare = {**row, "status": "solved", "messages": messages, "accepted_message_index": None}
    return intake.ticket(bare, row["id"])[0]


def helpers(row: Row) -> list[int]:
    said = row["messages"]
    return [i for i in range(1, len(said)) if said[i]["author_role"] != "requester"] or [1]


def ours(row: Row, ticket: Ticket) -> int:
    found = solution(ticket).message
    return next((i for i, one in enumerate(ticket.messages) if one is found), 0)


PICKERS: dict[str, Callable[[Row, Ticket], int]] = {
    "last answer by another": lambda row, _: helpers(row)[-1],
    "longest answer": lambda row, _: max(
        helpers(row), key=lambda i: len(row["messages"][i]["body"])
    ),
    "docworthy": ours,
}


def is_right(row: Row, picked: int, *, lenient: bool) -> bool:
    gold, said = row["accepted_message_index"], row["messages"]
    if picked == gold or not lenient:
        return bool(picked == gold)
    bare = said[gold]["author_role"] == "requester" and len(said[gold]["body"]) < BARE
    return bare and [i for i in helpers(row) if i < gold][-1:] == [picked]


def share(found: list[bool]) -> str:
    return f"{sum(found) / max(1, len(found)):.3f} of {len(found)}"


def solving(rows: list[Row], tickets: list[Ticket], title: str) -> None:
    for name, pick in PICKERS.items():
        pairs = [(row, pick(row, t)) for row, t in zip(rows, tickets, strict=True)]
        long = [(row, p) for row, p in pairs if len(row["messages"]) > 3]
        cells = [
            share([is_right(r, p, lenient=lenient) for r, p in some])
            for some in (pairs, long)
            for lenient in (False, True)
        ]
        print(f"{title:<12} {name:<24} " + "  ".join(f"{cell:<14}" for cell in cells))


def triage(solved: list[Ticket], unsolved: list[Ticket]) -> None:
    """Run triage in order over both, and print how it told them apart."""
    at, matcher = datetime(2026, 6, 1, tzinfo=UTC), Matcher((), load_meaning())
    said: dict[str, Outcome] = {}
    for ticket in sorted((*solved, *unsolved), key=lambda one: one.created_at):
        decision = propose(ticket, matcher, by="bench", at=at)
        said[ticket.key] = decision.outcome
        if decision.outcome is Outcome.NEW:
            matcher.add(pending(ticket), is_ticket=True)
    kept = [said[ticket.key] is not Outcome.DECLINED for ticket in solved]
    left = [said[ticket.key] is Outcome.DECLINED for ticket in unsolved]
    taken = sum(kept) + len(left) - sum(left)
    print(
        f"\ntriage       accuracy {share([*kept, *left])}; of those not declined solved"
        f" (precision) {sum(kept) / max(1, taken):.3f}; solved not declined (recall) {share(kept)};"
        f" unsolved declined {share(left)}"
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
    print(f"\n{'duplicates':<38} hit at 1, 5, 10        MRR    questions")
    for name, ranks in _ranked(texts, asked):
        across = [rank for rank, other in zip(ranks, others, strict=True) if other]
        print(f"  {name:<36} {told(ranks)}")
        print(f"  {name + ', across authors':<36} {told(across)}", flush=True)


def _ranked(texts: list[str], asked: list[Question]) -> Iterator[tuple[str, list[int]]]:
    yield "plain BM25", of_peer(plain_bm25(texts), asked)
    yield "SQLite FTS5", of_peer(fts5(texts), asked)
    yield "docworthy", of_ours(texts, asked, None)
    meaning = load_meaning()
    if meaning is None:
        print("  the extra embeddings is not installed: words and time alone")
    else:
        yield "docworthy[embeddings]", of_ours(texts, asked, meaning)


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
    print(f"\n{'help pages that helpers linked':<38} hit at 1, 5, 10        MRR    of {len(slugs)}")
    for name, ranks in _ranked(pages, asked):
        print(f"  {name:<36} {told(ranks)}", flush=True)


def _number(key: str) -> int:
    return int(re.sub(r"\D", "", key))


def environment(rows: list[Row], tickets: list[Ticket]) -> None:
    """Print how many recorded versions that also stand in the text are found there."""
    found = []
    for row, ticket in zip(rows, tickets, strict=True):
        version = str((row.get("environment_meta") or {}).get("tb_version") or "")
        if version and version in row["messages"][0]["body"]:
            section = dict(drafting.extract(ticket).sections).get("Environment", "")
            found.append(version in section)
    print(f"environment  versions that stand in the text: {share(found)}")


def volume(tickets: list[Ticket], sizes: list[int]) -> None:
    """Print time and peak memory of the commands over ever more tickets."""
    print(f"\n{'over many tickets':<20} {'tickets':>8} {'seconds':>8} {'a second':>9} {'MiB':>6}")
    for size in sizes:
        for run in measure(ROOT, tickets, size):
            print(
                f"  {run.command:<18} {run.tickets:>8} {run.seconds:>8.1f}"
                f" {run.tickets / run.seconds:>9.0f} {run.peak:>6.0f}",
                flush=True,
            )


def timed(work: Callable[[], object]) -> float:
    """Return the CPU seconds that the work takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    """Print one table, part by part."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--quick", action="store_true", help="a fifth of it")
    parser.add_argument("--memory", type=int, nargs="*", help="how many tickets, several sizes")
    chosen = parser.parse_args()
    data, sample = chosen.data / "sumo-thunderbird", 730 if chosen.quick else 0
    intake = Intake(source="bench", redactor=Redactor(), secret=b"bench")
    sets: dict[str, tuple[list[Row], list[Ticket]]] = {}

    def read() -> None:
        for name in ("tickets-dev", "tickets-i18n-dev", "tickets-unsolved-dev"):
            rows = [r for r in load(data / f"{name}.jsonl.gz", sample) if r["messages"][1:]]
            sets[name] = rows, [hidden(row, intake) for row in rows]

    redacted = timed(read)
    (rows, solved), unsolved = sets["tickets-dev"], sets["tickets-unsolved-dev"][1]
    print(
        f"{'solving message':<37} {'strict':<15} {'or referred to':<15} {'4+ messages':<15} or referred to"
    )
    solving(rows, solved, "English")
    solving(*sets["tickets-i18n-dev"], "others")
    triaged = timed(lambda: triage(solved, unsolved))
    drafted = timed(lambda: [drafting.extract(ticket) for ticket in solved])
    environment(rows, solved)
    number = len(solved) + len(unsolved)
    steps = (
        redacted / (number + len(sets["tickets-i18n-dev"][0])),
        triaged / number,
        drafted / len(solved),
    )
    each = ", ".join(f"{1000 * step:.1f}" for step in steps)
    print(
        f"speed        {1 / sum(steps):.0f} tickets a second of CPU; ms of redaction, triage, draft: {each}"
    )
    links(rows)
    duplicates(data, 170 if chosen.quick else 0)
    sizes = chosen.memory or ([1_000, 2_000] if chosen.quick else [4_000, 8_000, 16_000])
    volume([*solved, *unsolved], sizes)


if __name__ == "__main__":
    main()
