"""Real questions with the pages that answer them, and real articles by the thousand."""

import gzip
import hashlib
import json
import re
import tarfile
from collections import defaultdict
from collections.abc import Iterator
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
    """Write so many real articles below `docs`: whole ones, and the longest split by heading."""
    found = [one for tree in _TREES for one in _articles(data / tree)]
    found = found[: max(1, most)]
    longest = sorted(range(len(found)), key=lambda at: -found[at][1].count("\n## "))
    lacking, split = most - len(found), dict[int, list[tuple[str, str]]]()
    for at in longest:
        if lacking <= 0:
            break
        parts = _split(*found[at])
        split[at] = parts
        lacking -= len(parts) - 1
    pages = [one for at, whole in enumerate(found) for one in split.get(at, [whole])][:most]
    for name, text in pages:
        path = docs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return len(list(docs.rglob("*.md")))


def _articles(tree: Path) -> Iterator[tuple[str, str]]:
    """Yield name and Markdown of every article of an archive."""
    with tarfile.open(tree) as tar:
        for number, member in enumerate(tar):
            if member.name.endswith(".md"):
                name = re.sub(r"[^a-z0-9-]+", "-", Path(member.name).stem.lower())[:80].strip("-")
                text = tar.extractfile(member).read().decode("utf-8", "replace")
                yield f"{tree.name.split('.')[0]}/{name}-{number}.md", text


def _split(name: str, text: str) -> list[tuple[str, str]]:
    """Return an article as one page a second-level heading, the title before each."""
    first, *rest = re.split(r"(?m)^## ", text)
    title = re.search(r"(?m)^(?:# |title: *)(.+)$", first)
    said = title.group(1).strip("\"' ") if title else Path(name).stem
    stem = name.removesuffix(".md")
    parts = [(f"{stem}--{n}.md", f"# {said}: {part}") for n, part in enumerate(rest, 1)]
    return [(name, first), *parts]
