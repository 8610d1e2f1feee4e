"""What the structured fields of a ticket know, sought in the sets' own tickets and in made texts."""

import base64
import json
import random
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

from kb.redaction import Known, Redactor, known_from
from redacting.scoring import rows

PEOPLE = (
    "Dana Whitfield", "Jürgen Großmann", "Élodie Lefèvre", "Łukasz Wiśniewski", "María-José Núñez",
    "Siobhán O'Connell", "Søren Kjærgaard", "Nguyễn Thị Hương", "Zoë van der Meer", "Ivan Petrov",
    "Priya Raghunathan", "João Figueiredo", "Giulia Esposito", "Åsa Lindqvist", "Will May",
)  # fmt: skip
"""Invented, of many languages, one of ordinary words."""
FIRMS = (
    "Harborline Freight Ltd",
    "Nordwind Logistik GmbH",
    "Tidewheel",
    "Bäckerei Kornblum",
    "Quay & Sons",
)
FORMS: dict[str, Callable[[str, str, str, str], str]] = {
    "as written": lambda f, n, d, o: f"I spoke with {f} {n} of {o} today.",
    "small": lambda f, n, d, o: f"ask {f.lower()} {n.lower()} about it",
    "capitals": lambda f, n, d, o: f"FROM {f.upper()} {n.upper()} AT {o.upper()}",
    "last, first": lambda f, n, d, o: f"Sorted as {n}, {f} in the list",
    "last name alone": lambda f, n, d, o: f"then {n} closed it",
    "genitive": lambda f, n, d, o: f"{n}'s laptop and {n}s mailbox, {o}'s network",
    "Slavic endings": lambda f, n, d, o: f"mail od {n}a, z {n}em, pro {n}ovi",
    "home folder": lambda f, n, d, o: f"/home/{ascii_of(f).lower()}.{ascii_of(n).lower()}/.config/app.ini",
    "Windows folder": lambda f, n, d, o: rf"C:\Users\{ascii_of(f)}.{ascii_of(n)}\AppData\Local",
    "login": lambda f, n, d, o: f"user {ascii_of(f)[0].lower()}{ascii_of(n).lower()} cannot sign in",
    "URL path": lambda f, n, d, o: f"https://tracker.example/people/{quote(f)}-{quote(n)}/profile?q={quote(n)}",
    "host": lambda f, n, d, o: f"ssh: connect to host db-01.{d} port 22: timed out",
    "sub-domain of a service": lambda f, n, d, o: f"https://{d.split('.')[0]}.atlassian.net/browse/OPS-1",
    "snake case": lambda f, n, d, o: f"backup_{ascii_of(n).lower()}_2024.tar and {d.split('.')[0]}_prod_db",
    "camel case": lambda f, n, d, o: f"class {ascii_of(n).title().replace(' ', '')}Exporter, {d.split('.')[0].title()}Client",
    "constant": lambda f, n, d, o: f"export {d.split('.')[0].upper()}_API_HOST=1",
    "e-mail": lambda f, n, d, o: f"{ascii_of(f).lower()}.{ascii_of(n).lower()}@{d}",
    "base64": lambda f, n, d, o: base64.b64encode(f"user {f} {n} at {d}".encode()).decode(),
    "percent": lambda f, n, d, o: "q=" + "".join(f"%{byte:02X}" for byte in f"{f} {n}".encode()),
    "JSON": lambda f, n, d, o: json.dumps({"display": f"{f} {n}", "org": o}),
    "HTML": lambda f, n, d, o: "".join(f"&#{ord(one)};" for one in f"{f} {n}"),
    "full width": lambda f, n, d, o: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in f"{f} {n}"),
    "zero width": lambda f, n, d, o: "\u200b".join(f"{f} {n}"),
    "line break": lambda f, n, d, o: f"please ask {f}\n{n} about it",
}  # fmt: skip
"""Where names and domains turn up: first name, last name, domain and organisation go in."""


def ascii_of(name: str) -> str:
    """Return a name as a login has it: no accents, blanks or signs."""
    apart = unicodedata.normalize("NFKD", name.translate({0xDF: "ss", 0xF8: "o", 0xD8: "O", 0x142: "l", 0x141: "L", 0xE6: "ae"}))  # fmt: skip
    return "".join(one for one in apart if one.isascii() and one.isalnum())


def made(seed: int = 5) -> Iterator[tuple[str, str, Known, list[str]]]:
    """Yield form, text, what is known, and the words that must be gone."""
    dice = random.Random(seed)
    for form, write in FORMS.items():
        for name in PEOPLE:
            firm = dice.choice(FIRMS)
            first, _, last = name.partition(" ")
            domain = ascii_of(firm.split()[0]).lower() + ".example"
            mail = f"{ascii_of(first).lower()}.{ascii_of(last).lower()}@{domain}"
            known = known_from(
                {"requester": {"name": name, "email": mail}, "organization": firm, "domain": domain}
            )
            text = write(first, last, domain, firm)
            yield form, text, known, [last, ascii_of(last), domain.split(".")[0]]


def made_found() -> tuple[Counter[str], Counter[str], list[str]]:
    """Return how many made texts there are by form, in how many nothing is left, and the rest."""
    redactor, total, clean, left = Redactor(), Counter[str](), Counter[str](), list[str]()
    for form, text, known, words in made():
        total[form] += 1
        redacted = redactor.redact(text, known).text
        rest = read(redacted)
        if any(word.casefold() in rest for word in words if word.casefold() in read(text)):
            left.append(f"{form}: {redacted!r}")
        else:
            clean[form] += 1
    return total, clean, left


def read(text: str) -> str:
    """Return a text as a curious person reads it: decoded, one width, without case."""
    packed = "".join(_unpacked(run) for run in re.findall(r"[A-Za-z0-9+/]{12,}={0,2}", text))
    unescaped = re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), text)
    unescaped = re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), unescaped)
    plain = unicodedata.normalize("NFKC", unescaped + packed).replace("\u200b", "")
    return re.sub(r"(?:%[0-9A-Fa-f]{2})+", _percent, plain).casefold()


def _percent(found: re.Match[str]) -> str:
    return bytes.fromhex(found[0].replace("%", "")).decode("utf-8", "replace")


def _unpacked(run: str) -> str:
    try:
        return base64.b64decode(run + "=" * (-len(run) % 4)).decode()
    except ValueError:
        return ""


def tickets_found(data: Path, sample: int = 600, seed: int = 5) -> tuple[int, int, list[str]]:
    """Return how often the people of real tickets stand in their own messages, and how often found.

    What is known is what the tickets' fields hold: requester and authors, by their forum names.
    """
    folder = data / "sumo-thunderbird"
    lines = [row for row in rows(folder) if "messages" in row] if folder.is_dir() else []
    redactor, total, found, left = Redactor(), 0, 0, list[str]()
    for row in random.Random(seed).sample(lines, min(sample, len(lines))):
        people = {row["requester"], *(one["author"] for one in row["messages"])} - {"", None}
        known = known_from({"requester": row["requester"], "authors": sorted(people)})
        for message in row["messages"]:
            spans = [(one.start, one.end) for one in redactor.find(message["body"], known)]
            for name in people:
                for place in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", message["body"], re.I):
                    total += 1
                    hit = any(a <= place.start() and place.end() <= b for a, b in spans)
                    found += hit
                    if not hit:
                        left.append(message["body"][max(0, place.start() - 30) : place.end() + 20])
    return total, found, left
