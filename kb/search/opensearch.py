"""The index in an OpenSearch cluster: many services read one index, and the order stays the house's.

OpenSearch keeps the same shards as a static host does, each a document, behind an alias; a question
is two round trips, one for the rows of its terms and one for the best pages. Scores of a cluster's
own depend on how its pages lie on its nodes, and would give another order than the other places.
Wire: `_bulk`, `_mget`, `_aliases` of OpenSearch 2 and 3. `opensearch-py` is an optional extra.
"""

import json
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import accumulate, islice
from typing import Any

from kb.errors import ConfigError, SourceError
from kb.search import ranking
from kb.search.hit import Hit, hit_of
from kb.search.keeping import MANIFEST
from kb.search.lines import Lines, lines_of
from kb.search.ranking import Row
from kb.search.shards import export, shard_of
from kb.search.sheet import Sheet, from_json
from kb.search.whoosh import Searcher

BATCH = 500
"""Documents that are sent, or asked for, at once."""
SECONDS = 5.0
"""How long one answer may take."""
FRESH = 1.0
"""Seconds for which the manifest is believed."""
_HELD = 20_000
"""Shards and pages that a reader keeps in memory."""
_INDEX = {
    "settings": {"index": {"number_of_shards": 1, "auto_expand_replicas": "0-1"}},
    "mappings": {"dynamic": "strict", "properties": {"v": {"type": "object", "enabled": False}}},
}


def connect(url: str, user: str = "", password: str = "") -> Any:
    """Return a client of the cluster at `url`.

    Raises:
        ConfigError: `opensearch-py` is not installed.
    """
    try:
        from opensearchpy import OpenSearch
    except ImportError:
        raise ConfigError(
            "search.url", "opensearch-py is not installed", "pip install 'docworthy[opensearch]'"
        ) from None
    auth = (user, password) if user else None
    return OpenSearch(hosts=[url], http_auth=auth, timeout=SECONDS, max_retries=2,
                      retry_on_timeout=True, http_compress=True)  # fmt: skip


@contextmanager
def _asking(alias: str) -> Iterator[None]:
    """Tell every failure of the cluster as an error of ours; its own may quote documents."""
    from opensearchpy.exceptions import NotFoundError, OpenSearchException

    try:
        yield
    except NotFoundError:
        raise SourceError(
            f"search.index {alias}", "there is no such index", "Run kb index"
        ) from None
    except OpenSearchException as error:
        what = f"the cluster does not answer ({type(error).__name__})"
        raise SourceError("search.url", what, "Look at the cluster, or at search.url") from None


@dataclass(slots=True)
class Cluster:
    """A place for shards (`kb.search.keeping.Keeping`): one document each, behind an alias.

    A whole new export goes into an index of its own, and the alias moves when it is finished.
    """

    client: Any
    alias: str
    _into: str = ""
    _waiting: dict[str, str | None] = field(default_factory=dict)

    def state(self) -> dict[str, Any] | None:
        """Return what was exported last."""
        with _asking(self.alias):
            if not self.client.indices.exists_alias(name=self.alias):
                return None
        state: dict[str, Any] | None = self.load(["state"]).get("state")
        return state

    def begin(self, *, anew: bool) -> None:
        """Forget the state; with `anew` begin an index beside the one that is read."""
        with _asking(self.alias):
            if anew:
                self._into = f"{self.alias}-{time.time_ns():016x}"
                self._create(self._into)
            else:
                self._into = self.alias
                self.client.delete(index=self.alias, id="state", refresh=True)

    def load(self, names: Iterable[str]) -> dict[str, Any]:
        """Return the values of those of the names that are kept."""
        rest, found = iter(names), dict[str, Any]()
        while batch := list(islice(rest, BATCH)):
            found.update(self._get(batch))
        return found

    def save(self, name: str, text: str) -> None:
        """Keep a JSON text under a name, with others that wait."""
        self._wait(name, text)

    def drop(self, name: str) -> None:
        """Keep nothing under a name."""
        self._wait(name, None)

    def finish(self, manifest: str, state: str) -> None:
        """Keep the manifest and then the state; from now on this is what is read."""
        self.save(MANIFEST, manifest)
        self._send()
        self.save("state", state)
        self._send()
        if self._into == self.alias:
            return
        with _asking(self.alias):
            told = self.client.indices.get(index=f"{self.alias}-*")
            ours = [
                name
                for name in told
                if re.fullmatch(f"{re.escape(self.alias)}-[0-9a-f]{{16}}", name)
            ]
            old = [{"remove_index": {"index": name}} for name in ours if name != self._into]
            new = {"add": {"index": self._into, "alias": self.alias}}
            self.client.indices.update_aliases(body={"actions": [new, *old]})

    def _create(self, name: str) -> None:
        """Create an index; that it is there already is our own request, sent again by the client."""
        from opensearchpy.exceptions import RequestError

        try:
            self.client.indices.create(index=name, body=_INDEX)
        except RequestError as error:
            if error.error != "resource_already_exists_exception":
                raise

    def _get(self, names: list[str]) -> dict[str, Any]:
        with _asking(self.alias):
            answer = self.client.mget(index=self.alias, body={"ids": names})
        return {doc["_id"]: doc["_source"]["v"]["j"] for doc in answer["docs"] if doc.get("found")}

    def _wait(self, name: str, text: str | None) -> None:
        self._waiting[name] = text
        if len(self._waiting) >= BATCH:
            self._send()

    def _send(self) -> None:
        lines = []
        for name, text in self._waiting.items():
            where = json.dumps({"_index": self._into, "_id": name})
            lines += [f'{{"delete":{where}}}'] if text is None else [
                f'{{"index":{where}}}', f'{{"v":{{"j":{text}}}}}']  # fmt: skip
        self._waiting.clear()
        if not lines:
            return
        with _asking(self.alias):
            answer = self.client.bulk(body="\n".join(lines) + "\n", refresh=True)
        failed = [row for one in answer["items"] for row in one.values() if row["status"] >= 400]
        if any(row["status"] != 404 for row in failed):
            raise SourceError("search.url", "the cluster refused a part of the index",
                              "Look at the cluster's disk and its log, then run kb index")  # fmt: skip


def publish(index: Searcher, client: Any, alias: str) -> int:
    """Bring the cluster's index up to date with the index on disk; return the number of pages.

    Only what everybody may read goes there: a service can show nothing else, however it is asked.
    """
    urls = {path: index.sheet(number).url for path, number in index.numbers.items()
            if index.known.files[path].public}  # fmt: skip
    export(index, Cluster(client, alias), urls)
    return len(urls)


@dataclass(slots=True)
class _Edition:
    """What the cluster held at one time (`kb.search.ranking.Source`), fetched as it is asked for."""

    cluster: Cluster
    manifest: dict[str, Any]
    held: dict[str, Any] = field(default_factory=dict)
    said: dict[int, Lines] = field(default_factory=dict)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of its pages, sorted."""
        return tuple(sorted(self.manifest["languages"]))

    def expect(self, terms: Iterable[str] = (), numbers: Iterable[int] = ()) -> None:
        """Fetch at once what will be asked for one by one."""
        names = {self._shard(term) for term in terms} | {f"p/{number}" for number in numbers}
        lacking = names - self.held.keys()
        if lacking:
            found = self.cluster.load(sorted(lacking))
            self.held.update({name: found.get(name) for name in lacking})

    def row(self, term: str) -> Row | None:
        """Return the term's pages."""
        found = (self._get(self._shard(term)) or {}).get(term)
        return found and Row(found[0], found[1], tuple(accumulate(found[2])), tuple(found[3]))

    def near(self, first: str) -> Iterable[str]:
        """Return the known words that begin with a letter."""
        words: list[str] = self._get(f"w/{ord(first):x}") or []
        return words

    def lines(self, number: int) -> Lines:
        """Return what a page's lines say, made once.

        Raises:
            KeyError: It went between the two round trips.
        """
        found = self.said.get(number)
        if found is None:
            found = self.said[number] = lines_of(self.sheet(number))
        return found

    def sheet(self, number: int) -> Sheet:
        """Return a page.

        Raises:
            KeyError: It went between the two round trips.
        """
        found = self._get(f"p/{number}")
        if found is None:
            raise KeyError(number)
        if not isinstance(found, Sheet):
            found = self.held[f"p/{number}"] = from_json(json.dumps(found))
        return found

    def _shard(self, term: str) -> str:
        return f"t/{shard_of(term, self.manifest['shards']):x}"

    def _get(self, name: str) -> Any:
        if name not in self.held:
            self.held[name] = self.cluster.load([name]).get(name)
        return self.held[name]


class ClusterSearcher:
    """Answers from the cluster; safe to use from several threads."""

    def __init__(
        self, client: Any, alias: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._cluster, self._clock = Cluster(client, alias), clock
        self._edition: _Edition | None = None
        self._looked, self._lock = -FRESH, threading.Lock()

    def search(self, query: str, *, limit: int = 10) -> tuple[Hit, ...]:
        """Return the best pages for `query`, in the order of every other place.

        Raises:
            SourceError: The cluster does not answer, or holds no index.
        """
        try:
            return self._search(self._current(), query, limit)
        except KeyError:
            self._looked, self._edition = -FRESH, None
            return self._search(self._current(), query, limit)

    def _search(self, edition: _Edition, query: str, limit: int) -> tuple[Hit, ...]:
        found = ranking.rank(query, edition, limit)
        return tuple(hit_of(one, edition.sheet(one.number)) for one in found)

    def _current(self) -> _Edition:
        """Return what the cluster holds; what it held before is forgotten."""
        with self._lock:
            now, held = self._clock(), self._edition
            if held is not None and now - self._looked < FRESH:
                return held
            manifest = self._cluster.load([MANIFEST]).get(MANIFEST)
            if manifest is None:
                where = f"search.index {self._cluster.alias}"
                raise SourceError(where, "it holds no index", "Run kb index")
            if held is None or held.manifest["id"] != manifest["id"] or len(held.held) > _HELD:
                held = _Edition(self._cluster, manifest)
            self._looked, self._edition = now, held
            return held
