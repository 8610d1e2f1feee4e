"""Makes canaries: invented, invalid secrets and identities of many kinds, in plain and odd forms."""

import base64
import binascii
import html
import json
import random
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

FIRST = ["Quirina", "Teodora", "Aurelio", "Ottilie", "Balthasar", "Ingeborg", "Casimir", "Leocadia",
         "Marisol", "Thaddeus", "Siobhan", "Wenzel", "Xanthe", "Ysolde", "Zoltan", "Bronwen",
         "Dragomir", "Eulalia", "Fridolin", "Gwendolyn"]  # fmt: skip
_SYLLABLES = ["van", "der", "bru", "kel", "mor", "tas", "lin", "gro", "vel", "sho", "pra", "dun",
              "hal", "zie", "wick", "berg", "strom", "quist", "feld", "ova"]  # fmt: skip
_TOPICS = ["cro", "dax", "fli", "gom", "hux", "jin", "lop", "mip", "nub", "pog", "rif", "sab",
           "tuk", "vem", "wix", "yor", "zet", "bli", "dra", "sno"]  # fmt: skip
_ALNUM = string.ascii_letters + string.digits
_BUSINESS = ["Optics", "Freight", "Cartography", "Robotics", "Brewing", "Textiles", "Avionics"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """One planted value.

    Attributes:
        kind: What it is.
        form: How it is written down: `plain`, `base64`, ...
        value: What must never be seen again, as itself.
        text: The line that stands in the ticket.
        written: The value as the line spells it; it must not be seen either.
        known: Whether the ticket's structured fields hold the value too.
    """

    kind: str
    form: str
    value: str
    text: str
    written: str
    known: bool = False


def _some(rng: random.Random, count: int, letters: str = _ALNUM) -> str:
    """Return letters with digits and both cases among them, as machines make them."""
    while True:
        made = "".join(rng.choices(letters, k=count))
        if any(c.isdigit() for c in made) and any(c.isupper() for c in made):
            return made


def surname(rng: random.Random) -> str:
    """Return a name that nobody has."""
    return "".join(rng.choices(_SYLLABLES, k=3)).capitalize()


def _hex(rng: random.Random, count: int) -> str:
    return "".join(rng.choices("0123456789abcdef", k=count))


def _domain(rng: random.Random) -> str:
    return f"{surname(rng).lower()}-{rng.choice(_BUSINESS).lower()}.example"


def _jwt(rng: random.Random) -> str:
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').rstrip(b"=").decode()
    body = json.dumps({"sub": _some(rng, 12), "iat": rng.randrange(10**9)}).encode()
    return f"{head}.{base64.urlsafe_b64encode(body).rstrip(b'=').decode()}.{_some(rng, 43)}"


def _pem(rng: random.Random) -> str:
    lines = "\n".join(_some(rng, 64) for _ in range(4))
    return f"-----BEGIN RSA PRIVATE KEY-----\n{lines}\n-----END RSA PRIVATE KEY-----"


def _card(rng: random.Random) -> str:
    digits = [int(d) for d in f"400000{rng.randrange(10**9):09}"]
    doubled = sum(sum(divmod(2 * d, 10)) for d in digits[::-2]) + sum(digits[-2::-2])
    whole = "".join(map(str, [*digits, -doubled % 10]))
    return " ".join(whole[n : n + 4] for n in range(0, 16, 4))


def _iban(rng: random.Random) -> str:
    account = f"00000000{rng.randrange(10**10):010}"
    check = 98 - int(f"{account}131400") % 97
    return f"DE{check:02}{account}"


def _ipv6(rng: random.Random) -> str:
    return f"fd{_hex(rng, 2)}:" + ":".join(f"{rng.randrange(4096, 65536):x}" for _ in range(7))


Maker = Callable[[random.Random], str]
KINDS: dict[str, tuple[Maker, tuple[str, ...]]] = {
    "email": (
        lambda r: f"{r.choice(FIRST).lower()}.{surname(r).lower()}@{_domain(r)}",
        ("You can reach me at {}.", "From: {}", "cc {} please", "login={}"),
    ),
    "phone": (
        lambda r: f"+44 1632 {r.randrange(960000, 970000)} {r.randrange(10, 99)}",
        ("Call me on {} any time.", "Phone: {}", "Tel. {}"),
    ),
    "person": (
        lambda r: f"{r.choice(FIRST)} {surname(r)}",
        ("Kind regards,\n{}", "My name is {}.", "Please ask {} in our team.", "Best,\n{}"),
    ),
    "address": (
        lambda r: f"{r.randrange(2, 99)} {surname(r)} Street, {surname(r)}ton {r.randrange(10000, 99999)}",
        ("Our office: {}", "Please ship the box to {}."),
    ),
    "ipv4": (
        lambda r: f"100.{r.randrange(64, 128)}.{r.randrange(256)}.{r.randrange(1, 255)}",
        ("The server {} refuses it.", "connect to {}:8443 failed", "client_ip={}"),
    ),
    "ipv6": (_ipv6, ("The server [{}] refuses it.", "inet6 {} scope global")),
    "mac": (
        lambda r: ":".join(_hex(r, 2) for _ in range(6)),
        ("link/ether {} brd ff:ff:ff:ff:ff:ff", "Its MAC is {}."),
    ),
    "host": (
        lambda r: f"build-{r.randrange(10, 999)}.{surname(r).lower()}.internal",
        ("It runs on {} since Monday.", "ssh deploy@{}", "https://{}/status shows 503"),
    ),
    "url-credentials": (
        lambda r: f"{surname(r).lower()}:{_some(r, 16)}",
        ("git clone https://{}@git.ferry-test.example/app.git", "proxy = http://{}@10.9.8.7:3128"),
    ),
    "signed-url": (
        lambda r: _hex(r, 64),
        (
            "https://files.ferry-test.example/a.zip?X-Amz-Signature={}",
            "https://files.ferry-test.example/a.zip?id=7&sig={}",
        ),
    ),
    "token-url": (
        lambda r: _some(r, 40),
        (
            "https://app.ferry-test.example/cb?access_token={}",
            "https://app.ferry-test.example/hook?token={}&v=2",
        ),
    ),
    "cookie": (
        lambda r: _some(r, 44),
        ("Cookie: sessionid={}", "Set-Cookie: auth_session={}; Path=/; HttpOnly"),
    ),
    "bearer": (lambda r: _some(r, 40), ("Authorization: Bearer {}", "-H 'Authorization: Bearer {}'")),
    "basic": (
        lambda r: base64.b64encode(f"{surname(r)}:{_some(r, 12)}".encode()).decode(),
        ("Authorization: Basic {}",),
    ),
    "jwt": (_jwt, ("the token is {}", '"id_token": "{}"')),
    "private-key": (_pem, ("{}", "our key:\n\n{}")),
    "aws-key": (
        lambda r: "AKIA" + "".join(r.choices(string.ascii_uppercase + "234567", k=16)),
        ("aws_access_key_id = {}", "key {} is in the log"),
    ),
    "aws-secret": (lambda r: _some(r, 40), ("aws_secret_access_key = {}", "AWS_SECRET_ACCESS_KEY={}")),
    "gcp-key": (lambda r: "AIza" + _some(r, 35), ("key={}", "maps: {}")),
    "azure-key": (
        lambda r: base64.b64encode(r.randbytes(64)).decode(),
        ("DefaultEndpointsProtocol=https;AccountName=ferrytest;AccountKey={};EndpointSuffix=core.windows.net",),
    ),
    "github-token": (lambda r: "ghp_" + _some(r, 36), ("token = {}", "git push with {} fails")),
    "gitlab-token": (lambda r: "glpat-" + _some(r, 20), ("PRIVATE-TOKEN: {}", "we use {} there")),
    "slack-token": (
        lambda r: f"xoxb-{r.randrange(10**11, 10**12)}-{r.randrange(10**11, 10**12)}-{_some(r, 24)}",
        ("SLACK_TOKEN={}", "the bot has {}"),
    ),
    "slack-webhook": (
        lambda r: f"T{_some(r, 9).upper()}/B{_some(r, 9).upper()}/{_some(r, 24)}",
        ("https://hooks.slack.com/services/{}",),
    ),
    "stripe-key": (lambda r: "sk_live_" + _some(r, 24), ("STRIPE_KEY={}", "charge with {}")),
    "api-key": (lambda r: _some(r, 32), ("api_key: {}", 'apiKey = "{}"', "X-Api-Key: {}")),
    "password": (
        lambda r: f"{surname(r)[:5]}!{_some(r, 8)}",
        ("My password is {}", "password={}", "PASSWORD: {}"),
    ),
    "db-uri": (
        lambda r: f"{surname(r).lower()}:{_some(r, 14)}",
        ("postgres://{}@db-3.ferry-test.example/prod", "mongodb+srv://{}@cluster0.ferry-test.example"),
    ),
    "home-path": (
        lambda r: f"{r.choice(FIRST)[0].lower()}{surname(r).lower()}",
        ("/home/{}/.config/widget.toml", "/Users/{}/Library/Logs/widget.log"),
    ),
    "windows-path": (
        lambda r: f"{r.choice(FIRST).lower()}.{surname(r).lower()}",
        ("C:\\Users\\{}\\AppData\\Local\\Widget", "CORP\\{}"),
    ),
    "card": (_card, ("Card {} was charged twice.", "card number: {}")),
    "iban": (_iban, ("IBAN {}", "Refund to {} please.")),
    "national-id": (
        lambda r: f"9{r.randrange(10, 99)}-{r.randrange(10, 99)}-{r.randrange(1000, 9999)}",
        ("SSN: {}", "my social security number is {}"),
    ),
    "known-name": (lambda r: f"{r.choice(FIRST)} {surname(r)}", ("{}", "says {}", "user={}")),
    "known-organisation": (
        lambda r: f"{surname(r)} {r.choice(_BUSINESS)}",
        ("At {} it fails.", "org: {}"),
    ),
    "known-email": (
        lambda r: f"{surname(r).lower()}{r.randrange(99)}@{_domain(r)}",
        ("write to {}", "owner={}"),
    ),
}  # fmt: skip
"""For each kind how a value is made and the lines it may stand in."""

_FULL = str.maketrans({chr(n): chr(n + 0xFEE0) for n in range(33, 127)})


def _quoted_printable(line: str) -> str:
    return (
        binascii.b2a_qp(line.replace(".", "\x00").encode(), istext=True)
        .decode()
        .replace("=00", "=2E")
    )


FORMS: dict[str, Callable[[str], str]] = {
    "plain": lambda line: line,
    "code": lambda line: f"```\n{line}\n```",
    "log": lambda line: f"2026-03-02T10:11:12Z ERROR worker[42]: {line}",
    "json": lambda line: json.dumps({"msg": line}),
    "base64": lambda line: f"payload: {base64.b64encode(line.encode()).decode()}",
    "url": lambda line: f"https://ferry-test.example/q?text={quote(line, safe='')}",
    "html": lambda line: "".join(
        f"&#{ord(c)};" if not c.isalnum() else c for c in html.escape(line)
    ),
    "quoted-printable": _quoted_printable,
}
"""Forms of a whole line; others take the value alone."""


def _wrapped(value: str) -> str:
    middle = len(value) // 2
    return f"{value[:middle]}\n{value[middle:]}"


VALUE_FORMS: dict[str, Callable[[str], str]] = {
    "zero-width": lambda value: "\u200b".join((value[: len(value) // 2], value[len(value) // 2 :])),
    "full-width": lambda value: value.translate(_FULL),
    "wrapped": _wrapped,
}
UNWRAPPED = {"person", "address", "phone", "card", "private-key", "ipv4", "ipv6", "mac", "home-path",
             "windows-path", "national-id", "password", "db-uri", "url-credentials", "host", "known-name",
             "known-organisation", "iban"}  # fmt: skip
"""Kinds that nobody could tell once a line break stands in the middle."""


def canaries(seed: int, count: int) -> Iterator[Canary]:
    """Yield `count` canaries, the same for the same seed, every kind and form in turn."""
    rng = random.Random(seed)
    kinds, forms = list(KINDS), [*FORMS, *VALUE_FORMS]
    for number in range(count):
        kind = kinds[number % len(kinds)]
        form = forms[(number // len(kinds) + number) % len(forms)]
        if (form == "wrapped" and kind in UNWRAPPED) or (
            kind == "private-key" and form in VALUE_FORMS
        ):
            form = "code"
        yield _canary(rng, kind, form)


def _canary(rng: random.Random, kind: str, form: str) -> Canary:
    make, lines = KINDS[kind]
    value, line = make(rng), rng.choice(lines)
    written = VALUE_FORMS[form](value) if form in VALUE_FORMS else value
    text = line.format(written)
    if form in FORMS:
        text = FORMS[form](text)
        written = text if form == "base64" else value
    return Canary(
        kind=kind, form=form, value=value, text=text, written=written,
        known=kind.startswith("known-"),
    )  # fmt: skip


def tickets(planted: list[Canary], each: int = 4) -> Iterator[dict[str, Any]]:
    """Yield raw doc-worthy tickets, each with a confirmed fix and `each` of the canaries in it."""
    for number, first in enumerate(range(0, len(planted), each), 1):
        yield _ticket(number, planted[first : first + each])


def _topic(number: int) -> tuple[str, str, str, str]:
    """Return words that no two tickets share: a part, a setting, what happens, an error."""
    rng = random.Random(number)
    part, setting, verb = ("".join(rng.choices(_TOPICS, k=3)) for _ in range(3))
    return part, setting, f"{verb}s", f"{part[:3].upper()}-{number:05}"


def _ticket(number: int, held: list[Canary]) -> dict[str, Any]:
    known = {c.kind: c.value for c in held if c.known}
    who = {
        "role": "requester",
        "name": known.get("known-name", "Anouk Dellacroix"),
        "email": known.get("known-email", f"anouk{number}@dellacroix-optics.example"),
        "organization": known.get("known-organisation", "Dellacroix Optics"),
    }
    agent = {"role": "agent", "name": "Mara Lind", "email": "mara.lind@ferrywright.example"}
    half = len(held) // 2
    asked = "\n\n".join(c.text for c in held[:half])
    told = "\n\n".join(c.text for c in held[half:])
    part, setting, verb, error = _topic(number)
    more = [_topic(number + 100_000 * place) for place in range(1, 7)]
    talk = " ".join(f"First {a} {c} at {d}, then {b}." for a, b, c, d in more)
    steps = "\n".join(f"{n}. Set `{a}.{b} = {number}`." for n, (a, b, *_) in enumerate(more, 3))
    said = (
        (who, True, f"The {part} {verb} with `{error}`. {talk}\n\n{asked}"),
        (agent, False, f"Note to ourselves {number}: notecanary{number}x is behind on its bill."),
        (agent, True, f"This happens because {setting} is too small for the {part}.\n\n"
                      f"1. Set `{part}.{setting} = {number}`.\n2. Run `widget {setting} --{part}`."
                      f"\n{steps}\n\nFor reference:\n\n{told}"),
        (who, True, "That worked, thanks!"),
    )  # fmt: skip
    comments = [
        {"id": str(place), "author": by, "public": public, "body": body,
         "created_at": f"2026-03-02T1{place}:00:00Z"}
        for place, (by, public, body) in enumerate(said)
    ]  # fmt: skip
    return {
        "id": str(number), "subject": f"{part} {verb} with {error}", "status": "solved",
        "tags": ["doc-worthy"], "requester": who, "satisfaction": "good",
        "created_at": "2026-03-02T10:00:00Z", "updated_at": "2026-03-02T13:00:00Z",
        "solved_at": "2026-03-02T13:00:00Z", "fields": {"product": "Widget", "version": "2.1"},
        "comments": comments,
    }  # fmt: skip
