"""Fit the weights by which the message that solved a ticket is found: kb/capture/solution.json.

    scripts/bench capture_fit [DATA]

On real threads whose accepted message is known (DATA/sumo-thunderbird; `../shared/data` when left
out). Three lexicons first: which words make a requester's message the solution, a requester's reply
a confirmation, a helper's message an answer; only words that other support texts use as well, so
that no product's vocabulary is learned. Then one conditional logit over all messages of a thread,
and one logit for "is this thread solved". Prints cross-validated accuracy; writes the file.
"""

import gzip
import json
import re
import sys
import tarfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from capturing.solving import shares  # noqa: E402

from kb.capture.signals import LEXICONS, Said, grams, of_end, of_thread, said  # noqa: E402
from kb.redaction import already_safe  # noqa: E402
from kb.tickets.ticket import Message, Role  # noqa: E402

FOLDS, KEPT, SEEN = 5, 400, 8
PRODUCT = re.compile(
    r"thunderbird|mozilla|firefox|e?mails?$|gmail|imap|pop3?$|inbox|folders?$|accounts?$|yahoo|outlook"
    r"|profile|smtp|oauth2?|calendar|addons?$|microsoft|windows|tb$|passwords?$|servers?$|bt$|google"
    r"|hotmail|linux|ubuntu|att$"
)
AT = datetime(2026, 1, 1, tzinfo=UTC)
Rows = list[dict[str, Any]]


def load(path: Path) -> Rows:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def message_of(raw: dict[str, Any], place: int) -> Message:
    return Message(
        id=str(place),
        role=Role(raw["author_role"]),
        author=raw["author"],
        public=True,
        body=already_safe(raw["body"]),
        created_at=AT,
    )


def general_words(data: Path) -> set[str]:
    """Return the words and pairs that support talk about other products uses five times."""
    seen: Counter[str] = Counter()
    with tarfile.open(data / "irc-support" / "irc-disentanglement.tar.gz") as archive:
        for member in archive:
            if member.name.endswith("raw.txt"):
                file = archive.extractfile(member)
                for line in file.read().decode("utf-8", "ignore").splitlines() if file else ():
                    seen.update(grams(re.sub(r"^\[\d\d:\d\d\] <\S+> ", "", line), "en"))
    for name in ("stackfaq/collection-threads", "software-ner/so-dev"):
        for row in load(data / f"{name}.jsonl.gz"):
            seen.update(grams(" ".join(v for v in row.values() if isinstance(v, str)), "en"))
    for path in sorted((ROOT / "kb/helpdesk/tickets").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            for comment in json.loads(line)["comments"]:
                seen.update(grams(comment["body"], "en"))
    return {
        gram
        for gram, count in seen.items()
        if count >= 5 and not any(PRODUCT.match(word) for word in gram.split())
    }


def lexicon(found: list[frozenset[str]], labels: np.ndarray, general: set[str]) -> dict[str, float]:
    """Fit one lexicon: the words that tell most, each with its weight."""
    counts = Counter(gram for one in found for gram in one if gram in general)
    vocabulary = sorted(gram for gram, count in counts.items() if count >= SEEN)
    places = {gram: place for place, gram in enumerate(vocabulary)}
    columns = [[places[gram] for gram in one if gram in places] for one in found]
    starts = np.cumsum([0, *map(len, columns)])
    flat = np.array([place for one in columns for place in one])
    matrix = csr_matrix((np.ones(len(flat)), flat, starts), (len(found), len(vocabulary)))
    first = LogisticRegression(C=0.03, max_iter=300).fit(matrix, labels)
    tells = np.abs(first.coef_[0]) * np.sqrt(np.asarray(matrix.mean(0)).ravel())
    kept = np.sort(np.argsort(-tells)[:KEPT])
    last = LogisticRegression(C=0.06, max_iter=300).fit(matrix[:, kept], labels)
    weights = {vocabulary[k]: round(float(w), 2) for k, w in zip(kept, last.coef_[0], strict=True)}
    return {"": round(float(last.intercept_[0]), 2)} | {k: w for k, w in weights.items() if w}


def texts(threads: list[tuple[Said, ...]], gold: list[int]) -> dict[str, tuple[list[Any], Any]]:
    """Return, for each lexicon, its messages and whether each was the one."""
    found: dict[str, tuple[list[frozenset[str]], list[bool]]] = {n: ([], []) for n in LEXICONS}
    for thread, accepted in zip(threads, gold, strict=True):
        for i in range(1, len(thread)):
            reply = next((one for one in thread[i + 1 :] if one.asks), None)
            rows = [("requester" if thread[i].asks else "answer", thread[i])]
            if not thread[i].asks and reply is not None:
                rows.append(("reply", reply))
            for name, one in rows:
                found[name][0].append(one.grams)
                found[name][1].append(i == accepted)
    return {name: (one, np.array(labels)) for name, (one, labels) in found.items()}


def words_of(
    threads: list[tuple[Said, ...]], gold: list[int], general: set[str]
) -> dict[str, dict[str, float]]:
    return {n: lexicon(one, labels, general) for n, (one, labels) in texts(threads, gold).items()}


def read(rows: Rows, words: dict[str, dict[str, float]]) -> list[tuple[Said, ...]]:
    return [
        tuple(said(message_of(m, i), "en", words) for i, m in enumerate(row["messages"]))
        for row in rows
    ]


def conditional(signals: list[tuple[dict[str, float], ...]], gold: list[int]) -> dict[str, float]:
    """Fit the weights that make the accepted message's sum the highest of its thread."""
    names = sorted({name for thread in signals for one in thread for name in one})
    matrix = np.array([[one.get(n, 0.0) for n in names] for thread in signals for one in thread])
    sizes = [len(thread) for thread in signals]
    starts = np.cumsum([0, *sizes])[:-1]
    right = starts + np.array(gold) - 1
    thread_of = np.repeat(np.arange(len(signals)), sizes)

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        sums = matrix @ weights
        odds = np.exp(sums - np.maximum.reduceat(sums, starts)[thread_of])
        shares = odds / np.add.reduceat(odds, starts)[thread_of]
        value = -np.log(shares[right]).sum() + weights @ weights
        shares[right] -= 1
        return value, matrix.T @ shares + 2 * weights

    fitted = minimize(loss, np.zeros(len(names)), jac=True, options={"maxiter": 200}).x
    return {name: round(float(w), 3) for name, w in zip(names, fitted, strict=True)}


def scores(signals: tuple[dict[str, float], ...], weights: dict[str, float]) -> list[float]:
    return [sum(weights.get(n, 0.0) * v for n, v in one.items()) for one in signals]


def solved_logit(ends: list[dict[str, float]], labels: np.ndarray) -> dict[str, float]:
    names = sorted({name for end in ends for name in end} - {"bias"})
    matrix = np.array([[end.get(n, 0.0) for n in names] for end in ends])
    fitted = LogisticRegression(C=1.0, max_iter=1000, class_weight="balanced").fit(matrix, labels)
    weights = {n: round(float(w), 3) for n, w in zip(names, fitted.coef_[0], strict=True)}
    return weights | {"bias": round(float(fitted.intercept_[0]), 3)}


def main() -> None:
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared" / "data"
    rows = [r for r in load(data / "sumo-thunderbird/tickets-dev.jsonl.gz") if r["messages"][1:]]
    rest = load(data / "sumo-thunderbird/tickets-unsolved-dev.jsonl.gz")
    gold = [row["accepted_message_index"] for row in rows]
    general = general_words(data)
    none: dict[str, dict[str, float]] = {name: {} for name in LEXICONS}
    bare = read(rows, none)
    fold = np.random.default_rng(0).integers(0, FOLDS, len(rows))
    stacked: list[Any] = [None] * len(rows)
    for k in range(FOLDS):
        train = [i for i in range(len(rows)) if fold[i] != k]
        words = words_of([bare[i] for i in train], [gold[i] for i in train], general)
        held = [i for i in range(len(rows)) if fold[i] == k]
        for i, thread in zip(held, read([rows[i] for i in held], words), strict=True):
            stacked[i] = thread
    signals = [of_thread(thread) for thread in stacked]
    picked: list[list[float]] = [[] for _ in rows]
    for k in range(FOLDS):
        train = [i for i in range(len(rows)) if fold[i] != k]
        weights = conditional([signals[i] for i in train], [gold[i] for i in train])
        for i in map(int, np.flatnonzero(fold == k)):
            picked[i] = scores(signals[i], weights)
    reached = shares(rows, [int(np.argmax(one)) + 1 for one in picked])
    print("cross-validated, strict and or referred to, then of four messages: ", *reached, sep="  ")

    words, weights = words_of(bare, gold, general), conditional(signals, gold)
    others = read(rest, words)
    ends = [of_end(t, p) for t, p in zip(stacked, picked, strict=True)]
    ends += [of_end(t, scores(of_thread(t), weights)) for t in others]
    labels = np.array([True] * len(rows) + [False] * len(others))
    fold = np.random.default_rng(1).integers(0, FOLDS, len(labels))
    chance = np.zeros(len(labels))
    for k in range(FOLDS):
        fitted = solved_logit(
            [e for e, f in zip(ends, fold, strict=True) if f != k], labels[fold != k]
        )
        for i in map(int, np.flatnonzero(fold == k)):
            chance[i] = scores((ends[i],), fitted)[0]
    said_so = chance > 0
    print(
        f"solved found {said_so[labels].mean():.3f}, unsolved found {(~said_so)[~labels].mean():.3f}"
    )
    told = {"signals": weights, "solved": solved_logit(ends, labels), "words": words}
    text = json.dumps(told, ensure_ascii=False, indent=0, sort_keys=True)
    (ROOT / "kb/capture/solution.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
