"""Tests of the `files` source: page by page, resumed where it stopped, never half a line."""

import json
from pathlib import Path

import pytest

from kb.errors import SourceError, TicketError
from kb.tickets.files import PAGE, Files, Page


def rows(*numbers: int) -> str:
    return "".join(f"{json.dumps({'id': number})}\n" for number in numbers)


def add(folder: Path, name: str, text: str) -> None:
    with (folder / name).open("a", encoding="utf-8") as file:
        file.write(text)


def pages(folder: Path, cursor: str = "") -> list[Page]:
    return list(Files(folder).pages(cursor))


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

    assert ids(found[stop + 1 :]) == ids(pages(tmp_path, found[stop].cursor))


def test_where_names_the_line(tmp_path: Path) -> None:
    """Each ticket's place is file and line, also after a resume."""
    add(tmp_path, "a.jsonl", rows(*range(PAGE)) + "\n" + rows(7, 8))
    first, second = pages(tmp_path)
    (again,) = pages(tmp_path, first.cursor)

    assert ["a.jsonl:52", "a.jsonl:53"] == [where for where, _ in second.tickets]
    assert second.tickets == again.tickets


def test_nothing_new(tmp_path: Path) -> None:
    """Behind the last cursor there is nothing."""
    add(tmp_path, "a.jsonl", rows(1, 2))

    assert [] == pages(tmp_path, pages(tmp_path)[-1].cursor)


def test_file_that_grew(tmp_path: Path) -> None:
    """What was added to a file is taken up from where it was read."""
    add(tmp_path, "a.jsonl", rows(1, 2))
    cursor = pages(tmp_path)[-1].cursor
    add(tmp_path, "a.jsonl", rows(3))

    assert [3] == ids(pages(tmp_path, cursor))


def test_later_file(tmp_path: Path) -> None:
    """A file that comes later in the order of names is read from its start."""
    add(tmp_path, "a.jsonl", rows(1, 2))
    cursor = pages(tmp_path)[-1].cursor
    add(tmp_path, "b.jsonl", rows(3))

    assert [3] == ids(pages(tmp_path, cursor))


def test_half_a_last_line_waits(tmp_path: Path) -> None:
    """A line that is still being written is not read, and is read once it is whole."""
    add(tmp_path, "a.jsonl", rows(1) + '{"id": 2')
    found = pages(tmp_path)
    add(tmp_path, "a.jsonl", "22}\n")

    assert ([1], [222]) == (ids(found), ids(pages(tmp_path, found[-1].cursor)))


def test_cursor_of_a_file_that_is_gone(tmp_path: Path) -> None:
    """When the file of the cursor was taken away, the later ones are read."""
    add(tmp_path, "c.jsonl", rows(3))

    assert [3] == ids(pages(tmp_path, "b.jsonl:99"))


@pytest.mark.parametrize(
    "line", ["not json", "[1]", "1", '"x"', "null", "{", '{"a": 1} x', "[" * 5000, "\x00"]
)
def test_dead_letter(tmp_path: Path, line: str) -> None:
    """A line that is no JSON object is told by its place and not quoted; the rest goes on."""
    add(tmp_path, "a.jsonl", rows(1) + line + "\n" + rows(2))
    (page,) = pages(tmp_path)

    assert ([1, 2], (("a.jsonl:2", "the line is not a JSON object"),)) == (ids([page]), page.dead)


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
    """A mended line can be read once more by its place."""
    add(tmp_path, "a.jsonl", rows(1, 2))

    assert ("a.jsonl:2", {"id": 2}) == Files(tmp_path).again("a.jsonl:2")


@pytest.mark.parametrize(
    "where", ["a.jsonl:9", "b.jsonl:1", "a.jsonl:x", "a.jsonl", "../a.jsonl:9", "a.jsonl:0"]
)
def test_again_but_gone(tmp_path: Path, where: str) -> None:
    """A place that is gone, or no place, is told."""
    add(tmp_path, "a.jsonl", rows(1))
    with pytest.raises(SourceError, match="the line is gone"):
        Files(tmp_path).again(where)


def test_again_but_still_broken(tmp_path: Path) -> None:
    """A line that still is not JSON stays a dead letter, unquoted."""
    add(tmp_path, "a.jsonl", "pernille\n")
    with pytest.raises(TicketError) as told:
        Files(tmp_path).again("a.jsonl:1")

    assert "pernille" not in str(told.value)


def test_no_folder(tmp_path: Path) -> None:
    """A folder that is not there is told with the option to mend."""
    with pytest.raises(SourceError, match=r"Mend source\.path in kb\.toml"):
        pages(tmp_path / "nowhere")
