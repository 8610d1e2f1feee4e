"""Passwords, users and names that the heading of their column tells: tables as people paste them."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

from kb.redaction.keys import told, unlike_words
from kb.redaction.lists import telling_words
from kb.redaction.logins import full_name, user_argument
from kb.redaction.patterns import compiled
from kb.redaction.text import Entity, Finding
from kb.redaction.views import View, plain_view

HEADED = compiled(
    r"(?i)passw|pwd|kennwort|mot ?de ?passe|mdp|contrase|senha|parola|clave|wachtwoord|senord|heslo|\bhas\xE0o"
)
"""What the heading of a column of passwords has in it, in the languages that most tables are in."""
BORDERED = re.compile(r"[^|\t\n]+"), re.compile(r"[^;\n]+")
LOOSE = re.compile(r"[^,\n]+"), re.compile(r"\S+(?:[ ]\S+)*")
"""What stands between pipes or tabs, and semicolons; between commas, and two blanks, as words of a
sentence may."""
LONGEST, MOST_ROWS = 300, 500
USERS = frozenset(
    ["login", "user", "account", "userid", "konto", "compte", "cuenta", "conta", "acesso"]
)
MAILS = frozenset(["email", "e-mail", "mail", "courriel", "correo", "host", "server", "url"])
NAMES = frozenset(
    [
        "name",
        "fullname",
        "firstname",
        "lastname",
        "surname",
        "vorname",
        "nachname",
        "nom",
        "prénom",
        "prenom",
        "nombre",
        "apellido",
        "apellidos",
        "nome",
        "cognome",
        "sobrenome",
        "naam",
        "achternaam",
        "voornaam",
    ]
)
SECRET, USER, NAME, MAIL = "secret", "user", "name", "mail"
SURE, LIKELY = 0.8, 0.7


def in_columns(text: str, view: View) -> Iterator[Finding]:
    """Yield what stands in the rows below a heading of passwords and of whose they are."""
    tables = list(_tables(text, view))
    ends = [*(table.start for table in tables[1:]), len(text)] if tables else []
    for table, end in zip(tables, ends, strict=True):
        yield from _rows(text, table, end)


class _Table(NamedTuple):
    """Where a heading and the rows below it begin, how its cells are told apart, and their kinds."""

    start: int
    rows: int
    cell: "re.Pattern[str]"
    kinds: list[str]


def _tables(text: str, view: View) -> Iterator[_Table]:
    end = 0
    for found in HEADED.each(view.seen):
        at = view.span(*found[0])[0]
        if at < end:
            continue
        start = text.rfind("\n", 0, at) + 1
        end = _line_end(text, at)
        for cell in (*BORDERED, *LOOSE) if end - start <= LONGEST else ():
            kinds = [_kind(text[a:b]) for a, b in _cells(cell, text, start, end)]
            if SECRET in kinds and {USER, NAME, MAIL} & set(kinds):
                yield _Table(start, end + 1, cell, kinds)
                break


def _rows(text: str, table: _Table, stop: int) -> Iterator[Finding]:
    """Yield what a table's rows hold, down to an empty line or the next heading."""
    at, cell, kinds = table.rows, table.cell, table.kinds
    for _ in range(MOST_ROWS):
        end = _line_end(text, at)
        cells = _cells(cell, text, at, end) if at < stop else []
        if not cells:
            return
        if len(cells) == len(kinds) and end - at <= LONGEST:
            yield from _row(text, cells, kinds, told if cell in BORDERED else unlike_words)
        at = end + 1


def _row(
    text: str, cells: list[tuple[int, int]], kinds: list[str], is_secret: Callable[[bytes], bool]
) -> Iterator[Finding]:
    """Yield what a row holds, if it holds a password."""
    row = [(kind, a, b) for kind, (a, b) in zip(kinds, cells, strict=True) if kind]
    if any(kind == SECRET and is_secret(_seen(text[a:b])) for kind, a, b in row):
        yield from (one for kind, a, b in row for one in _found(kind, text, a, b))


def _found(kind: str, text: str, start: int, end: int) -> Iterator[Finding]:
    value = _seen(text[start:end])
    if kind == SECRET and told(value):
        yield _finding(Entity.SECRET, "secret:password", start, end, SURE)
    elif kind == USER and user_argument(value):
        yield _finding(Entity.USERNAME, Entity.USERNAME.value, start, end, LIKELY)
    elif kind == NAME and value.replace(b" ", b"").isalpha() and full_name(value):
        yield _finding(Entity.PERSON, Entity.PERSON.value, start, end, LIKELY)


def _finding(entity: Entity, label: str, start: int, end: int, confidence: float) -> Finding:
    return Finding(
        entity=entity,
        label=label,
        start=start,
        end=end,
        recognizer="column",
        confidence=confidence,
    )


def _cells(cell: "re.Pattern[str]", text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return where a line's cells stand, without the blanks, marks and quotes around them."""
    found: list[tuple[int, int]] = []
    for match in cell.finditer(text, start, end):
        bare = match.group().strip(" \t\r*_`\"'>")
        if bare:
            first = match.start() + match.group().index(bare)
            found.append((first, first + len(bare)))
    return found


def _kind(heading: str) -> str:
    return _kinds().get(heading.casefold(), "") or _of_words(heading.casefold().split())


def _of_words(words: list[str]) -> str:
    """Return the kind of a heading of some words: `Temp password`, `Full name`, `User name`."""
    if not 1 <= len(words) <= 3:
        return ""
    if words[-1] in ("password", "passwd", "pwd", "passcode", "passphrase"):
        return SECRET
    if USERS & set(words):
        return USER
    return NAME if words[-1] in NAMES else MAIL if MAILS & set(words) else ""


@cache
def _kinds() -> dict[str, str]:
    """Return the kind of each heading that another language has a word for."""
    words = telling_words().items()
    told_in = {word: SECRET for word, said in words if said.endswith("password")}
    return (
        told_in
        | {word: USER for word, said in words if said == "user"}
        | dict.fromkeys(("mdp", "clave"), SECRET)
    )


def _seen(value: str) -> bytes:
    """Return a value as the checks see it."""
    return plain_view(value).seen


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end
