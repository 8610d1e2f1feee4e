"""Signs a page when it is rendered, so that only a rendered page can vote on its article."""

import hmac


def token(key: bytes, article: str, version: str) -> str:
    """Return the token that the page of an article's version carries: 32 hex digits.

    The first 16 bytes of HMAC-SHA256 (RFC 2104) over `docworthy page`, article and version, each
    behind a zero byte. It holds for that version alone, and tells nothing about the key.
    """
    text = f"docworthy page\0{article}\0{version}"
    return hmac.digest(key, text.encode(), "sha256").hex()[:32]


def is_token(key: bytes, article: str, version: str, given: str) -> bool:
    """Say whether `given` is that token, in the same time whatever it is."""
    return is_same(token(key, article, version), given)


def is_same(made: str, given: str) -> bool:
    """Compare two tokens, in the same time whatever they are."""
    return hmac.compare_digest(made.encode(), given.encode())
