"""Measure the redaction: recall and precision by entity on every set with spans, speed, worst case.

    scripts/bench redaction [DATA] [--sample N] [--misses N] [--only SET] [--alone]

DATA is the folder of the sets (`../shared/data` beside the repository when left out). Sets that are
not there are skipped with a reason. Presidio and detect-secrets get a column each if installed.
"""

import argparse
import base64
import gzip
import json
import random
import sys
import tempfile
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


def score_spans(name: str, lines: list[dict], finder: Finder) -> Tally:
    """Score a set whose spans have types."""
    tally = Tally()
    wanted = GOLD_ONLY.get(name)
    for row in lines:
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


def score_secrets(lines: list[dict], finder: Finder) -> Tally:
    """Score the secrets: a span, else the whole text; a benign text must stay untouched."""
    tally = Tally()
    for row in lines:
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
        import spacy.util
        import tldextract
        from presidio_analyzer import AnalyzerEngine
        from presidio_analyzer.nlp_engine import NlpEngineProvider

        model = next(name for name in spacy.util.get_installed_models() if name.startswith("en_"))
    except (ImportError, StopIteration):
        return None
    tldextract.extract = tldextract.TLDExtract(suffix_list_urls=())
    models = [{"lang_code": "en", "model_name": model}]
    provider = NlpEngineProvider(nlp_configuration={"nlp_engine_name": "spacy", "models": models})
    engine = AnalyzerEngine(nlp_engine=provider.create_engine())

    def find(text: str) -> Spans:
        return [(r.start, r.end, r.entity_type) for r in engine.analyze(text, language="en")]

    return find


def detect_secrets() -> Finder | None:
    """Return detect-secrets with its default plugins, if installed."""
    try:
        from detect_secrets.core.scan import scan_file
        from detect_secrets.settings import default_settings
    except ImportError:
        return None
    path = Path(tempfile.mkdtemp()) / "text.txt"

    def find(text: str) -> Spans:
        path.write_text(text, encoding="utf-8", errors="replace")
        spans: Spans = []
        with default_settings():
            for one in scan_file(str(path)):
                start = max(0, text.find(one.secret_value or ""))
                spans.append((start, start + len(one.secret_value or " "), "secret"))
        return spans

    return find


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


def print_survival(finders: dict[str, Finder], misses: int) -> None:
    """Print how many lines that must survive each finder touched."""
    lines = list(survivors())[::4]
    print(f"\n{len(lines)} made lines of versions, hashes, times, example addresses, touched:")
    for who, finder in finders.items():
        touched = [(line, found) for line in lines if (found := finder(line))]
        print(f"- {who}: {len(touched)} ({len(touched) / len(lines):.2%})")
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


SETS = ("pii-real", "pii-logs", "pii-presidio", "software-ner", "secrets")


def main() -> None:
    """Measure every finder on every set, and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="?", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument(
        "--misses", type=int, default=0, help="show the first N of ours in each set"
    )
    parser.add_argument("--only", default="", help="one set only")
    parser.add_argument("--sample", type=int, default=0, help="the first N rows of each set only")
    parser.add_argument("--alone", action="store_true", help="without the peers")
    options = parser.parse_args()
    finders: dict[str, Finder | None] = {"docworthy": ours()}
    if not options.alone:
        finders |= {"presidio": presidio(), "detect-secrets": detect_secrets()}
    print(f"# redaction, rules {RULES_VERSION}\n")
    for who in [who for who, finder in finders.items() if finder is None]:
        print(f"{who}: skipped, not installed")
    able = {who: finder for who, finder in finders.items() if finder is not None}
    names = [name for name in SETS if options.only in ("", name)]
    print_tables({name: tallies(name, able, options) for name in names}, list(able), options.misses)
    if options.only in ("", "survivors"):
        print_survival(able, options.misses)
    if not options.only:
        print_speed(options.data)


def tallies(name: str, finders: dict[str, Finder], options: argparse.Namespace) -> dict[str, Tally]:
    """Score every finder on one set; an absent set is said and left out."""
    folder = options.data / name
    if not folder.is_dir():
        print(f"{name}: skipped, {folder} is not there")
        return {}
    lines = list(rows(folder))[: options.sample or None]
    if name == "secrets":
        return {who: score_secrets(lines, finder) for who, finder in finders.items()}
    return {who: score_spans(name, lines, finder) for who, finder in finders.items()}


def print_tables(found: dict[str, dict[str, Tally]], who: list[str], misses: int) -> None:
    """Print recall by type, and precision and what was touched by set, the finders side by side."""
    print("\n| set | type | spans |" + "".join(f" {one} recall | exact |" for one in who))
    print("|---|---|---:|" + "---:|---:|" * len(who))
    for name, those in found.items():
        for kind, total in those["docworthy"].gold.most_common() if those else ():
            cells = "".join(
                f" {t.hit[kind] / total:.3f} | {t.exact[kind] / total:.3f} |"
                for t in those.values()
            )
            print(f"| {name} | {kind} | {total} |{cells}")
    print("\n| set |" + "".join(f" {one} precision | must survive, touched |" for one in who))
    print("|---|" + "---:|---:|" * len(who))
    for name, those in found.items():
        print(f"| {name} |" + "".join(map(_precision, those.values())))
    for name, those in found.items():
        for line in those["docworthy"].misses[:misses] if those else ():
            print(f"  miss  {name} {line}")
        for line in those["docworthy"].alarms[:misses] if those else ():
            print(f"  alarm {name} {line}")


def _precision(tally: Tally) -> str:
    total = sum(tally.found.values())
    right = f"{1 - sum(tally.wrong.values()) / total:.3f} of {total}" if total else "-"
    traps = f"{tally.trapped} of {tally.traps}" if tally.traps else "-"
    return f" {right} | {traps} |"


if __name__ == "__main__":
    main()
