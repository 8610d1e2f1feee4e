"""Tests of the `files` source: page by page, resumed where it stopped, never half a line."""

import gzip
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from kb.errors import SourceError
from kb.tickets import lines
from kb.tickets.files import NOT_JSON, PAGE, TOO_LONG, Files
from kb.tickets.raw import Page


def rows(*numbers: int) -> str:
    return "".join(f"{json.dumps({'id': number})}\n" for number in numbers)


def add(folder: Path, name: str, text: str) -> None:
    with (folder / name).open("a", encoding="utf-8") as file:
        file.write(text)


def pages(folder: Path, cursors: Mapping[str, str] | None = None) -> list[Page]:
    return list(Files(folder).pages(cursors or {}))


def behind(found: list[Page]) -> dict[str, str]:
    """Return the cursors as they are kept after these pages."""
    return {page.part: page.cursor for page in found}


def ids(found: list[Page]) -> list[object]:
    return [raw["id"] for page in found for _, raw in page.tickets]


def test_files_in_order_of_names(tmp_path: Path) -> None:
    """Exports are read in the order of their names; other files are left alone."""
    add(tmp_path, "b.jsonl", rows(3))
    add(tmp_path, "a.jsonl", rows(1, 2))
    add(tmp_path, "notes.txt", "not ours\n")

    assert [1, 2, 3] == ids(pages(tmp_path))


def test_pages_are_small(tmp_path: Path) -> None:
    """A long export comes in pages, none of them lost or twice."""
    add(tmp_path, "a.jsonl", rows(*range(2 * PAGE + 1)))
    found = pages(tmp_path)

    assert ([PAGE, PAGE, 1], [*range(2 * PAGE + 1)]) == (
        [len(page.tickets) for page in found],
        ids(found),
    )


@pytest.mark.parametrize("stop", range(5))
def test_resume_after_every_page(tmp_path: Path, stop: int) -> None:
    """From each page's cursor the rest comes, whole and once."""
    add(tmp_path, "a.jsonl", rows(*range(2 * PAGE + 5)))
    add(tmp_path, "b.jsonl", rows(*range(1000, 1000 + PAGE + 5)))
    found = pages(tmp_path)

    assert ids(found[stop + 1 :]) == ids(pages(tmp_path, behind(found[: stop + 1])))


def test_where_names_the_line(tmp_path: Path) -> None:
    """Each ticket's place is file and line, also after a resume."""
    add(tmp_path, "a.jsonl", rows(*range(PAGE)) + "\n" + rows(7, 8))
    first, second = pages(tmp_path)
    (again,) = pages(tmp_path, behind([first]))

    assert ["a.jsonl:52", "a.jsonl:53"] == [where for where, _ in second.tickets]
    assert second.tickets == again.tickets


def test_nothing_new(tmp_path: Path) -> None:
    """Behind the last cursor there is nothing."""
    add(tmp_path, "a.jsonl", rows(1, 2))

    assert [] == pages(tmp_path, behind(pages(tmp_path)))


def test_file_that_grew(tmp_path: Path) -> None:
    """What was added to a file is taken up from where it was read."""
    add(tmp_path, "a.jsonl", rows(1, 2))
    cursors = behind(pages(tmp_path))
    add(tmp_path, "a.jsonl", rows(3))

    assert [3] == ids(pages(tmp_path, cursors))


def test_later_file(tmp_path: Path) -> None:
    """A file that comes later in the order of names is read from its start."""
    add(tmp_path, "a.jsonl", rows(1, 2))
    cursors = behind(pages(tmp_path))
    add(tmp_path, "b.jsonl", rows(3))

    assert [3] == ids(pages(tmp_path, cursors))


def test_earlier_file_that_came_later(tmp_path: Path) -> None:
    """A file whose name sorts before one that was read already is read all the same."""
    add(tmp_path, "b.jsonl", rows(2))
    cursors = behind(pages(tmp_path))
    add(tmp_path, "a.jsonl", rows(1))

    assert [1] == ids(pages(tmp_path, cursors))


def test_file_that_changed(tmp_path: Path) -> None:
    """A file that is another one before the cursor is read from its start."""
    add(tmp_path, "a.jsonl", rows(1, 2))
    cursors = behind(pages(tmp_path))
    (tmp_path / "a.jsonl").write_text(rows(3, 4, 5), encoding="utf-8")

    assert [3, 4, 5] == ids(pages(tmp_path, cursors))


def test_file_that_shrank(tmp_path: Path) -> None:
    """So is one that has become shorter."""
    add(tmp_path, "a.jsonl", rows(1, 2))
    cursors = behind(pages(tmp_path))
    (tmp_path / "a.jsonl").write_text(rows(1), encoding="utf-8")

    assert [1] == ids(pages(tmp_path, cursors))


@pytest.mark.parametrize("cursor", ["x", "1:2", "-1:0:x", "9:x:y", "::"])
def test_cursor_that_is_none(tmp_path: Path, cursor: str) -> None:
    """What is no cursor of ours starts at the file's start."""
    add(tmp_path, "a.jsonl", rows(1))

    assert [1] == ids(pages(tmp_path, {"a.jsonl": cursor}))


def test_last_line_without_newline(tmp_path: Path) -> None:
    """A last line that is whole is read, newline or not."""
    add(tmp_path, "a.jsonl", rows(1) + rows(2).rstrip())

    assert [1, 2] == ids(pages(tmp_path))


def test_last_line_that_is_cut_off(tmp_path: Path) -> None:
    """Half a last line is a dead letter, and is read once it is whole."""
    add(tmp_path, "a.jsonl", rows(1) + '{"id": 2')
    found = pages(tmp_path)
    add(tmp_path, "a.jsonl", "22}\n")

    assert ([1], (("a.jsonl:2", NOT_JSON),)) == (ids(found), found[0].dead)
    assert [222] == ids(pages(tmp_path, behind(found)))


def test_line_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line longer than memory may hold is a dead letter; the next one is read."""
    monkeypatch.setattr(lines, "LONGEST_LINE", 64)
    add(tmp_path, "a.jsonl", rows(1) + '{"id": "' + "x" * 500 + '"}\n' + rows(2))
    (page,) = pages(tmp_path)

    assert ([1, 2], (("a.jsonl:2", TOO_LONG),)) == (ids([page]), page.dead)


@pytest.mark.parametrize("stop", range(3))
def test_gzip_resumes(tmp_path: Path, stop: int) -> None:
    """A gzip export is read like a plain one, and resumed after every page."""
    text = rows(*range(2 * PAGE + 5)).encode()
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(text))
    found = pages(tmp_path)

    assert [*range(2 * PAGE + 5)] == ids(found)
    assert ids(found[stop + 1 :]) == ids(pages(tmp_path, behind(found[: stop + 1])))


def test_gzip_that_is_cut_off(tmp_path: Path) -> None:
    """A gzip export that ends too early is told; the pages before that can be kept."""
    text = rows(*range(200_000)).encode()
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(text)[:-4000])
    found = Files(tmp_path).pages({})
    first = next(found)

    assert [*range(PAGE)] == ids([first])
    with pytest.raises(SourceError, match="damaged or cut off"):
        list(found)


def test_one_file(tmp_path: Path) -> None:
    """The path may be one export, whatever lies beside it."""
    add(tmp_path, "a.jsonl", rows(1))
    add(tmp_path, "b.jsonl", rows(2))

    assert [2] == ids(pages(tmp_path / "b.jsonl"))


@pytest.mark.parametrize(
    "line", ["not json", "[1]", "1", '"x"', "null", "{", '{"a": 1} x', "[" * 5000, "\x00"]
)
def test_dead_letter(tmp_path: Path, line: str) -> None:
    """A line that is no JSON object is told by its place and not quoted; the rest goes on."""
    add(tmp_path, "a.jsonl", rows(1) + line + "\n" + rows(2))
    (page,) = pages(tmp_path)

    assert ([1, 2], (("a.jsonl:2", NOT_JSON),)) == (ids([page]), page.dead)


def test_not_utf8_is_dead(tmp_path: Path) -> None:
    """A line in another encoding is a dead letter."""
    (tmp_path / "a.jsonl").write_bytes(b'{"id": "\xff"}\n')

    assert ["a.jsonl:1"] == [where for page in pages(tmp_path) for where, _ in page.dead]


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c"])
def test_line_ends_at_a_newline_alone(tmp_path: Path, mark: str) -> None:
    """Marks inside a text that other readers take for a line's end do not cut it."""
    text = json.dumps({"id": f"a{mark}b"}, ensure_ascii=False)
    add(
        tmp_path,
        "a.jsonl",
        f"{text}\n" if ord(mark) > 0x1F else f"{json.dumps({'id': f'a{mark}b'})}\n",
    )

    assert [f"a{mark}b"] == ids(pages(tmp_path))


def test_progress(tmp_path: Path) -> None:
    """Each page says how much of all bytes is read; the last one says all."""
    add(tmp_path, "a.jsonl", rows(*range(PAGE + 1)))
    add(tmp_path, "b.jsonl", rows(1))
    found = pages(tmp_path)
    size = sum(path.stat().st_size for path in tmp_path.iterdir())

    assert [size] * 3 == [page.total for page in found]
    assert sorted(page.done for page in found) == [page.done for page in found]
    assert size == found[-1].done


def test_again(tmp_path: Path) -> None:
    """Mended lines can be read once more by their places; what is gone or broken is left out."""
    add(tmp_path, "a.jsonl", rows(1, 2) + "broken\n")
    add(tmp_path, "b.jsonl", rows(3))
    wanted = ["b.jsonl:1", "a.jsonl:2", "a.jsonl:3", "a.jsonl:9", "c.jsonl:1", "a.jsonl:x", "a", "",
              "../a.jsonl:1", "a.jsonl:0"]  # fmt: skip

    assert [("a.jsonl:2", {"id": 2}), ("b.jsonl:1", {"id": 3})] == list(
        Files(tmp_path).again(wanted)
    )


def test_no_folder(tmp_path: Path) -> None:
    """A folder that is not there is told with the option to mend."""
    with pytest.raises(SourceError, match=r"or source\.path in kb\.toml"):
        pages(tmp_path / "nowhere")


def test_a_bad_file_keeps_no_other_back(tmp_path: Path) -> None:
    """Files that cannot be read are told together, once everything else has come in."""
    (tmp_path / "a.csv").write_text("id,subject\n1,x\n")
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(b'{"id": "1"}\n')[:-9])
    (tmp_path / "c.jsonl").write_text('{"id": "2"}\n')
    (tmp_path / "d.csv").write_text("")
    (tmp_path / "e.jsonl").mkdir()
    found = list[str]()

    with pytest.raises(SourceError) as told:
        found.extend(page.part for page in Files(tmp_path).pages({}))

    assert found == ["c.jsonl"]
    assert [line.rpartition("/")[2] for line in str(told.value).splitlines()] == [
        "a.csv: column status is missing. See the docs on sources.",
        "b.jsonl.gz: it is damaged or cut off. Export it again, then kb pull.",
        "e.jsonl: it cannot be read (Is a directory). Mend its rights.",
    ]
