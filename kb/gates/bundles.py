"""Puts the new pieces of a file into bundles that are read as one passage, and judges them."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from kb.gates.lines import SHORT, Run
from kb.gates.reading import Passage, Voice
from kb.gates.verdict import Judge, carries_an_author, verdict
from kb.redaction import Redactor

Piece = tuple[Passage, Run]
Bundle = tuple[Passage, list[Piece]]
"""Pieces, and all they say as one passage."""


def bundled(todo: Iterable[Piece]) -> Iterator[Bundle]:
    """Yield the pieces, the short ones of the same voice together."""
    short = dict[tuple[str, Voice], list[Piece]]()
    for passage, run in todo:
        if len(passage.text) > SHORT or carries_an_author(passage):
            yield passage, [(passage, run)]
        else:
            short.setdefault((passage.place, passage.voice), []).append((passage, run))
    for pieces in short.values():
        yield replace(pieces[0][0], text="\n\n".join(one.text for one, _ in pieces)), pieces


def judged_alone(
    whole: Passage, pieces: list[Piece], judge: Judge, redactor: Redactor
) -> tuple[bool, list[str]]:
    """Return whether nothing is found in a bundle, and what must not go out.

    It is read by itself first, and only where that finds something, each of its pieces.
    """
    findings = redactor.find(whole.text)
    is_clean, labels = True, list[str]()
    for passage, run in pieces if findings or is_told(whole, judge) else ():
        found = findings if len(pieces) == 1 else redactor.find(passage.text)
        clean, told = verdict(passage, [f for f in found if run.concerns(f.start, f.end)], judge)
        is_clean = is_clean and clean
        labels += told
    return is_clean, labels


def is_told(passage: Passage, judge: Judge) -> bool:
    """Say whether the passage tells who made a picture, or who is known."""
    known = next(judge.identities.standing_in(passage.text), None)
    return known is not None or carries_an_author(passage)
