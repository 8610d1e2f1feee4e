"""Every rule shows by its own lines what it is for."""

import pytest

from kb.redaction.checks import CHECKS
from kb.redaction.people import PROOFS, find_people
from kb.redaction.rules import RULES_VERSION, Rule, rules
from kb.redaction.scan import by_rule
from kb.redaction.sieve import likely
from kb.redaction.text import Entity
from kb.redaction.views import plain_view

CLEAN = (
    "Fixed in 3.12.4; upgrade with pip install tool==3.12.4 and restart the service.",
    "commit 3f2a9c1d4b5e6f708192a3b4c5d6e7f8091a2b3c broke the build",
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "2026-03-04T05:06:07.089Z INFO started in 4711 ms, 12 of 12 checks passed",
    "Open http://example.com:8080/status or ping 192.0.2.7, 203.0.113.9, 2001:db8::7, 127.0.0.1.",
    "Choose Settings > Account Settings > Server Settings and set the password again.",
)


def finds(rule: Rule, line: str) -> bool:
    view = plain_view(line)
    found = (
        find_people(line, view, [(rule, ((0, len(view.seen)),))])
        if rule.check in PROOFS
        else by_rule(rule, view)
    )
    return any(one.recognizer == rule.id for one in found)


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_a_rule_finds_its_own_lines_and_leaves_the_clean_ones(rule: Rule) -> None:
    """A rule has at least one line that it finds, a source, and none of its clean lines."""
    assert rule.lines
    assert rule.source.startswith("https://")
    assert [] == [line for line in rule.lines if not finds(rule, line)]
    assert [] == [line for line in (*CLEAN, *rule.clean) if finds(rule, line)]


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_the_filter_lets_a_rule_through_to_its_lines(rule: Rule) -> None:
    """Keywords never keep a rule away from a line that it would find."""
    for line in rule.lines:
        assert rule in [one for one, _ in likely(plain_view(line).seen)]


def test_a_rule_is_named_once_and_checked_by_something_that_exists() -> None:
    """Ids are unique; `check` names a function; a secret's label says so."""
    ids = [rule.id for rule in rules()]
    assert sorted(set(ids)) == sorted(ids)
    assert {rule.check for rule in rules()} <= CHECKS.keys() | PROOFS.keys()
    secrets = [rule for rule in rules() if rule.entity is Entity.SECRET]
    assert all(rule.label.startswith("secret:") for rule in secrets)


def test_the_version_is_a_digest_of_the_rules() -> None:
    """Sixteen hexadecimal digits that every reader of the same rules sees."""
    assert len(RULES_VERSION) == 16
    assert int(RULES_VERSION, 16) >= 0
