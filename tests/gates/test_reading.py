"""Tests of what a scanner gets to see of a file: everything it says, wherever it says it."""

import gzip
import io
import json
import struct
import zipfile
import zlib

import pytest

from kb.errors import GateError
from kb.gates.lines import lined, mark
from kb.gates.markup import said
from kb.gates.pictures import told_by
from kb.gates.reading import PIECE, Passage, called, passages
from kb.search.sheet import make_sheet

WORD = "vandersloot"


def text_of(name: str, data: bytes) -> str:
    return "\n".join(passage.text for passage in passages(name, data))


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(*chunks: bytes) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\0\0"))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + pixels + chunk(b"IEND", b"")


def exif(*rows: tuple[int, int, int, bytes]) -> bytes:
    """Return little-endian TIFF with one directory; values over four bytes stand behind it."""
    body, tail = struct.pack("<2sHIH", b"II", 42, 8, len(rows)), b""
    after = 8 + 2 + 12 * len(rows) + 4
    for tag, kind, count, value in rows:
        short = len(value) <= 4
        where = value.ljust(4, b"\0") if short else struct.pack("<I", after + len(tail))
        tail += b"" if short else value
        body += struct.pack("<HHI", tag, kind, count) + where
    return body + b"\0" * 4 + tail


def jpeg(*segments: tuple[int, bytes]) -> bytes:
    made = b"".join(struct.pack(">BBH", 255, m, len(body) + 2) + body for m, body in segments)
    return b"\xff\xd8" + made + b"\xff\xda\0\x02" + b"\x12\xff\0\x34" + b"\xff\xd9"


def test_a_page_is_read_as_a_reader_reads_it() -> None:
    """Inline marks close up and entities resolve; menus stand apart from the main text."""
    found = said("<title>T &amp; t</title><nav>menu</nav><article>a@<b>b</b>.c</article>")

    assert "a@b.c" in found.main
    assert "T & t" in found.main
    assert "menu" not in found.main
    assert "menu" in found.rest


def _packed(data: bytes) -> bytes:
    """Pack without the time, so that every worker names a test alike."""
    return gzip.compress(data, mtime=0)


@pytest.mark.parametrize(
    "page",
    [
        f"<!-- {WORD} --><main>x</main>",
        f"<!-- {WORD}",
        f"<main>x</main><script>var a = '{WORD}'</script>",
        f"<style>.{WORD}</style><main>x</main>",
        f'<main><p data-who="{WORD}">x</p></main>',
        f'<main><img alt="{WORD}"></main>',
        f"<main><svg><text>{WORD}</text></svg></main>",
        f'<meta property="og:description" content="{WORD}"><main>x</main>',
        f"<meta name=\"x\" content='{WORD}'><main>x</main>",
        f"<main>x</main><footer>{WORD}</footer>",
        f"<main>a <b {WORD} </main>",
        f'<main>a <b title="{WORD}',
        "<main>&#118;andersloot</main>",
        f"<script>{WORD}",
        f'<main>x</main><script src="/{WORD}.js"></script>',
        f'<main>x</main><svg aria-label="{WORD}"></svg>',
        f'<main>x</main><template data-of="{WORD}"></template>',
    ],
)
def test_no_corner_of_a_page_is_silent(page: str) -> None:
    """Comments, scripts, styles, attributes, menus and broken tags are all read."""
    assert WORD in text_of("a/index.html", page.encode())


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("search/search_index.json", json.dumps({"docs": [{"text": f"<p>x {WORD}"}]}).encode()),
        ("search/shard-3.json", json.dumps([["x", [WORD]], {WORD: 1}]).encode()),
        ("broken.json", b'{"a": "vandersloot'),
        ("feed.xml", f"<rss><item><![CDATA[<b>{WORD[:4]}</b>{WORD[4:]}]]></item></rss>".encode()),
        ("feed.xml", f"<d>&lt;b&gt;{WORD[:4]}&lt;/b&gt;{WORD[4:]}</d>".encode()),
        ("sitemap.xml.gz", _packed(f"<loc>https://x.example/{WORD}/</loc>".encode())),
        ("llms.txt", WORD.encode()),
        ("articles/a.md", b"\xef\xbb\xbf" + WORD.encode()),
        ("wide.txt", WORD.encode("utf-16")),
        ("pictures/a.svg", f"<svg><desc>{WORD}</desc></svg>".encode()),
        ("a.png", png(chunk(b"tEXt", b"Comment\0" + WORD.encode()))),
        ("a.png", png(chunk(b"zTXt", b"Comment\0\0" + zlib.compress(WORD.encode())))),
        ("a.png", png(chunk(b"iTXt", b"Title\0\1\0en\0\0" + zlib.compress(WORD.encode())))),
        ("a.png", png(chunk(b"eXIf", exif((0x010E, 2, 12, WORD.encode() + b"\0"))))),
        ("a.png", png() + WORD.encode()),
        ("a.png", jpeg((0xFE, WORD.encode()))),
        ("a.jpg", jpeg((0xE1, b"Exif\0\0" + exif((0x9C9D, 1, 22, WORD.encode("utf-16-le")))))),
        ("a.jpg", jpeg((0xE1, f"http://ns.adobe.com/xap/1.0/\0<x>{WORD}</x>".encode()))),
        ("a.jpg", jpeg() + WORD.encode()),
        ("a.gif", b"GIF89a\1\0\1\0\0\0\0!\xfe\x0b" + WORD.encode() + b"\0;"),
        ("a.webp", b"RIFF\x1b\0\0\0WEBPXMP \x0b\0\0\0" + WORD.encode() + b"\0"),
        ("a.bin", b"\0\1\2" + WORD.encode() + b"\xff"),
        ("a.pdf", b"%PDF-1.7\n1 0 obj\nstream\n" + zlib.compress(WORD.encode()) + b"endstream"),
        ("a.pdf", b"%PDF-1.7\n/Author (" + WORD.encode() + b")"),
    ],
)  # fmt: skip
def test_every_kind_of_file_is_read(name: str, data: bytes) -> None:
    """A word is seen in each kind of file that a site may hold, whatever its name says."""
    assert WORD in text_of(name, data)


def test_an_archive_is_opened() -> None:
    """What lies packed in an archive, and the names in it, are read."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("docs/quirina.txt", f"it is {WORD}")

    found = text_of("a.zip", packed.getvalue())

    assert WORD in found
    assert "quirina" in found


def test_a_picture_tells_who_and_where() -> None:
    """An author's field and a GPS position are told as such."""
    told = told_by("a.jpg", jpeg((0xE1, b"Exif\0\0" + exif(
        (0x013B, 2, 8, b"Quirina\0"), (0x8825, 4, 1, struct.pack("<I", 0))))))  # fmt: skip

    assert "Author: Quirina" in told
    assert "GPS position" in told


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.png", png()[:40]),
        ("a.png", png(chunk(b"zTXt", b"Comment\0\0no zlib"))),
        ("a.png", png(chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"a" * 2_000_000)))),
        ("a.jpg", b"\xff\xd8\xff\xe1\xff"),
        ("a.gif", b"GIF89a\1\0\1\0\0\0\0?"),
        ("a.gz", b"\x1f\x8bno gzip"),
        ("a.zip", b"PK\3\4no zip"),
        ("a.gz", _packed(_packed(_packed(_packed(b"x"))))),
    ],
)
def test_what_cannot_be_read_does_not_pass(name: str, data: bytes) -> None:
    """A file that is broken, or packed so that it hides something, is refused."""
    with pytest.raises(GateError):
        list(passages(name, data))


def test_a_bomb_is_not_unpacked() -> None:
    """What unpacks to more than a file may hold is refused."""
    with pytest.raises(GateError, match="too large"):
        list(passages("a.gz", gzip.compress(b"\0" * 64_000_001, 1)))


def test_a_long_text_is_cut_with_an_overlap() -> None:
    """Pieces stay small, and a word at a cut stands whole in one of them."""
    text = "".join(f"{number:07} {WORD}\n" for number in range(20_000))

    found = [passage.text for passage in passages("a.txt", text.encode())]

    assert max(map(len, found)) <= PIECE
    whole = "".join(found)
    assert all(f"{number:07} {WORD}\n" in whole for number in range(20_000))


def test_a_placeholder_as_a_term_of_the_search() -> None:
    """`secret:slack-token` among the search's terms is read as the placeholder that it was."""
    terms = json.dumps({name: [1, 1, [2], [3]] for name in ("secret:slack-token", "secret:x9k2")})
    said = [one.text for one in passages("search/docworthy/t/1.json", terms.encode())]

    assert "<secret:slack-token>\nsecret:x9k2" == said[0]


def test_a_row_of_a_table_is_one_line() -> None:
    """What stands beside a value in a table tells what it is, as it does in the row's Markdown."""
    cells = "<tr>\n<th>Password</th>\n<td>of the <b>host</b></td>\n</tr>"
    page = f"<main><table>\n{cells}\n<tr>\n<td>a</td>\n</tr>\n</table><p>b</p></main>"
    lines = [line.split() for line in said(page).main.split("\n") if line.strip()]
    assert lines == [["Password", "of", "the", "host"], ["a"], ["b"]]


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("- Set **`proxy_timeout`** now", "Set proxy_timeout now", True),
        ("| Code | `E1102` |", "Code E1102", True),
        (r"Call append\_event", "Call append_event", True),
        ("the key is abc_def", "the key is abcdef", False),
        ("the key is abc", "the key is Abc", False),
    ],
)
def test_a_line_is_the_same_however_it_is_marked(one: str, other: str, alike: bool) -> None:
    """Markdown's marks around words make no new line; a sign within a word does."""
    assert (mark(f"anybody\0{one}") == mark(f"anybody\0{other}")) is alike


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("One. Two! Three", ["One.", "Two!", "Three"]),
        ("a\n\n  b \r\nc.\n d", ["a", "b", "c.", "d"]),
        ("一。二！三", ["一。", "二！", "三"]),
        ("v1.2 of x.y stays", ["v1.2 of x.y stays"]),
        (" \n\t\n", []),
    ],
)
def test_a_text_is_told_by_its_sentences(text: str, lines: list[str]) -> None:
    """A line or sentence stands by itself, however much is blank around it."""
    _, marks = lined(text, "anybody")

    assert list(marks) == [mark(f"anybody\0{line}") for line in lines]


def test_many_empty_lines_are_one() -> None:
    """What a template leaves between tags is not read, and words keep apart."""
    page = f"<main><p>a</p>{'<div>  </div>' * 9}<p>b</p></main>"

    assert said(page).main == "\n\na\n\nb\n"


def test_an_article_says_the_same_in_each_of_its_forms() -> None:
    """What its page says is known in its Markdown and in its part of the search."""
    page = passages(
        "articles/a/index.html",
        b'<title>T</title><main><h1>T</h1><p>See <a href="../b/">the &amp; way</a> out.</p>'
        b'<a href="https://c.example/d"></a></main><script type="application/ld+json">'
        b'{"@context":"https://schema.org","about":[{"name":"T"}]}</script>',
    )
    twin = passages("articles/a.md", b"# T\n\nSee [the &amp; way](https://c.example/d) out.\n")
    sheet = {"p": "articles/a.md", "i": "a", "u": "articles/a/", "x": [[0, 0, "T"]]}
    shard = passages("search/docworthy/p/7.json", json.dumps(sheet).encode())
    known = set[int]().union(*map(marks_of, (called("articles/a/index.html"), *page)))

    for one in (called("articles/a.md"), *twin, *shard):
        assert known.issuperset(marks_of(one)), one


def marks_of(passage: Passage) -> set[int]:
    return set(lined(passage.text, passage.voice)[1])


@pytest.mark.parametrize(
    "data",
    [
        '{"headline":"T","password":"vandersloot"}',
        '{"name":"vandersloot","name":"x"}',
        '{"about":[{"name":"vandersloot"}]}',
        '{"name":vandersloot}',
    ],
)
def test_data_in_a_page_is_read(data: str) -> None:
    """JSON-LD says each value by itself; anything else is read as it stands."""
    told = said(f'<main>x</main><script type="application/ld+json">{data}</script>').rest

    assert any(WORD in one for one in told)
    assert (data in told) == ("password" in data or 'name":v' in data)


def test_a_link_in_markdown_hides_nothing() -> None:
    """Words and address are both read; what is no address stays where its words are."""
    text = text_of("a.md", b"Use [the key](https://x.example/k) and [password](vandersloot)")

    assert "Use the key and [password](vandersloot)" in text
    assert "\nhttps://x.example/k" in text


def test_the_search_says_the_lines_of_its_page() -> None:
    """A long line that was cut for the search is one line again, and a placeholder is no tag."""
    long = "".join(f"the relay of line {n} drops what it was told to keep, " for n in range(12))
    run = "".join(f"{n:x}/" for n in range(10_000, 10_200))
    markdown = f"{long}and stops.\n\nCall C:\\\\Users\\\\<user-1>\\\\AppData now.\n\n`[{run}]`\n"
    sheet = make_sheet(path="articles/a.md", url="articles/a/", title="A relay drops", lang="en",
                       id="a", markdown=markdown)  # fmt: skip
    assert 4 < len(sheet.lines)
    page = f"# A relay drops\n\n{markdown}"
    packed = gzip.compress(sheet.to_json().encode())

    def lines(name: str, data: bytes) -> set[int]:
        return {one for p in passages(name, data) for one in lined(p.text, p.voice)[1]}

    other = lines("search/docworthy/p/1.json.gz", packed) - lines("articles/a.md", page.encode())
    assert {mark(f"anybody\0{said}") for said in ("en", "articles/a")} == other
