"""Looks once more for what must not go out, in the article as it stands after people's edits."""

from kb.articles.article import Article
from kb.articles.standard import Violation
from kb.redaction import Redactor

SURE = 0.6
"""From this confidence on a finding blocks; below, the reviewer is shown it."""


def residue(article: Article, redactor: Redactor) -> tuple[Violation, ...]:
    """Return a violation for each finding in title, aliases and sections; never its value."""
    found: list[Violation] = []
    for place, text in (
        ("Title", article.title),
        *(("aliases", alias) for alias in article.aliases),
        *article.sections,
    ):
        for finding in redactor.find(text):
            found.append(
                Violation(
                    rule="private",
                    what=f"{place} holds what looks like {finding.label} "
                    f"at character {finding.start} ({finding.recognizer})",
                    todo="Take it out, or add the word to redaction.allow in kb.toml",
                    blocking=finding.confidence >= SURE,
                )
            )
    return tuple(found)
