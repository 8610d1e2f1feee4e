"""The library during one build: what was read, what may go out, and where its pages stand."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.utils import get_relative_url

import kb.articles
from kb.articles.article import Article, State
from kb.articles.library import Library, Shelf
from kb.articles.signature import verify_with
from kb.config import Config
from kb.errors import KbError
from kb.gates.forking import begin
from kb.search.page import Page as SearchPage
from kb.search.page import of_docs
from mkdocs_docworthy import (
    article_page,
    beside,
    edition,
    gate,
    places,
    redirects,
    translations,
)
from mkdocs_docworthy.bodies import anchors_of, body_of, with_addresses
from mkdocs_docworthy.cache import Cache, Kept
from mkdocs_docworthy.cards import Card
from mkdocs_docworthy.edition import Edition, Leaf, Ready
from mkdocs_docworthy.links import Links, in_navigation
from mkdocs_docworthy.nearby import Source, nearest
from mkdocs_docworthy.options import DocworthyConfig
from mkdocs_docworthy.phases import phase
from mkdocs_docworthy.places import Finished
from mkdocs_docworthy.press import Press
from mkdocs_docworthy.reading import Reader, Reading, Readings, stamp
from mkdocs_docworthy.related import Candidate, terms_of_page
from mkdocs_docworthy.together import together

_PASSED, _NOTHING = "passed", Candidate()
_CODE = (Path(__file__).parent, *(Path(one) for one in kb.articles.__path__))
Around = Callable[[Reading], str]
"""Tells everything on an article's page that comes from other pages."""


class ArticleLeaf(NamedTuple):
    """One article that goes out.

    Attributes:
        urls: What each of its addresses becomes.
        around: Everything else that its page shows of other pages.
    """

    reading: Reading
    file: File
    urls: Mapping[str, str]
    around: str

    def key(self, chrome: str) -> str:
        """Return a digest of everything that the page's bytes depend on."""
        said = f"{chrome}\n{self.reading.key}\n{self.urls}\n{self.around}"
        return hashlib.sha256(said.encode()).hexdigest()

    def beside(self) -> Mapping[str, bytes]:
        """Return its Markdown twin, at the path of the source."""
        return self._beside(self.reading.article)

    def ready(self) -> Ready:
        """Return what prints the page."""
        article, body, headings = self.reading.article, self.reading.body, self.reading.headings

        def prints(press: Press) -> tuple[bytes, Mapping[str, bytes]]:
            html = press.page(self.file, article, with_addresses(body, self.urls), headings)
            return html, self._beside(article)

        return prints

    def _beside(self, article: Article) -> Mapping[str, bytes]:
        return {self.reading.path: article_page.twin(article).encode()}


@dataclass(slots=True)
class Shelved:
    """All articles of one build.

    Attributes:
        is_out: Whether pages were put into the site, which nobody has judged yet.
        listed: Waits for what stood in the site as the build began.
    """

    kb: Config
    options: DocworthyConfig
    mkdocs: MkDocsConfig | None
    readings: Readings
    cache: Cache
    stamp: str = ""
    serves: bool = False
    is_out: bool = False
    listed: Callable[[], places.Listed] = places.Listed
    _published: tuple[Card, ...] | None = None
    _named: tuple[beside.Line, ...] | None = None
    _near: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    _told: dict[str, tuple[Card, ...]] = field(default_factory=dict)

    @classmethod
    def empty(cls) -> "Shelved":
        """Return the library before it is read."""
        nothing = Readings(found={}, broken=())
        return cls(Config(root=Path()), DocworthyConfig(), None, nothing, Cache(None))

    @classmethod
    def read(
        cls, kb: Config, options: DocworthyConfig, mkdocs: MkDocsConfig, *, serves: bool
    ) -> "Shelved":
        """Read the library through the workspace's cache."""
        toc = mkdocs.mdx_configs.get("toc") or {}
        site_url = mkdocs.site_url or ""
        said = (sorted((key, str(value)) for key, value in toc.items()), site_url)
        mark = stamp(*_CODE, said=said)
        kept = (kb.state / "cache" / "site.sqlite3").absolute()
        listed = begin(partial(edition.listed, kept, Path(mkdocs.site_dir)))
        cache = Cache(kept)
        reader = Reader(Library(Path(mkdocs.docs_dir)), anchors_of(toc), site_url, mark)
        return cls(kb, options, mkdocs, reader.read(cache), cache, mark, serves, listed=listed)

    def close(self) -> None:
        """Let go of the cache."""
        self.cache.close()

    def abandon(self, aside: Path) -> None:
        """Leave the site as it was before the build, or else nothing in it, and let go.

        Args:
            aside: Where pages are kept that nobody judged.
        """
        site = Path(self.mkdocs.site_dir) if self.mkdocs else None
        if site and self.serves:
            places.drop(site)
        elif site and self.is_out:
            places.set_aside(site, aside)
        elif site:
            places.revert(site)
        self.close()

    def article(self, path: str) -> Article | None:
        """Return the article with this source path."""
        found = self.readings.found.get(path)
        return found.article if found else None

    def published(self) -> tuple[Card, ...]:
        """Return the cards of the published articles, by id."""
        if self._published is None:
            cards = (r.card for r in self.readings.found.values())
            live = (card for card in cards if card.state is State.PUBLISHED)
            self._published = tuple(sorted(live, key=lambda card: card.id))
        return self._published

    def refusals(self, files: Files) -> list[KbError]:
        """Return why the site may not go out; what passed before is not judged again."""
        known = self.cache.keys(_PASSED)
        signers = self.kb.signers
        said = signers.read_text("utf-8") if signers and signers.is_file() else str(signers)
        key = f"{self.options.audience} {self.stamp} {stamp(said=[said])}"
        unproven = {
            path: reading
            for path, reading in self.readings.found.items()
            if known.get(path) != f"{key} {reading.key}"
        }
        articles = tuple(reading.article for reading in unproven.values())
        found = gate.refusals(
            Shelf(articles=articles, broken=self.readings.broken),
            self.options.audience,
            verify_with(signers),
        )
        for path, reading in self.readings.found.items():
            if path.startswith("articles/"):
                found += [gate.to_a_draft(path)] * reading.drafts
        found += gate.strangers(f.src_uri for f in files if f.src_uri != "articles/index.md")
        found += self._other_pages(files)
        if not found:
            passed = {p: Kept(key=f"{key} {r.key}", data=b"") for p, r in unproven.items()}
            self.cache.keep(_PASSED, passed, gone=known.keys() - self.readings.found.keys())
        return found

    def take_over(self, files: Files) -> None:
        """Put a finished file in the place of each article's page: MkDocs need not render it.

        One that the navigation names has no page yet: there MkDocs makes its own.
        """
        assert self.mkdocs is not None  # noqa: S101
        named = set(in_navigation(self.mkdocs.nav))
        for path, reading in self.readings.found.items():
            file = files.src_uris.get(path)
            if file is None or (path.startswith("drafts/") and not self.serves):
                continue
            finished = Finished.of(file)
            finished.page = None if path in named else reading  # type: ignore[assignment]
            files.remove(file)
            files.append(finished)

    def tell(self, nav: Navigation) -> None:
        """Tell the pages of articles in the navigation what MkDocs asks of a page it rendered."""
        for page in nav.pages:
            reading = self.readings.found.get(page.file.src_uri)
            if reading and isinstance(page.file, Finished):
                page.title = page.title or reading.card.title
                page.present_anchor_ids = set(reading.present_anchor_ids)

    def dead_redirects(self, files: Files) -> list[KbError]:
        """Return an error for each redirect that leads nowhere."""
        pages = (f.src_uri for f in files if f.is_documentation_page() or isinstance(f, Finished))
        shown = (path for path in pages if not path.startswith("drafts/"))
        return redirects.refusals(self._redirects(), shown)

    def related(self, path: str) -> tuple[tuple[str, str], ...]:
        """Return source path and title of the pages beside an article."""
        return self._near.get(path, ())

    def languages(self, path: str) -> tuple[translations.Translation, ...]:
        """Return the languages in which an article can be read, its own included, or none."""
        group = self._told.get(path, ())
        return translations.languages(self.readings.found[path].card, group) if group else ()

    def bring_out(
        self, press: Press, files: Files, around: Around, lists: Mapping[str, Leaf]
    ) -> int:
        """Make the pages of articles and `lists` stand in the site; return how many are new there."""
        assert self.mkdocs is not None  # noqa: S101
        links = Links(files, self.mkdocs)
        shown = {
            path: (reading, file)
            for path, reading in self.readings.found.items()
            if isinstance(file := files.src_uris.get(path), Finished)
        }
        with phase("links"):
            urls = {path: links.urls(file, r.links) for path, (r, file) in shown.items()}
            links.check()
        self._told = self._translated(reading.card for reading, _ in shown.values())
        with phase("related pages"):
            self._near = self._neighbours(files, [reading for reading, _ in shown.values()])
        leaves = {
            path: ArticleLeaf(reading=reading, file=file, urls=urls[path], around=around(reading))
            for path, (reading, file) in shown.items()
        }
        files_shown = [file for _, file in shown.values()]
        chrome = f"{self.stamp} {_theme(self.mkdocs)} {_probed(press, files_shown)}"
        places.drop(Path(self.mkdocs.site_dir))
        self.is_out = True
        with phase("pages printed"):
            pages = Edition(self.cache, Path(self.mkdocs.site_dir), press, self.listed)
            return pages.bring_out({**leaves, **lists}, chrome)

    def preview(self, press: Press, files: Files, article: Article) -> str:
        """Return the page of an article that need not lie on the shelf."""
        assert self.mkdocs is not None  # noqa: S101
        path = f"articles/{article.id}.md"
        file = Finished.of(File.generated(self.mkdocs, path, content=""))
        body = body_of(article, anchors_of(self.mkdocs.mdx_configs.get("toc") or {}))
        html = with_addresses(body.html, Links(files, self.mkdocs).urls(file, body.links))
        return press.page(file, article, html, body.headings).decode("utf-8")

    def in_sitemap(self, output: str, lists: Iterable[str]) -> str:
        """Return the sitemap with the articles in it, and with `lists`, the addresses of theirs."""
        rows = [(line.url, line.changed) for line in self._lines()]
        rows += [(url, None) for url in lists]
        return beside.with_pages(output, self._site_url(), rows)

    def write_beside(self, site: Path, files: Files) -> None:
        """Write feed, llms.txt and redirects, and the articles into the theme's search index."""
        assert self.mkdocs is not None  # noqa: S101
        name, lines = self.mkdocs.site_name, self._lines()
        if self._site_url():
            (site / "feed.xml").write_text(beside.feed(name, self._site_url(), lines), "utf-8")
        said = beside.llms(name, self.mkdocs.site_description or "", self._site_url(), lines)
        (site / "llms.txt").write_text(said, "utf-8")
        for old, new in redirects.ends(self._redirects()).items():
            file = files.src_uris.get(new)
            if file:
                own = self._dest(old)
                places.put(site / own, redirects.page(get_relative_url(file.url, own)).encode())

    def docs_pages(self, files: Files) -> tuple[SearchPage, ...]:
        """Return the parts of the site's other pages, as the search knows them."""
        assert self.mkdocs is not None  # noqa: S101
        shown = {file.src_uri for file in files.documentation_pages()}
        shown -= {"index.md"}
        found = of_docs(Path(self.mkdocs.docs_dir))
        return tuple(page for page in found if page.id.partition("#")[0] in shown)

    def _other_pages(self, files: Files) -> list[KbError]:
        found = list[KbError]()
        for file in files.documentation_pages():
            if file.src_uri not in self.readings.found and not file.src_uri.startswith("drafts/"):
                found += gate.links_to_drafts(file.src_uri, file.content_string, self._site_url())
        return found

    def _translated(self, shown: Iterable[Card]) -> dict[str, tuple[Card, ...]]:
        """Return, by source path, the articles that readers of this site can choose between."""
        readers = gate.READERS[self.options.audience]
        live = (c for c in shown if c.state is State.PUBLISHED and c.audience in readers)
        found = translations.groups(live)
        return {f"articles/{one}.md": group for one, group in found.items()}

    def _neighbours(
        self, files: Files, shown: Iterable[Reading]
    ) -> dict[str, tuple[tuple[str, str], ...]]:
        """Return source path and title of the pages beside each article."""
        if self.options.related < 1:
            return {}
        others, articles = self.docs_pages(files), {one.path: one for one in shown}
        read = together(self.kb.root / told) if (told := self.options.together) else {}
        sources = {path: _source(one, read.get(path, {})) for path, one in articles.items()}
        sources |= {page.id: _source_of_page(page) for page in others}
        same = {path: frozenset(one.path for one in group) for path, group in self._told.items()}
        without = {path: same.get(path, frozenset()) for path in articles}
        near = nearest(self.cache, sources, without, self.options.related)
        titles = {page.id: page.title for page in others}
        titles |= {path: one.card.title for path, one in articles.items()}
        return {path: tuple((p, titles[p]) for p in paths) for path, paths in near.items()}

    def _redirects(self) -> dict[str, str]:
        cards = (reading.card for reading in self.readings.found.values())
        return redirects.asked(self.options.redirects, cards)

    def _lines(self) -> Sequence[beside.Line]:
        """Return the published articles as lists name them."""
        if self._named is None:
            self._named = tuple(
                beside.Line(card.title, card.summary, self._url(path), path, card.changed)
                for card in self.published()
                for path in (card.path,)
            )
        return self._named

    def _url(self, path: str) -> str:
        return self._dest(path).removesuffix("index.html")

    def _dest(self, path: str) -> str:
        """Return where a source path's page stands in the site."""
        assert self.mkdocs is not None  # noqa: S101
        whole = path.removesuffix(".md")
        name = whole.removesuffix("index").removesuffix("/")
        if not self.mkdocs.use_directory_urls:
            return f"{whole}.html"
        return f"{name}/index.html" if name else "index.html"

    def _site_url(self) -> str:
        url = (self.mkdocs.site_url if self.mkdocs else "") or ""
        return url if not url or url.endswith("/") else f"{url}/"


def _probed(press: Press, files: Sequence[File]) -> str:
    """Return a digest of everything on a page that is not its own, where there is any page."""
    if not files:
        return ""
    probe = Finished.of(files[0])
    probe.src_uri = "articles/x.md"
    return press.chrome(probe)


def _source(reading: Reading, read: Mapping[str, int]) -> Source:
    """Return an article as what may stand beside others; it links to other articles."""
    inside = [link for link in reading.links if ".md" in link]
    found = (link.partition("#")[0].rpartition("/")[2] for link in inside)
    links = frozenset(f"articles/{name}" for name in found if name.endswith(".md"))
    beside = Candidate(links=links, read=read) if links or read else _NOTHING
    return Source(key=reading.key, terms=lambda: reading.terms, beside=beside)


def _source_of_page(page: SearchPage) -> Source:
    terms = terms_of_page(page)
    return Source(key=hashlib.sha256(repr(terms).encode()).hexdigest(), terms=lambda: terms)


def _theme(config: MkDocsConfig) -> Any:
    """Return a digest of the theme's templates: the probe does not walk every branch of them."""
    return stamp(*(Path(one) for one in config.theme.dirs), said=())
