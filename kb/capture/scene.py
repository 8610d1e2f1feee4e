"""Tells a deed that helped from one after which it went wrong, by what a sentence says came of it."""

from kb.capture.phrases import pattern

_CLAUSE = pattern(r"(?i)(?:[,;]| [-–]) (?:(?:{and_then}) )*|(?: (?:{and_then}))+ | which ", "en")


def went_wrong(text: str, lang: str) -> bool:
    """Say whether a text in small letters tells that something broke, and nothing that got better."""
    return _found("got_worse", text, lang) and not got_better(text, lang)


def got_better(text: str, lang: str) -> bool:
    """Say whether a text in small letters tells that something is well again."""
    return _found("got_better", text, lang)


def may_help(text: str) -> bool:
    """Say whether any sentence of a text, in whatever language, may tell that something helped."""
    return pattern(r"\b(?:{helped})").search(text.lower()) is not None


def did_help(text: str, lang: str) -> bool:
    """Say whether a text in small letters tells in so many words that something helped."""
    return _found("helped", text, lang) and not _found("got_worse", text, lang)


def looks_bad(text: str) -> bool:
    """Say whether an English text in small letters has any word of what is not well."""
    return _found("bad_sign", text, "en")


def came_of_it(tail: str) -> str:
    """Return, in small letters, what an English sentence tells behind the first clause of a deed."""
    first = _CLAUSE.search(tail)
    return tail[first.start() :].lower() if first else ""


def _found(name: str, text: str, lang: str) -> bool:
    return pattern(rf"\b(?:{{{name}}})", lang).search(text) is not None
