"""The shards say what the index says, and one edit leaves the same files as a new export."""

import gzip
import json
from pathlib import Path

import pytest

from kb.search.analysis import analysis, data, told
from kb.search.keeping import Folder
from kb.search.placing import moves, place
from kb.search.ranking import Row
from kb.search.shards import export, shard_of
from kb.search.whoosh import Searcher, refresh


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """A docs folder of some pages."""
    folder = tmp_path / "docs"
    folder.mkdir()
    for n in range(12):
        text = f"# Page {n}\n\nThe relay {n} drops `E110{n}`.\n\n## Mend it\n\nRestart relay {n}.\n"
        (folder / f"p{n}.md").write_text(text)
    return folder


def exported(docs: Path, folder: Path) -> Searcher:
    index = Searcher(folder, refresh(docs, folder))
    export(index, Folder(folder / "shards"), {path: f"{path[:-3]}/" for path in index.known.pages})
    return index


def files(folder: Path) -> dict[str, bytes]:
    found = (folder / "shards").rglob("*.gz")
    return {str(one.relative_to(folder)): one.read_bytes() for one in found}


def test_shards_say_what_the_index_says(docs: Path, tmp_path: Path) -> None:
    """Each term's row in its shard is the index's row, gaps added up."""
    index = exported(docs, tmp_path / "s")
    manifest = json.loads(gzip.decompress((tmp_path / "s/shards/manifest.json.gz").read_bytes()))
    for term in index.terms():
        shard = f"t/{shard_of(term, manifest['shards']):x}.json.gz"
        row = json.loads(gzip.decompress((tmp_path / "s/shards" / shard).read_bytes()))[term]
        numbers = tuple(sum(row[2][: n + 1]) for n in range(len(row[2])))
        assert index.row(term) == Row(row[0], row[1], numbers, tuple(row[3]))


def test_words_that_begin_alike_lie_together() -> None:
    """A word's stems in several languages are one request; words alike are where the first is."""
    assert 1 == len({shard_of(term, 4096) for term in ("password", "passwor", "passworden")})
    assert shard_of("e1102", 4096) != shard_of("e1103", 4096)
    how = analysis("en")
    for number, words in enumerate(data()["en"]["like"]):
        assert shard_of(f"~en{number}", 4096) == shard_of(how.stem(words.split()[0]), 4096)


def test_words_alike_are_told_as_their_stems() -> None:
    """What the browser gets of words alike is what the index makes of them, each once."""
    for lang in data():
        found = dict[str, list[str]]()
        for number, stems in enumerate(told(lang)["like"]):
            for stem in stems.split():
                found.setdefault(stem, []).append(f"~{lang}{number}")
        kin = {stem: list(dict.fromkeys(keys)) for stem, keys in analysis(lang).kin.items()}
        assert kin == found, lang


def test_an_edit_is_as_a_new_export(docs: Path, tmp_path: Path) -> None:
    """Pages changed, added and removed: the files are those of an export from nothing."""
    exported(docs, tmp_path / "s").close()
    (docs / "p3.md").write_text("# Page 3\n\nThe windlass jams with `E2201`.\n")
    (docs / "new.md").write_text("# Capstan\n\nThe capstan turns.\n")
    (docs / "p4.md").unlink()
    (docs / "p5.md").write_text("# Page 5\n\nThe relay 5 drops.\n")
    exported(docs, tmp_path / "s").close()
    exported(docs, tmp_path / "fresh").close()
    assert files(tmp_path / "fresh") == files(tmp_path / "s")


def test_nothing_changed_writes_nothing(docs: Path, tmp_path: Path) -> None:
    """The same pages leave the same bytes."""
    exported(docs, tmp_path / "s").close()
    before = files(tmp_path / "s")
    exported(docs, tmp_path / "s").close()
    assert before == files(tmp_path / "s")


def test_a_stopped_export_starts_anew(docs: Path, tmp_path: Path) -> None:
    """Where the state is missing, what lies there is not trusted."""
    exported(docs, tmp_path / "s").close()
    before = files(tmp_path / "s")
    (tmp_path / "s/shards/state.json").unlink()
    (tmp_path / "s/shards/t/left.json.gz").write_bytes(b"half")
    exported(docs, tmp_path / "s").close()
    assert before == files(tmp_path / "s")


def test_pages_that_the_site_lacks_are_not_exported(docs: Path, tmp_path: Path) -> None:
    """Only the site's own pages are in its shards, with the site's addresses."""
    folder = tmp_path / "s"
    index = Searcher(folder, refresh(docs, folder))
    export(index, Folder(folder / "shards"), {"p1.md": "p1.html"})
    place(folder / "shards", tmp_path / "site", moves(folder / "shards", tmp_path / "site"))
    (page,) = (tmp_path / "site" / "p").iterdir()
    assert "p1.html" == json.loads(gzip.decompress(page.read_bytes()))["u"]
