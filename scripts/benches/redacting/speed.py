"""How fast the redactor reads, and the slowest input of 100 kB."""

import time
from collections.abc import Callable
from pathlib import Path

from kb.redaction import Known, Redactor
from redacting.peers import Finder
from redacting.scoring import rows
from redacting.survival import survivors

KNOWN = Known(
    names=("Dana Whitfield",), emails=("dana@harborline.example",),
    organisations=("Harborline",), domains=("harborline.example",),
)  # fmt: skip
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
    lambda n: "user = x\n\npass" * (n // 14),
    lambda n: "kind: Secret\n" * (n // 13),
    lambda n: "é" * n,
    lambda n: "пароль " * (n // 7),
    lambda n: "パスワードは" * (n // 6),
    lambda n: "Anna\n" * (n // 5),
    lambda n: "Aa" * (n // 2),
    lambda n: "x@y.zz, " * (n // 8),
    lambda n: "\\\n" * (n // 2),
    lambda n: "password,user\n" * (n // 14),
    lambda n: "login;passwort\n" * (n // 15),
)


def mixed(data: Path) -> list[str]:
    """Return prose and logs of the sets, or made lines, in ticket-sized pieces."""
    texts: list[str] = []
    for name in ("pii-real", "pii-logs", "software-ner"):
        if (data / name).is_dir():
            whole = "\n".join(row["text"] for row in rows(data / name))
            texts += [whole[at : at + 4000] for at in range(0, min(len(whole), 1_000_000), 4000)]
    return texts or ["\n".join(line for _, line in survivors())]


def report(data: Path, finders: list[Finder]) -> list[str]:
    """Return the lines on throughput and on the worst case."""
    redactor, texts = Redactor(), mixed(data)
    lines = [
        f"- docworthy find, the first reading: {rate(texts, lambda text: redactor.find(text, KNOWN))}",
        f"- docworthy find: {rate(texts, lambda text: redactor.find(text, KNOWN))}",
        f"- docworthy redact: {rate(texts, lambda text: redactor.redact(text, KNOWN))}",
    ]
    for one in finders[1:]:
        few = texts[:: 40 if one.slow else 8]
        lines.append(f"- {one.name} find: {rate(few, one.find)}")
    times = []
    for make in HOSTILE:
        started = time.process_time()
        redactor.redact(make(100_000), KNOWN)
        times.append((time.process_time() - started, make(14)))
    slow, what = max(times)
    return [*lines, f"- worst of {len(times)} hostile inputs of 100 kB: {slow:.3f} s ({what!r})"]


def rate(texts: list[str], call: Callable[[str], object]) -> str:
    """Return the CPU time for the texts, and MB/s."""
    size = sum(len(text.encode()) for text in texts) / 1e6
    started = time.process_time()
    for text in texts:
        call(text)
    taken = time.process_time() - started
    return f"{size:.2f} MB in {taken:.2f} s, {size / taken:.3g} MB/s"
