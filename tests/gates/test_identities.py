"""Tests of the customers by hash: nobody can be read from the file, everybody is known again."""

from pathlib import Path

import pytest

from kb.errors import RedactionError
from kb.gates.identities import FILE, Identities, Roll, read
from kb.redaction import Known

KEY = b"a key for tests"
KNOWN = Known(
    names=("Quirina Vandersloot", "Grace", "Will Rose", "Zoë Brûlé-Ösk"),
    emails=("q.vandersloot@optics-blum.example",),
    organisations=("Blumenthal Optics GmbH", "The Company Ltd", "Quayline"),
    domains=("blumenthal-optics.example", "gmail.com"),
)


def roll_of(folder: Path, known: Known = KNOWN, key: bytes = KEY) -> Identities:
    roll = Roll(folder, key)
    roll.add(known)
    roll.write()
    return read(folder, key)


@pytest.mark.parametrize(
    "text",
    [
        "Quirina Vandersloot", "VANDERSLOOT, Quirina", "quirina-vandersloot", "Quirina\nVandersloot",
        "quirina_vandersloot.png", "/u/Quirina.Vandersloot/", "Q.Vandersloot@optics-blum.example",
        "at Blumenthal Optics", "blumenthal-optics", "Quayline's", "zoe brule osk",
        "https://x.blumenthal-optics.example/",
    ],
)  # fmt: skip
def test_a_customer_is_known_again(tmp_path: Path, text: str) -> None:
    """In any case, order, spelling and punctuation, in slugs, file names and addresses."""
    assert list(roll_of(tmp_path).standing_in(f"so {text} it is"))


@pytest.mark.parametrize(
    "text", ["Quirina", "Grace", "Will Rose", "the company", "gmail.com", "optics", "Vandersloot"]
)
def test_everyday_words_are_nobody(tmp_path: Path, text: str) -> None:
    """A single name, a name of everyday words, a mail provider: the recognizers see to those."""
    assert [] == list(roll_of(tmp_path).standing_in(f"so {text} it is"))


def test_the_file_tells_nobody(tmp_path: Path) -> None:
    """No name and no part of one stands in it."""
    roll_of(tmp_path)
    told = (tmp_path / FILE).read_text("ascii").casefold()

    for word in ("quirina", "vandersloot", "blumenthal", "optics", "quayline", "example"):
        assert word not in told


def test_another_key_is_refused(tmp_path: Path) -> None:
    """By another key nobody is known: it is told, not taken for a page that names nobody."""
    roll_of(tmp_path)
    before = (tmp_path / FILE).read_bytes()

    with pytest.raises(RedactionError, match="made with another key"):
        read(tmp_path, b"another")
    with pytest.raises(RedactionError, match="made with another key"):
        roll_of(tmp_path, Known(names=("Tamsin Oyelaran",)), b"another")
    assert before == (tmp_path / FILE).read_bytes()


def test_a_file_without_its_key_is_read(tmp_path: Path) -> None:
    """What was written before keys were told is known as it was, and tells its key from then on."""
    roll_of(tmp_path)
    told = (tmp_path / FILE).read_text().splitlines(keepends=True)
    (tmp_path / FILE).write_text("".join(told[1:]))

    assert list(read(tmp_path, KEY).standing_in("Quirina Vandersloot"))
    roll_of(tmp_path, Known(names=("Tamsin Oyelaran",)))
    assert told[0] in (tmp_path / FILE).read_text().splitlines(keepends=True)


def test_the_same_people_twice_are_once(tmp_path: Path) -> None:
    """A second pull adds nothing; new people are appended."""
    roll_of(tmp_path)
    before = (tmp_path / FILE).read_bytes()
    roll_of(tmp_path)
    assert before == (tmp_path / FILE).read_bytes()
    roll_of(tmp_path, Known(names=("Ottilie Grovelberg",)))
    assert (tmp_path / FILE).read_bytes().startswith(before)


def test_a_damaged_file_stops_the_exit(tmp_path: Path) -> None:
    """Nobody guesses whom a page may not name."""
    (tmp_path / FILE).write_text("x y\n")

    with pytest.raises(RedactionError):
        read(tmp_path, KEY)


def test_no_file_is_nobody(tmp_path: Path) -> None:
    """A workspace that has pulled nothing knows nobody."""
    assert [] == list(read(tmp_path, KEY).standing_in("Quirina Vandersloot"))
