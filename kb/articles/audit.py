"""Proves from the files alone, offline, that every page's approval holds, or says why not."""

from collections.abc import Iterator
from dataclasses import dataclass

from kb.articles.approval import NEEDED, Verify, approvers, digest, lacking, signed
from kb.articles.article import Article, State
from kb.articles.library import Library


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What the audit found about one page.

    Attributes:
        path: The page's file, from the docs folder's parent on.
        article: Its id, `""` where the file is no article.
        digest: Of its content as it is now.
        approvers: Whose approval holds for exactly these bytes.
        signed: Those of them whose signature was verified.
        needed: How many must approve.
        reason: Why it does not hold, `""` where it does.
    """

    path: str
    article: str = ""
    digest: str = ""
    approvers: tuple[str, ...] = ()
    signed: tuple[str, ...] = ()
    needed: int = 1
    reason: str = ""

    @property
    def holds(self) -> bool:
        """Whether the page may be on the site."""
        return not self.reason


def audit(library: Library, verify: Verify | None = None) -> Iterator[Proof]:
    """Yield a proof for each file below `articles/` that would become a page.

    Args:
        verify: Checks an approval's signature; None where the workspace lists no signers.
    """
    shelf = library.shelf()
    for article in shelf.articles:
        if article.state is State.PUBLISHED:
            yield _proof(library, article, verify)
    for error in (*shelf.broken, *library.strays()):
        if "articles/" in error.where:
            yield Proof(path=error.where.partition(":")[0], reason=error.what)


def _proof(library: Library, article: Article, verify: Verify | None) -> Proof:
    have = approvers(article, verify)
    return Proof(
        path=str(library.name(library.path(article))),
        article=article.id,
        digest=digest(article),
        approvers=tuple(sorted(have)),
        signed=tuple(sorted(have & signed(article, verify))),
        needed=NEEDED[article.risk],
        reason=lacking(article, verify),
    )
