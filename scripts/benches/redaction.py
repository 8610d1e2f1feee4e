"""Measure the redaction: recall and precision by entity on every set with spans, speed, worst case.

    scripts/bench redaction [DATA] [--misses N] [--json]

DATA is the folder of the sets (`../shared/data` beside the repository when left out). Sets that are
not there are skipped with a reason. Presidio and detect-secrets get a column each if installed.
"""

import argparse
import base64
import gzip
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from kb.redaction import RULES_VERSION, Known, Redactor  # noqa: E402

Spans = list[tuple[int, int, str]]
Finder = Callable[[str], Spans]

GOLD_ONLY = {
    "pii-presidio": {
        "PERSON", "STREET_ADDRESS", "CREDIT_CARD", "PHONE_NUMBER", "EMAIL_ADDRESS", "US_SSN",
        "DOMAIN_NAME", "US_DRIVER_LICENSE", "IBAN_CODE", "IP_ADDRESS",
    },
    "software-ner": {"User_Name"},
}  # fmt: skip
"""Types that are to be found; the others of these sets are neither rewarded nor punished."""
MUST_SURVIVE = {
    "Version", "Application", "Operating_System", "Library", "Language", "Error_Name", "File_Name",
    "Device", "File_Type", "Data_Structure", "Library_Class", "Library_Function", "Function_Name",
    "User_Interface_Element", "HTML_XML_Tag", "Data_Type",
}  # fmt: skip


@dataclass
class Tally:
    """What one finder did on one set."""

    gold: Counter[str] = field(default_factory=Counter)
    hit: Counter[str] = field(default_factory=Counter)
    exact: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    traps: int = 0
    trapped: int = 0
    misses: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)


def overlaps(start: int, end: int, other: tuple[int, int]) -> bool:
    """Return whether the span shares a character with the other."""
    return start < other[1] and other[0] < end


def rows(folder: Path) -> Iterator[dict]:
    """Yield the rows of a set's files, named `*dev*.jsonl.gz`."""
    for path in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def score_spans(name: str, folder: Path, finder: Finder) -> Tally:
    """Score a set whose spans have types."""
    tally = Tally()
    wanted = GOLD_ONLY.get(name)
    for row in rows(folder):
        text, found = row["text"], finder(row["text"])
        taken: list[tuple[int, int]] = []
        for span in row["spans"]:
            taken.append((span["start"], span["end"]))
            if name == "software-ner" and span["type"] in MUST_SURVIVE:
                taken.pop()
                tally.traps += 1
                tally.trapped += any(
                    overlaps(s, e, (span["start"], span["end"])) for s, e, _ in found
                )
            if span.get("optional") or (wanted and span["type"] not in wanted):
                continue
            count_gold(tally, text, span, found)
        for trap in row.get("hard_negatives", ()):
            tally.traps += 1
            tally.trapped += any(overlaps(s, e, (trap["start"], trap["end"])) for s, e, _ in found)
        count_found(tally, text, found, taken)
    return tally


def count_gold(tally: Tally, text: str, span: dict, found: Spans) -> None:
    """Count one span that is to be found."""
    kind, gold = span["type"], (span["start"], span["end"])
    tally.gold[kind] += 1
    tally.exact[kind] += any((s, e) == gold for s, e, _ in found)
    if any(overlaps(s, e, gold) for s, e, _ in found):
        tally.hit[kind] += 1
    else:
        tally.misses.append(f"{kind}: {around(text, *gold)}")


def count_found(tally: Tally, text: str, found: Spans, taken: list[tuple[int, int]]) -> None:
    """Count findings, right and wrong."""
    for start, end, kind in found:
        tally.found[kind] += 1
        if not any(overlaps(start, end, one) for one in taken):
            tally.wrong[kind] += 1
            tally.alarms.append(f"{kind}: {around(text, start, end)}")


def around(text: str, start: int, end: int) -> str:
    """Return the span in its surroundings, for `--misses`."""
    before, after = text[max(0, start - 50) : start], text[end : end + 30]
    return f"{before}⟦{text[start:end]}⟧{after}".replace("\n", "⏎")


def score_secrets(folder: Path, finder: Finder) -> Tally:
    """Score the secrets: a span, else the whole text; a benign text must stay untouched."""
    tally = Tally()
    for row in rows(folder):
        text = base64.b64decode(row["text_b64"]).decode("utf-8", "replace")
        found = [one for one in finder(text) if row["expect"] == "secret" or one[2] == "secret"]
        if row["expect"] == "benign":
            tally.traps += 1
            tally.trapped += bool(found)
            count_found(tally, f"[{row['rule']}] " + text, [], [])
            for start, end, _kind in found[:1]:
                tally.alarms.append(f"{row['rule']}: {around(text, start, end)}")
            continue
        gold = [(span["start"], span["end"]) for span in row["spans"]] or [(0, len(text))]
        tally.gold["secret"] += 1
        covered = any(overlaps(s, e, one) for s, e, _ in found for one in gold)
        tally.hit["secret"] += covered
        tally.exact["secret"] += any((s, e) == one for s, e, _ in found for one in gold)
        if not covered:
            tally.misses.append(f"{row['rule']}: {around(text, *gold[0])[:300]}")
    tally.found["secret"] = tally.hit["secret"] + tally.trapped
    tally.wrong["secret"] = tally.trapped
    return tally


def ours() -> Finder:
    """Return this project's finder."""
    redactor = Redactor()

    def find(text: str) -> Spans:
        return [(one.start, one.end, one.entity.value) for one in redactor.find(text)]

    return find


def presidio() -> Finder | None:
    """Return Presidio's default English set-up, if it and its model are installed."""
    try:
        from presidio_analyzer import AnalyzerEngine

        engine = AnalyzerEngine()
    except (ImportError, OSError, SystemExit, ValueError):
        return None

    def find(text: str) -> Spans:
        return [(r.start, r.end, r.entity_type) for r in engine.analyze(text, language="en")]

    return find


def detect_secrets() -> Finder | None:
    """Return detect-secrets with its default plugins, if installed."""
    try:
        from detect_secrets.core.scan import scan_line
        from detect_secrets.settings import default_settings
    except ImportError:
        return None

    def find(text: str) -> Spans:
        spans: Spans = []
        at = 0
        with default_settings():
            for line in text.splitlines(keepends=True):
                for one in scan_line(line):
                    start = at + max(0, line.find(one.secret_value or ""))
                    spans.append((start, start + len(one.secret_value or " "), "secret"))
                at += len(line)
        return spans

    return find


def print_tally(title: str, tally: Tally, misses: int) -> None:
    """Print one set's figures."""
    print(f"\n## {title}\n\n| type | spans | recall | exact |\n|---|---:|---:|---:|")
    for kind, total in tally.gold.most_common():
        print(
            f"| {kind} | {total} | {tally.hit[kind] / total:.3f} | {tally.exact[kind] / total:.3f} |"
        )
    print("\n| finding | findings | precision |\n|---|---:|---:|")
    for kind, total in tally.found.most_common():
        print(f"| {kind} | {total} | {1 - tally.wrong[kind] / total:.3f} |")
    if tally.traps:
        rate = tally.trapped / tally.traps
        print(f"\nmust survive: {tally.traps}, touched {tally.trapped} ({rate:.2%})")
    for line in tally.misses[:misses]:
        print("  miss ", line)
    for line in tally.alarms[:misses]:
        print("  alarm", line)


def survivors() -> Iterator[str]:
    """Yield lines of what a reader needs and must survive."""
    dice = random.Random(7)
    digits = "0123456789abcdef"

    def hexed(length: int) -> str:
        return "".join(dice.choice(digits) for _ in range(length))

    def number(top: int) -> int:
        return dice.randrange(top)

    for _ in range(200):
        version = f"{number(30)}.{number(20)}.{number(9)}"
        yield f"Fixed in version {version}, upgrade from {number(9)}.{number(9)} with pip install tool=={version}"
        yield f"commit {hexed(40)} broke it; see also {hexed(7)} and the tag v{version}-rc{number(9)}"
        yield f"sha256:{hexed(64)}  tool-{version}-py3-none-any.whl"
        yield f"2026-{number(12) + 1:02}-{number(28) + 1:02}T{number(24):02}:{number(60):02}:00.{number(999):03}Z INFO started in {number(9999)} ms"
        yield f"curl http://example.com:{number(9999)}/v{number(9)}/status and http://api.example.org/"
        yield f"ping 192.0.2.{number(255)}, 198.51.100.{number(255)}, 203.0.113.{number(255)} or 127.0.0.1:8080, 2001:db8::{number(999):x}"
        yield f"Chrome/{number(130)}.0.{number(6000)}.{number(200)} Safari/537.36 on Windows 11 build 22631.{number(9999)}"
        yield f"request id {hexed(8)}-{hexed(4)}-4{hexed(3)}-a{hexed(3)}-{hexed(12)} failed with HTTP 50{number(9)}"
        yield f"error 0x{hexed(8).upper()} at 0x{hexed(16)} in libcrypto.so.{number(9)}.{number(9)}"
        yield "Open Settings > Account Settings > Server Settings in Mozilla Thunderbird and click Repair Folder"


def print_survival(finder: Finder, misses: int) -> None:
    """Print how many lines that must survive were touched."""
    lines = list(survivors())
    touched = [(line, found) for line in lines if (found := finder(line))]
    print(
        f"\n## what must survive\n\n{len(lines)} lines, touched {len(touched)} ({len(touched) / len(lines):.2%})"
    )
    for line, found in touched[:misses]:
        print("  alarm", found[0][2], around(line, *found[0][:2]))


HOSTILE: tuple[Callable[[int], str], ...] = (
    lambda n: "a" * n,
    lambda n: "a@" * (n // 2),
    lambda n: "a.b-" * (n // 4),
    lambda n: "1.2.3." * (n // 6),
    lambda n: "key=" * (n // 4),
    lambda n: "password is " * (n // 12),
    lambda n: "-----BEGIN PRIVATE KEY-----\n" * (n // 28),
    lambda n: "Hi Anna, " * (n // 9),
    lambda n: "%41%42" * (n // 6),
    lambda n: "QUJD" * (n // 4),
    lambda n: "<email-1>" * (n // 9),
    lambda n: "\u200ba" * (n // 2),
    lambda n: "a@b.co " * (n // 7),
    lambda n: "+1 555 " * (n // 7),
    lambda n: "eyJ." * (n // 4),
    lambda n: "://a:" * (n // 5),
    lambda n: "&#64;" * (n // 5),
    lambda n: "=\n" * (n // 2),
    lambda n: "Anna Smith " * (n // 11),
    lambda n: "é" * n,
)


def print_speed(data: Path) -> None:
    """Print throughput on mixed prose and logs, and the slowest hostile input of 100 kB."""
    redactor = Redactor()
    known = Known(names=("Dana Whitfield",), emails=("dana@harborline.example",),
                  organisations=("Harborline",), domains=("harborline.example",))  # fmt: skip
    texts = mixed(data)
    size = sum(len(text.encode()) for text in texts)
    for verb, call in (("find", redactor.find), ("redact", redactor.redact)):
        started = time.process_time()
        for text in texts:
            call(text, known)
        taken = time.process_time() - started
        print(f"{verb}: {size / 1e6:.1f} MB in {taken:.2f} s, {size / 1e6 / taken:.1f} MB/s")
    times = []
    for make in HOSTILE:
        started = time.process_time()
        redactor.redact(make(100_000), known)
        times.append((time.process_time() - started, make(12)))
    slow, what = max(times)
    print(f"worst of {len(times)} hostile inputs of 100 kB: {slow:.3f} s ({what!r})")


def mixed(data: Path) -> list[str]:
    """Return prose and logs of the sets, or lines of ours, in ticket-sized pieces."""
    texts: list[str] = []
    for name in ("pii-real", "pii-logs", "software-ner"):
        if (data / name).is_dir():
            lines = [row["text"] for row in rows(data / name)]
            whole = "\n".join(lines)
            texts += [whole[at : at + 4000] for at in range(0, min(len(whole), 1_000_000), 4000)]
    return texts or ["\n".join(survivors())]


def main() -> None:
    """Run everything."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="?", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--misses", type=int, default=0, help="show the first N of each set")
    parser.add_argument("--only", default="", help="one set only")
    parser.add_argument("--others", action="store_true", help="Presidio and detect-secrets as well")
    options = parser.parse_args()
    finders: dict[str, Finder | None] = {"docworthy": ours()}
    if options.others:
        finders |= {"presidio": presidio(), "detect-secrets": detect_secrets()}
    print(f"# redaction, rules {RULES_VERSION}")
    for who, finder in finders.items():
        if finder is None:
            print(f"\n{who}: skipped, not installed")
            continue
        run(who, finder, options)
    if not options.only:
        print("\n## speed\n")
        print_speed(options.data)


def run(who: str, finder: Finder, options: argparse.Namespace) -> None:
    """Print one finder's figures on every set."""
    for name in ("pii-real", "pii-logs", "pii-presidio", "software-ner", "secrets"):
        folder = options.data / name
        if options.only not in ("", name):
            continue
        if not folder.is_dir():
            print(f"\n{name}: skipped, {folder} is not there")
        elif name == "secrets":
            print_tally(f"{who}: {name}", score_secrets(folder, finder), options.misses)
        else:
            print_tally(f"{who}: {name}", score_spans(name, folder, finder), options.misses)
    if options.only in ("", "survivors"):
        print_survival(finder, options.misses)


if __name__ == "__main__":
    main()
