"""Keeps back what no public answer may hold, whoever wrote it: the search shows files before any gate."""

from collections.abc import Callable
from functools import lru_cache

from kb.config import Config
from kb.gates import identities
from kb.gates.verdict import has_shape
from kb.redaction import Redactor
from kb.search.hit import Hit

_MOST = 4096


def fit(config: Config) -> Callable[[Hit], bool]:
    """Return what says whether a hit may be shown: it holds no secret with a shape of its own.

    Nor a customer's e-mail address. What a team's own pages may say besides is for the build's gate
    to judge, which knows everything that the team wrote.
    """
    redactor = Redactor.of(config.redaction)
    allowed = {word.casefold() for word in config.redaction.allow}

    @lru_cache(1)
    def known(changed: float) -> identities.Identities:
        return identities.read(config.state, config.key()) if changed else identities.NOBODY_KNOWN

    @lru_cache(_MOST)
    def is_fit(text: str, changed: float) -> bool:
        named = (text[a:b] for a, b in known(changed).standing_in(text))
        if any("@" in one and one.casefold() not in allowed for one in named):
            return False
        return not any(map(has_shape, redactor.find(text)))

    def shown(hit: Hit) -> bool:
        file = config.state / identities.FILE
        return is_fit(f"{hit.title}\n\n{hit.passage}", file.stat().st_mtime if file.exists() else 0)

    return shown
