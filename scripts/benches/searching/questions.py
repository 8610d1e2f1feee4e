"""Real questions with the pages that answer them, and real articles by the thousand."""

import gzip
import hashlib
import json
import re
import tarfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

_ERROR = re.compile(r"(?i)error|fail|cannot|can't|not |0x|unable|denied")
_QUOTED = re.compile(r'(?m)^> *(?!\[!)(.{25,200})$|["“]([^"”\n]{25,200})["”]')
_TREES = (
    "kb-officedocs/officedocs-markdown.tar.gz",
    "kb-vtex/known-issues-en.tar.gz",
    "kb-vtex/known-issues-es.tar.gz",
    "kb-vtex/known-issues-pt.tar.gz",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A set: pages (id to title and Markdown), and questions with the ids that answer them."""

    name: str
    pages: dict[str, tuple[str, str]]
    questions: list[tuple[str, set[str]]]


def rows(path: Path) -> list[dict]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def sets(data: Path) -> list[Asked]:
    """Return every set that is there."""
    found = []
    if (data / "stackfaq").is_dir():
        found.append(stackfaq(data / "stackfaq"))
    if (data / "hint3").is_dir():
        found += [hint3(data / "hint3", bot) for bot in ("curekart", "sofmattress")]
    if (data / "kb-officedocs").is_dir():
        found += officedocs(data / "kb-officedocs")
    return found


def stackfaq(folder: Path) -> Asked:
    pages = {r["doc_id"]: (r["title"], r["text"]) for r in rows(folder / "collection-qa.jsonl.gz")}
    asked = [(r["title"], set(r["relevant"])) for r in rows(folder / "dup-dev.jsonl.gz")]
    return Asked("stackfaq", pages, asked)


def hint3(folder: Path, bot: str) -> Asked:
    faq = rows(folder / f"{bot}-faq.jsonl.gz")
    pages = {row["doc_id"]: (row["title"], "\n".join(row["text"])) for row in faq}
    asked = rows(folder / f"{bot}-queries-dev.jsonl.gz")
    return Asked(
        f"hint3 {bot}", pages, [(r["title"], set(r["relevant"])) for r in asked if r["in_scope"]]
    )


def officedocs(folder: Path) -> list[Asked]:
    """Return titles, and error messages that stand in one or two articles, as questions."""
    pages, messages = {}, defaultdict[str, set[str]](set)
    for row in rows(folder / "articles-dev.jsonl.gz"):
        parts = [
            f"{'## ' if s['level'] > 1 else ''}{s['heading']}\n{s['text']}" for s in row["sections"]
        ]
        pages[row["id"]] = (row["title"], "\n\n".join(parts))
        told = [s["text"] for s in row["sections"] if s["role"] == "problem"]
        for found in _QUOTED.findall("\n".join(told)):
            message = (found[0] or found[1]).strip()
            if _ERROR.search(message):
                messages[message].add(row["id"])
    errors = [(text, ids) for text, ids in messages.items() if len(ids) <= 2]
    titles = [(title, {name}) for name, (title, _) in pages.items()]
    return [
        Asked("error messages", pages, sample(errors, 300)),
        Asked("titles", pages, sample(titles, 300)),
    ]


def sample(asked: list[tuple[str, set[str]]], most: int) -> list[tuple[str, set[str]]]:
    """Return the same few each time, from everywhere."""
    return sorted(asked, key=lambda one: hashlib.sha256(one[0].encode()).hexdigest())[:most]


def library(data: Path, docs: Path, most: int) -> int:
    """Write so many real articles below `docs`; what is lacking is made of their last sections."""
    count = 0
    for tree in _TREES:
        with tarfile.open(data / tree) as tar:
            for member in tar:
                if not member.name.endswith(".md") or count >= most:
                    continue
                name = re.sub(r"[^a-z0-9/.-]+", "-", member.name.lower())[-120:].strip("/.-")
                path = docs / Path(tree).name.split(".")[0] / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(tar.extractfile(member).read())
                count += 1
    made = sorted(docs.rglob("*.md"))
    for number in range(most - len(made)):
        path = made[number % len(made)]
        last = re.split(r"(?m)^## ", path.read_text("utf-8", "replace"))[-1]
        title = f"# {path.stem.replace('-', ' ')} {number}"
        path.with_name(f"{path.stem}-{number}.md").write_text(f"{title}\n\n## {last}", "utf-8")
    return len(list(docs.rglob("*.md")))
