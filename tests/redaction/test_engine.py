"""What makes the redactor quick takes nothing from what it finds."""

import base64
import re

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.redaction import Entity, Known, Redactor
from kb.redaction.checks import CHECKS
from kb.redaction.encoded import _one_token, _wrapped
from kb.redaction.patterns import NOWHERE, compiled, runs_of
from kb.redaction.people import PROOFS, find_people
from kb.redaction.rules import Cue, Rule, cues, rules
from kb.redaction.scan import by_rule
from kb.redaction.sieve import SHAPES, TELLS, likely
from kb.redaction.views import INVISIBLE, plain_view

REDACTOR = Redactor()
WRAP = compiled(r"([0-9A-Za-z_+/=.@%:-]{3,})(\\?\r?\n[ \t>|]{0,8})([0-9A-Za-z_+/=.@%:-]{3,})")
"""What a token broken in two looks like, as one pattern: slow, but plain."""
QUIET = "nothing of note happened here, so we went on and waited for the tide\n" * 12
TRIED_AROUND = [
    (rule, line)
    for rule in rules()
    if (rule.near or rule.keywords) and not rule.pattern.source.endswith(rb"(?:\z|\n\x1a\n)")
    for line in rule.lines
]
"""Rules with a cue or words, and a line each; what must end a text cannot stand far from its end."""
ASKING = [one for one in cues() if (one.keywords or one.needs) and one.id != "street"]
"""Cues that ask for something first; of a street only the rules do, whose lines are tried below."""


LONG = 500
"""Bytes of a pattern from which drawing takes seconds."""


def _drawable(rule: Rule) -> bool:
    """Return whether hypothesis can draw from a rule's pattern, and soon."""
    try:
        re.compile(rule.pattern.source)
    except re.error:
        return False
    return len(rule.pattern.source) < LONG


NEEDY = [one for one in rules() if one.needs and one.id != "device-named" and _drawable(one)]
"""Rules that need something in what they find; a device's name is believed for a hyphen nearby."""


@given(st.text(alphabet="ab1@.= \t>|\\\r\n", max_size=60))
def test_broken_tokens_are_told_as_the_pattern_tells_them(text: str) -> None:
    """Ends and beginnings of lines are found without the pattern, and are the same."""
    seen = text.encode()
    plain = [
        (left[0], seen[slice(*left)], right[0], seen[slice(*right)])
        for _, left, _, right in WRAP.each(seen)
        if _one_token(seen[slice(*left)], seen[slice(*right)])
    ]
    assert list(_wrapped(seen)) == plain


@given(st.binary(max_size=60))
def test_a_search_tells_what_the_library_itself_tells(seen: bytes) -> None:
    """The shortcut below the library's wrapper finds the same spans, groups included."""
    pattern = compiled(r"([a-z]+)(\d)?|[^\n](?:$|\b)")
    wrapper = re2.compile(pattern.source, pattern.options)
    plain = [[one.span(n) for n in range(3)] for one in wrapper.finditer(seen)]
    assert list(pattern.each(seen)) == plain
    assert pattern.match(seen, len(seen)) is None
    assert all(NOWHERE not in spans[:1] for spans in plain)


@given(st.binary(max_size=60), st.sampled_from(["[ab]{1,}", "[0-9a-f-]{3,}", r"[^ \n]{2,}"]))
def test_runs_of_a_class_are_told_as_the_pattern_tells_them(seen: bytes, source: str) -> None:
    """A pattern that is one class and its least count needs no automaton to be found."""
    runs = runs_of(source)
    assert (runs or compiled(source)).spans(seen) == compiled(source).spans(seen)
    assert compiled(source).spans(seen) == [found[0] for found in compiled(source).each(seen)]
    assert (runs is None) == ("^" in source)


@pytest.mark.parametrize("cue", ASKING, ids=lambda one: str(one.id))
@settings(max_examples=20)
@given(data=st.data())
def test_what_a_cue_asks_for_first_is_in_everything_it_finds(cue: Cue, data: st.DataObject) -> None:
    """Keywords and needs of a cue keep its pattern from no text in which it has a sign."""
    seen = data.draw(st.from_regex(re.compile(cue.pattern.encode(), re.M)))
    signs = compiled(cue.pattern).spans(seen)
    if not any(TELLS[cue.tells](seen[slice(*sign)]) for sign in signs):
        return
    low = seen.lower()
    assert not cue.keywords or any(word in low for word in cue.keywords)
    assert not cue.needs or _holds(seen, cue.needs)


@pytest.mark.parametrize("rule", NEEDY, ids=lambda one: str(one.id))
@settings(max_examples=10)
@given(data=st.data())
def test_what_a_rule_needs_is_in_everything_it_finds(rule: Rule, data: st.DataObject) -> None:
    """Needs keep a rule from no surroundings in which it finds something."""
    plain, alphabet = rule.pattern.source.decode("latin-1"), st.characters(max_codepoint=255)
    seen = data.draw(st.from_regex(re.compile(plain), alphabet=alphabet)).encode("latin-1")
    if not (match := rule.pattern.search(seen)):
        return
    first, last = next((span for span in match[1:] if span != NOWHERE), match[0])
    value, check = seen[first:last], rule.check
    words = value.decode("latin-1").split()
    if words and (PROOFS[check](words) if check in PROOFS else CHECKS[check](value)):
        assert _holds(seen, rule.needs)


def _holds(seen: bytes, needs: tuple[bytes, ...]) -> bool:
    low, shape = seen.lower(), seen.translate(SHAPES)
    return any(one[1:] in shape if one.startswith(b"~") else one in low for one in needs)


def test_a_short_text_that_is_remembered_as_clean_is_searched_for_what_a_ticket_knows() -> None:
    """What rules find nothing in may still name the customer of another ticket."""
    text, known = "Oystermere rollout", Known(organisations=("Oystermere",))
    assert not REDACTOR.find(text)
    assert not REDACTOR.find(text)
    assert [one.recognizer for one in REDACTOR.find(text, known)] == ["known-organisation"]
    assert REDACTOR.find(f"{text}, password: Xk29fLq7Zt1v")


def test_every_cue_is_used_and_every_name_of_one_exists() -> None:
    """A rule's `near` names a cue, each cue has rules, and what a cue's sign is told by exists."""
    assert {rule.near for rule in rules() if rule.near} == {cue.id for cue in cues()}
    assert {cue.tells for cue in cues()} <= TELLS.keys()
    assert not [rule.id for rule in rules() if rule.near and rule.keywords]


@given(st.text(max_size=40))
def test_each_byte_of_a_view_is_its_character(text: str) -> None:
    """Visible characters have one byte each, and the way back leads to them."""
    view = plain_view(text)
    places = [place for place, one in enumerate(text) if one not in INVISIBLE]
    spans = [view.span(at, at + 1) for at in range(len(view.seen))]
    assert spans == [(place, place + 1) for place in places]
    for byte, place in zip(view.seen, places, strict=True):
        assert not text[place].isascii() or byte == ord(text[place])


@pytest.mark.parametrize(("rule", "line"), TRIED_AROUND, ids=lambda one: getattr(one, "id", ""))
def test_a_line_is_found_far_into_a_long_text(rule: Rule, line: str) -> None:
    """A rule that is tried around its cue or words still finds its line there, in a part of the text."""
    text = f"{QUIET}{line}\n{QUIET}"
    view = plain_view(text)
    chosen = [one for one in likely(view.seen) if one[0] is rule]
    assert [rule.whole] == [windows == ((0, len(text)),) for _, windows in chosen]
    if rule.check in PROOFS:
        found = list(find_people(text, view, chosen))
    else:
        found = [one for _, parts in chosen for part in parts for one in by_rule(rule, view, *part)]
    assert rule.id in {one.recognizer for one in found}


@settings(max_examples=25)
@given(st.lists(st.sampled_from([line for rule in rules() for line in rule.lines]), max_size=4))
def test_redacting_a_long_text_twice_changes_nothing_more(lines: list[str]) -> None:
    """A rewritten text is read again around its placeholders only, and that is enough."""
    once = REDACTOR.redact(QUIET.join(["", *lines, ""])).text
    assert once == REDACTOR.redact(once).text


def test_base64_is_read_although_a_long_word_ends_the_line_before() -> None:
    """The last word of a line is no part of the base64 that begins on the next."""
    packed = base64.b64encode(b"write to d.quill@tidewheel.example").decode()
    found = REDACTOR.find(f"the Authorization\n{packed}\n")
    assert found
    assert found[0].entity is not Entity.SECRET


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("we asked Anna Müller about it.", "Anna Müller"),
        ("Fragen Sie Anna Müller danach.", "Anna Müller"),
        ("ask José André now", "José André"),
        ("ask Jan van der Berg now", "Jan van der Berg"),
        ("we spoke with Maria de la Cruz Gómez today", "Maria de la Cruz Gómez"),
    ],
)
def test_a_name_is_found_whole(text: str, name: str) -> None:
    """A letter with a mark ends no name, and politeness hides none."""
    assert [name] == [text[one.start : one.end] for one in REDACTOR.find(text)]


@pytest.mark.parametrize(
    "text",
    [
        "1. Öffnen Sie die Einstellungen.\n2. Starten Sie Ferry neu.",
        "Setzen Sie den Wert auf 5.",
        "Fügen Sie Ihre Datei hinzu.",
        "Laden Sie Version 4 herunter.",
        "Bitte geben Sie Ihr Kennwort ein. Danach sehen Sie Ihre Daten.",
        "Haga Usted clic aquí.",
        "Abra Você o arquivo.",
    ],
)
def test_politeness_is_nobody(text: str) -> None:
    """Whom a step speaks to with a capital letter is the reader, and no name."""
    assert () == REDACTOR.find(text)
