"""The cluster gives the order of the index on disk, follows its edits, and holds nothing private."""

import json
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from factories import AT, make_article
from test_shards import docs

from kb.articles.article import Audience, Verb
from kb.articles.library import Library
from kb.articles.lifecycle import move
from kb.cli.main import cli
from kb.errors import SourceError
from kb.search.hit import Hit
from kb.search.opensearch import Cluster, ClusterSearcher, connect, publish
from kb.search.whoosh import Searcher, refresh

pytest.importorskip("opensearchpy", reason="opensearch-py is not installed")
osmem = pytest.importorskip("osmem_server", reason="osmem-server is not installed")
__all__ = ["docs"]
QUERIES = (
    "relay",
    "the relays drop since Monday",
    "E1103",
    "restrat relay",
    "mend it",
    "zzzz",
    "rel",
)


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    """A server that speaks OpenSearch's protocol; skipped where there is none for this machine."""
    with suppress(osmem.OsmemError, OSError), osmem.OsmemServer.start() as running:
        yield running
        running.process.stdout.close()
        return
    pytest.skip("osmem-server has no program for this machine")


@pytest.fixture
def url(server: Any) -> Iterator[str]:
    """An empty cluster."""
    with server.clone() as clone:
        yield clone.url


def sent(docs: Path, folder: Path, url: str) -> Searcher:
    index = Searcher(folder, refresh(docs, folder))
    publish(index, connect(url), "kb")
    return index


def kept(url: str) -> dict[str, Any]:
    client = connect(url)
    found = client.search(index="kb", body={"size": 10_000, "query": {"match_all": {}}})
    return {hit["_id"]: hit["_source"]["v"]["j"] for hit in found["hits"]["hits"]}


def both(docs: Path, folder: Path, url: str) -> Iterator[tuple[tuple[Hit, ...], tuple[Hit, ...]]]:
    cluster = ClusterSearcher(connect(url), "kb")
    with closing(Searcher(folder, refresh(docs, folder), public_only=True)) as index:
        for query in QUERIES:
            yield index.search(query), cluster.search(query)


def test_one_order(docs: Path, tmp_path: Path, url: str) -> None:
    """Pages, scores, passages and landing places are those of the index on disk."""
    sent(docs, tmp_path / "s", url).close()
    for here, there in both(docs, tmp_path / "s", url):
        assert here == there


def test_an_edit_is_as_a_new_index(docs: Path, tmp_path: Path, url: str, server: Any) -> None:
    """Pages changed, added and removed: the documents are those of an index from nothing."""
    sent(docs, tmp_path / "s", url).close()
    (docs / "p3.md").write_text("# Page 3\n\nThe windlass jams with `E2201`.\n")
    (docs / "new.md").write_text("# Capstan\n\nThe capstan turns.\n")
    (docs / "p4.md").unlink()
    (docs / "p5.md").write_text("# Page 5\n\nThe relay 5 drops.\n")
    sent(docs, tmp_path / "s", url).close()
    with server.clone() as other:
        sent(docs, tmp_path / "fresh", other.url).close()
        assert kept(other.url) == kept(url)
    for here, there in both(docs, tmp_path / "s", url):
        assert here == there


def test_readers_see_the_new_edition(docs: Path, tmp_path: Path, url: str) -> None:
    """A reader that is open finds what was sent meanwhile, a second later, and not what went."""
    sent(docs, tmp_path / "s", url).close()
    time = [0.0]
    reader = ClusterSearcher(connect(url), "kb", clock=lambda: time[0])
    assert () == reader.search("windlass")
    assert "p4.md" in {hit.path for hit in reader.search("relay 4")}
    (docs / "p3.md").write_text("# Page 3\n\nThe windlass jams.\n")
    (docs / "p4.md").unlink()
    sent(docs, tmp_path / "s", url).close()
    time[0] = 1.5
    assert ["p3.md"] == [hit.path for hit in reader.search("windlass")]
    assert "p4.md" not in {hit.path for hit in reader.search("relay 4")}


def test_a_stopped_export_starts_anew(docs: Path, tmp_path: Path, url: str) -> None:
    """Without its state an index is not trusted: a new one takes the alias, and the old one goes."""
    sent(docs, tmp_path / "s", url).close()
    client = connect(url)
    before, (first,) = kept(url), client.indices.get_alias(name="kb")
    client.indices.create(index="kb-staging-1")
    Cluster(client, "kb").begin(anew=False)
    sent(docs, tmp_path / "s", url).close()
    (second,) = client.indices.get_alias(name="kb")
    assert first != second
    assert before == kept(url)
    assert {second, "kb-staging-1"} == set(client.indices.get(index="*"))


def test_only_what_everybody_may_read_goes_there(docs: Path, tmp_path: Path, url: str) -> None:
    """An internal article is in no byte of the cluster."""
    article = make_article(id="inside", title="Zeppelin", audience=Audience.INTERNAL)
    for verb, by in (
        (Verb.SUBMIT, "a@x.example"),
        (Verb.APPROVE, "b@x.example"),
        (Verb.PUBLISH, "b@x.example"),
    ):
        article = move(article, verb, by=by, at=AT)  # fmt: skip
    Library(docs).save(article)
    index = sent(docs, tmp_path / "s", url)
    assert ["inside"] == [hit.id for hit in index.search("zeppelin")]
    index.close()
    assert () == ClusterSearcher(connect(url), "kb").search("zeppelin")
    assert "eppelin" not in json.dumps(kept(url))


def test_a_cluster_that_is_away_is_told(url: str) -> None:
    """No index and no answer are errors with a thing to do, and name no page."""
    with pytest.raises(SourceError, match=r"it holds no index. Run kb index"):
        ClusterSearcher(connect(url), "none").search("relay")
    with pytest.raises(SourceError, match=r"the cluster does not answer \(ConnectionError\)"):
        ClusterSearcher(connect("http://127.0.0.1:9"), "kb").search("relay")


def test_the_command_sends(
    docs: Path, tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`kb index` sends the public pages; with --dry-run it only says so."""
    (tmp_path / "kb.toml").write_text(f'[search]\nurl = "{url}"\nindex = "kb"\n')
    monkeypatch.chdir(tmp_path)
    dry = CliRunner().invoke(cli, ["index", "--dry-run"])
    assert "12 public pages would go" in dry.stdout, dry.output
    assert not connect(url).indices.exists_alias(name="kb")
    done = json.loads(CliRunner().invoke(cli, ["index", "--json"]).stdout)
    assert (12, 12, 12) == (done["pages"], done["public"], done["sent"])
    assert "manifest" in kept(url)
