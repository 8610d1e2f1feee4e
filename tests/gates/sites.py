"""Built sites for tests of the gate: files are put there, and the gate says what it finds."""

from pathlib import Path

from kb.gates.scanner import Rulebook
from kb.gates.site import leaks
from kb.gates.verdict import Judge

MAIL = "quirina@vandersloot-optics.example"


def put(site: Path, name: str, content: str | bytes) -> None:
    path = site / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def found(site: Path, below: str = "", **judge: object) -> list[str]:
    made = Judge(**{"book": Rulebook(seconds=60), **judge})  # type: ignore[arg-type]
    return [str(error) for error in leaks(site, made, state=site.parent / ".kb", below=below)]
