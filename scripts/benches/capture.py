"""Measure capture on real threads: who solved it, solved or not, duplicates, environment, speed.

    scripts/bench capture [DATA] [--sample N]

DATA is the folder of the sets (`../shared/data` beside the repository when left out). The accepted
marks are hidden from the code and scored against. N threads are drawn from each set, evenly; 0 is
all of them. The weights were fitted on the same threads: cross-validated figures are printed by
`scripts/bench capture_fit`.
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

from kb.capture import drafting  # noqa: E402
from kb.capture.matching import Matcher  # noqa: E402
from kb.capture.meaning import load_meaning  # noqa: E402
from kb.capture.ranking import Ranking  # noqa: E402
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


def triage(solved: list[Ticket], unsolved: list[Ticket]) -> list[Outcome]:
    """Run triage in order over both, and print how it told them apart."""
    at, matcher = datetime(2026, 6, 1, tzinfo=UTC), Matcher()
    said: dict[str, Outcome] = {}
    for ticket in sorted((*solved, *unsolved), key=lambda one: one.created_at):
        decision = propose(ticket, matcher, by="bench", at=at)
        said[ticket.key] = decision.outcome
        if decision.outcome is Outcome.NEW:
            matcher.add(pending(ticket), is_ticket=True)
    outcomes = [said[ticket.key] for ticket in solved]
    kept = [outcome is not Outcome.DECLINED for outcome in outcomes]
    left = [said[ticket.key] is Outcome.DECLINED for ticket in unsolved]
    print(f"triage       solved not declined {share(kept)}; unsolved declined {share(left)}")
    return outcomes


def duplicates(data: Path, sample: int) -> None:
    """Ask each query of the questions before it; print recall and reciprocal rank."""
    queries = {q["query_id"]: q for q in load(data / "dup-dev.jsonl.gz", sample)}
    corpus = sorted(load(data / "dup-corpus.jsonl.gz"), key=lambda d: _number(d["doc_id"]))
    for name, meaning in (("words, time", None), ("and meaning", load_meaning())):
        if name == "and meaning" and meaning is None:
            print("duplicates   the extra embeddings is not installed: words and time alone")
            continue
        ranking, ranks = Ranking(meaning), {"all": list[int](), "across authors": list[int]()}
        for document in corpus:
            key, text = document["doc_id"], f"{document['title']}\n{document['text']}"
            if key in queries:
                found = [one for one, _ in ranking.best(text, 10)]
                wanted = queries[key]["relevant"]
                rank = next((n for n, one in enumerate(found, 1) if one in wanted), 0)
                ranks["all"].append(rank)
                if not queries[key]["same_author"]:
                    ranks["across authors"].append(rank)
            ranking.add(key, text, is_ticket=True)
        for group, got in ranks.items():
            mrr = sum(1 / r for r in got if r) / max(1, len(got))
            hits = ", ".join(f"{sum(0 < r <= k for r in got) / len(got):.3f}" for k in (1, 5, 10))
            print(f"duplicates   {name}, {group}: MRR {mrr:.3f}, found in 1, 5, 10: {hits}")
    print("duplicates   plain BM25: MRR .245, across authors .104 (score/bm25_eval.py)")


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--sample", type=int, default=0, help="threads of each set, 0 for all")
    chosen = parser.parse_args()
    data, intake = (
        chosen.data / "sumo-thunderbird",
        Intake(source="bench", redactor=Redactor(), secret=b"bench"),
    )
    start = time.process_time()
    sets = {}
    for name in ("tickets-dev", "tickets-i18n-dev", "tickets-unsolved-dev"):
        rows = [r for r in load(data / f"{name}.jsonl.gz", chosen.sample) if r["messages"][1:]]
        sets[name] = rows, [hidden(row, intake) for row in rows]
    redacted = time.process_time() - start
    print(f"{'':<37} {'strict':<15} {'or referred to':<15} {'4+ messages':<15} or referred to")
    solving(*sets["tickets-dev"], "English")
    solving(*sets["tickets-i18n-dev"], "others")
    start = time.process_time()
    triage(sets["tickets-dev"][1], sets["tickets-unsolved-dev"][1])
    triaged = time.process_time() - start
    start = time.process_time()
    for ticket in sets["tickets-dev"][1]:
        drafting.extract(ticket)
    drafted = time.process_time() - start
    environment(*sets["tickets-dev"])
    number = len(sets["tickets-dev"][1]) + len(sets["tickets-unsolved-dev"][1])
    each = redacted / (number + len(sets["tickets-i18n-dev"][1])) + triaged / number
    each += drafted / len(sets["tickets-dev"][1])
    print(f"speed        {1 / each:.0f} tickets a second of CPU: redaction, triage, draft")
    duplicates(data, chosen.sample)


if __name__ == "__main__":
    main()
