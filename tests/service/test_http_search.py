"""Searches and suggestions find what the public site shows, and nothing else."""

from dataclasses import replace

import httpx2
from yard import NOW, ORIGIN, Running, article

from kb.articles.article import Audience, State, Verb
from kb.articles.lifecycle import move
from kb.gates import identities
from kb.redaction import Known


def found(client: httpx2.Client, query: str, path: str = "/search") -> list[str]:
    return [row["id"] for row in client.get(path, params={"q": query}).json()["results"]]


def test_result_has_all_it_takes(visitor: httpx2.Client) -> None:
    """A result is id, address, title, passage and score."""
    row = visitor.get("/search", params={"q": "certificate expired"}).json()["results"][0]
    assert {"id", "url", "path", "anchor", "title", "passage", "score"} == set(row)
    assert "articles/relay-live/" == row["url"]


def test_drafts_are_not_found(visitor: httpx2.Client) -> None:
    """What is a draft or in review is on no list that the public sees."""
    assert ["relay-live"] == found(visitor, "relay connection proxy draft submitted")
    assert ["relay-live"] == found(visitor, "relay connection", "/suggest")


def test_pages_are_found_too(visitor: httpx2.Client) -> None:
    """The documentation's other pages answer questions as well."""
    assert ["index.md"] == found(visitor, "yards")


def test_new_page_is_found_at_once(running: Running, visitor: httpx2.Client) -> None:
    """The index follows the files without a restart."""
    assert [] == found(visitor, "zeppelin")
    (running.library.docs / "zeppelin.md").write_text("# Zeppelin\n\nMoor it.\n")
    assert ["zeppelin.md"] == found(visitor, "zeppelin")


def test_unapproved_or_internal_is_not_found(running: Running, visitor: httpx2.Client) -> None:
    """A published state that nobody approved, or an internal audience, shows nothing."""
    forged = replace(article("forged", "Forged zeppelin page"), state=State.PUBLISHED)
    running.library.save(forged)
    internal = replace(article("inside", "Internal zeppelin page"), audience=Audience.INTERNAL)
    internal = move(internal, Verb.SUBMIT, by="a@x.example", at=NOW)
    internal = move(internal, Verb.APPROVE, by="b@x.example", at=NOW)
    running.library.save(move(internal, Verb.PUBLISH, by="b@x.example", at=NOW))
    assert [] == found(visitor, "zeppelin")


def test_listed_site_may_read(visitor: httpx2.Client) -> None:
    """Search answers a listed origin and refuses another."""
    listed = visitor.get("/search?q=relay", headers={"Origin": ORIGIN})
    other = visitor.get("/search?q=relay", headers={"Origin": "null"})
    assert (200, ORIGIN) == (listed.status_code, listed.headers["Access-Control-Allow-Origin"])
    assert 403 == other.status_code


def test_health(visitor: httpx2.Client) -> None:
    """The health page says that the process answers."""
    assert {"status": "ok"} == visitor.get("/health").json()


def test_no_answer_holds_a_secret_or_a_customer(running: Running, visitor: httpx2.Client) -> None:
    """The search follows the files, and no gate has seen them yet: what must never go out does not."""
    key = "AKIAQ7ZK4M" + "NVB2XTLR5C"
    docs, customer = running.library.docs, "olga.quist@tidewheel.example"
    (docs / "zeppelin.md").write_text(f"# Zeppelin\n\nMoor it with {key} at noon.\n")
    (docs / "airship.md").write_text(f"# Airship\n\nMoor the zeppelin, says {customer} again.\n")
    (docs / "balloon.md").write_text("# Balloon\n\nMoor the zeppelin, says the crew.\n")
    roll = identities.Roll(running.folder, b"a secret for tests")
    roll.add(Known(emails=(customer,)))
    roll.write()

    answer = visitor.get("/search", params={"q": "moor zeppelin"})
    assert ["balloon.md"] == [row["path"] for row in answer.json()["results"]]
    assert key not in answer.text
    assert customer not in answer.text
