"""Tests of the gate over a built site: every file is read, and whatever goes wrong keeps it in."""

import gzip
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from factories import AT, make_raw
from sites import MAIL, found, put

import kb
from kb.articles.settled import Settled, Settlement, Verdict, mark
from kb.gates.identities import Roll, read
from kb.gates.scanner import Rulebook
from kb.gates.site import CACHE, digests, leaks, said_by_hand
from kb.gates.verdict import Judge
from kb.redaction import Entity, Known

TOKEN = "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0hL3nR6"
KEY = b"a key for tests"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("articles/a/index.html", f"<main>Write to {MAIL}.</main>"),
        ("index.html", f"<main>Write to {MAIL}.</main>"),
        ("404.html", f"<!-- {TOKEN} -->"),
        ("search/search_index.json", json.dumps({"docs": [{"title": "A", "text": MAIL}]})),
        ("search/shards/07.json", json.dumps([[1, f"x {MAIL}"]])),
        ("feed_rss_created.xml", f"<item><title>{MAIL}</title></item>"),
        ("llms.txt", f"- [A](articles/a/): write to {MAIL}"),
        ("articles/a.md", f"Write to {MAIL}."),
        ("sitemap.xml", f"<loc>https://help.example/{MAIL}/</loc>"),
        ("assets/app.js", f"const token='{TOKEN}'"),
        (f"files/{MAIL}.txt", "x"),
        ("assets/x.png", b"\x89PNG\r\n\x1a\n\0\0\0\x13tEXtAuthor\0Q. Vandersloo\0\0\0\0"),
    ],
)
def test_every_file_is_read(site: Path, name: str, content: str | bytes) -> None:
    """Pages, index, shards, feeds, texts, twins, scripts, names and pictures are all looked at."""
    put(site, name, content)

    told = found(site)

    assert told
    assert all(error.startswith(name) for error in told)
    assert TOKEN not in str(told)


def test_a_clean_site_may_go_out(site: Path) -> None:
    """Versions, hashes, timestamps, documentation's addresses and placeholders stand."""
    put(site, "articles/a/index.html",
        "<main>Ferry 4.2.1, commit 9f2c1e7, 2026-03-01T10:00:00Z, 192.0.2.7, you@example.com, "
        "&lt;email-1&gt;, &lt;customer-host-1&gt;, sha256 "
        "6e73b56f871b80b48c6570687e1f68103ec6e346a0686b0bef5c1e68e5f9b0d4</main>")  # fmt: skip

    assert [] == found(site)


def test_the_teams_own_words_stand(site: Path, tmp_path: Path) -> None:
    """What hand-written pages say may stand anywhere, but never as part of a longer word."""
    docs = tmp_path / "docs"
    put(docs, "contact.md", f"Write to {MAIL}, server 10.1.2.3")
    put(docs, "articles/a.md", "ottilie@grovelberg-optics.example")
    put(site, "index.html", f"<main>{MAIL} 10.1.2.3</main>")
    assert [] == found(site, said=said_by_hand(docs))
    put(site, "index.html", "<main>write to ottilie@grovelberg-optics.example</main>")
    assert found(site, said=said_by_hand(docs))
    put(site, "index.html", "<main>server 10.1.2.33</main>")
    assert found(site, said=said_by_hand(docs))


def test_a_shaped_secret_never_stands(site: Path) -> None:
    """Not even where the team wrote it by hand."""
    put(site, "index.html", f"<main>token = {TOKEN}</main>")

    assert found(site, said=f"token = {TOKEN}".casefold())


def test_a_customer_is_not_named(site: Path, tmp_path: Path) -> None:
    """Whoever stands in a ticket's own fields stands on no page, in no address, in no menu."""
    roll = Roll(tmp_path / ".kb", KEY)
    roll.add(Known(names=("Quirina Vandersloot",), organisations=("Quayline",)))
    roll.write()
    known = read(tmp_path / ".kb", KEY)
    for name, content in (
        ("index.html", "<nav><a href='/'>Thanks, Quirina Vandersloot</a></nav><main>x</main>"),
        ("articles/upload-for-quirina-vandersloot/index.html", "<main>x</main>"),
        ("index.html", "<main>quayline runs it</main>"),
    ):
        put(site, name, content)
        assert found(site, identities=known)
        (site / name).unlink()
    put(site, "index.html", "<main>quayline runs it</main>")
    assert [] == found(site, identities=known, said="made with quayline.")
    assert [] == found(site, identities=known, book=Rulebook(allow=("Quayline",), seconds=60))


def test_what_was_settled_stands(site: Path) -> None:
    """A finding that a person settled as not sensitive does not stop the build."""
    put(site, "index.html", f"<main>Write to {MAIL}.</main>")
    row = Settlement(
        at=AT, by="t", verdict=Verdict.HARMLESS, entity=Entity.EMAIL, recognizer="email",
        confidence=0.9, rules="x", article="a", mark=mark(KEY, Entity.EMAIL, MAIL),
    )  # fmt: skip

    assert found(site)
    assert [] == found(site, settled=Settled((row,), KEY))


def test_the_themes_files_are_not_read(site: Path, tmp_path: Path) -> None:
    """Equal bytes come with the theme; one more byte, and the file is read."""
    put(tmp_path, "theme.js", f"/* by {TOKEN} */")
    put(site, "assets/theme.js", f"/* by {TOKEN} */")
    judge = Judge(book=Rulebook(seconds=60))
    shipped = list(digests([tmp_path / "theme.js"]))

    assert [] == leaks(site, judge, state=tmp_path / ".kb", shipped=shipped)
    put(site, "assets/theme.js", f"/* by {TOKEN} */ ")
    assert leaks(site, judge, state=tmp_path / ".kb", shipped=shipped)


def test_links_out_of_the_site(site: Path, tmp_path: Path) -> None:
    """A symbolic link is not followed and not passed over: it keeps the site in."""
    (site / "x.txt").symlink_to(tmp_path / "elsewhere")

    assert "a link" in found(site)[0]


def test_the_cache_knows_only_what_is_clean(site: Path, tmp_path: Path) -> None:
    """What was found is found again; what was clean is not under other words."""
    put(site, "articles/a/index.html", f"<main>Write to {MAIL}.</main>")
    first = found(site)
    assert first == found(site) != []
    put(site, "articles/a/index.html", "<main>the zeppelin project</main>")
    assert [] == found(site)
    assert [] == found(site)
    assert found(site, book=Rulebook(words=("zeppelin",), seconds=60))


def test_a_list_that_grows_stays_bound_to_what_was_let_stand(site: Path) -> None:
    """What stood by the team's own words does not stand without them, though the file changed."""
    put(site, "llms.txt", f"Write to {MAIL}.\n\nOne line.")
    assert [] == found(site, said=MAIL)
    put(site, "llms.txt", f"Write to {MAIL}.\n\nOne line.\n\nAnother line.")
    assert [] == found(site, said=MAIL)
    assert found(site)


def test_a_list_is_read_where_it_is_new(site: Path) -> None:
    """A line that a list did not hold before is read, and so is one that came back."""
    put(site, "llms.txt", "One line.\n\nTwo lines.")
    assert [] == found(site)
    put(site, "llms.txt", f"One line.\n\nTwo lines.\n\nWrite to {MAIL}.")
    assert found(site)
    put(site, "llms.txt", "One line.")
    assert [] == found(site)
    put(site, "llms.txt", "One line.\n\nTwo lines.\n\nThree lines.")
    assert [] == found(site)


def test_a_packed_twin_is_read_where_it_says_more(site: Path) -> None:
    """What is packed passes with the file that it packs, and not by its name."""
    clean = b"<urlset><url><loc>https://help.example/a/</loc></url></urlset>"
    put(site, "sitemap.xml", clean)
    put(site, "sitemap.xml.gz", gzip.compress(clean, mtime=0))
    assert found(site) == []

    more = clean.replace(b"/a/", f"/{TOKEN}/".encode())
    put(site, "sitemap.xml.gz", gzip.compress(more, mtime=0))
    assert [one.partition(":")[0] for one in found(site)] == ["sitemap.xml.gz"]

    put(site, "sitemap.xml", more)
    assert {one.partition(":")[0] for one in found(site)} == {"sitemap.xml", "sitemap.xml.gz"}


def test_the_path_of_an_icon_is_no_address(site: Path) -> None:
    """Numbers that a picture is drawn by pass; what is written into a picture does not."""
    icon = '<svg viewBox="0 0 24 24"><path d="M8 8c0 .37 1.33.32 1.92.64.1-.56.16-1.13z"/>{}</svg>'
    put(site, "a.html", f"<main>Revised {icon.format('')} today</main>")
    put(site, "a.svg", icon.format(""))
    assert found(site) == []

    put(site, "b.html", f"<main>{icon.format('<text>server 10.92.64.11</text>')}</main>")
    assert [one.partition(":")[0] for one in found(site)] == ["b.html"]


def test_a_look_ahead_is_no_verdict(site: Path) -> None:
    """What it found fit passes while it stands so; what it refused, or has not seen, is read."""
    put(site, "articles/a/index.html", "<main>One.</main>")
    put(site, "articles/b/index.html", f"<main>Write to {MAIL}.</main>")
    put(site, "browse/index.html", f"<main>Write to {MAIL}.</main>")
    assert found(site, below="articles/") == found(site)[:1]
    assert [one.partition(":")[0] for one in found(site)] == [
        "articles/b/index.html",
        "browse/index.html",
    ]

    put(site, "articles/a/index.html", f"<main>Write to {MAIL}.</main>")
    assert len(found(site)) == 3


def test_a_cache_of_nonsense_knows_nothing(site: Path, tmp_path: Path) -> None:
    """A damaged cache costs time, not safety."""
    put(site, "index.html", f"<main>{TOKEN}</main>")
    for nonsense in ("{", '{"a": 1}', "[1, null]", "\xff"):
        put(tmp_path, f".kb/{CACHE}", nonsense)
        assert found(site)


_RUN = """
from pathlib import Path
from kb.errors import KbError
from kb.gates.scanner import Ready, Rulebook
from kb.gates.site import leaks
from kb.gates.verdict import Judge
if __name__ == "__main__":
    try:
        ready = Ready() if {ready} else None
        if ready:
            ready.prepare(int, "nothing that anybody can prepare")
        book = Rulebook(seconds={seconds}, **{more})
        print("passed", leaks(Path("site"), Judge(book=book), state=Path(".kb"), ready=ready))
    except KbError as error:
        print(type(error).__name__, error)
"""


def broken(
    site: Path,
    file: str,
    old: str,
    new: str,
    *,
    seconds: float = 60,
    more: str = "{}",
    ready: bool = False,
) -> str:
    """Break one file of a copy of the package, run the gate with it, and return what it says."""
    home = site.parent / "copy"
    shutil.copytree(
        Path(kb.__file__).parent, home / "kb", ignore=shutil.ignore_patterns("helpdesk")
    )
    path = home / "kb" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    (site.parent / "run.py").write_text(_RUN.format(seconds=seconds, more=more, ready=ready))
    run = subprocess.run(
        [sys.executable, str(site.parent / "run.py")], cwd=site.parent, capture_output=True,
        env={"PYTHONPATH": str(home), "PATH": "/usr/bin:/bin"}, text=True, check=False, timeout=120,
    )  # fmt: skip
    return run.stdout + run.stderr


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("redaction/rules/secrets.toml", "[[rule]]", "[[rule", "failed (TOMLDecodeError)"),
        ("redaction/rules/secrets.toml", "[[rule]]", "[[gone]]", "probes"),
        ("redaction/rules/identities.toml", "pattern =", "pattern_ =", "failed (KeyError)"),
        ("redaction/checks.py", "CHECKS: dict", "raise MemoryError\n\n\nCHECKS: dict", "MemoryError"),
        ("gates/scanner.py", "redactor = Redactor(_book", "import os\n        os.kill(os.getpid(), 9)\n        redactor = Redactor(_book", "no answer"),
        ("gates/scanner.py", "redactor = Redactor(_book", "import time\n        time.sleep(900)\n        redactor = Redactor(_book", "no answer"),
    ],
    ids=["corrupt rules", "half the rules", "a rule without a pattern", "a check that cannot load", "a scanner that is killed", "a scanner that hangs"],
)  # fmt: skip
def test_a_scanner_that_is_broken_blocks(
    site: Path, file: str, old: str, new: str, says: str
) -> None:
    """Really broken rules and scanners never let a site pass, and the error quotes nothing."""
    put(site, "index.html", "<main>harmless quirina</main>")

    told = broken(site, file, old, new, seconds=4)

    assert "passed" not in told
    assert says in told
    assert "quirina" not in told


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("redaction/rules/secrets.toml", "[[rule]]", "[[gone]]", "probes"),
        ("gates/scanner.py", "redactor = Redactor(_book", "import os\n        os.kill(os.getpid(), 9)\n        redactor = Redactor(_book", "stopped"),
        ("gates/scanner.py", "redactor = Redactor(_book", "import time\n        time.sleep(900)\n        redactor = Redactor(_book", "no answer"),
        ("gates/scanner.py", "    gc.freeze()\n", "    os.kill(os.getpid(), 9)\n", "stopped"),
    ],
    ids=["half the rules", "killed at work", "hangs at work", "killed before"],
)  # fmt: skip
def test_a_scanner_that_was_begun_before_and_is_broken_blocks(
    site: Path, file: str, old: str, new: str, says: str
) -> None:
    """A process that was to be ready is believed no more than any other."""
    put(site, "index.html", "<main>harmless quirina</main>")

    told = broken(site, file, old, new, seconds=4, ready=True)

    assert "passed" not in told
    assert says in told
    assert "quirina" not in told


def test_a_scanner_that_was_begun_before_finds_the_same(site: Path) -> None:
    """What may not go out is refused, and what it let pass is known."""
    put(site, "a.html", f"<main>{TOKEN}</main>")
    put(site, "b.html", "<main>harmless</main>")
    nothing = ("gates/scanner.py", "import gc", "import gc")

    told = broken(site, *nothing, ready=True)

    assert "a.html: it holds what looks like secret:" in told
    assert "b.html" not in told
    (site / "a.html").unlink()
    assert found(site) == []


def test_a_scanner_that_was_begun_before_has_one_job(site: Path) -> None:
    """More than one process reads at once is read in two rounds, each by a scanner of its own."""
    for number in range(260):
        put(site, f"articles/{number}/index.html", f"<main>Case {number}.</main>")
        put(site, f"browse/{number}/index.html", f"<main>List {number}.</main>")
    put(site, "articles/259/index.html", f"<main>{TOKEN}</main>")
    put(site, "browse/259/index.html", f"<main>{TOKEN}</main>")

    told = broken(site, "gates/scanner.py", "import gc", "import gc", ready=True)

    assert {"articles/259/index.html", "browse/259/index.html"} == set(
        re.findall(r"[\w/.]+(?=: it holds)", told)
    )


def test_a_rule_that_hangs_blocks(site: Path) -> None:
    """A check that never returns is stopped, and so is the site."""
    put(site, "index.html", f"<main>server 10.1.2.3 of {MAIL}</main>")
    old, hang = "lambda value: bool(value)", "lambda value: all(True for _ in iter(int, 1))"

    told = broken(site, "redaction/checks.py", old, hang, seconds=4)

    assert "RedactionError" in told
    assert "no answer" in told


def test_unknown_rules_block(site: Path) -> None:
    """A scanner whose rules have another version than the door's is not believed."""
    for version in ("", "0" * 16):
        with pytest.raises(Exception, match="unknown version"):
            found(site, book=Rulebook(version=version, seconds=60))


def test_broken_rules_stop_a_pull(tmp_path: Path) -> None:
    """With rules that cannot be read nothing is let in, no cursor moves, and the doctor says so."""
    home = tmp_path / "copy"
    shutil.copytree(Path(kb.__file__).parent, home / "kb")
    env = {"PYTHONPATH": str(home), "PATH": "/usr/bin:/bin", "KB_SECRET": "x"}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "kb", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False
        )

    assert 0 == run("init").returncode
    (tmp_path / "tickets" / "a.jsonl").write_text(json.dumps(make_raw(7)) + "\n")
    rules = home / "kb" / "redaction" / "rules" / "secrets.toml"
    whole = rules.read_text(encoding="utf-8")
    rules.write_text(whole.replace("[[rule]]", "[[rule", 1), encoding="utf-8")

    told = run("pull")

    assert (1, "") == (told.returncode, told.stdout)
    assert "the scanner: it failed (TOMLDecodeError), so nothing passes" in told.stderr
    assert "Traceback" not in told.stderr
    assert 1 == run("doctor").returncode
    rules.write_text(whole, encoding="utf-8")
    assert "1 ticket taken in, 0 dead letters" in run("pull").stdout
