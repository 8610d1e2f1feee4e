"""Tests of what is left in an article and how people settle it: kept by hash, never by value."""

from dataclasses import replace

import pytest
from factories import AT, REVIEWER, make_article

from kb.articles.article import Article
from kb.articles.residue import SURE, Residual, redacted_too, residuals, residue, settle
from kb.articles.settled import Settled, Verdict, from_lines, mark, to_line
from kb.errors import ConfigError, LifecycleError
from kb.redaction import RULES_VERSION, Entity, Finding, Redactor
from kb.redaction.rules import rules

REDACTOR = Redactor()
KEY = b"a key for tests"
MAIL = "quirina@vandersloot-optics.example"


LINE, VALUE = "", ""
for rule in rules():
    for line in rule.lines if rule.confidence < SURE else ():
        for found in Redactor().find(line):
            if found.confidence < SURE:
                LINE, VALUE = line, line[found.start : found.end]
"""A line that a rule finds without being sure, and what it finds; the rules' own test line."""


def article_with(words: str = LINE) -> Article:
    return make_article(sections=(("Issue", words), ("Resolution", "1. Run `x`.")))


def settled(verdict: Verdict) -> Settled:
    article = article_with()
    first = residuals(article, REDACTOR)[0]
    row = settle(first, verdict, article=article, key=KEY, by=REVIEWER, at=AT)
    return Settled(from_lines(to_line(row), "x"), KEY)


def test_a_reviewer_is_shown_what_to_decide() -> None:
    """A residual tells place, entity, span, recognizer, confidence, and the words around it."""
    first = residuals(article_with(f"Write to {MAIL}."), REDACTOR)[0]

    assert ("Issue", "Write to ", MAIL, ".") == (
        first.place, first.before, first.value, first.after)  # fmt: skip
    assert (9, Entity.EMAIL, "email") == (
        first.finding.start, first.finding.entity, first.finding.recognizer)  # fmt: skip
    assert not first.is_open


def test_a_finding_is_told_by_its_line() -> None:
    """Who mends it opens the file and looks for a line, not for a character."""
    (found,) = residue(article_with(f"It stops.\n\nWrite to {MAIL}."), REDACTOR)

    assert found.what.startswith("line 3 of Issue holds what looks like email (email,")


@pytest.mark.parametrize(("text", "rule"), [(LINE, "unsettled"), (MAIL, "private")])
def test_what_nobody_settled_blocks(text: str, rule: str) -> None:
    """A finding blocks, sure or not, and its violation holds no word of it."""
    found = residue(article_with(text), REDACTOR)

    assert {(rule, True)} == {(one.rule, one.blocking) for one in found}
    assert not any(word in str(found).casefold() for word in ("quirina", VALUE.casefold()))


def test_not_sensitive_is_remembered() -> None:
    """What was settled as harmless is not asked again, in any article."""
    assert residuals(article_with(), REDACTOR)
    assert () == residuals(article_with(), REDACTOR, settled(Verdict.HARMLESS))
    other = make_article(sections=(("Cause", f"As before:\n\n{LINE}"),))
    assert () == residuals(other, REDACTOR, settled(Verdict.HARMLESS))


def test_harmless_as_what_it_was_taken_for() -> None:
    """The same words taken for something else are another question."""
    known = settled(Verdict.HARMLESS)
    finding = Finding(entity=Entity.HOST, label="customer-host", start=0, end=len(VALUE),
                      recognizer="x", confidence=0.4)  # fmt: skip

    assert (finding,) == known.judged(VALUE, (finding,))


def test_sensitive_is_certain_from_then_on() -> None:
    """What was settled as sensitive blocks without asking."""
    found = residuals(article_with(), REDACTOR, settled(Verdict.SENSITIVE))

    assert {1.0} == {one.finding.confidence for one in found}


def test_without_the_key_nothing_is_harmless() -> None:
    """A machine that lacks the key does not know the decisions, and blocks."""
    rows = settled(Verdict.HARMLESS).rows

    assert residuals(article_with(), REDACTOR, Settled(rows, b""))


def test_the_line_is_for_an_officer() -> None:
    """Who, when, which rule of which version, and how sure; nothing of the value."""
    line = to_line(settled(Verdict.HARMLESS).rows[0])

    for told in (REVIEWER, AT.isoformat(), "not-sensitive", RULES_VERSION, "recognizer"):
        assert told in line
    assert VALUE.casefold() not in line.casefold()


def test_the_last_word_counts() -> None:
    """A later decision about the same value takes the place of the earlier one."""
    rows = (*settled(Verdict.SENSITIVE).rows, *settled(Verdict.HARMLESS).rows)

    assert () == residuals(article_with(), REDACTOR, Settled(rows, KEY))


def test_nobody_waves_a_secret_through() -> None:
    """A secret beyond doubt is not settled by one key, and a forged line does not help."""
    article = article_with("token = " + "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0hL3nR6")
    secret = residuals(article, Redactor())[0]

    with pytest.raises(LifecycleError, match="beyond doubt"):
        settle(secret, Verdict.HARMLESS, article=article, key=KEY, by=REVIEWER, at=AT)
    row = settle(secret, Verdict.SENSITIVE, article=article, key=KEY, by=REVIEWER, at=AT)
    forged = Settled((replace(row, verdict=Verdict.HARMLESS),), KEY)
    assert residuals(article, Redactor(), forged)


def test_redact_this_too() -> None:
    """A placeholder with a number of its own takes the words' place, everywhere in the article."""
    article = article_with(f"Was <email-3>, is {MAIL} or {MAIL.upper()}; not x{MAIL}.")
    article = replace(article, title=f"Mail {MAIL}", aliases=(MAIL,))
    one = residuals(article, REDACTOR)[0]

    done = redacted_too(article, one)

    assert ("Mail <email-4>", ("<email-4>",)) == (done.title, done.aliases)
    assert f"Was <email-3>, is <email-4> or <email-4>; not x{MAIL}." == done.section("Issue")


@pytest.mark.parametrize("line", ["{", "[]", "{}", '{"at": "x"}', "null"])
def test_a_damaged_file_is_told(line: str) -> None:
    """A line that is no decision stops the gate with its number; nothing is guessed."""
    with pytest.raises(ConfigError, match=r"kb\.settled\.jsonl:2"):
        from_lines(f"\n{line}\n", "kb.settled.jsonl")


def test_the_mark_needs_the_key() -> None:
    """Two workspaces have two marks for one value."""
    assert mark(b"a", Entity.EMAIL, MAIL) != mark(b"b", Entity.EMAIL, MAIL)
    assert mark(b"a", Entity.EMAIL, MAIL) == mark(b"a", Entity.EMAIL, f" {MAIL.upper()} ")


def test_residuals_are_of_every_text() -> None:
    """Title, aliases, tags, products, versions and sections are all looked at."""
    article = make_article(
        title=f"{MAIL} a", aliases=(MAIL,), tags=(MAIL,), products=(MAIL,), versions=(MAIL,),
        sections=(("Cause", MAIL),),
    )  # fmt: skip
    places: list[Residual] = list(residuals(article, Redactor()))

    assert ["Title", "aliases", "tags", "products", "versions", "Cause"] == [
        one.place for one in places
    ]
