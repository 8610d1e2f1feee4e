"""Whose a host or an address is: somebody's, documentation's, or a public service's."""

import ipaddress

from kb.redaction.lists import documentation_hosts, public_hosts, top_domains
from kb.redaction.patterns import compiled

DIGITS = b"0123456789"
FILE_ENDINGS = frozenset(
    b"py js ts css html htm php json xml yml yaml toml ini cfg conf log txt md rst csv exe dll so sys jar java"
    b" class go rs rb sh bat ps1 zip gz tar png jpg gif svg pdf docx xlsx properties lock plist cpp hpp".split()
)
SERVICE = frozenset(
    b"www api support help docs status login developer developers app admin auth id account web id community "
    b"cdn static static1 support-en".split()
)
DOCUMENTATION = tuple(
    ipaddress.ip_network(one)
    for one in (
        "2001:db8::/32",
        "3fff::/20",
        "::1/128",
        "::/128",
        "ff00::/8",
        "::ffff:127.0.0.0/104",
    )
)
"""RFC 3849 and 9637; loopback, unspecified and multicast."""
EXAMPLES = ((192, 0, 2), (198, 51, 100), (203, 0, 113))
"""RFC 5737."""
NETWORKS = ((10, 0, 0, 0), (172, 16, 0, 0), (192, 168, 0, 0))
"""RFC 1918, as every firewall's manual writes them."""
RESOLVERS = (
    (8, 8, 8, 8),
    (8, 8, 4, 4),
    (1, 1, 1, 1),
    (1, 0, 0, 1),
    (9, 9, 9, 9),
    (208, 67, 222, 222),
    (208, 67, 220, 220),
)
"""The resolvers that everybody is told to try."""
PLACE = (
    r"(?:tenant|domain|organi[sz]ation|host|server|site|website|computer|machine|subdomain|cluster|account|instance"
    r"|workspace|bucket)"
)
LEFT_OPEN = compiled(
    rf"(?i)^(?:your[_-]?(?:{PLACE}|company|org|store|shop|team)(?:[_-]?name)?|{PLACE}[_-]?(?:name|prefix|id|here))$"
)
"""What manuals put where a reader's own name belongs: `YourDomain`, `ServerName`."""
BARE = frozenset(("tenant", "server", "host", "computer", "machine", "domain"))
"""The same, where it is the whole name: `\\\\server\\share`."""
ANYBODY = compiled(
    r"(?i)^(?:(?:your|my|the)?[_.-]?(?:user|name|e?mail|alias|mailbox|address|account)(?:name|id)?\d?|someone|somebody"
    r"|anyone|you|me|first[_.-]?(?:name)?[_.-]?last(?:[_.-]?name)?)$"
)
"""Whom manuals write to."""
FOUR_NUMBERS = compiled(r"(?:^|[^0-9])(\d{1,3}(?:[.-]\d{1,3}){3})(?:$|[^0-9])")
REVERSED = frozenset(
    b"com org net edu gov io java javax sun android androidx kotlin scala system microsoft".split()
)
"""A name that begins with these is a program's package, not a host."""


def address(value: bytes) -> bool:
    """Return whether this is an IP address of somebody's, not one of the documentation's."""
    parts = value.split(b".")
    if len(parts) == 4 and value.translate(None, DIGITS) == b"...":
        return _address4(*map(int, parts))
    try:
        found = ipaddress.ip_address(value.decode("latin-1").split("%")[0].strip("[]"))
    except ValueError:
        return False
    return not any(
        found in network for network in DOCUMENTATION if network.version == found.version
    )


def _address4(first: int, second: int, third: int, fourth: int) -> bool:
    """Return whether four numbers are an address of somebody's: no loopback, mask or example."""
    if max(first, second, third, fourth) > 255 or first in (0, 127, 255) or 224 <= first <= 239:
        return False
    if (first, second) == (169, 254) or (first, second, third) in EXAMPLES:
        return False
    four = (first, second, third, fourth)
    return four not in NETWORKS and four not in RESOLVERS


def tenant(value: bytes) -> bool:
    """Return whether a service's host names a tenant, not the service itself or a manual's.

    `example` is a tenant like others: only the domains of that name are kept for nobody.
    """
    label = value.split(b".")[0].lower()
    name = label.decode("latin-1")
    made_up = name != "example" and f"{name}.com" in documentation_hosts()
    return not (label in SERVICE or made_up or name in BARE or LEFT_OPEN.search(label))


def public(name: str) -> bool:
    """Return whether everybody may know a host: documentation's, or a big public service's."""
    return _below(name, public_hosts()) or documentation(name)


def documentation(name: str) -> bool:
    """Return whether a host is nobody's: kept or made up for manuals, or left to be filled in."""
    *_, own, last = ["", *name.split(".")]
    left_open = LEFT_OPEN.search((own or last).encode("latin-1", "replace")) is not None
    return left_open or name in BARE or _below(name, documentation_hosts())


def nobodys(address: bytes) -> bool:
    """Return whether an e-mail address is a manual's."""
    user, _, domain = address.lower().rpartition(b"@")
    name = domain.decode("latin-1")
    if _below(name, documentation_hosts()):
        return True
    return "." in name and documentation(name) and ANYBODY.search(user) is not None


def _below(name: str, domains: frozenset[str]) -> bool:
    parts = name.split(".")
    return any(".".join(parts[at:]) in domains for at in range(len(parts)))


def host(value: bytes) -> bool:
    """Return whether a host's name is somebody's, not documentation's or a public service's."""
    name = value.lower().strip(b".")
    last = name.split(b".")[-1]
    return not public(name.decode("latin-1")) and not last.isdigit() and last not in FILE_ENDINGS


def internal_host(value: bytes) -> bool:
    """Return whether a name that ends as those of own networks do is a host's, no program's part."""
    package = value.split(b".")[0].lower() in REVERSED and value != value.lower()
    return host(value) and not package


def address_inside(value: bytes) -> bool:
    """Return whether a host's name holds an IP address of four numbers, as lines of providers do."""
    return host(value) and any(
        max(map(int, value[slice(*found[1])].replace(b".", b"-").split(b"-"))) < 256
        for found in FOUR_NUMBERS.each(value)
    )


def full_host(value: bytes) -> bool:
    """Return whether a dotted name that nothing announces is a host's: a real top-level domain."""
    labels = value.lower().strip(b".").split(b".")
    if (
        len(labels) < 3
        or labels[0] in REVERSED
        or labels[-1].decode("latin-1") not in top_domains()
    ):
        return False
    return host(value)


def root_host(value: bytes) -> bool:
    """Return whether the host of a URL without a path is somebody's own."""
    return host(value) and value.rpartition(b".")[2].lower().decode("latin-1") in top_domains()


def numbered_host(value: bytes) -> bool:
    """Return whether a full host looks like a machine's: four labels, or a digit or hyphen in one."""
    odd = len(value) > len(value.translate(None, DIGITS + b"-"))
    return full_host(value) and (odd or value.count(b".") >= 3)


def device(value: bytes) -> bool:
    """Return whether a device's name has its owner's word in it, not only the maker's."""
    owner = value.lower().split(b"-")[0]
    return owner not in (b"my", b"your", b"the", b"github", b"docker", b"a", b"macbook", b"remote")
