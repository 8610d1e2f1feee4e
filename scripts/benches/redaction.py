"""Measure the redaction beside Presidio and detect-secrets: every set with spans, made cases, speed.

    scripts/bench redaction [DATA] [--peer-rows N] [--misses N] [--only SET] [--alone]

DATA is the folder of the sets (`../shared/data` beside the repository when left out); a set that is
not there is skipped with a reason. Presidio reads 0.02 MB/s, so it is given a sample of each set,
drawn with a fixed seed; this project and detect-secrets read everything, and this project's figures
on Presidio's sample stand beside Presidio's.
"""

import argparse
import random
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from redacting import known_fields, planted, speed  # noqa: E402
from redacting.peers import Finder, detect_secrets, ours, presidio, with_model  # noqa: E402
from redacting.scoring import SETS, Tally, around, rows, score  # noqa: E402
from redacting.survival import survivors  # noqa: E402

from kb.redaction import RULES_VERSION  # noqa: E402

SEED = 20
SAME = "docworthy, the same rows"
Column = tuple[str, Finder, dict[str, Tally]]


def main() -> None:
    """Measure every finder on every set, and print the tables."""
    options = arguments()
    started = time.time()
    peers = [] if options.alone else [with_model(), presidio(), detect_secrets()]
    finders = [ours(), *(one for one in peers if one)]
    print(f"# redaction, rules {RULES_VERSION}\n")
    if None in peers:
        print("A peer or the extra `people` is skipped: not installed (redaction.txt).\n")
    sets = {name: given(options, name) for name in SETS if options.only in ("", name)}
    columns = measured(sets, finders, options.peer_rows)
    print_recall(sets, columns)
    print_sets(sets, columns)
    if options.only in ("", "survivors"):
        print_survival(finders, options.misses)
    if options.only in ("", "planted"):
        print_planted(finders)
    if options.only in ("", "known"):
        print_known(options.data, options.misses)
    if options.only in ("", "speed"):
        print("\n## Speed (CPU time of one core)\n")
        print("\n".join(speed.report(options.data, finders)))
    print_rows(columns, options.misses)
    print(f"\n{time.time() - started:.0f} s in all.")


def arguments() -> argparse.Namespace:
    """Return the command line's options."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="?", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--peer-rows", type=int, default=120, help="rows of a set for Presidio")
    parser.add_argument("--misses", type=int, default=0, help="show our first N of each set")
    parser.add_argument("--only", default="", help="one set, or survivors, planted, known, speed")
    parser.add_argument("--alone", action="store_true", help="without the peers")
    return parser.parse_args()


def given(options: argparse.Namespace, name: str) -> list[dict[str, Any]]:
    """Return a set's rows; an absent set is said and left out."""
    folder = options.data / name
    if not folder.is_dir():
        print(f"{name}: skipped, {folder} is not there")
        return []
    return list(rows(folder))


def measured(
    sets: dict[str, list[dict[str, Any]]], finders: list[Finder], most: int
) -> list[Column]:
    """Return a column for each finder; a slow one's sample is read by us as well."""
    dice = random.Random(SEED)
    samples = {name: dice.sample(lines, min(most, len(lines))) for name, lines in sets.items()}
    columns: list[Column] = []
    for finder in finders:
        chosen = samples if finder.slow else sets
        if finder.slow and SAME not in [name for name, _, _ in columns]:
            us = {name: score(name, lines, finders[0].find) for name, lines in chosen.items()}
            columns.append((SAME, finders[0], us))
        tallies = {name: score(name, lines, finder.find) for name, lines in chosen.items()}
        columns.append((finder.name, finder, tallies))
    return columns


def print_recall(sets: dict[str, list[dict[str, Any]]], columns: list[Column]) -> None:
    """Print recall, exact spans and precision by set and entity, the finders side by side."""
    print("## By entity: recall, spans exactly right, the same with parts made one, precision\n")
    print("A finding is right if it shares a character with any labelled span of its row.")
    print("Parts made one: labelled spans that touch count as one, as a street and its town do.")
    print("`-`: the finder has no recognizer for it, or found none. `(N)`: spans in the sample.\n")
    print("| set | entity | spans |" + "".join(f" {name} |" for name, _, _ in columns))
    print("|---|---|---:|" + "---:|" * len(columns))
    for name in sets:
        for kind, total in columns[0][2][name].gold.most_common():
            cells = "".join(_cell(finder, those[name], kind, total) for _, finder, those in columns)
            print(f"| {name} | {kind} | {total} |{cells}")


def _cell(finder: Finder, tally: Tally, kind: str, whole: int) -> str:
    gold = tally.gold[kind]
    entity = kind.removesuffix(" that is nobody's")
    if not gold or (finder.looks_for is not None and entity not in finder.looks_for):
        return " - |"
    found = tally.found[kind]
    precision = f"{1 - tally.wrong[kind] / found:.3f}" if found else "-"
    few = f" ({gold})" if gold != whole else ""
    shares = (f"{count[kind] / gold:.3f}" for count in (tally.hit, tally.exact, tally.whole))
    return f" {' / '.join(shares)} / {precision}{few} |"


def print_sets(sets: dict[str, list[dict[str, Any]]], columns: list[Column]) -> None:
    """Print by set what was found and wrong in all, and what must survive and was touched."""
    print("\n## By set: precision of all findings; must survive, touched\n")
    print("| set | rows |" + "".join(f" {name} |" for name, _, _ in columns))
    print("|---|---:|" + "---:|" * len(columns))
    for name, lines in sets.items():
        cells = "".join(_total(those[name]) for _, _, those in columns)
        print(f"| {name} | {len(lines)} |{cells}")


def _total(tally: Tally) -> str:
    found, wrong = tally.found.total(), tally.wrong.total()
    right = f"{1 - wrong / found:.3f} of {found}" if found else "-"
    traps = f"; {tally.trapped} of {tally.traps}" if tally.traps else ""
    return f" {right}{traps} |"


def print_survival(finders: list[Finder], misses: int) -> None:
    """Print of how many made lines each finder touched something that must survive."""
    lines = list(survivors())
    kinds = list(dict.fromkeys(kind for kind, _ in lines))
    touched: dict[str, Counter[str]] = {}
    shown: list[str] = []
    for finder in finders:
        touched[finder.name] = Counter()
        for kind, line in lines[:: 5 if finder.slow else 1]:
            found = finder.find(line)
            touched[finder.name][kind] += bool(found)
            if found and finder is finders[0]:
                shown.append(f"  alarm {found[0][2]} {around(line, *found[0][:2])}")
    print("\n## Must survive: made lines touched\n")
    print("| lines of |" + "".join(f" {one.name} |" for one in finders))
    print("|---|" + "---:|" * len(finders))
    for kind in [*kinds, ""]:
        cells = ""
        for one in finders:
            count = sum(
                told in (kind, "") or not kind for told, _ in lines[:: 5 if one.slow else 1]
            )
            hit = touched[one.name][kind] if kind else touched[one.name].total()
            cells += f" {hit} of {count} ({hit / count:.1%}) |"
        print(f"| {kind or '**all**'} |{cells}")
    print("\n".join(shown[:misses]))


def print_planted(finders: list[Finder]) -> None:
    """Print how many secrets, planted in made forms, each finder covers."""
    found = [planted.found_in_forms(one, every=20 if one.slow else 1) for one in finders]
    print("\n## Planted: secrets in the forms in which people write them, covered\n")
    print("| secrets |" + "".join(f" {one.name} |" for one in finders))
    print("|---|" + "---:|" * len(finders))
    for kind in found[0]:
        cells = (f" {hit / total:.3f} of {total} |" for hit, total in (one[kind] for one in found))
        print(f"| {kind} |" + "".join(cells))


def print_known(data: Path, misses: int) -> None:
    """Print how well names known from a ticket's fields are found."""
    total, clean, left = known_fields.made_found()
    print("\n## Known from the ticket's fields: texts in which nothing of them is left\n")
    print("| form | texts | nothing left |\n|---|---:|---:|")
    for form, count in total.items():
        print(f"| {form} | {count} | {clean[form] / count:.3f} |")
    print(f"| **all** | {total.total()} | {clean.total() / total.total():.3f} |")
    count, found, rest = known_fields.tickets_found(data)
    if count:
        print(
            f"\nIn real tickets their people's forum names stand {count} times; found {found}, ",
            end="",
        )
        print(f"{found / count:.4f}.")
    print(
        "\n".join(
            [
                *(f"  left {one}" for one in left[:misses]),
                *(f"  left {one!r}" for one in rest[:misses]),
            ]
        )
    )


def print_rows(columns: list[Column], misses: int) -> None:
    """Print our first misses and false alarms of each set."""
    for name, tally in columns[0][2].items():
        for line in tally.misses[:misses]:
            print(f"  miss  {name} {line}")
        for line in tally.alarms[:misses]:
            print(f"  alarm {name} {line}")


if __name__ == "__main__":
    main()
