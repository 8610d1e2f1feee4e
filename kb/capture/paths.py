"""Knows ways through menus, names of settings and paths of files where a sentence holds them."""

import re

from kb.capture.words import ADDRESS, PLACEHOLDER

_PATH = re.compile(
    r"[\w)\"'’”] ?(?:>|→|➤|➔|»|=>|->) ?[\w\"'‘“]|\b[A-Z][\w ]{2,20} - [A-Z]\w+ - [A-Z]|`[^`]+`"
    r"|(?<![\w.@/-])[A-Za-z]\w+(?:\.\w+){2,}\b|[A-Za-z]:\\\w"
)
_MENU = re.compile(r"[\w)\"'’”] ?(?:>|→|➤|➔|»|=>|->) ?[\w\"'‘“]")
_MARKS = (">", "→", "➤", "➔", "»", "`", "\\")


def names_path(text: str) -> bool:
    """Say whether a sentence names a way through menus, a setting or a file."""
    return has_path(text) and has_path(PLACEHOLDER.sub("", ADDRESS.sub("", text)))


def names_menu(text: str) -> bool:
    """Say whether a sentence names a way through menus."""
    may = any(map(text.__contains__, _MARKS))  # most sentences have none and are not searched
    return may and _MENU.search(ADDRESS.sub("", text)) is not None


def has_path(text: str) -> bool:
    """Say whether there is such a way; most sentences have not even its marks and are not searched."""
    may = text.count(".") > 1 or text.count("-") > 1 or any(map(text.__contains__, _MARKS))
    return may and _PATH.search(text) is not None
