"""Tests of the content standard: each rule lets a good article by and stops a bad one."""

from dataclasses import replace

import pytest
from factories import make_article

from kb.articles.standard import RULES, check

SECTIONS = dict(make_article().sections)


def with_sections(**changed: str | None) -> dict[str, object]:
    rows = {**SECTIONS, **changed}
    return {"sections": tuple((name, text) for name, text in rows.items() if text is not None)}


FAILING = [
    ("section-empty", with_sections(Issue="")),
    ("section-empty", with_sections(Issue="  \n ")),
    ("section-empty", with_sections(Environment=None)),
    ("section-empty", with_sections(Resolution="")),
    ("section-empty", {"sections": ()}),
    ("section-order", {"sections": make_article().sections[::-1]}),
    ("section-order", {"sections": (*make_article().sections, ("Issue", "again"))}),
    ("title-form", {"title": "Short"}),
    ("title-form", {"title": "x" * 81}),
    ("title-form", {"title": "DEPLOYS TIME OUT"}),
    ("title-redacted", {"title": "Deploys time out for <person-1>"}),
    ("title-redacted", {"title": "Deploys show <secret:aws-key>"}),
    ("title-redacted", {"title": "Deploys to <customer-host-12> hang"}),
    ("ticket-talk", with_sections(Issue="Hi there,\n\nit hangs.")),
    ("ticket-talk", with_sections(Resolution="1. Run `ferry up`.\n\nThanks for waiting.")),
    ("ticket-talk", with_sections(Cause="Sorry about that.")),
    ("ticket-talk", with_sections(Issue="Morning.\n\nit hangs.")),
    ("ticket-talk", with_sections(Issue="Good afternoon,\n\nit hangs.")),
    ("no-steps", with_sections(Resolution="Ask somebody to look at the proxy.")),
    ("cause-missing", with_sections(Cause=None)),
    ("cause-missing", with_sections(Cause=" ")),
    ("review-date", {"review_by": ""}),
    ("review-date", {"review_by": "next year"}),
    ("review-date", {"review_by": "2027-6-1"}),
    ("no-aliases", {"aliases": ()}),
    ("section-empty", with_sections(Cause=" ")),
    ("own-words", {"aliases": ("login loops forever",)}),
    ("one-problem", with_sections(Issue="It hangs. And a second question: how do I log in?")),
    ("one-problem", with_sections(Issue="It hangs. On a different note, the logo is old.")),
    ("steps-imperative", with_sections(Resolution="1. You should set `timeout`.")),
    ("steps-imperative", with_sections(Resolution="1. Set `a`.\n2. Please reload nginx.")),
    ("lost-reference", with_sections(Resolution="1. As mentioned above, reload nginx.")),
    ("lost-reference", with_sections(Resolution="1. Open `x`.\n2. Do as in the earlier post.")),
    ("lost-reference", with_sections(Resolution="1. Rename that file to `old`.")),
    ("lost-reference", with_sections(Resolution="1. Comme indiqué ci-dessus, relancez.")),
    ("bare-step", with_sections(Resolution="1. Make a new spool.")),
    ("one-requester", with_sections(Cause="Your tenant is on the old plan.")),
    ("one-requester", with_sections(Resolution="1. Open the attached file.")),
    ("dead-link", with_sections(Resolution="1. See [this](http://10.0.0.4/wiki).")),
    ("dead-link", with_sections(Resolution="1. See [this](https://wiki.corp/x).")),
    ("dead-link", with_sections(Resolution="1. See [this]().")),
]
PASSING = [
    ("section-empty", with_sections(Cause=None)),
    ("section-order", with_sections(Cause=None)),
    ("title-form", {"title": "x" * 8}),
    ("title-form", {"title": "x" * 80}),
    ("title-form", {"title": "HTTP 504 behind a proxy"}),
    ("title-redacted", {"title": "Deploys need a <Token> header"}),
    ("ticket-talk", with_sections(Issue="It says:\n\n```\nhello\nthanks\n```")),
    ("ticket-talk", with_sections(Issue="Run `ferry`.\n\nHigh load hides it.")),
    ("ticket-talk", with_sections(Issue="Morning deploys hang.")),
    ("no-steps", with_sections(Resolution="- Reload nginx.")),
    ("no-steps", with_sections(Resolution="Set `timeout`.")),
    ("no-steps", with_sections(Resolution="```\nferry up\n```")),
    ("cause-missing", with_sections(Cause="The proxy is idle.")),
    ("review-date", {"review_by": "2027-06-01"}),
    ("no-aliases", {"aliases": ("it hangs",)}),
    ("own-words", {"aliases": ("deploys never end",)}),
    ("one-problem", with_sections(Issue="It hangs for a second.")),
    ("steps-imperative", with_sections(Resolution="1. Set what you need.\n2. Wait.")),
    ("lost-reference", with_sections(Resolution="1. Open `x`.\n2. Rename that file.")),
    ("lost-reference", with_sections(Resolution="1. Click the icon above the list.")),
    ("bare-step", with_sections(Resolution="1. Set `timeout` to 0.")),
    ("bare-step", with_sections(Resolution="1. Open the proxy.\n2. Reload it.")),
    ("one-requester", with_sections(Issue="My deploy hangs.")),
    ("one-requester", with_sections(Resolution="1. Run `my-tool attached`.")),
    ("dead-link", with_sections(Resolution="1. See [this](https://nginx.org/en/docs/).")),
    ("dead-link", with_sections(Resolution="1. Open `[a](http://10.0.0.4)`.")),
    ("dead-link", with_sections(Resolution="1. See [this](../proxies.md#idle).")),
]


def test_good_article_has_no_violation() -> None:
    """An article that meets the standard is told nothing."""
    assert () == check(make_article())


@pytest.mark.parametrize(("rule", "changed"), FAILING)
def test_rule_stops(rule: str, changed: dict[str, object]) -> None:
    """A rule that is broken is told by its name."""
    assert rule in {one.rule for one in check(replace(make_article(), **changed))}


@pytest.mark.parametrize(("rule", "changed"), PASSING)
def test_rule_lets_by(rule: str, changed: dict[str, object]) -> None:
    """What only looks like a violation is none."""
    assert rule not in {one.rule for one in check(replace(make_article(), **changed))}


def test_every_rule_is_in_both_tables() -> None:
    """No rule is without an article that breaks it and one that keeps it."""
    names = {rule.name for rule in RULES}

    assert (names, names) == ({row[0] for row in FAILING}, {row[0] for row in PASSING})


def test_all_at_once_blocking_first() -> None:
    """Every violation is told at once, what blocks before what is advice."""
    found = check(make_article(title="x", sections=(), aliases=(), review_by=""))

    assert [True, True, False, False, False] == [one.blocking for one in found]


def test_every_rule_says_why_and_what_to_do() -> None:
    """A rule has a reason and a remedy, each a sentence."""
    assert [] == [r.name for r in RULES if not (r.why.endswith(".") and r.todo[:1].isupper())]
