"""Finds where a problem occurs: product, versions, platform and deployment, each named once."""

import re
from collections.abc import Iterator
from functools import lru_cache

from kb.tickets.ticket import Message, Role, Ticket

_NUMBER = r"\d{1,4}(?:\.\d{1,6}){1,4}(?:esr|b\d+|-?(?:rc|beta|alpha)\.?\d*)?"
_PLATFORMS = re.compile(
    r"\b((?:Linux )?Mint(?: \d+(?:\.\d+)*)?|macOS(?: (?:Catalina|Big Sur|Monterey|Ventura|Sonoma|Sequoia|Tahoe|Mojave|High Sierra|Sierra))?(?: \d+(?:\.\d+)*)?"
    r"|(?:Mac ?OS(?: ?X)?|OS ?X)(?: \d+(?:\.\d+)*)?|Windows(?: Server)?(?: (?:\d{4}(?![\d-])|1[01]|8\.1|[78]|XP|Vista)(?!\.?\d))?(?: (?:Pro|Home|Enterprise))?(?: \d\dH\d)?"
    r"|[Ww]in ?(?:7|8|10|11)\b|windows (?:1[01]|8\.1|[78]|XP|Vista)(?!\.?\d)|Mac(?=[ ,.;)?!]|$)|Android(?: \d+)?|iOS(?: \d+(?:\.\d+)*)?|iPadOS|ChromeOS|FreeBSD(?: \d+(?:\.\d+)*)?"
    r"|Docker(?: Compose| Desktop)?|Kubernetes|OpenShift|Ubuntu(?: \d+(?:\.\d+)*)?(?: LTS)?|Debian(?: \d+)?|RHEL(?: \d+(?:\.\d+)?)?|CentOS(?: \d+)?|Alpine(?: \d+(?:\.\d+)*)?"
    r"|Fedora(?: \d+)?|openSUSE(?: (?:Leap|Tumbleweed))?|Arch Linux|Manjaro|Raspberry Pi(?: OS)?|Podman|nginx|GitHub Actions|PostgreSQL(?: \d+)?|EKS|GKE|AKS|Linux)\b"
)
_SPELLED = {
    "linux": "Linux", "mint": "Mint", "ubuntu": "Ubuntu", "debian": "Debian", "fedora": "Fedora",
    "centos": "CentOS", "android": "Android", "ios": "iOS", "macos": "macOS", "mac": "Mac",
    "macbook": "MacBook", "unix": "Unix", "gnu/linux": "GNU/Linux", "freebsd": "FreeBSD",
    "osx": "OS X", "os x": "OS X", "windows": "Windows",
}  # fmt: skip
_SMALL = re.compile(
    r"(?<![\w./@:#<-])(?:(?P<name>linux mint|gnu/linux|linux|ubuntu|debian|fedora|centos|android|ios|macos|os ?x|unix|freebsd|macbook)"
    r"|(?:(?:on|for|in|my|using|under|to|from|a|an|the|new|old) )(?P<mac>mac)"
    r"|(?:(?:on|for|under|my|installing|from|of|running|use|using|with|latest|old) )?(?P<win>windows)(?= (?:\d|xp|vista|pc|machine|computer|laptop|system|os\b|users?\b|server|explorer|media|defender|updates?\b|timeout|disk|safe|reports|box|version|home|pro\b)|-only|-based|/)"
    r"|(?:on|for|under|installing|running) (?P<alone>windows))(?P<number> ?\d+(?:\.\d+)*)?(?![\w/@:-]|\.\w|'s? (?:name|folder))"
)
"""Systems as people type them in haste, in small letters; what may be another word only beside a word that tells."""
_ODD = re.compile(
    rf"(?i)(?<![\w/.-])(?:{'|'.join(sorted(map(re.escape, _SPELLED), key=len, reverse=True))})(?![\w/-])"
)
_NOTHING = {
    "",
    "n/a",
    "na",
    "none",
    "unknown",
    "null",
    "unbekannt",
    "inconnu",
    "desconocido",
    "any",
    "all",
    "nvt",
}
_MARKED = re.compile(r"\s*\(<[a-z][a-z-]*?(?:-\d+)?>\)|\s*<[a-z][a-z-]*?(?:-\d+)?>")
_HINT = re.compile(
    r"linux|mint|mac|os ?x|ios|windows|win ?\d|android|ubuntu|debian|fedora|centos|unix|bsd|docker|kube|open|rhel|alpine|suse|arch|manjaro|raspberry|podman|nginx|github|postgre|eks|gke|aks"
)
"""What stands in every platform's name: without it a text is not searched."""
_UNIT = r" ?(?:[kKMGTP]i?[Bb]|[kMGT]?Hz|[mµn]?s|%|€|\$|hours?|minutes?|seconds?|days?)(?!\w)"
"""What makes a number an amount and no version."""
_VERSION = re.compile(
    rf"\b(?:[A-Z][A-Za-z]{{1,20}}|[Vv]ersion|[Vv]er\.?)(?: (?:[Vv]ersion|[Vv]er\.?|[Vv]))? ?\.?v?{_NUMBER}(?![\d.]*\d|{_UNIT})(?: \((?:32|64)[ -]?bit\))?"
    rf"|(?<![\w.]){_NUMBER}(?:(?<=esr)| \((?:32|64)[ -]?bit\))(?![\w.]*\d)"
    r"|\bv\.? ?\d{2,4}(?:\.\d{1,5})+(?:esr)?\b"
)
_DOTTED = re.compile(r"\.\d")
_DIGITS = re.compile(r"\d+\.[\d.]*\d")
_NO_PRODUCT = re.compile(
    r"(?i)^(?:installed?|run(?:ning)?|use|using|used|from|to|and|or|on|in|with|since|before|after|until|latest|update[ds]?|updating|upgrade[ds]?|upgrading|build|port|ip|address"
    r"|is|was|at|for|by|the|my|than|page|step|section|about|around|over|only|now|this|it|see|figure|file|size|back|between|total|price|tlsv?|ssl|http|stuff|angle|es|nt|egl|gl|opengl|webgl|mesa|driver|exim|postfix|dovecot|openssl|mozilla|gecko|rv|build|jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec|direct3d|chrome|safari|applewebkit|khtml)\b(?!ory)"
)
"""What a number belongs to that is no product's version, or one of a report's innards."""
_INNARD = re.compile(r"^[A-Z]{4}\.(?=\d)")
_FIELDS = ("platform", "deployment", "os")
_ASIDE = re.compile(r"\s*\([^()\d]*\)")
"""What somebody adds in brackets: "Windows 10 (still)"."""
_MAX, _WORDS = 8, 4


def environment(ticket: Ticket, solved: Message | None) -> list[tuple[str, str]]:
    """Return facts, each with the field or message it stands in; structured fields first.

    What the requester names counts, and what the message that solved it names; what else others
    mention is their own machine or an example.
    """
    kept: list[tuple[str, str]] = []
    for where, fact in (*_of_fields(ticket), *_of_thread(ticket, solved)):
        held = next((n for n, (_, one) in enumerate(kept) if _says_less(one, fact)), None)
        if held is not None and _gives_way(*kept[held], fact, ticket):
            kept[held] = (where, fact)
        elif not any(_says_less(fact, one) or _key(fact) == _key(one) for _, one in kept):
            kept.append((where, fact))
    return list(dict.fromkeys(kept))[:_MAX]


def _gives_way(where: str, held: str, fact: str, ticket: Ticket) -> bool:
    """Say whether a fact that tells more takes a held one's place: of a field's, the bare product alone."""
    if not where.startswith("field:"):
        return True
    return (
        held == product_of(ticket) and re.fullmatch(rf"{re.escape(held)} v?\d.*", fact) is not None
    )


def _of_fields(ticket: Ticket) -> Iterator[tuple[str, str]]:
    product, version = product_of(ticket), version_of(ticket)
    if product or version:
        yield "field:product", f"{product} {version}".strip()
    for name in _FIELDS:
        if value := _told(ticket, name):
            yield f"field:{name}", _spelled(value)


def version_of(ticket: Ticket) -> str:
    """Return the version of the ticket's field."""
    return _told(ticket, "version")


def _told(ticket: Ticket, name: str) -> str:
    """Return a field's value, `""` where a form was filled with a word for nothing."""
    value = _MARKED.sub("", ticket.field(name)).strip(" |,;")
    is_told = name not in _FIELDS or any(map(str.isalpha, value))
    return value if is_told and value.strip(" .-?").lower() not in _NOTHING else ""


def _spelled(value: str) -> str:
    """Return a field's value with the names of systems as they should be written."""
    return _ODD.sub(lambda match: _SPELLED[match.group().lower()], value)


def _of_thread(ticket: Ticket, solved: Message | None) -> Iterator[tuple[str, str]]:
    for message in ticket.public_messages:
        if message.role is Role.REQUESTER or message is solved:
            body = (
                f"{ticket.subject}\n{message.body}"
                if message is ticket.messages[0]
                else message.body
            )
            for fact in _named(body, ticket.field("product")):
                yield message.id, fact


@lru_cache(maxsize=64)
def _named(body: str, product: str) -> tuple[str, ...]:
    """Return the platforms that a text names, then versions with what they are of."""
    found = _systems(body) if _HINT.search(body.lower()) else []
    versions = _VERSION.finditer(body) if _DOTTED.search(body) else ()
    found += [
        _INNARD.sub("", version.group()).rstrip(". ")
        for version in (*_of_product(product, body), *versions)
        if not (_NO_PRODUCT.match(version.group()) or _PLATFORMS.match(version.group()))
    ]
    return tuple(found)


def _systems(body: str) -> list[str]:
    """Return systems, as they are written, else as they should be."""
    names = (platform.group(1).rstrip(". ") for platform in _PLATFORMS.finditer(body))
    found = [re.sub(r"^windows|^win(?=[ \d])", "Windows", name) if name[0] == "w" else name for name in names]  # fmt: skip
    for match in _SMALL.finditer(body.lower()):
        small = match["name"] or match["mac"] or match["win"] or match["alone"]
        words = [_SPELLED.get(word, word) for word in small.split()]
        name = _SPELLED.get(small, " ".join(words))
        found.append(f"{name} {(match['number'] or '').strip()}".strip())
    return found


def _of_product(product: str, body: str) -> Iterator[re.Match[str]]:
    """Yield the product with a number behind it, however it is written."""
    if product and product.casefold() in body.casefold():
        number = rf"(?:v(?:er(?:sion)?)?\.? ?)?(?:\d{{2,4}}|{_NUMBER})(?![\w.]*\d)"
        yield from re.finditer(rf"(?i)\b{re.escape(product)},? {number}", body)


@lru_cache(maxsize=16)
def product_of(ticket: Ticket) -> str:
    """Return the product as the thread writes it, where the field has it in small letters.

    A field in small letters is a slug; unless the thread's answers write it so, it gets a capital.
    """
    product = ticket.field("product")
    if not product or product != product.lower():
        return product
    named = re.compile(rf"(?<![\w./@-])(?i:{re.escape(product)})(?![\w/-]|\.\w)")
    found = [(one.role, word) for one in ticket.public_messages for word in named.findall(one.body)]
    written = [str(w) for _, w in found if w not in (w.lower(), w.upper())]
    if written:
        return written[0]
    is_small = any(role is not Role.REQUESTER for role, _ in found)
    return product if is_small and not product.isalpha() else product[:1].upper() + product[1:]


def platform_of(ticket: Ticket) -> str:
    """Return the one platform of the ticket: its field's, or the only one the requester names.

    Of a field that holds more than a name, only the one platform that it names.
    """
    if field := _ASIDE.sub("", _told(ticket, "platform")):
        named = tuple(dict.fromkeys(_systems(field)))
        is_name = len(field.split()) <= _WORDS
        return _spelled(field) if is_name else named[0] if len(named) == 1 else ""
    found = [fact for _, fact in environment(ticket, None) if _PLATFORMS.fullmatch(fact)]
    return found[0] if len(found) == 1 else ""


@lru_cache(maxsize=256)
def _key(fact: str) -> str:
    """Return a fact without what is only spelling."""
    text = re.sub(r"[\s_-]|\bversion\b|\bver\b\.?", "", fact.casefold())
    text = re.sub(r"^win(?=\d)", "windows", text)
    return re.sub(r"^(macosx|osx|macos)", "macos", text)


def _says_less(less: str, more: str) -> bool:
    one, other = _key(less), _key(more)
    if one == other:
        return False
    longer = other.startswith(one) and not (one[-1:].isdigit() and other[len(one)].isdigit())
    number, larger = _DIGITS.search(one), _DIGITS.search(other)
    same = bool(number and larger and larger.group().startswith(number.group()))
    is_bare = one.lstrip("v")[:1].isdigit() or not _PLATFORMS.search(less)
    return longer or other.endswith(one) or (same and is_bare and not _PLATFORMS.search(more))
